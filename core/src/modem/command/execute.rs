//! Carrying out one command of a line.

#![allow(
    clippy::inline_always,
    reason = "reading values is most of a command's work, and has callers off the quick path"
)]

use super::context::Context;
use super::table::{Command, Fail, Handler, Outcome};
use crate::at::args::Args;
use crate::at::schema::Signature;
use crate::at::split::{Form, Item, Step, next};
use crate::at::values::{self, Bad, Values};
use crate::at::{cme, help};
use crate::buffer::Buf;
use crate::modem::dispatch::Machine;

const NO_SUCH_FORM: Fail = Fail::Cme(cme::NOT_SUPPORTED);

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
        Form::Execute if command.commits && command.execute.is_some() => {
            check_rest(machine, line, item.next, decoded)?;
            bare(machine, item, command)
        }
        Form::Test if command.test_form.is_none() => {
            machine.say(|reply| help::say_test(command, reply));
            Ok((item.next, Outcome::Ok))
        }
        _ => bare(machine, item, command),
    }
}

/// A form without values.
fn bare(machine: &mut Machine, item: Item, command: &Command) -> Result<(usize, Outcome), Fail> {
    let handler = bare_handler(command, item.form).ok_or(NO_SUCH_FORM)?;
    machine.remembers_for(command)?;
    Ok((
        item.next,
        handler(&mut Context::new(machine), &Args::none()),
    ))
}

fn bare_handler(command: &Command, form: Form) -> Option<Handler> {
    match form {
        Form::Execute => command.execute,
        Form::Read => command.read,
        Form::Test => command.test_form,
        Form::Set => None,
    }
}

fn set(
    machine: &mut Machine,
    line: &[u8],
    item: Item,
    command: &Command,
    decoded: &mut Buf,
) -> Result<(usize, Outcome), Fail> {
    let strict = machine.config.strict;
    let mut values = Values::NONE;
    let (next, args, handler) = read_set(line, item, command, strict, &mut values, decoded)?;
    if command.commits && next < line.len() && !machine.rest_checked {
        check_rest(machine, line, next, decoded)?;
        return set_again(machine, line, item, command, decoded);
    }
    machine.remembers_for(command)?;
    Ok((next, handler(&mut Context::new(machine), &args)))
}

/// The values of what follows were read over the command's own.
#[cold]
fn set_again(
    machine: &mut Machine,
    line: &[u8],
    item: Item,
    command: &Command,
    decoded: &mut Buf,
) -> Result<(usize, Outcome), Fail> {
    let (mut values, strict) = (Values::NONE, machine.config.strict);
    let (next, args, handler) = read_set_again(line, item, command, strict, &mut values, decoded)?;
    Ok((next, handler(&mut Context::new(machine), &args)))
}

/// As [`read_set`], off the quick path.
#[cold]
#[inline(never)]
fn read_set_again<'l>(
    line: &'l [u8],
    item: Item,
    command: &Command,
    strict: bool,
    values: &'l mut Values,
    decoded: &'l mut Buf,
) -> Result<(usize, Args<'l>, Handler), Fail> {
    decoded.clear();
    read_set(line, item, command, strict, values, decoded)
}

/// The checked values of a set form, what carries it out, and where the line goes on.
/// Inlined, as reading values is most of the work of a command.
#[inline(always)]
fn read_set<'l>(
    line: &'l [u8],
    item: Item,
    command: &Command,
    strict: bool,
    values: &'l mut Values,
    decoded: &'l mut Buf,
) -> Result<(usize, Args<'l>, Handler), Fail> {
    let (signatures, handler) = command.set.ok_or(NO_SUCH_FORM)?;
    let next = if command.is_extended() {
        let forgive = last_param(signatures).filter(|_| command.forgiving);
        let read = values::parse(line, item.next, strict, forgive, values, decoded);
        read.map_err(unreadable)?
    } else {
        number(line, item.next, values)
    };
    let args = Args::check(line, decoded.as_slice(), values, signatures, strict)?;
    Ok((next, args, handler))
}

/// Whether the commands of `line` from `at` on could be carried out, as far as that does
/// not depend on the run: names, forms, values and their ranges. Once is enough for
/// a line.
#[cold]
fn check_rest(
    machine: &mut Machine,
    line: &[u8],
    at: usize,
    decoded: &mut Buf,
) -> Result<(), Fail> {
    let mut at = at;
    while at < line.len() && !machine.rest_checked {
        match next(line, at, machine.config.strict) {
            Step::End => break,
            Step::Bad => return Err(Fail::Plain),
            Step::Item(item) => at = check(machine, line, item, decoded)?,
        }
    }
    machine.rest_checked = true;
    Ok(())
}

/// Checks one command; returns where the line goes on.
fn check(machine: &Machine, line: &[u8], item: Item, decoded: &mut Buf) -> Result<usize, Fail> {
    let command = machine.config.dialect.find(item.name).ok_or(Fail::Plain)?;
    match item.form {
        Form::Set => {
            let (mut values, strict) = (Values::NONE, machine.config.strict);
            let read = read_set_again(line, item, command, strict, &mut values, decoded);
            read.map(|(next, ..)| next)
        }
        Form::Test => Ok(item.next),
        form => bare_handler(command, form).map_or(Err(NO_SUCH_FORM), |_| Ok(item.next)),
    }
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
