//! The soak: numbered messages both ways through modems that are killed, over
//! connections that are cut. `cargo xtask soak` builds and runs it.
//!
//! ```text
//! host ── AT ──▶ mqmodem serve ──▶ proxy ──▶ end
//!                 (killed)         (cuts)    (counts, as the hosts do)
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

mod client;
mod cut;
mod end;
mod flow;
mod host;
mod judge;
mod message;
mod mosquitto;
mod options;
mod port;
mod process;
mod proxy;
mod run;
mod wire;

#[cfg(test)]
mod tests;

use clap::Parser;
use options::Options;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

fn main() -> ExitCode {
    let options = Options::parse();
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(1, |now| now.as_secs());
    let seed = options.seed.unwrap_or(now);
    eprintln!("soak: --seed {seed}");
    match run::run(&options, seed) {
        Ok(judge) => {
            println!("{}", judge.line());
            print!("{}", judge.report());
            println!("seed {seed}");
            ExitCode::from(u8::from(!judge.is_clean()))
        }
        Err(why) => {
            eprintln!("soak: {why}");
            ExitCode::FAILURE
        }
    }
}
