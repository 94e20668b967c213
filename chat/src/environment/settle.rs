//! The loop that moves bytes and events between a modem and its surroundings.

use super::feed::Feed;
use super::stale::report_stale;
use mqmodem_core::{Action, ConnId, Instant, LinkId, Modem, NetEvent, Slot};

/// Who sends to a modem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The host.
    Host,
    /// The peer of this connection.
    Peer(ConnId),
}

/// What links and storage report to a modem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Something happened to a connection.
    Net(ConnId, NetEvent),
    /// What becomes of a change, and whether it is durable.
    Stored(Slot, bool),
    /// The network is found, or lost.
    Network(bool),
}

/// What a modem is told again and again, and must not mind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Disturbance {
    /// Time-outs that are not due.
    pub timeouts: bool,
    /// Everything there is of connections that are over.
    pub stale: bool,
}

/// A host, links, storage and the time around a modem.
pub trait Environment {
    /// Rounds after which a modem that still moves never comes to rest.
    const ROUNDS: usize = 2_000_000;
    /// Pieces of input a source gives in one round, if they are taken.
    const PIECES: usize = usize::MAX;

    /// The time.
    fn now(&self) -> Instant;

    /// Time passes; see [`pass`].
    fn set_now(&mut self, now: Instant);

    /// When something in it is due that the modem does not wait for.
    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// A round begins: what is due in it is done; whether anything moved.
    fn advance(&mut self) -> bool {
        false
    }

    /// What the modem is disturbed with in every round.
    fn disturbance(&self) -> Disturbance {
        Disturbance::default()
    }

