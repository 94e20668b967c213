//! Clients that take turns, and what each of them costs.

use super::table::Table;
use crate::server::spawn;
use crate::sh::{self, Result};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The clock ticks of /proc: 100 a second on every Linux.
const TICK_MICROS: f64 = 10_000.0;

/// What a turn took.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// From the first message to the last answered and delivered.
    pub seconds: f64,
    /// Processor time of the client, user and system.
    pub cpu_micros: f64,
    /// Nanoseconds each message took, where they were waited for one by one.
    pub trips: Vec<u64>,
}

/// One that takes part. Where it cannot, the table says why.
pub struct Client<'c> {
    /// What the table calls it.
    pub name: &'static str,
    /// One turn.
    pub turn: Box<dyn FnMut() -> Result<Sample> + 'c>,
}

/// A client to take turns with others.
pub fn client<'c>(name: &'static str, turn: impl FnMut() -> Result<Sample> + 'c) -> Client<'c> {
    let turn = Box::new(turn);
    Client { name, turn }
}

/// What a client came to: medians of its turns.
#[derive(Clone, Copy, Debug)]
pub struct Score {
    /// Messages a second.
    pub rate: f64,
    /// Microseconds of processor a message.
    pub cpu: f64,
    /// Microseconds half of the messages took.
    pub p50: f64,
    /// Microseconds all but one in a hundred took.
    pub p99: f64,
}

/// The scores of a contest, in the order of its clients.
#[derive(Debug)]
pub struct Scores(Vec<(&'static str, Result<Score>)>);

/// Lets the clients take turns with `n` messages each.
pub fn run(rounds: usize, n: usize, mut clients: Vec<Client<'_>>) -> Scores {
    let mut turns: Vec<Result<Vec<Sample>>> = clients.iter().map(|_| Ok(Vec::new())).collect();
    for _ in 0..rounds {
        for (client, samples) in clients.iter_mut().zip(&mut turns) {
            if let Ok(taken) = samples {
                match (client.turn)() {
                    Ok(sample) => taken.push(sample),
                    Err(why) => *samples = Err(why),
                }
            }
        }
    }
    let scores = turns
        .iter()
        .map(|turns| turns.as_ref().map(|turns| score(n, turns)));
    let names = clients.iter().map(|client| client.name);
    Scores(
        names
            .zip(scores.map(|score| score.map_err(Clone::clone)))
            .collect(),
    )
}

fn score(n: usize, turns: &[Sample]) -> Score {
    let n = n as f64;
    let of = |what: &dyn Fn(&Sample) -> f64| median(turns.iter().map(what).collect());
    Score {
        rate: n / of(&|turn| turn.seconds),
        cpu: of(&|turn| turn.cpu_micros) / n,
        p50: of(&|turn| percentile(&turn.trips, 50)),
        p99: of(&|turn| percentile(&turn.trips, 99)),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// In microseconds.
fn percentile(nanos: &[u64], percent: usize) -> f64 {
    let mut nanos = nanos.to_vec();
    nanos.sort_unstable();
    let nanos = nanos.get(nanos.len() * percent / 100);
    nanos.map_or(f64::NAN, |&nanos| nanos as f64 / 1_000.0)
}

impl Scores {
    /// The score of a client that could take part.
    pub fn of(&self, name: &str) -> Option<Score> {
        let (_, score) = self.0.iter().find(|(found, _)| *found == name)?;
        score.as_ref().ok().copied()
    }

    /// Those who took part beside us, and their scores.
    pub fn others(&self) -> impl Iterator<Item = (&'static str, Score)> {
        let scores = self.0.iter().skip(1);
        scores.filter_map(|(name, score)| score.as_ref().ok().map(|&score| (*name, score)))
    }

    /// Messages a second and what they cost; the ratios are the first client's
    /// number divided by the others'.
    pub fn table(&self, title: impl Into<String>) -> Table {
        let waited = self
            .0
            .iter()
            .flat_map(|(_, score)| score)
            .any(|score| !score.p50.is_nan());
        let mut head = vec!["msg/s", "CPU us/msg"];
        if waited {
            head.extend(["p50 us", "p99 us"]);
        }
        head.extend(["ours: speed", "ours: CPU"]);
        let mut table = Table::new(title, &head);
        let own = self.0.first().and_then(|(_, score)| score.as_ref().ok());
        for (name, score) in &self.0 {
            let mut row = vec![(*name).to_owned()];
            match score {
                Ok(score) => row.extend(cells(score, own, waited)),
                Err(why) => row.push(format!(
                    "not run: {}",
                    why.lines().next().unwrap_or_default()
                )),
            }
            table.row(row);
        }
        table
    }
}

fn cells(score: &Score, own: Option<&Score>, waited: bool) -> Vec<String> {
    let mut cells = vec![format!("{:.0}", score.rate), format!("{:.2}", score.cpu)];
    if waited {
        let micros = [score.p50, score.p99];
        cells.extend(micros.map(|micros| {
            if micros.is_nan() {
                String::new()
            } else {
                format!("{micros:.0}")
            }
        }));
    }
    let ratio = |of: fn(&Score) -> f64| own.map_or(f64::NAN, |own| of(own) / of(score));
    cells.push(format!("{:.2}x", ratio(|score| score.rate)));
    cells.push(format!("{:.2}x", ratio(|score| score.cpu)));
    cells
}

/// Runs a client that ends by itself, from its start to the end of `meanwhile`
/// and of its output, which may be what its messages took.
pub fn child(
    (mut command, input): (Command, String),
    meanwhile: impl FnOnce() -> Result,
) -> Result<Sample> {
    let begin = Instant::now();
    let mut server = spawn(command.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
    let child = &mut server.0;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let writer = std::thread::spawn(move || stdin.map(|mut pipe| pipe.write_all(input.as_bytes())));
    let done = meanwhile();
    // The end of its output is the end of the client, and as long as nobody has
    // waited for it, /proc still tells what it used.
    let mut said = String::new();
    stdout.map(|mut pipe| pipe.read_to_string(&mut said));
    let seconds = begin.elapsed().as_secs_f64();
    let cpu_micros = cpu_micros(child.id());
    let status = child.wait().map_err(|e| e.to_string())?;
    let _ = writer.join();
    if !status.success() {
        return Err(format!("`{}` ended with {status}", sh::line(&command)));
    }
    done.map_err(|why| format!("`{}`: {why}", sh::line(&command)))?;
    Ok(Sample {
        seconds,
        cpu_micros: cpu_micros?,
        trips: said.lines().filter_map(|line| line.parse().ok()).collect(),
    })
}

/// User and system time a process has used so far: to the nanosecond for threads
/// that live, in ticks with those that ended.
pub fn cpu_micros(pid: u32) -> Result<f64> {
    let stat = sh::read(Path::new(&format!("/proc/{pid}/stat")))?;
    // Behind the name, which may hold anything, the 12th and 13th field.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let mut fields = fields.split(' ').skip(11).map(str::parse::<f64>);
    match (fields.next(), fields.next()) {
        (Some(Ok(user)), Some(Ok(system))) => {
            Ok(live_micros(pid).max((user + system) * TICK_MICROS))
        }
        _ => Err(format!("/proc/{pid}/stat: {stat}")),
    }
}

/// What the scheduler counted for the threads there are.
fn live_micros(pid: u32) -> f64 {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task"));
    let nanos = threads
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|thread| {
            let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<f64>().ok()
        });
    nanos.sum::<f64>() / 1_000.0
}
