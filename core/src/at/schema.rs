//! What a command looks like, declared once.
//!
//! A [`Declaration`] is a constant; the parser, the range checks, the `=?` answer,
//! the manual and the tests all read it. `H` is what carries a form out: the
//! language itself does not care.

#![allow(
    clippy::inline_always,
    reason = "checking values is much of a command's work, and has callers off the quick path"
)]

use super::args::Args;
use super::grammar::Grammar;
use super::line::Reading;
use super::param::{MAX_PARAMS, Misfit, MisfitKind, Param, Reject, fit, number};
use super::values::Values;

/// A condition on values that fit one by one.
pub type Together = fn(&Args<'_>) -> Result<(), Reject>;

/// One way to set a command: its parameters in order.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The parameters; those that may be left out come last.
    pub params: &'static [Param],
    /// What they must be together.
    pub together: Option<Together>,
    /// So many of them, from the last on, may come again any number of times.
    pub repeats: usize,
}

impl Signature {
    /// A signature of these parameters, [`MAX_PARAMS`] at most.
    ///
    /// # Panics
    /// At compile time, where there are more.
    pub const fn of(params: &'static [Param]) -> Self {
        assert!(params.len() <= MAX_PARAMS, "too many parameters");
        Self {
            params,
            together: None,
            repeats: 0,
        }
    }

    /// Whether these values fit it.
    #[inline(always)]
    fn fits(&self, args: &Args, grammar: &Grammar) -> Result<(), Reject> {
        for (index, param) in self.params.iter().enumerate() {
            match args.value(index) {
                Some(value) => args.fit_value(value, param, grammar)?,
                None if param.optional => {}
                None => return Err(Reject::Value),
            }
        }
        self.together.map_or(Ok(()), |together| together(args))
    }

    /// Whether values behind the parameters are some of these again.
    #[cold]
    fn is_repeated_in(&self, args: &Args) -> bool {
        let surplus = args.count().abs_diff(self.params.len());
        if self.repeats == 0 || !surplus.is_multiple_of(self.repeats) {
            return false;
        }
        let first = self.params.len().saturating_sub(self.repeats);
        let mut values = args.from(first).zip(self.repeated().iter().cycle());
        values.all(|(value, param)| fit(&param.kind, value).is_ok())
    }

    /// The parameters that may come again.
    pub fn repeated(&self) -> &'static [Param] {
        let first = self.params.len().saturating_sub(self.repeats);
        self.params.get(first..).unwrap_or_default()
    }

    /// The last `count` parameters may come again, any number of times.
    #[must_use]
    pub const fn repeats(self, count: usize) -> Self {
        Self {
            repeats: count,
            ..self
        }
    }

    /// How many values from the first on fit it.
    fn fitting(&self, args: &Args, grammar: &Grammar) -> usize {
        let params = self.params.iter().enumerate();
        let fits = |&(index, param): &(usize, &Param)| {
            let value = args.value(index);
            value.is_none_or(|value| args.fit_value(value, param, grammar).is_ok())
        };
        params.take_while(fits).count()
    }

    /// The same with those that come again.
    fn fitting_again(&self, args: &Args, grammar: &Grammar) -> usize {
        let fitting = self.fitting(args, grammar);
        if fitting < self.params.len() {
            return fitting;
        }
        let again = args.from(fitting).zip(self.repeated().iter().cycle());
        let fits = |(value, param): &(&[u8], &Param)| fit(&param.kind, value).is_ok();
        fitting + again.take_while(fits).count()
    }

    /// As [`fitting`](Self::fitting), where those that must be there are.
    fn fitting_given(&self, args: &Args, grammar: &Grammar) -> usize {
        let fitting = self.fitting(args, grammar);
        let required = self.params.iter().take(fitting).enumerate();
        let missing = |&(index, param): &(usize, &Param)| !param.optional && !args.has(index);
        let missing = required.into_iter().find(missing);
        missing.map_or(fitting, |(index, _)| index)
    }

    /// A condition on the values together: no state of the modem counts, and nothing
    /// comes of it.
    pub const fn check(self, together: Together) -> Self {
        let together = Some(together);
        Self { together, ..self }
    }
}

