//! `cargo xtask bench`: numbers to quote. Nothing here depends on how fast the
//! machine happens to be, or it stands beside what others do on the same one.
#![allow(
    clippy::cast_precision_loss,
    reason = "counts and times here are far below 2^52"
)]

pub mod parse;

mod callgrind;
mod contest;
mod crowd;
mod durable;
mod engine;
mod fleet;
mod growth;
mod host;
mod kept;
mod options;
mod peers;
mod programs;
mod publish;
mod receive;
mod report;
mod roundtrip;
mod start;
mod subscriber;
mod table;
mod tls;
mod tracked;

use crate::setup;
use crate::sh::Result;
use options::Options;
use programs::Programs;
use table::Table;

/// One subject: what it is called and how its tables come about.
struct Row {
    name: &'static str,
    run: fn(&Programs, &Options) -> Result<Vec<Table>>,
}

const fn row(name: &'static str, run: fn(&Programs, &Options) -> Result<Vec<Table>>) -> Row {
    Row { name, run }
}

const ROWS: &[Row] = &[
    row("parse", |_, _| Ok(vec![parse::table()?.0])),
    row("engine", engine::run),
    row("publish", publish::run),
    row("roundtrip", roundtrip::run),
    row("tracked", tracked::run),
    row("tls", tls::run),
    row("kept", kept::run),
    row("receive", receive::run),
    row("start", start::run),
    row("fleet", fleet::run),
    row("growth", growth::run),
    row("durable", durable::run),
];

/// Runs one row or all of them; all of them are written to the manual.
pub fn run(words: &[&str]) -> Result {
    if let ["fleet", rest @ ..] = words
        && !rest.is_empty()
    {
        return fleet::verb(rest);
    }
    let (chosen, options) = choose(words)?;
    setup::run()?;
    let programs = Programs::build()?;
    let mut tables = Vec::new();
    for row in ROWS
        .iter()
        .filter(|row| chosen.is_none_or(|name| name == row.name))
    {
        for table in (row.run)(&programs, &options)? {
            println!("\n{table}");
            tables.push(table);
        }
    }
    if chosen.is_some() {
        return Ok(());
    }
    report::write(&programs, options.repeats, &tables)
}

fn choose<'w>(words: &[&'w str]) -> Result<(Option<&'w str>, Options)> {
    let mut options = Options {
        repeats: 5,
        messages: None,
        beside: None,
    };
    let mut chosen = None;
    let mut words = words.iter();
    while let Some(&word) = words.next() {
        let mut number = || {
            let number = words.next().and_then(|word| word.parse().ok());
            let number = number.filter(|&number: &usize| number > 0);
            number.ok_or_else(|| format!("bench: what number behind {word}?"))
        };
        match word {
            "--rounds" => options.repeats = number()?,
            "--messages" => options.messages = Some(number()?),
            "--beside" => {
                let path = words.next().ok_or("bench: what program behind --beside?")?;
                options.beside = Some(path.into());
            }
            name if ROWS.iter().any(|row| row.name == name) => chosen = Some(name),
            _ => {
                let names: Vec<_> = ROWS.iter().map(|row| row.name).collect();
                return Err(format!(
                    "bench: no `{word}`; there are: {}",
                    names.join(", ")
                ));
            }
        }
    }
    Ok((chosen, options))
}
