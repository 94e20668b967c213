//! SIGHUP: the configuration is read again.

use super::{Service, Waiting, prepared};
use crate::cli::failure::ProgramFailure;
use crate::cli::modems::ports;
use crate::cli::modems::prepared::Prepared;
use crate::cli::serve::plan;
use crate::config::Plan;
use std::collections::{HashMap, HashSet};

impl Service<'_> {
    /// Makes the modems what the configuration says now: modems that differ from it restart,
    /// the others do not notice. If that is impossible, nothing changes.
    pub(super) async fn reload(&mut self) -> Result<(), ProgramFailure> {
        match self.wish() {
            Ok((plan, modems)) => self.become_those_of(plan, modems).await,
            Err(failure) => {
                tracing::error!("the configuration stays as it was: {failure}");
                Ok(())
            }
        }
    }

    fn wish(&mut self) -> Result<(Plan, Vec<Prepared>), ProgramFailure> {
        let mut plan = plan::made(self.arguments)?;
        ports::check(&plan.modems)?;
        let known: HashMap<_, _> = self
            .known()
            .map(|modem| (modem.name.clone(), modem.place))
            .collect();
        plan.restore_places(&known);
        let modems = prepared(&plan)?;
        Ok((plan, modems))
    }

    /// The modems that run or wait.
    fn known(&self) -> impl Iterator<Item = &crate::config::ModemPlan> {
        let running = self.running.values().map(|it| &it.plan);
        running.chain(self.waiting.iter().map(|it| &it.modem.plan))
    }

    /// Ends, starts and restarts modems until they are those of `plan`.
    async fn become_those_of(
        &mut self,
        plan: Plan,
        modems: Vec<Prepared>,
    ) -> Result<(), ProgramFailure> {
        report_fixed(&self.plan, &plan);
        let prints: HashMap<_, _> = modems
            .iter()
            .map(|modem| (modem.plan.name.clone(), modem.print()))
            .collect();
        let before = self.known().count();
        let is_same = |name: &str, print| prints.get(name) == Some(&print);
        let staying: HashSet<String> = self
            .running
            .values()
            .filter(|it| is_same(&it.plan.name, it.print))
            .map(|it| it.plan.name.clone())
            .collect();
        let names = prints.keys().cloned();
        self.state.report_unserved(names);
        self.dismiss_but(&staying).await;
        self.state.all_given();
        self.waiting.clear();
        self.plan = plan;
        let count = modems.len();
        for modem in modems {
            if staying.contains(&modem.plan.name) {
                continue;
            }
            if let Err((modem, why)) = self.open(modem).await? {
                let waiting = Waiting::new(modem, &why);
                waiting.report();
                self.waiting.push(waiting);
            }
        }
        self.forget_kept();
        let same = staying.len();
        tracing::info!(
            "configuration read again: {count} modems, {before} before; {same} go on as they were"
        );
        Ok(())
    }

    /// Switches off all others, and waits until they are.
    async fn dismiss_but(&mut self, staying: &HashSet<String>) {
        let leaves = |name: &String| !staying.contains(name);
        let leaving = self.running.values().filter(|it| leaves(&it.plan.name));
        let labels: Vec<_> = leaving.map(|it| it.label.as_str().to_owned()).collect();
        self.shared.stop_some(labels);
        while self.running.values().any(|it| leaves(&it.plan.name)) {
            match self.modems.join_next_with_id().await {
                Some(ended) => self.end(ended),
                None => break,
            }
        }
    }
}

/// Tells what has another value and holds from the next start on.
fn report_fixed(before: &Plan, now: &Plan) {
    let others = [
        ("state_dir has", before.state_dir != now.state_dir),
        ("trace has", before.trace.target != now.trace.target),
        (
            "trace_payload has",
            before.trace.payload != now.trace.payload,
        ),
        ("metrics has", before.metrics != now.metrics),
        ("inspect has", before.inspect != now.inspect),
        ("control has", before.control != now.control),
        ("faults have", before.faults != now.faults),
        ("log has", before.verbose != now.verbose),
    ];
    for (what, _) in others.into_iter().filter(|(_, is_other)| *is_other) {
        tracing::warn!("{what} changed, which takes effect at the next start");
    }
}