/// The values that fit one of the signatures; the first that fits is taken.
#[inline(always)]
pub(crate) fn check<'l>(
    line: &'l [u8],
    decoded: &'l [u8],
    values: &'l Values,
    signatures: &[Signature],
    grammar: &Grammar,
) -> Result<Args<'l>, Reject> {
    let mut why = Reject::Value;
    for (signature, declared) in signatures.iter().enumerate() {
        let args = Args::unchecked(line, decoded, values, signature);
        if args.count() > declared.params.len() && !declared.is_repeated_in(&args) {
            continue;
        }
        match declared.fits(&args, grammar) {
            Ok(()) => return Ok(args),
            Err(reject) => why = reject,
        }
    }
    Err(why)
}

/// What of values that were refused for `reject` does not fit, by the signature they fit
/// best.
#[cold]
pub(crate) fn misfit(
    (line, decoded): (&[u8], &[u8]),
    values: &Values,
    signatures: &[Signature],
    grammar: &Grammar,
    reject: Reject,
) -> Misfit {
    let args = Args::unchecked(line, decoded, values, 0);
    let best = signatures
        .iter()
        .max_by_key(|signature| signature.fitting(&args, grammar));
    let params = best.map_or(&[][..], |signature| signature.params);
    let place = best.map_or(0, |signature| signature.fitting_given(&args, grammar));
    let kind = match (params.get(place), args.value(place)) {
        (None, _) if args.count() > params.len() => MisfitKind::Surplus,
        (None, _) => MisfitKind::Together,
        (Some(_), None) => MisfitKind::Missing,
        (Some(param), Some(value)) => args.misfit(place, value, param, grammar),
    };
    Misfit {
        place,
        param: params.get(place).map_or("", |param| param.name),
        first: number(args.bytes(0)),
        kind,
        reject,
    }
}

/// How many values from the first on fit a signature, of all the one they fit best.
pub(crate) fn fitting(
    line: &[u8],
    decoded: &[u8],
    values: &Values,
    signatures: &[Signature],
    grammar: &Grammar,
) -> usize {
    let args = Args::unchecked(line, decoded, values, 0);
    let fits = |signature: &Signature| signature.fitting_again(&args, grammar);
    signatures.iter().map(fits).max().unwrap_or(0)
}

/// How `=?` is answered.
#[derive(Clone, Copy, Debug)]
pub enum Test {
    /// The name and the ranges of the first signature; plain OK without one.
    Generated,
    /// The standard's or the vendor's own wording; plain OK where it is empty.
    Literal(&'static str),
}

/// An example for the manual: what the host types and what comes back.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The line as typed, without its terminator.
    pub line: &'static str,
    /// The lines of the answer.
    pub answer: &'static [&'static str],
}

/// The declaration of a command and its forms. A form exists exactly if its handler
/// does; the test form of an extended command always exists (V.250 §5.4.4).
#[derive(Clone, Copy, Debug)]
pub struct Declaration<H: 'static> {
    /// The name as typed after `AT`: `+MQTTPUB`, `&F`, `E`, `S3`.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// More for the manual: limits, side effects, the clause it follows.
    pub details: &'static str,
    /// The form without anything behind the name.
    pub execute: Option<H>,
    /// `?`
    pub read: Option<H>,
    /// `=…`, and for basic commands the number behind the letter.
    pub set: Option<(&'static [Signature], H)>,
    /// `=?`
    pub test: Test,
    /// Says the `=?` answer where the declaration alone does not make it.
    pub test_form: Option<H>,
    /// Whether a quoted value may hold raw line breaks (rule R4).
    pub multi_line: bool,
    /// Whether junk after the last string is forgiven (rule R10).
    pub forgiving: bool,
    /// Whether its set form may be carried out while messages before it wait for
    /// the network or the disk.
    pub gathers: bool,
    /// Whether carrying it out sends or stores something, and does not only change how
    /// the modem talks: then the rest of its line is checked before.
    pub commits: bool,
    /// Whether it cannot be carried out without what the modem keeps.
    pub remembers: bool,
    /// Whether its set form and its execute form take the list of properties that was
    /// given before, whether they succeed or not.
    pub takes_list: bool,
    /// Examples for the manual.
    pub examples: &'static [Example],
}

