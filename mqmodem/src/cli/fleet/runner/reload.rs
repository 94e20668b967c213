//! SIGHUP: the configuration is read again.

use super::FleetRunner;
use super::listener::HostListener;
use super::programme::{check_files, programme, salt};
use crate::cli::failure::ProgramFailure;
use crate::cli::fleet::plan;
use crate::config::fleet::FleetPlan;
use crate::fleet::repeat::{FleetChats, Programme};
use std::collections::HashSet;
use std::sync::Arc;

/// What the configuration asks for now. What of it can fail has been done.
struct Wish {
    plan: FleetPlan,
    programme: Option<Programme>,
    listener: Option<HostListener>,
}

impl FleetRunner<'_> {
    /// Reads the configuration again and makes the fleet what it says: modems are added
    /// and removed, those that differ restart some at a time, and hosts continue with
    /// other chats. If that is impossible, nothing changes.
    pub(super) async fn reload(&mut self) {
        match self.wish().await {
            Ok(wish) => self.fulfil(wish).await,
            Err(failure) => tracing::error!("the configuration stays as it was: {failure}"),
        }
    }

    async fn wish(&mut self) -> Result<Wish, ProgramFailure> {
        let made = plan::made(self.arguments)?;
        plan::check_limits(&made.fleet, made.inspect.at.is_some())?;
        let plan = made.fleet;
        check_files(&plan)?;
        let programme = programme(&plan)?;
        let listener = HostListener::open(&plan.template.hosts, self.listener.as_ref()).await?;
        if plan.metrics != self.plan.metrics {
            tracing::warn!("metrics has changed, which takes effect at the next start");
        }
        Ok(Wish {
            plan,
            programme,
            listener,
        })
    }

    async fn fulfil(&mut self, wish: Wish) {
        let (before, count) = (self.plan.count(), wish.plan.count());
        self.dismiss(count).await;
        self.state.all_given();
        self.shared.pace(wish.plan.connects_per_second);
        self.salt = salt(&wish.plan, wish.programme.as_ref());
        self.plan = wish.plan;
        self.chats = match (self.chats.take(), wish.programme) {
            (Some(chats), Some(programme)) => {
                chats.change(programme);
                self.shared.wake();
                Some(chats)
            }
            (_, programme) => {
                programme.map(|it| Arc::new(FleetChats::new(it, self.totals.clone())))
            }
        };
        self.listener = match (self.listener.take(), wish.listener) {
            (Some(before), Some(now)) => Some(before.or_become(now)),
            (_, listener) => listener,
        };
        let others = self.others();
        let changed = others.len();
        self.restarts.ask(others);
        let left_out = std::mem::take(&mut self.left_out);
        self.expect(before.min(count));
        if self.listener.is_none() {
            let again = left_out
                .into_iter()
                .filter(|index| *index < before.min(count));
            self.waiting.extend(again);
        }
        tracing::info!(
            "configuration read again: {count} modems, {before} before; {changed} restart"
        );
    }

    /// The modems that have to restart to be what the plan says.
    fn others(&self) -> Vec<u32> {
        let is_other = |index: u32, print| match self.prepared(index) {
            Ok(modem) => self.print(&modem) != print,
            Err(failure) => {
                tracing::error!("{} goes on as it was: {failure}", self.plan.name(index));
                false
            }
        };
        let running = self
            .running
            .values()
            .filter(|it| is_other(it.index, it.print));
        let mut others: Vec<_> = running.map(|it| it.index).collect();
        others.sort_unstable();
        others
    }

    /// Switches off every modem from this one on, and waits until they are.
    async fn dismiss(&mut self, from: u32) {
        self.waiting.retain(|index| *index < from);
        let running = self.running.values().filter(|it| it.index >= from);
        let leaving: HashSet<u32> = running.map(|it| it.index).collect();
        self.switch_off(&leaving);
        while self.running.values().any(|it| leaving.contains(&it.index)) {
            match self.modems.join_next_with_id().await {
                Some(ended) => self.end(ended),
                None => break,
            }
        }
    }
}
