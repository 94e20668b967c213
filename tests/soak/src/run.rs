//! A whole soak: starts the parts, waits until everything arrived, and looks
//! whether anything comes after that.

use crate::client::Client;
use crate::end::End;
use crate::host::Host;
use crate::judge::{Forgiven, Judge, Shared};
use crate::message::{Direction, Stream};
use crate::mosquitto;
use crate::options::Options;
use crate::process::{Process, free_ports};
use crate::proxy::Proxy;
use mqmodem_testkit::Random;
use std::cell::RefCell;
use std::io::Result;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Instant, sleep};

/// Longer than both sides' patience with a connection on which nothing comes.
const HOLE: Duration = Duration::from_secs(5);
/// Without a message for so long, no more will come.
const STALLED: Duration = Duration::from_mins(1);
/// The same with a broker that may have lost it.
const STALLED_LENIENT: Duration = Duration::from_secs(20);
/// How long the last acknowledgements may take.
const SETTLING: Duration = Duration::from_secs(30);
/// Between two lines that say how it stands.
const LINE: Duration = Duration::from_secs(10);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(5);

/// A process the soak holds and one of its parts kills.
type Held = Rc<RefCell<Process>>;

/// Runs it to its end.
pub fn run(options: &Options, seed: u64) -> Result<Judge> {
    let _ = std::fs::remove_dir_all(&options.dir);
    std::fs::create_dir_all(&options.dir)?;
    let mut judge = Judge::new(options.messages, options.modems);
    judge.cuts_asked = options.cuts;
    judge.kills_asked = options.kills;
    judge.restarts_asked = options.mosquitto.as_ref().map_or(0, |_| options.restarts);
    judge.forgiven = match (&options.mosquitto, options.violent) {
        (None, _) => Forgiven::Nothing,
        (Some(_), false) => Forgiven::Exact,
        (Some(_), true) => Forgiven::All,
    };
    let judge = judge.shared();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let parts = soak(options, &judge, Random::new(seed));
    LocalSet::new().block_on(&runtime, parts)?;
    drop(runtime);
    let judge = Rc::into_inner(judge).map(RefCell::into_inner);
    judge.ok_or_else(|| std::io::Error::other("a part is still running"))
}

async fn soak(options: &Options, judge: &Shared, mut random: Random) -> Result<()> {
    spawn_local(tell(judge.clone()));
    let mut ports = free_ports(options.modems + 1);
    let (port, end) = if let Some(program) = &options.mosquitto {
        let port = ports.pop().unwrap_or_default();
        mosquitto(program, options, judge, random.fork(), port)?;
        subscribed(judge, options.modems).await?;
        (port, None)
    } else {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let end = End::new(judge.clone());
        spawn_local(end.clone().serve(listener));
        (port, Some(end))
    };
    let broker = proxy(judge, random.fork(), port).await?;
    ports.truncate(options.modems);
    let modem = Rc::new(RefCell::new(modem(options, &ports)));
    modem.borrow_mut().start()?;
    for (number, port) in ports.into_iter().enumerate() {
        let host = Host::new(judge, random.fork(), number, port, broker);
        spawn_local(host.run());
    }
    let kills = at_random(judge, options.kills, random.fork(), async || {
        kill(&modem, judge);
    });
    let is_whole = tokio::select! {
        () = ended(judge, &modem) => true,
        _ = interrupted() => false,
        () = forever(kills) => false,
    };
    judge.borrow_mut().check_cuts();
    match end {
        _ if !is_whole => judge.borrow_mut().breach("interrupted".to_owned()),
        Some(end) => settle(&end, judge, &modem).await,
        None => {}
    }
    judge.borrow_mut().close();
    Ok(())
}

/// Says now and then how it stands.
async fn tell(judge: Shared) {
    loop {
        sleep(LINE).await;
        eprintln!("soak: {}", judge.borrow().line());
    }
}

/// Somebody wants it to end: with no process left.
async fn interrupted() -> Result<()> {
    let mut term = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = term.recv() => Ok(()),
        result = tokio::signal::ctrl_c() => result,
    }
}

