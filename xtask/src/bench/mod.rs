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
mod websocket;

use crate::setup;
use crate::sh::Result;
use options::Options;
use programs::Programs;
use table::Table;

/// One subject: what it is called and how its tables come about.
struct Row {
    name: &'static str,
    run: Run,
}

/// How the tables of a row come about.
enum Run {
    /// Instructions are counted, of loads built for that alone.
    Count(fn() -> Result<Vec<Table>>),
    /// Programs take turns.
    Play(fn(&Programs, &Options) -> Result<Vec<Table>>),
}

const fn count(name: &'static str, run: fn() -> Result<Vec<Table>>) -> Row {
    let run = Run::Count(run);
    Row { name, run }
}

const fn row(name: &'static str, run: fn(&Programs, &Options) -> Result<Vec<Table>>) -> Row {
    let run = Run::Play(run);
    Row { name, run }
}

const ROWS: &[Row] = &[
    count("parse", || Ok(parse::tables()?.0)),
    count("engine", engine::run),
    row("publish", publish::run),
    row("roundtrip", roundtrip::run),
    row("tracked", tracked::run),
    row("tls", tls::run),
    row("websocket", websocket::run),
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
    if let Some(row) = chosen {
        let tables = match row.run {
            Run::Count(run) => run()?,
            Run::Play(run) => run(&Programs::build()?, &options)?,
        };
        print(&tables);
        return Ok(());
    }
    let programs = Programs::build()?;
    let mut tables = Vec::new();
    for row in ROWS {
        let made = match row.run {
            Run::Count(run) => run()?,
            Run::Play(run) => run(&programs, &options)?,
        };
        print(&made);
        tables.extend(made);
    }
    report::write(&programs, options.repeats, &tables)
}

fn print(tables: &[Table]) {
    for table in tables {
        println!("\n{table}");
    }
}

fn choose(words: &[&str]) -> Result<(Option<&'static Row>, Options)> {
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
            name => {
                let row = ROWS.iter().find(|row| row.name == name);
                chosen = Some(row.ok_or_else(|| no_row(name))?);
            }
        }
    }
    Ok((chosen, options))
}

fn no_row(name: &str) -> String {
    let names: Vec<_> = ROWS.iter().map(|row| row.name).collect();
    format!("bench: no `{name}`; there are: {}", names.join(", "))
}
