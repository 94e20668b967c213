//! `cargo xtask bench growth`: the same messages a second from one modem and from
//! ten thousand.

use super::crowd::Template;
use super::options::Options;
use super::programs::Programs;
use super::table::{Table, met};
use crate::server;
use crate::sh::Result;
use std::time::Duration;

/// Messages of QoS 1 a second, of all modems together. One alone stays a little
/// below, as its rounds begin with timers that count milliseconds.
const RATE: f64 = 250.0;
/// How long each is looked at; in the largest fleet half of the modems have a turn.
const WINDOW: Duration = Duration::from_secs(20);
/// What a message may cost, times what it costs with one modem.
const LIMIT: f64 = 1.3;

/// Five sizes.
pub fn run(programs: &Programs, _: &Options) -> Result<Vec<Table>> {
    let head = ["msg/s", "CPU us/msg", "times one modem's"];
    let title = format!("{RATE:.0} QoS 1 messages a second, spread over a fleet, Mosquitto");
    let mut table = Table::new(title, &head);
    let port = server::free_port()?;
    let _broker = server::mosquitto(port)?;
    let template = Template::new(programs, port, None)?;
    let (mut one, mut worst) = (None, 1.0_f64);
    for modems in [1, 10, 100, 1_000, 10_000] {
        let (rate, cpu) = measure(&template, modems)?;
        let times = cpu / *one.get_or_insert(cpu);
        worst = worst.max(times);
        let name = format!("modems: {modems}");
        let numbers = [format!("{rate:.0}"), format!("{cpu:.1}")];
        let numbers = numbers.into_iter().chain([format!("{times:.2}x")]);
        table.row([name].into_iter().chain(numbers));
    }
    table.note(format!(
        "{}: a message costs at most {LIMIT} times what it costs with one modem. At this rate each message \
         wakes the program, which is most of its cost.",
        met(worst <= LIMIT)
    ));
    Ok(vec![table])
}

/// Messages a second that were acknowledged, and microseconds of processor each.
fn measure(template: &Template, modems: usize) -> Result<(f64, f64)> {
    let every = modems as f64 / RATE;
    let mut fleet = template.start(modems, Some(every))?;
    fleet.wait_for(modems)?;
    // What setting up takes is over when each has said something.
    std::thread::sleep(Duration::from_secs_f64(every));
    fleet.publishes(WINDOW)
}
