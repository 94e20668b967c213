//! The core in a program of one's own: standard input and output are the host,
//! TCP is the network. No runtime and no async, one loop that waits.
//!
//! ```sh
//! cargo run -p mqmodem-examples --bin embed
//! AT+MQTTCONFIG="localhost",1883,"me",1,60
//! AT+MQTTCONNECT
//! AT+MQTTPUB="greeting",0,0,"hello"
//! ```
//!
//! The page `docs/embedding.md` explains each call; there the modem has flash too.

use mqmodem_core::{Action, Config, ConnId, Instant, Memory, Modem, NetError, NetEvent};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// What the threads that read report to the loop.
enum Input {
    Host(Vec<u8>),
    HostEnd,
    Opened(ConnId, TcpStream, Source),
    Net(ConnId, Vec<u8>),
    NetEnd(ConnId, NetEvent),
}

/// Bytes of one sender. Its thread reads the next ones when all of these are
/// taken: a modem that takes nothing stops the sender, and nothing piles up.
struct Source {
    left: Vec<u8>,
    more: Sender<()>,
}

/// An open connection.
struct Link {
    conn: ConnId,
    stream: TcpStream,
    source: Source,
}

struct Program<'a> {
    modem: Modem<'a>,
    host: Source,
    host_ended: bool,
    link: Option<Link>,
    begin: std::time::Instant,
    report: Sender<Input>,
}

fn main() -> std::io::Result<()> {
    let mut lent = vec![0; 64 * 1024];
    let memory = Memory::lent(&mut lent).ok_or(ErrorKind::OutOfMemory)?;
    let (report, inputs) = mpsc::channel();
    let mut program = Program {
        modem: Modem::new(Config::default(), memory, Instant::ZERO),
        host: read_host(report.clone()),
        host_ended: false,
        link: None,
        begin: std::time::Instant::now(),
        report,
    };
    loop {
        program.settle()?;
        if program.modem.is_off() {
            return Ok(());
        }
        program.wait(&inputs);
    }
}

impl Program<'_> {
    /// Microseconds since any moment, as long as they never run backwards.
    fn now(&self) -> Instant {
        Instant::from_micros(self.begin.elapsed().as_micros() as u64)
    }

    /// Waits for the next thing to happen, at most until the modem wants to be woken.
    fn wait(&mut self, inputs: &Receiver<Input>) {
        let now = self.now();
        let limit = match self.modem.poll_timeout() {
            Some(at) => Duration::from_micros(at.as_micros().saturating_sub(now.as_micros())),
            None => Duration::MAX,
        };
        match inputs.recv_timeout(limit) {
            Ok(input) => self.take(input),
            Err(RecvTimeoutError::Timeout) => self.modem.handle_timeout(self.now()),
            Err(RecvTimeoutError::Disconnected) => {}
        }
    }

    fn take(&mut self, input: Input) {
        let now = self.now();
        match input {
            Input::Host(bytes) => self.host.left = bytes,
            Input::HostEnd => self.host_ended = true,
            Input::Opened(conn, stream, source) => {
                self.link = Some(Link {
                    conn,
                    stream,
                    source,
                });
                self.modem.handle_net(now, conn, NetEvent::Opened);
            }
            // What comes late of a connection that was closed is dropped here.
            Input::Net(conn, bytes) => {
                if let Some(link) = self.link.as_mut().filter(|link| link.conn == conn) {
                    link.source.left = bytes;
                }
            }
            Input::NetEnd(conn, event) => self.modem.handle_net(now, conn, event),
        }
    }

    /// Moves bytes and carries out actions until the modem has nothing more to do.
    fn settle(&mut self) -> std::io::Result<()> {
        loop {
            let now = self.now();
            let taken = self.modem.handle_host(now, &self.host.left);
            let mut moved = self.host.took(taken);
            if let Some(link) = &mut self.link {
                let taken = self
                    .modem
                    .handle_net_data(now, link.conn, &link.source.left);
                moved |= link.source.took(taken);
            }
            // First the actions, then the broker's bytes, then the host's.
            self.carry_out();
            moved |= self.write_net() | self.write_host()?;
            if moved {
                continue;
            }
            if self.host_ended && self.host.left.is_empty() && !self.modem.is_busy() {
                // The host's last command was answered.
                self.host_ended = false;
                self.modem.handle_shutdown(now);
                continue;
            }
            return Ok(());
        }
    }

    /// Every action by its name: one that is passed over is a modem that stands still.
    fn carry_out(&mut self) {
        let now = self.now();
        while let Some(action) = self.modem.poll_action() {
            let due = action.answer_slot();
            match action {
                Action::Open { conn, to } if to.tls.is_some() => {
                    // Never open in the clear what was to be encrypted.
                    let failed = NetEvent::Failed(NetError::TlsOther);
                    let _ = self.report.send(Input::NetEnd(conn, failed));
                }
                Action::Open { conn, to } => {
                    open(conn, to.host.to_owned(), to.port, self.report.clone());
                }
                Action::Close { conn, .. } => {
                    if let Some(link) = self.link.take_if(|link| link.conn == conn) {
                        let _ = link.stream.shutdown(Shutdown::Both);
                    }
                }
                // Nothing is kept here: what the host sets is gone with the program.
                Action::Store { .. } | Action::Erase { .. } | Action::Forget { .. } => {}
                // Standard input has no lines and no speed.
                Action::Lines(_) | Action::Serial(_) => {}
            }
            if let Some(slot) = due {
                self.modem.handle_stored(now, slot, true);
            }
        }
    }

    /// Writes what the modem has for the broker; whether there was anything.
    fn write_net(&mut self) -> bool {
        let Some(link) = &mut self.link else {
            return false;
        };
        let bytes = self.modem.net_out(link.conn);
        let count = bytes.len();
        if count == 0 {
            return false;
        }
        // A connection that broke is reported by the thread that reads it.
        let _ = link.stream.write_all(bytes);
        let conn = link.conn;
        self.modem.net_sent(self.now(), conn, count);
        true
    }

    /// Writes what the modem has for the host; whether there was anything.
    fn write_host(&mut self) -> std::io::Result<bool> {
        let count = self.modem.host_out().len();
        let mut out = std::io::stdout().lock();
        out.write_all(self.modem.host_out())?;
        out.flush()?;
        self.modem.host_sent(self.now(), count);
        Ok(count > 0)
    }
}

