//! Carrying out one command of a line.

#![allow(
    clippy::inline_always,
    reason = "reading values is most of a command's work, and has callers off the quick path"
)]

use super::context::Context;
use super::dialect::{Command, Handler, Outcome, Refusal};
use super::language::Language;
use crate::at::args::Args;
use crate::at::help;
use crate::at::param::Reject;
use crate::at::schema::{self, Signature};
use crate::at::split::{Form, Item, NextItem, next};
use crate::at::values::{self, Bad, Values};
use crate::buffer::Buf;
use crate::modem::dispatch::Machine;
use crate::modem::fail::Fail;

/// What became of the command at a position, and where the line goes on.
pub(crate) enum Ran {
    /// The line has ended.
    End,
    /// A command was carried out.
    Done(usize, Outcome),
}

/// Why a command was not carried out, and which.
struct Refused {
    command: Option<&'static Command>,
    why: Refusal,
}

impl Refused {
    /// Something that is no command.
    const UNKNOWN: Self = Self {
        command: None,
        why: Refusal::Unknown,
    };

    /// There is no command of this name.
    #[cold]
    fn no_such(name: &[u8]) -> Self {
        Self {
            command: None,
            why: Refusal::NoSuchCommand(name.first().copied().unwrap_or_default()),
        }
    }

    /// One that cannot be carried out for this reason.
    fn of(command: &'static Command, why: Refusal) -> Self {
        let command = Some(command);
        Self { command, why }
    }
}

/// Carries out the command of `line` at `at`; `decoded` takes its values.
pub(crate) fn run(
    machine: &mut Machine,
    language: &Language,
    line: &[u8],
    at: usize,
    decoded: &mut Buf,
) -> Ran {
    decoded.clear();
    let done = match next(line, at, &language.grammar) {
        NextItem::End => return Ran::End,
        NextItem::Bad => Err(Refused::UNKNOWN),
        NextItem::Item(item) => carry_out(machine, language, line, item, decoded),
    };
    match done {
        Ok((next, outcome)) => Ran::Done(next, outcome),
        Err(refused) => Ran::Done(at, Outcome::Fail(refuse(machine, language, &refused))),
    }
}

/// The dialect has the last word. What becomes of a line that is only looked at is not
/// written.
#[cold]
fn refuse(machine: &mut Machine, language: &Language, refused: &Refused) -> Fail {
    if machine.pending.any() {
        return Fail::Plain;
    }
    machine.begin_answer();
    let mut cx = Context::new(machine, language.dialect);
    (language.dialect.refuse)(&mut cx, refused.command, refused.why)
}

fn carry_out(
    machine: &mut Machine,
    language: &Language,
    line: &[u8],
    item: Item,
    decoded: &mut Buf,
) -> Result<(usize, Outcome), Refused> {
    let command = language.dialect.find(item.name);
    let command = command.ok_or_else(|| Refused::no_such(item.name))?;
    if machine.pending.any() {
        // Results that are due are of one link; the host may have gone back to the first.
        let gathers = command.gathers && machine.pending.link() == machine.selected;
        if !gathers || item.form != Form::Set {
            return Err(Refused::UNKNOWN);
        }
    }
    machine.begin_answer();
    if command.takes_list && matches!(item.form, Form::Set | Form::Execute) {
        machine.properties.take();
    }
    match item.form {
        Form::Set => set(machine, language, line, item, command, decoded),
        Form::Execute if command.commits && command.execute.is_some() => {
            check_rest(machine, language, line, item.next, decoded)?;
            bare(machine, language, item, command)
        }
        Form::Test if command.test_form.is_none() && language.grammar.tests => {
            machine.write(|reply| help::write_test(command, reply));
            Ok((item.next, Outcome::Ok))
        }
        _ => bare(machine, language, item, command),
    }
}

/// A form without values.
fn bare(
    machine: &mut Machine,
    language: &Language,
    item: Item,
    command: &'static Command,
) -> Result<(usize, Outcome), Refused> {
    let handler = bare_handler(command, item.form);
    let handler = handler.ok_or_else(|| Refused::of(command, Refusal::NoSuchForm))?;
    can_read_store(machine, command)?;
    let mut cx = Context::new(machine, language.dialect);
    Ok((item.next, handler(&mut cx, &Args::none())))
}

fn bare_handler(command: &Command, form: Form) -> Option<Handler> {
    match form {
        Form::Execute => command.execute,
        Form::Read => command.read,
        Form::Test => command.test_form,
        Form::Set => None,
    }
}

/// Whether a command that needs what is stored can have it.
#[inline]
fn can_read_store(machine: &Machine, command: &'static Command) -> Result<(), Refused> {
    if command.remembers && !machine.storage.is_readable() {
        return Err(Refused::of(command, Refusal::Unable(Fail::UNREADABLE)));
    }
    Ok(())
}

