//! `cargo xtask bench start`: from the start of the program to its first OK.

use super::contest::{Sample, client, cpu_micros, run as contest};
use super::host::serve;
use super::options::Options;
use super::programs::Programs;
use super::table::{Table, met};
use crate::server::spawn;
use crate::sh::{self, Result};
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::Instant;

const LIMIT_MICROS: f64 = 20_000.0;
/// Starts a turn.
const STARTS: usize = 10;

/// Without and with a store.
#[allow(clippy::unnecessary_wraps, reason = "a row of the bench may fail")]
pub fn run(programs: &Programs, options: &Options) -> Result<Vec<Table>> {
    let clients = vec![
        client("serve --stdio", || starts(programs, false)),
        client("... --state-dir, a new one", || starts(programs, true)),
    ];
    let scores = contest(options.repeats, STARTS, clients);
    let mut table = scores.table("From start to first OK (msg = start)");
    if let Some(own) = scores.of("serve --stdio") {
        table.note(format!(
            "{}: the first OK within {:.0} ms; half of them come within {:.1} ms.",
            met(own.p50 < LIMIT_MICROS),
            LIMIT_MICROS / 1_000.0,
            own.p50 / 1_000.0
        ));
    }
    Ok(vec![table])
}

fn starts(programs: &Programs, keeps: bool) -> Result<Sample> {
    let mut total = Sample::default();
    for _ in 0..STARTS {
        let (nanos, cpu) = start(programs, keeps)?;
        total.trips.push(nanos);
        total.seconds += nanos as f64 / 1e9;
        total.cpu_micros += cpu;
    }
    Ok(total)
}

fn start(programs: &Programs, keeps: bool) -> Result<(u64, f64)> {
    let mut command = serve(programs, "start");
    command
        .arg("--stdio")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    if keeps {
        let folder = sh::target().join("bench/start/disk");
        command.arg("--state-dir").arg(folder);
    }
    let begin = Instant::now();
    let mut server = spawn(&mut command)?;
    let pid = server.0.id();
    let (Some(mut stdin), Some(stdout)) = (server.0.stdin.take(), server.0.stdout.take()) else {
        return Err("no pipe to the modem".to_owned());
    };
    stdin.write_all(b"AT\r").map_err(|e| e.to_string())?;
    let mut lines = BufReader::new(stdout).lines();
    let ok = lines.any(|line| line.is_ok_and(|line| line.trim() == "OK"));
    let nanos = u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX);
    if ok {
        Ok((nanos, cpu_micros(pid)?))
    } else {
        Err("the modem ended without OK".to_owned())
    }
}
