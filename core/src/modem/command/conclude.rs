//! What follows from what became of a command.

use super::dialect::Outcome;
use crate::modem::dispatch::Machine;
use crate::modem::event::Task;
use crate::modem::fail::Fail;
use crate::modem::progress::run::Run;
use crate::modem::wait::Wait;

/// Goes on with what became of the command before `at`.
#[inline]
pub(super) fn conclude(machine: &mut Machine, at: usize, outcome: Outcome) {
    match outcome {
        Outcome::Ok => machine.settle(at, Ok(())),
        Outcome::Fail(fail) => machine.settle(at, Err(fail)),
        Outcome::Wait(wait) => machine.wait(at, wait),
        Outcome::WaitFor(wait, limit) => machine.wait_limited(at, wait, limit),
        Outcome::Silent => machine.end_silently(),
        Outcome::Started(wait, task) => {
            machine.start(machine.selected, wait, task);
            machine.settle(at, Ok(()));
        }
        Outcome::StartedAfter(first, wait, task) => {
            machine.start(machine.selected, wait, task);
            machine.wait(at, first);
        }
        Outcome::Ended(task, result, code) => {
            machine.start_ended(machine.selected, task, result, code);
            machine.settle(at, Ok(()));
        }
        Outcome::Finishing(wait, task) => finish(machine, wait, task),
        Outcome::FinishingFor(wait, task, limit) => {
            finish(machine, wait, task);
            machine.limit_last(limit);
        }
        // The console asks before, where somebody can answer; after raw bytes it does not ask
        // for none.
        Outcome::Prompt(..) => {
            machine.data_limit = None;
            machine.settle(at, Err(Fail::INCORRECT));
        }
    }
}

/// What was begun ends the command by an event.
fn finish(machine: &mut Machine, wait: Wait, task: Task) {
    machine.end_silently();
    machine.run = Run::Finishing;
    machine.start(machine.selected, wait, task);
}