    /// Takes over what the modem asks for.
    ///
    /// # Errors
    /// Where it may not ask for that.
    fn act(&mut self, action: Action<'_>) -> Result<(), String>;

    /// The next thing that links or storage report now.
    fn poll_notice(&mut self) -> Option<Notice>;

    /// The present connection of each link, whether it is open yet or not.
    fn conn(&self, link: LinkId) -> Option<ConnId>;

    /// How many links there are.
    fn links(&self) -> u8 {
        1
    }

    /// What a source has sent and the modem has not taken.
    fn input(&mut self, from: Sender) -> Option<&mut Feed>;

    /// How many of so many bytes of input are given at once, at least one.
    #[must_use]
    fn cut(&mut self, from: Sender, len: usize) -> usize {
        let _ = from;
        len
    }

    /// The modem has taken these bytes.
    ///
    /// # Errors
    /// Where it may not.
    fn taken(&mut self, from: Sender, bytes: &[u8]) -> Result<(), String> {
        let _ = (from, bytes);
        Ok(())
    }

    /// How many bytes of the modem the host reads now.
    ///
    /// # Errors
    /// Where the modem may not say that.
    fn host_reads(&mut self, bytes: &[u8]) -> Result<usize, String>;

    /// How many bytes of the modem a connection takes now.
    ///
    /// # Errors
    /// Where the modem may not send that.
    fn peer_reads(&mut self, conn: ConnId, bytes: &[u8]) -> Result<usize, String>;

    /// Whether the modem is not to go on: its power goes now.
    fn is_over(&self) -> bool {
        false
    }

    /// A round is over, in which something moved or nothing did; whether there is to
    /// be another one.
    fn goes_on(&mut self, moved: bool) -> bool {
        moved
    }
}

/// Moves bytes and events until nothing moves any more. Whatever is due is done.
///
/// # Errors
/// Those of the environment; and where the modem never comes to rest, takes more than
/// it was given, or has a deadline that is not in the future.
pub fn settle<E: Environment>(modem: &mut Modem<'_>, env: &mut E) -> Result<(), String> {
    for _ in 0..E::ROUNDS {
        disturb(modem, env)?;
        let mut moved = env.advance();
        moved |= fire(modem, env.now())?;
        moved |= act(modem, env)?;
        moved |= report(modem, env);
        moved |= each_link(env, |env, conn| peer_reads(modem, env, conn))?;
        moved |= host_reads(modem, env)?;
        moved |= give(modem, env, Sender::Host)?;
        moved |= each_link(env, |env, conn| give(modem, env, Sender::Peer(conn)))?;
        if !env.goes_on(moved) || env.is_over() {
            return Ok(());
        }
    }
    Err("the modem never comes to rest".into())
}

/// Lets time pass until then; every deadline fires at its moment.
///
/// # Errors
/// Those of [`settle`], and where there is deadline after deadline.
pub fn pass<E: Environment>(
    modem: &mut Modem<'_>,
    env: &mut E,
    until: Instant,
) -> Result<(), String> {
    for _ in 0..E::ROUNDS {
        let due = [modem.poll_timeout(), env.poll_timeout()];
        let due = due.into_iter().flatten().min();
        let Some(due) = due.filter(|due| *due <= until) else {
            env.set_now(until);
            return Ok(());
        };
        env.set_now(due.max(env.now()));
        settle(modem, env)?;
        if env.is_over() {
            return Ok(());
        }
    }
    Err("deadline after deadline".into())
}

fn disturb<E: Environment>(modem: &mut Modem<'_>, env: &mut E) -> Result<(), String> {
    let Disturbance { timeouts, stale } = env.disturbance();
    if timeouts {
        time_out(modem, env.now())?;
    }
    if stale {
        each_link(env, |env, conn| {
            report_stale(modem, env.now(), conn).map(|()| false)
        })?;
    }
    Ok(())
}

/// Does this for the connection of each link; whether anything moved.
fn each_link<E: Environment>(
    env: &mut E,
    mut act: impl FnMut(&mut E, ConnId) -> Result<bool, String>,
) -> Result<bool, String> {
    let mut moved = false;
    for link in 0..env.links() {
        if let Some(conn) = env.conn(LinkId(link)) {
            moved |= act(env, conn)?;
        }
    }
    Ok(moved)
}

/// Fires a deadline that is due.
fn fire(modem: &mut Modem<'_>, now: Instant) -> Result<bool, String> {
    let due = modem.poll_timeout().is_some_and(|due| due <= now);
    if due {
        time_out(modem, now)?;
    }
    Ok(due)
}

/// Calls `handle_timeout`, due or not.
///
/// # Errors
/// Where the next deadline is not in the future then.
pub fn time_out(modem: &mut Modem<'_>, now: Instant) -> Result<(), String> {
    modem.handle_timeout(now);
    match modem.poll_timeout() {
        Some(at) if at <= now => Err(format!("a deadline at {at:?} that is not in the future")),
        _ => Ok(()),
    }
}

fn act<E: Environment>(modem: &mut Modem<'_>, env: &mut E) -> Result<bool, String> {
    let mut acted = false;
    for _ in 0..E::ROUNDS {
        let Some(action) = modem.poll_action() else {
            return Ok(acted);
        };
        acted = true;
        env.act(action)?;
    }
    Err("action after action".into())
}

fn report<E: Environment>(modem: &mut Modem<'_>, env: &mut E) -> bool {
    let mut reported = false;
    while let Some(report) = env.poll_notice() {
        reported = true;
        match report {
            Notice::Net(conn, event) => modem.handle_net(env.now(), conn, event),
            Notice::Stored(slot, ok) => modem.handle_stored(env.now(), slot, ok),
            Notice::Network(found) => modem.handle_network(env.now(), found),
        }
    }
    reported
}

fn peer_reads<E: Environment>(
    modem: &mut Modem<'_>,
    env: &mut E,
    conn: ConnId,
) -> Result<bool, String> {
    let bytes = modem.net_out(conn);
    if bytes.is_empty() {
        return Ok(false);
    }
    let count = env.peer_reads(conn, bytes)?;
    if count > 0 {
        modem.net_sent(env.now(), conn, count);
    }
    Ok(count > 0)
}

fn host_reads<E: Environment>(modem: &mut Modem<'_>, env: &mut E) -> Result<bool, String> {
    let bytes = modem.host_out();
    if bytes.is_empty() {
        return Ok(false);
    }
    let count = env.host_reads(bytes)?;
    if count > 0 {
        modem.host_sent(env.now(), count);
    }
    Ok(count > 0)
}

/// Gives the modem what a source has sent, piece by piece, until one is not taken.
fn give<E: Environment>(modem: &mut Modem<'_>, env: &mut E, from: Sender) -> Result<bool, String> {
    let now = env.now();
    let mut moved = false;
    for _ in 0..E::PIECES {
        let waiting = env.input(from).map_or(0, |feed| feed.waiting().len());
        if waiting == 0 {
            break;
        }
        let mut left = env.cut(from, waiting);
        while left > 0 {
            let Some(feed) = env.input(from) else { break };
            let taken = offer(modem, now, from, &feed.waiting()[..left])?;
            if taken == 0 {
                return Ok(moved);
            }
            let bytes = feed.take(taken).to_vec();
            env.taken(from, &bytes)?;
            left -= taken;
            moved = true;
        }
    }
    Ok(moved)
}

/// Gives the modem a piece of input; how much of it is taken.
fn offer(modem: &mut Modem<'_>, now: Instant, from: Sender, piece: &[u8]) -> Result<usize, String> {
    let (taken, ready) = match from {
        Sender::Host => (modem.handle_host(now, piece), modem.host_ready()),
        Sender::Peer(conn) => {
            let taken = modem.handle_net_data(now, conn, piece);
            (taken, modem.net_ready(conn))
        }
    };
    if taken > piece.len() {
        return Err(format!("more is taken of {from:?} than there was"));
    }
    if taken == 0 && ready {
        return Err(format!("ready for {from:?}, but nothing is taken"));
    }
    Ok(taken)
}
