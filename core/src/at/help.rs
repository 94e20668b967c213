//! Answers and texts made from a command's declaration.

use super::param::{Kind, Param};
use super::reply::Reply;
use super::schema::{Declaration, Test};
use core::fmt::{self, Display};

/// The range of a parameter as in a `=?` answer: `(0-2)`, `(0,1,4)`, `<topic>`.
#[derive(Clone, Copy, Debug)]
pub struct Range<'p>(pub &'p Param);

impl Display for Range<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.kind {
            Kind::Int { min, max } => write!(f, "({min}-{max})"),
            Kind::Choice(choices) => choice_range(choices, f),
            Kind::Text { .. } | Kind::Bytes { .. } => write!(f, "<{}>", self.0.name),
        }
    }
}

fn choice_range(choices: &[(u32, &str)], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let first = choices.first().map_or(0, |(number, _)| *number);
    let last = choices.last().map_or(0, |(number, _)| *number);
    let gapless = last.checked_sub(first).map(|span| span as usize + 1) == Some(choices.len());
    if gapless && choices.len() > 1 {
        return write!(f, "({first}-{last})");
    }
    f.write_str("(")?;
    for (index, (number, _)) in choices.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        write!(f, "{comma}{number}")?;
    }
    f.write_str(")")
}

/// Says the answer to `=?`.
pub fn write_test<H: Copy>(command: &Declaration<H>, reply: &mut Reply) {
    use fmt::Write;
    let signature = command.set.and_then(|(signatures, _)| signatures.first());
    match (command.test, signature) {
        (Test::Literal(""), _) => {}
        (Test::Literal(text), _) => reply.text_line(text),
        (Test::Generated, Some(signature)) if !signature.params.is_empty() => reply.info(|line| {
            line.text(command.name);
            line.text(": ");
            for (index, param) in signature.params.iter().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                // A reply notes for itself what does not fit.
                let _ = write!(line, "{comma}{}", Range(param));
            }
        }),
        (Test::Generated, _) => {}
    }
}
