//! SIGHUP: the configuration is read again.

use super::{Crew, Entrance, Prepared, Running, chats, check_files};
use crate::cli::Failure;
use crate::cli::fleet::plan;
use crate::fleet::plan::FleetPlan;
use crate::fleet::rounds::Chats;
use std::collections::HashSet;
use std::sync::Arc;

/// What the configuration asks for now. What of it can fail has been done.
struct Wish {
    plan: FleetPlan,
    /// Where all begin anew; else some come or go.
    anew: Option<Anew>,
}

struct Anew {
    chats: Option<Arc<Chats>>,
    entrance: Option<Entrance>,
}

impl Crew<'_> {
    /// Reads the configuration again and makes the fleet what it says: modems come
    /// and go, and where the template has changed all begin anew. Where that
    /// cannot be, everything stays.
    pub(super) async fn reload(&mut self) -> Result<(), Failure> {
        match self.wish().await {
            Ok(Wish { plan, anew: None }) => self.resize(plan).await,
            Ok(Wish {
                plan,
                anew: Some(anew),
            }) => self.begin_anew(plan, anew).await?,
            Err(failure) => tracing::error!("the configuration stays as it was: {failure}"),
        }
        Ok(())
    }

    async fn wish(&mut self) -> Result<Wish, Failure> {
        let made = plan::made(self.arguments)?;
        plan::check_limits(&made.fleet)?;
        let plan = made.fleet;
        check_files(&plan)?;
        if self.are_those_of(&plan) {
            self.state.look()?;
            return Ok(Wish { plan, anew: None });
        }
        let chats = chats(&plan)?;
        let entrance = Entrance::open(&plan.template.hosts, self.entrance.as_ref()).await?;
        self.state.look()?;
        let anew = Some(Anew { chats, entrance });
        Ok(Wish { plan, anew })
    }

    /// Whether every modem that goes on is the same in `plan`.
    fn are_those_of(&self, plan: &FleetPlan) -> bool {
        let played = |plan: &FleetPlan| {
            let template = &plan.template;
            let chats = (template.setup.clone(), template.script.clone());
            (chats, template.hosts.kind(), plan.repeat, plan.every)
        };
        let same = |running: &Running| {
            let modem = plan.modem(running.index).map_err(Failure::new);
            let modem = modem.and_then(Prepared::new);
            modem.is_ok_and(|modem| modem.print() == running.print)
        };
        let mut staying = self.running.values().filter(|it| it.index < plan.count());
        played(&self.plan) == played(plan) && staying.all(same)
    }

    async fn resize(&mut self, plan: FleetPlan) {
        let (before, count) = (self.plan.count(), plan.count());
        self.dismiss(count).await;
        self.plan = plan;
        self.expect(before.min(count));
        tracing::info!("configuration read again: {count} modems, {before} before");
    }

    /// Fails where what the modems kept last cannot be read: none may begin without.
    async fn begin_anew(&mut self, plan: FleetPlan, anew: Anew) -> Result<(), Failure> {
        self.dismiss(0).await;
        self.state.look()?;
        self.plan = plan;
        self.chats = anew.chats;
        self.entrance = anew.entrance;
        self.expect(0);
        let count = self.plan.count();
        tracing::info!("configuration read again: all {count} modems begin anew");
        Ok(())
    }

    /// Switches off every modem from this one on, and waits until they are.
    async fn dismiss(&mut self, from: u32) {
        self.waiting.retain(|index| *index < from);
        let of = |index: &u32| *index >= from;
        let running = self.running.values().map(|it| it.index);
        let leaving: HashSet<u32> = running.filter(of).collect();
        let names = leaving.iter().map(|index| self.plan.name(*index));
        self.shared.stop_some(names);
        while self.running.values().any(|it| leaving.contains(&it.index)) {
            match self.modems.join_next_with_id().await {
                Some(ended) => self.end(ended),
                None => break,
            }
        }
    }
}
