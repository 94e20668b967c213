//! SIGHUP: the configuration is read again.

use super::{Crew, Entrance, chats};
use crate::cli::Failure;
use crate::cli::fleet::plan::{self, Made};
use crate::config::Broker;
use std::collections::HashSet;

impl Crew<'_> {
    /// Reads the configuration again and makes the fleet what it says: modems come
    /// and go, and where the template has changed all begin anew. Where it cannot
    /// be read, everything stays.
    pub(super) async fn reload(&mut self) {
        match self.follow().await {
            Ok(what) => tracing::info!("configuration read again: {what}"),
            Err(failure) => tracing::error!("the configuration stays as it was: {failure}"),
        }
    }

    async fn follow(&mut self) -> Result<String, Failure> {
        let made = plan::made(self.arguments)?;
        plan::check_limits(&made.fleet)?;
        let defaults = made.broker.clone().map(Broker::load).transpose()?;
        let same = self.plan.has_modems_of(&made.fleet) && self.defaults == defaults;
        let before = self.plan.count();
        if same {
            self.resize(made).await?;
            return Ok(format!("{} modems, {before} before", self.plan.count()));
        }
        let chats = chats(&made.fleet)?;
        self.dismiss(0).await;
        self.defaults = defaults;
        self.chats = chats;
        self.state.reopen()?;
        self.plan = made.fleet;
        self.entrance = None;
        self.entrance = Entrance::open(&self.plan.template.hosts).await?;
        self.expect(0);
        Ok(format!("all {} modems begin anew", self.plan.count()))
    }

    /// More modems, or fewer; the others stay as they are.
    async fn resize(&mut self, made: Made) -> Result<(), Failure> {
        let (before, count) = (self.plan.count(), made.fleet.count());
        self.dismiss(count).await;
        if count > before {
            self.state.look()?;
        }
        self.plan = made.fleet;
        self.expect(before.min(count));
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
