//! `cargo xtask VERB`: what the continuous integration runs, runnable by hand.
//! One verb a file.
#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

mod audit;
mod bench;
mod certificates;
mod conformance;
mod docs;
mod fuzz;
mod help;
mod hosts;
mod links;
mod msrv;
mod no_std;
mod npm;
mod page;
mod pypi;
mod python;
mod server;
mod setup;
mod sh;
mod sim;
mod size;
mod soak;
mod test;
mod tidy;
mod transcript;

use help::HELP;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> sh::Result {
    match words {
        ["test", rest @ ..] => test::run(rest),
        ["setup"] => setup::run(),
        ["tidy"] => tidy::run(),
        ["no-std"] => no_std::run(),
        ["docs"] => docs::write(),
        ["docs", "--check"] => docs::check(),
        ["page", rest @ ..] => page::run(rest),
        ["hosts", names @ ..] => hosts::run(names),
        ["python", rest @ ..] => python::run(rest),
        ["wheel"] => python::wheel(),
        ["bench", rest @ ..] => bench::run(rest),
        ["fuzz", "help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        ["fuzz", rest @ ..] => fuzz::run(rest),
        ["sim", rest @ ..] => sim::run(rest),
        ["soak", rest @ ..] => soak::run(rest),
        ["audit"] => audit::run(),
        ["deny"] => audit::dependencies(),
        ["msrv"] => msrv::run(),
        ["size"] => size::run(),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("no such verb: {}\n\n{HELP}", words.join(" "))),
    }
}