/// Starts a Mosquitto that comes and goes, and the clients that count there.
fn mosquitto(
    program: &Path,
    options: &Options,
    judge: &Shared,
    random: Random,
    port: u16,
) -> Result<()> {
    let mut broker = mosquitto::process(program, &options.dir, port)?;
    broker.start()?;
    for modem in 0..options.modems {
        let (wants, sends) = (
            Stream::both(modem, Direction::Up),
            Stream::both(modem, Direction::Down),
        );
        let id = format!("judge-{modem}");
        let client = Client::new(judge, &id, port, wants.to_vec(), &sends);
        spawn_local(client.run());
    }
    let (judge, times, violent) = (judge.clone(), options.restarts, options.violent);
    spawn_local(async move {
        let restarts = at_random(&judge, times, random, async || {
            mosquitto::restart(&mut broker, violent, &judge).await;
        });
        forever(restarts).await;
    });
    Ok(())
}

/// Waits until so many clients of the judge hear what is published.
async fn subscribed(judge: &Shared, count: usize) -> Result<()> {
    let begin = Instant::now();
    while judge.borrow().counts.subscribed < count {
        if begin.elapsed() > SETTLING {
            return Err(std::io::Error::other(
                "the broker does not answer: see its log",
            ));
        }
        sleep(LOOK).await;
    }
    Ok(())
}

/// Starts the proxy before the broker at this port; returns its own.
async fn proxy(judge: &Shared, random: Random, broker: u16) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let proxy = Proxy {
        broker,
        judge: judge.clone(),
        random,
        hole: HOLE,
    };
    spawn_local(proxy.serve(listener));
    Ok(port)
}

fn modem(options: &Options, ports: &[u16]) -> Process {
    let state = options.dir.join("state").display().to_string();
    let mut arguments = vec!["serve".to_owned(), "--state-dir".to_owned(), state];
    arguments.extend(ports.iter().map(|port| format!("--tcp={port}")));
    Process::new(
        options.modem.clone(),
        arguments,
        options.dir.join("modem.log"),
    )
}

fn kill(modem: &Held, judge: &Shared) {
    let mut modem = modem.borrow_mut();
    modem.kill();
    judge.borrow_mut().counts.kills += 1;
    if let Err(why) = modem.start() {
        judge.borrow_mut().breach(format!("does not start: {why}"));
    }
}

/// Does it so many times, spread at random over the messages.
async fn at_random(judge: &Shared, times: u64, mut random: Random, mut act: impl AsyncFnMut()) {
    let messages = judge.borrow().messages();
    for time in 0..times {
        let share = messages / times;
        let due = share * time + random.below(share as usize) as u64;
        while messages - judge.borrow().left() < due {
            sleep(LOOK).await;
        }
        // Now and then what just came up is not left the time to do anything.
        let pause = if random.one_in(4) { 1000 } else { 20 };
        sleep(random.millis(pause)).await;
        act().await;
    }
}

/// What is done is not the end.
async fn forever(part: impl Future<Output = ()>) {
    part.await;
    std::future::pending::<()>().await;
}

/// Everything arrived, or nothing comes any more.
async fn ended(judge: &Shared, modem: &Held) {
    loop {
        let (is_done, progress, forgiven) = {
            let judge = judge.borrow();
            (judge.is_done(), judge.progress, judge.forgiven)
        };
        let patience = match forgiven {
            Forgiven::Nothing => STALLED,
            Forgiven::Exact | Forgiven::All => STALLED_LENIENT,
        };
        if is_done || progress.elapsed() > patience {
            return;
        }
        modem.borrow_mut().look(judge);
        sleep(LOOK).await;
    }
}

/// Kills the modem once more and waits until both sides have nothing more to
/// say: what comes now is doubled.
async fn settle(end: &End, judge: &Shared, modem: &Held) {
    judge.borrow_mut().cuts_asked = 0;
    kill(modem, judge);
    end.wake();
    let begin = Instant::now();
    while !end.is_settled() {
        if begin.elapsed() > SETTLING {
            let what = "messages are on their way that arrived long ago";
            return judge.borrow_mut().breach(what.to_owned());
        }
        sleep(LOOK).await;
    }
}
