//! The way between modem and broker, which cuts connections.

use crate::cut::Cut;
use crate::judge::Shared;
use mqmodem_testkit::Random;
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};

/// Where connections go and how they are cut.
pub struct Proxy {
    /// Port of the broker on the loopback.
    pub broker: u16,
    /// Counts the cuts.
    pub judge: Shared,
    /// Draws them.
    pub random: Random,
    /// How long a black hole stays: longer than both sides' patience.
    pub hole: Duration,
}

/// What is to happen to one connection.
#[derive(Clone, Copy)]
struct Plan {
    kind: Cut,
    /// From the modem to the broker, else back.
    up: bool,
    /// After this many bytes that way.
    after: u64,
}

/// Why bytes no longer pass one way.
#[derive(PartialEq)]
enum Stop {
    /// One side closed, or is gone.
    Closed,
    /// It is time for the cut.
    Due,
}

impl Proxy {
    /// Takes every connection there.
    pub async fn serve(mut self, listener: TcpListener) {
        while let Ok((modem, _)) = listener.accept().await {
            let every = self.judge.borrow().cut_every();
            let plan = every.map(|every| self.plan(every));
            let (judge, hole) = (Rc::clone(&self.judge), self.hole);
            let broker = ("127.0.0.1", self.broker);
            spawn_local(async move {
                // Where the broker is away, the modem sees its connection closed.
                if let Ok(broker) = TcpStream::connect(broker).await {
                    pass(modem, broker, plan, &judge, hole).await;
                }
            });
        }
    }

    fn plan(&mut self, every: u64) -> Plan {
        // Black holes take seconds each: one in eight is enough.
        let kind = match self.random.below(8) {
            0 => Cut::BlackHole,
            1 | 2 => Cut::HalfClose,
            3 | 4 => Cut::Close,
            _ => Cut::Reset,
        };
        Plan {
            kind,
            up: self.random.one_in(2),
            after: self.random.distance(every),
        }
    }
}

/// Passes bytes both ways until a side closes, or the connection is cut.
async fn pass(
    mut modem: TcpStream,
    mut broker: TcpStream,
    plan: Option<Plan>,
    judge: &Shared,
    hole: Duration,
) {
    let _ = (modem.set_nodelay(true), broker.set_nodelay(true));
    let is_cut = pass_until(&mut modem, &mut broker, plan, judge, hole).await;
    match plan.filter(|_| is_cut).map(|plan| plan.kind) {
        Some(Cut::Reset) => {
            let _ = (modem.set_zero_linger(), broker.set_zero_linger());
        }
        Some(Cut::Close) => {
            let _ = (modem.shutdown().await, broker.shutdown().await);
        }
        Some(Cut::BlackHole) => sleep(hole).await,
        Some(Cut::HalfClose) | None => {}
    }
}

/// Whether the connection is to be cut now, rather than closed by a side.
async fn pass_until(
    modem: &mut TcpStream,
    broker: &mut TcpStream,
    plan: Option<Plan>,
    judge: &Shared,
    hole: Duration,
) -> bool {
    let ((from_modem, to_modem), (from_broker, to_broker)) = (modem.split(), broker.split());
    let plan_for = |up| plan.filter(|plan| plan.up == up);
    let up = pump(from_modem, to_broker, plan_for(true), judge);
    let down = pump(from_broker, to_modem, plan_for(false), judge);
    tokio::pin!(up, down);
    // Where one way goes on, no byte it has read may be dropped: it is kept.
    let (stop, other) = tokio::select! {
        stop = &mut up => (stop, down),
        stop = &mut down => (stop, up),
    };
    if stop == Stop::Due && plan.is_some_and(|plan| plan.kind == Cut::HalfClose) {
        let _ = timeout(hole, other).await;
    }
    stop == Stop::Due
}

/// Passes bytes one way.
async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    plan: Option<Plan>,
    judge: &Shared,
) -> Stop {
    let mut buffer = [0; 4096];
    let mut left = plan.map(|plan| plan.after);
    loop {
        if let (Some(0), Some(plan)) = (left, plan) {
            if count(plan, judge) {
                if plan.kind == Cut::HalfClose {
                    let _ = to.shutdown().await;
                }
                return Stop::Due;
            }
            left = None;
        }
        let room = left.map_or(buffer.len(), |left| buffer.len().min(left as usize));
        let Ok(n @ 1..) = from.read(&mut buffer[..room]).await else {
            return Stop::Closed;
        };
        if to.write_all(&buffer[..n]).await.is_err() {
            return Stop::Closed;
        }
        left = left.map(|left| left - n as u64);
    }
}

/// Counts a cut, if there is still one to be made.
fn count(plan: Plan, judge: &Shared) -> bool {
    let mut judge = judge.borrow_mut();
    let is_wanted = judge.cuts_left() > 0;
    judge.counts.cuts[plan.kind as usize] += u64::from(is_wanted);
    is_wanted
}