fn set(
    machine: &mut Machine,
    language: &Language,
    line: &[u8],
    item: Item,
    command: &'static Command,
    decoded: &mut Buf,
) -> Result<(usize, Outcome), Refused> {
    let mut values = Values::NONE;
    let (next, args, handler) = read_set(line, item.next, command, language, &mut values, decoded)?;
    if command.commits && next < line.len() && !machine.rest_checked {
        if machine.pending.any() {
            // Its end could not be told in its turn.
            return Err(Refused::UNKNOWN);
        }
        check_rest(machine, language, line, next, decoded)?;
        return set_again(machine, language, line, item, command, decoded);
    }
    can_read_store(machine, command)?;
    let mut cx = Context::new(machine, language.dialect);
    Ok((next, handler(&mut cx, &args)))
}

/// The values of what follows were read over the command's own.
#[cold]
fn set_again(
    machine: &mut Machine,
    language: &Language,
    line: &[u8],
    item: Item,
    command: &'static Command,
    decoded: &mut Buf,
) -> Result<(usize, Outcome), Refused> {
    let mut values = Values::NONE;
    decoded.clear();
    let read = read_set_again(line, item.next, command, language, &mut values, decoded);
    let (next, args, handler) = read?;
    let mut cx = Context::new(machine, language.dialect);
    Ok((next, handler(&mut cx, &args)))
}

/// As [`read_set`], off the quick path.
#[cold]
#[inline(never)]
fn read_set_again<'l>(
    line: &'l [u8],
    at: usize,
    command: &'static Command,
    language: &Language,
    values: &'l mut Values,
    decoded: &'l mut Buf,
) -> Result<(usize, Args<'l>, Handler), Refused> {
    read_set(line, at, command, language, values, decoded)
}

/// The checked values at `at` of a set form, what carries it out, and where the line goes
/// on. Inlined, as reading values is most of the work of a command.
#[inline(always)]
fn read_set<'l>(
    line: &'l [u8],
    at: usize,
    command: &'static Command,
    language: &Language,
    values: &'l mut Values,
    decoded: &'l mut Buf,
) -> Result<(usize, Args<'l>, Handler), Refused> {
    let refused = |why| Refused::of(command, why);
    let grammar = &language.grammar;
    let set = command.set;
    let (signatures, handler) = set.ok_or_else(|| refused(Refusal::NoSuchForm))?;
    let next = if command.is_extended() {
        let forgive = last_param(signatures).filter(|_| command.forgiving);
        let read = values::parse(line, at, grammar, forgive, values, decoded);
        read.map_err(|bad| refused(unreadable(bad)))?
    } else {
        let next = number(line, at, values);
        if !grammar.lists && next < line.len() {
            return Err(refused(Refusal::Unknown));
        }
        next
    };
    let decoded = decoded.as_slice();
    let checked = schema::check(line, decoded, values, signatures, grammar);
    let args = checked.map_err(|reject: Reject| {
        let misfit = schema::misfit((line, decoded), values, signatures, grammar, reject);
        refused(Refusal::Values(misfit))
    })?;
    Ok((next, args, handler))
}

/// The values of a command whose set form was read before, with their texts behind what
/// `decoded` holds, and all of that.
pub(crate) fn read_again<'l>(
    line: &'l [u8],
    at: usize,
    command: &'static Command,
    language: &Language,
    values: &'l mut Values,
    decoded: &'l mut Buf,
) -> Option<(Args<'l>, &'l [u8])> {
    read_set_again(line, at, command, language, values, decoded).ok()?;
    let decoded = decoded.as_slice();
    let (signatures, _) = command.set?;
    let args = schema::check(line, decoded, values, signatures, &language.grammar);
    Some((args.ok()?, decoded))
}

/// Whether the commands of `line` from `at` on could be carried out, as far as that does
/// not depend on the run: names, forms, values and their ranges. Once is enough for
/// a line.
#[cold]
fn check_rest(
    machine: &mut Machine,
    language: &Language,
    line: &[u8],
    at: usize,
    decoded: &mut Buf,
) -> Result<(), Refused> {
    let mut at = at;
    while at < line.len() && !machine.rest_checked {
        match next(line, at, &language.grammar) {
            NextItem::End => break,
            NextItem::Bad => return Err(Refused::UNKNOWN),
            NextItem::Item(item) => at = check(language, line, item, decoded)?,
        }
    }
    machine.rest_checked = true;
    Ok(())
}

/// Checks one command; returns where the line goes on.
fn check(
    language: &Language,
    line: &[u8],
    item: Item,
    decoded: &mut Buf,
) -> Result<usize, Refused> {
    let command = language.dialect.find(item.name);
    let command = command.ok_or_else(|| Refused::no_such(item.name))?;
    match item.form {
        Form::Set => {
            let mut values = Values::NONE;
            decoded.clear();
            let read = read_set_again(line, item.next, command, language, &mut values, decoded);
            read.map(|(next, ..)| next)
        }
        Form::Test => Ok(item.next),
        form => match bare_handler(command, form) {
            Some(_) => Ok(item.next),
            None => Err(Refused::of(command, Refusal::NoSuchForm)),
        },
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

fn unreadable(bad: Bad) -> Refusal {
    match bad {
        Bad::Junk | Bad::Unclosed => Refusal::Unknown,
        Bad::Full => Refusal::Unable(Fail::MEMORY_FULL),
    }
}