impl Source {
    /// `count` bytes were taken; whether that were any.
    fn took(&mut self, count: usize) -> bool {
        self.left.drain(..count);
        if count > 0 && self.left.is_empty() {
            let _ = self.more.send(());
        }
        count > 0
    }
}

/// Reads standard input. A line ends in CR for a modem, in LF for a terminal.
fn read_host(report: Sender<Input>) -> Source {
    let (source, more) = source();
    thread::spawn(move || {
        // An error ends the input as its end does.
        let _ = read(std::io::stdin(), &more, |mut bytes| {
            bytes
                .iter_mut()
                .filter(|byte| **byte == b'\n')
                .for_each(|byte| *byte = b'\r');
            report.send(Input::Host(bytes)).is_ok()
        });
        let _ = report.send(Input::HostEnd);
    });
    source
}

/// Opens a connection and reads it to its end.
fn open(conn: ConnId, host: String, port: u16, report: Sender<Input>) {
    thread::spawn(move || {
        let opened = TcpStream::connect((host.as_str(), port));
        let event = match opened.and_then(|stream| Ok((stream.try_clone()?, stream))) {
            Ok((reading, stream)) => {
                let (source, more) = source();
                let _ = report.send(Input::Opened(conn, stream, source));
                let end = read(reading, &more, |bytes| {
                    report.send(Input::Net(conn, bytes)).is_ok()
                });
                end.map_or_else(|e| NetEvent::Failed(failure(&e)), |()| NetEvent::Closed)
            }
            Err(e) => NetEvent::Failed(failure(&e)),
        };
        let _ = report.send(Input::NetEnd(conn, event));
    });
}

fn source() -> (Source, Receiver<()>) {
    let (more, wanted) = mpsc::channel();
    let _ = more.send(());
    (
        Source {
            left: Vec::new(),
            more,
        },
        wanted,
    )
}

/// Reads a piece whenever one is wanted, up to the end.
fn read(
    mut from: impl Read,
    wanted: &Receiver<()>,
    report: impl Fn(Vec<u8>) -> bool,
) -> std::io::Result<()> {
    let mut piece = [0; 1024];
    for () in wanted {
        let count = from.read(&mut piece)?;
        if count == 0 || !report(piece[..count].to_vec()) {
            break;
        }
    }
    Ok(())
}

/// The layer that failed, for `+MQTTCONNECT` and `+MQTTERR`.
fn failure(error: &std::io::Error) -> NetError {
    match error.kind() {
        ErrorKind::ConnectionRefused => NetError::Refused,
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => NetError::Unreachable,
        ErrorKind::TimedOut => NetError::TimedOut,
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => NetError::Broken,
        _ => NetError::NameNotFound,
    }
}
