//! `cargo xtask VERB`: what the continuous integration runs, runnable by hand.
//! One verb a file.
#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

mod audit;
mod bench;
mod conformance;
mod docs;
mod fuzz;
mod hosts;
mod no_std;
mod server;
mod setup;
mod sh;
mod sim;
mod size;
mod soak;
mod test;
mod tidy;
mod transcript;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask VERB

  test [--list] [--only STEP] [--skip STEP]
                     everything that must pass before a change lands
  setup              the tools `test` needs: checked, and installed as root
  tidy [--all]       layers, circles of imports, lengths and names; with --all
                     also what is allowed for now
  no-std             the core without alloc links without std and allocator
  docs [--check]     write the generated manual; play the README's transcripts
  hosts [NAME...]    real host programs against a modem and a real broker
  bench [ROW] [--rounds N] [--messages N]
                     what commands and messages cost, beside other clients;
                     without a ROW all of them, into docs/benchmarks.md
  bench fleet [--modems N] [--tls]
                     that row with another number of modems, or over TLS
  fuzz [--target NAME] [--seconds N]
                     both_sides, stored_records and wire under cargo-fuzz, each
                     for 60 seconds; seeded from the chats
  sim [--seeds N] [--from S] [--all] [--seed S]
                     modem, host and broker in virtual time: 10,000 seeds, or
                     one of them with all that happens in it
  soak [--full] [--mosquitto] [--messages N] [--cuts N] [--kills N] [--modems N]
       [--seed S]    modems killed and connections cut: nothing lost, nothing doubled
  audit              licences, sources and advisories of what we build on
  size               the release program with and without the broker
";

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
        ["tidy"] => tidy::run(false),
        ["tidy", "--all"] => tidy::run(true),
        ["no-std"] => no_std::run(),
        ["docs"] => docs::write(),
        ["docs", "--check"] => docs::check(),
        ["hosts", names @ ..] => hosts::run(names),
        ["bench", rest @ ..] => bench::run(rest),
        ["fuzz", "help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        ["fuzz", rest @ ..] => fuzz::run(rest),
        ["sim", rest @ ..] => sim::run(rest),
        ["soak", rest @ ..] => soak::run(rest),
        ["audit"] => audit::run(),
        ["size"] => size::run(),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("no such verb: {}\n\n{HELP}", words.join(" "))),
    }
}