impl<H: Copy> Declaration<H> {
    /// A command without a form yet.
    pub const fn new(name: &'static str, summary: &'static str) -> Self {
        Self {
            name,
            summary,
            details: "",
            execute: None,
            read: None,
            set: None,
            test: Test::Generated,
            test_form: None,
            multi_line: false,
            forgiving: false,
            gathers: false,
            commits: false,
            remembers: false,
            takes_list: false,
            examples: &[],
        }
    }

    /// More for the manual.
    pub const fn details(self, details: &'static str) -> Self {
        Self { details, ..self }
    }

    /// The form without anything behind the name.
    pub const fn execute(self, handler: H) -> Self {
        let execute = Some(handler);
        Self { execute, ..self }
    }

    /// The read form, `?`.
    pub const fn read(self, handler: H) -> Self {
        let read = Some(handler);
        Self { read, ..self }
    }

    /// The set form, `=…`; the first signature that fits is taken.
    pub const fn set(self, signatures: &'static [Signature], handler: H) -> Self {
        let set = Some((signatures, handler));
        Self { set, ..self }
    }

    /// The standard's or the vendor's own wording of the `=?` answer; plain OK
    /// where it is empty.
    pub const fn test(self, literal: &'static str) -> Self {
        let test = Test::Literal(literal);
        Self { test, ..self }
    }

    /// Says the `=?` answer by a handler.
    pub const fn test_with(self, handler: H) -> Self {
        let test_form = Some(handler);
        Self { test_form, ..self }
    }

    /// A quoted value may hold raw line breaks (rule R4).
    pub const fn multi_line(self) -> Self {
        let multi_line = true;
        Self { multi_line, ..self }
    }

    /// The set form may be carried out while messages before it wait for the network
    /// or the disk.
    pub const fn gathers(self) -> Self {
        let gathers = true;
        Self { gathers, ..self }
    }

    /// It sends or stores something: the rest of its line is checked before it is
    /// carried out.
    pub const fn commits(self) -> Self {
        let commits = true;
        Self { commits, ..self }
    }

    /// It needs what is stored: while that cannot be read, it is answered with CME 23.
    pub const fn remembers(self) -> Self {
        let remembers = true;
        Self { remembers, ..self }
    }

    /// It takes the list of properties that was given before.
    pub const fn takes_list(self) -> Self {
        let takes_list = true;
        Self { takes_list, ..self }
    }

    /// Junk after the last string is forgiven (rule R10).
    pub const fn forgiving(self) -> Self {
        let forgiving = true;
        Self { forgiving, ..self }
    }

    /// Examples for the manual.
    pub const fn examples(self, examples: &'static [Example]) -> Self {
        Self { examples, ..self }
    }

    /// How its values are read while they are typed.
    pub fn reading(&self) -> Reading {
        let (multi_line, forgiving) = (self.multi_line, self.forgiving);
        Reading {
            multi_line,
            forgiving,
        }
    }

    /// Whether it is an extended command (V.250 §5.4): `+`, or another prefix of its
    /// grammar, and a name.
    pub fn is_extended(&self) -> bool {
        let first = self.name.bytes().next().unwrap_or(b'+');
        !first.is_ascii_alphabetic() && first != b'&'
    }
}
