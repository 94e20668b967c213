//! SIGHUP: the configuration is read again.

use super::{Crew, Entrance, chats};
use crate::cli::Failure;
use crate::cli::fleet::plan;
use crate::config::{Broker, Defaults};
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
    defaults: Option<Defaults>,
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
        let defaults = made.broker.map(Broker::load).transpose()?;
        let plan = made.fleet;
        if self.plan.has_modems_of(&plan) && self.defaults == defaults {
            self.state.look()?;
            return Ok(Wish { plan, anew: None });
        }
        let chats = chats(&plan)?;
        let entrance = Entrance::open(&plan.template.hosts, self.entrance.as_ref()).await?;
        self.state.look()?;
        let anew = Some(Anew {
            defaults,
            chats,
            entrance,
        });
        Ok(Wish { plan, anew })
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
        self.defaults = anew.defaults;
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
        let of = |index: &&u32| **index >= from;
        let leaving: HashSet<u32> = self.running.values().filter(of).copied().collect();
        let names = leaving.iter().map(|index| self.plan.name(*index));
        self.shared.stop_some(names);
        while self.running.values().any(|index| leaving.contains(index)) {
            match self.modems.join_next_with_id().await {
                Some(ended) => self.end(ended),
                None => break,
            }
        }
    }
}
