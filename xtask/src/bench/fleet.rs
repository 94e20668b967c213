//! `cargo xtask bench fleet [--modems N] [--tls]`: many clients in one process that
//! are connected and idle, and come back after the broker was gone; what each
//! costs, beside as many clients of the rumqttc crate.

use super::crowd::{Crowd, RATE, Template, rumqttc};
use super::options::Options;
use super::programs::Programs;
use super::table::{Table, met};
use crate::server::{self, Server};
use crate::sh::Result;

/// So many that what they take is the program's own.
const FEW: usize = 10;
/// KiB an idle modem may have, over TCP and over TLS.
const LIMITS: (f64, f64) = (4.45, 16.0);

/// The verb: a fleet of another size, or over TLS.
pub fn verb(words: &[&str]) -> Result {
    let (mut modems, mut tls) = (10_000, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--tls" => tls = true,
            "--modems" => {
                let number = words.next().and_then(|number| number.parse().ok());
                modems = number.ok_or("--modems takes a number")?;
            }
            other => return Err(format!("bench fleet: no such option: {other}")),
        }
    }
    println!("{}", table(&Programs::build()?, modems, tls)?);
    Ok(())
}

/// Ten thousand over TCP.
pub fn run(programs: &Programs, options: &Options) -> Result<Vec<Table>> {
    Ok(vec![table(programs, options.messages(10_000), false)?])
}

fn table(programs: &Programs, modems: usize, tls: bool) -> Result<Table> {
    let how = if tls { "TLS" } else { "TCP" };
    let head = [
        "KiB each",
        "connected s",
        "all back s",
        "KiB each then",
        "ended s",
    ];
    let title = format!("{modems} clients in one process, idle, Mosquitto over {how}");
    let mut table = Table::new(title, &head);
    let port = server::free_port()?;
    let root = tls.then(Programs::certify).transpose()?;
    let template = Template::new(programs, port, root.as_deref())?;
    let own = measure(port, tls, modems, |n| template.start(n, None))?;
    table.row(cells("mqmodem fleet", &own));
    if !tls {
        let rival = measure(port, tls, modems, |n| rumqttc(programs, port, n));
        match rival {
            Ok(rival) => table.row(cells("rumqttc", &rival)),
            Err(why) => table.row(["rumqttc".to_owned(), format!("not run: {why}")]),
        }
    }
    let limit = if tls { LIMITS.1 } else { LIMITS.0 };
    table.note(format!(
        "{}: at most {limit} KiB of resident memory for each client, without what {FEW} clients take. {RATE} \
         connects start each second. The broker is killed when all clients are connected, and started again \
         when all have noticed. A row is shown only if all clients came back.",
        met(own.kib <= limit)
    ));
    Ok(table)
}

/// What a crowd came to.
struct Came {
    kib: f64,
    connected: f64,
    back: f64,
    kib_then: f64,
    ended: f64,
}

fn cells(name: &str, came: &Came) -> [String; 6] {
    let [kib, kib_then] = [came.kib, came.kib_then].map(|kib| format!("{kib:.2}"));
    let [connected, back, ended] =
        [came.connected, came.back, came.ended].map(|secs| format!("{secs:.1}"));
    [name.to_owned(), kib, connected, back, kib_then, ended]
}

fn measure(port: u16, tls: bool, n: usize, start: impl Fn(usize) -> Result<Crowd>) -> Result<Came> {
    let broker = || broker(port, tls);
    let running = broker()?;
    let mut few = start(FEW)?;
    few.wait_for(FEW)?;
    let own = few.resident()?;
    drop(few);
    let kib = |crowd: &Crowd| {
        let more = crowd.resident()?.saturating_sub(own);
        Ok::<_, String>(more as f64 / n.saturating_sub(FEW).max(1) as f64 / 1024.0)
    };
    let mut crowd = start(n)?;
    let connected = crowd.wait_for(n)?.as_secs_f64();
    let idle = kib(&crowd)?;
    drop(running);
    crowd.wait_for(0)?;
    let _running = broker()?;
    let back = crowd.wait_for(n)?.as_secs_f64();
    Ok(Came {
        kib: idle,
        connected,
        back,
        kib_then: kib(&crowd)?,
        ended: crowd.end()?.as_secs_f64(),
    })
}

fn broker(port: u16, tls: bool) -> Result<Server> {
    if tls {
        Programs::mosquitto_tls_at(port)
    } else {
        server::mosquitto(port)
    }
}
