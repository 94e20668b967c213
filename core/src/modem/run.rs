//! Carrying out one command of a line.

use super::cx::Cx;
use super::machine::Machine;
use super::table::{Command, Fail, Handler, Outcome};
use crate::at::args::Args;
use crate::at::schema::Signature;
use crate::at::split::{Form, Item, Step, next};
use crate::at::values::{self, Bad, Values};
use crate::at::{cme, help};
use crate::mem::Buf;

/// What became of the command at a position, and where the line goes on.
pub(crate) enum Ran {
    /// The line has ended.
    End,
    /// A command was carried out.
    Done(usize, Outcome),
}

/// Carries out the command of `line` at `at`; `decoded` takes its values.
pub(crate) fn run(machine: &mut Machine, line: &[u8], at: usize, decoded: &mut Buf) -> Ran {
    decoded.clear();
    let strict = machine.config.strict;
    match next(line, at, strict) {
        Step::End => Ran::End,
        Step::Bad => Ran::Done(at, Outcome::Fail(Fail::Plain)),
        Step::Item(item) => {
            let (next, outcome) = carry_out(machine, line, item, decoded).unwrap_or_else(failed);
            Ran::Done(next, outcome)
        }
    }
}

fn failed(fail: Fail) -> (usize, Outcome) {
    (0, Outcome::Fail(fail))
}

fn carry_out(
    machine: &mut Machine,
    line: &[u8],
    item: Item,
    decoded: &mut Buf,
) -> Result<(usize, Outcome), Fail> {
    let command = machine.config.dialect.find(item.name).ok_or(Fail::Plain)?;
    if machine.owed.any() && !(command.gathers && item.form == Form::Set) {
        return Err(Fail::Plain);
    }
    machine.begin_answer();
    match item.form {
        Form::Set => set(machine, line, item, command, decoded),
        Form::Execute => bare(machine, item, command.execute),
        Form::Read => bare(machine, item, command.read),
        Form::Test if command.test_form.is_some() => bare(machine, item, command.test_form),
        Form::Test => {
            machine.say(|reply| help::say_test(command, reply));
            Ok((item.next, Outcome::Ok))
        }
    }
}

/// A form without values.
fn bare(
    machine: &mut Machine,
    item: Item,
    handler: Option<Handler>,
) -> Result<(usize, Outcome), Fail> {
    let handler = handler.ok_or(Fail::Cme(cme::NOT_SUPPORTED))?;
    Ok((item.next, handler(&mut Cx::new(machine), &Args::none())))
}

fn set(
    machine: &mut Machine,
    line: &[u8],
    item: Item,
    command: &Command,
    decoded: &mut Buf,
) -> Result<(usize, Outcome), Fail> {
    let strict = machine.config.strict;
    let (signatures, handler) = command.set.ok_or(Fail::Cme(cme::NOT_SUPPORTED))?;
    let mut values = Values::NONE;
    let next = if command.is_extended() {
        let forgive = last_param(signatures).filter(|_| command.forgiving);
        let read = values::parse(line, item.next, strict, forgive, &mut values, decoded);
        read.map_err(unreadable)?
    } else {
        number(line, item.next, &mut values)
    };
    let args = Args::check(line, decoded.as_slice(), &values, signatures, strict);
    Ok((next, handler(&mut Cx::new(machine), &args?)))
}

/// The number behind a basic command, if there is one (V.250 §5.3.1).
fn number(line: &[u8], at: usize, values: &mut Values) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    values.push_only(at, at + digits);
    at + digits
}

fn last_param(signatures: &[Signature]) -> Option<usize> {
    signatures.first()?.params.len().checked_sub(1)
}

fn unreadable(bad: Bad) -> Fail {
    match bad {
        Bad::Junk | Bad::Unclosed => Fail::Plain,
        Bad::Full => Fail::MEMORY_FULL,
    }
}
