//! Lines for a reader that may not keep up, or not read at all: logs and traces.
//!
//! Who has a line never waits. Lines queue up to a bound and a thread writes them;
//! those that find no room are lost, and how many is written where they are missing.

use rustix::event::{PollFd, PollFlags, poll};
use std::fmt;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes that wait at most; as many may be in the writer's hands.
const ROOM: usize = 1024 * 1024;
/// How long an end waits for the reader.
const PATIENCE: Duration = Duration::from_secs(1);

/// A queue of lines and the thread that writes them.
pub(crate) struct Outlet(Arc<Queue>);

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    /// Lines that found no room behind those that wait.
    lost: u64,
    /// The writer has some in its hands.
    writing: bool,
    closed: bool,
}

impl fmt::Debug for Outlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outlet")
    }
}

impl Outlet {
    /// An outlet to `to`; `failed` is called when it begins to refuse lines.
    pub(crate) fn new<W: Write + AsFd + Send + 'static>(
        to: W,
        failed: impl Fn(&io::Error) + Send + 'static,
    ) -> io::Result<Self> {
        Self::telling(to, failed, told)
    }

    /// The same for what is no lines: nothing is written into it, and only `failed` tells
    /// that some is lost.
    pub(crate) fn unbroken<W: Write + AsFd + Send + 'static>(
        to: W,
        failed: impl Fn(&io::Error) + Send + 'static,
    ) -> io::Result<Self> {
        Self::start(to, failed, None)
    }

    /// The same where another line says how many are lost.
    pub(crate) fn telling<W: Write + AsFd + Send + 'static>(
        to: W,
        failed: impl Fn(&io::Error) + Send + 'static,
        told: fn(u64) -> String,
    ) -> io::Result<Self> {
        Self::start(to, failed, Some(told))
    }

    fn start<W: Write + AsFd + Send + 'static>(
        to: W,
        failed: impl Fn(&io::Error) + Send + 'static,
        told: Option<fn(u64) -> String>,
    ) -> io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let mut writer = Writer {
            to,
            failed,
            told,
            lost: 0,
            torn: false,
        };
        let theirs = queue.clone();
        let thread = thread::Builder::new().name("lines".to_owned());
        thread.spawn(move || writer.run(&theirs))?;
        Ok(Self(queue))
    }

    /// Writes a line, with its end, once it is its turn. Never waits.
    pub(crate) fn line(&self, line: &[u8]) {
        if !self.offer(line) {
            self.0.lock().lost += 1;
            self.0.changed.notify_all();
        }
    }

    /// The same, where who has it counts it: whether there was room.
    #[must_use]
    pub(crate) fn offer(&self, line: &[u8]) -> bool {
        let mut state = self.0.lock();
        // What alone is too long is better late than never.
        let fits = state.waiting.is_empty() || state.waiting.len() + line.len() <= ROOM;
        if fits {
            state.waiting.extend_from_slice(line);
        }
        self.0.changed.notify_all();
        fits
    }

    /// Waits until all lines are written, a second at most.
    pub(crate) fn flush(&self) {
        let late = Instant::now() + PATIENCE;
        let mut state = self.0.lock();
        while state.writing || !state.waiting.is_empty() || state.lost > 0 {
            let left = late.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.0.changed.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_all();
        self.flush();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for lines, and how many are lost behind them; none once it is closed.
    fn take(&self) -> Option<(Vec<u8>, u64)> {
        let mut state = self.lock();
        state.writing = false;
        self.changed.notify_all();
        while state.waiting.is_empty() && state.lost == 0 {
            if state.closed {
                return None;
            }
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.writing = true;
        let lost = std::mem::take(&mut state.lost);
        Some((std::mem::take(&mut state.waiting), lost))
    }
}

/// Says in a text that so many lines are lost.
fn told(lost: u64) -> String {
    let lines = if lost == 1 { "line" } else { "lines" };
    format!("{lost} {lines} lost here: they were not taken\n")
}

struct Writer<W, F> {
    to: W,
    failed: F,
    /// The line that says how many are lost; none where what is written is no lines.
    told: Option<fn(u64) -> String>,
    /// Lines that were lost and not reported yet; of what is no lines, writes that failed since
    /// one went well.
    lost: u64,
    /// A line was written in part.
    torn: bool,
}

impl<W: Write + AsFd, F: Fn(&io::Error)> Writer<W, F> {
    fn run(&mut self, queue: &Queue) {
        while let Some((lines, lost)) = queue.take() {
            if self.lost > 0 {
                self.report_lost();
            }
            self.write(&lines);
            self.lost += lost;
            if self.lost > 0 {
                self.report_lost();
            }
        }
    }

    fn write(&mut self, lines: &[u8]) {
        let (written, done) = self.pour(lines);
        let (before, rest) = lines.split_at(written);
        if let Some(last) = before.last() {
            self.torn = *last != b'\n';
        }
        if let Err(error) = done {
            if self.lost == 0 {
                (self.failed)(&error);
            }
            self.lost += match self.told {
                Some(_) => rest.split_inclusive(|byte| *byte == b'\n').count() as u64,
                None => 1,
            };
        } else if self.told.is_none() {
            self.lost = 0;
        }
    }

    fn report_lost(&mut self) {
        let Some(told) = self.told else {
            return;
        };
        let begin = if self.torn { "\n" } else { "" };
        let line = format!("{begin}{}", told(self.lost));
        let (written, done) = self.pour(line.as_bytes());
        self.torn |= written > 0;
        if done.is_ok() {
            self.lost = 0;
            self.torn = false;
        }
    }

    /// Writes all of it, however long that takes; how much went out.
    fn pour(&mut self, bytes: &[u8]) -> (usize, io::Result<()>) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match self.to.write(rest) {
                Ok(0) => return (at, Err(io::ErrorKind::WriteZero.into())),
                Ok(count) => at += count,
                Err(error) => match error.kind() {
                    io::ErrorKind::Interrupted => {}
                    // Who shares the descriptor has set it so.
                    io::ErrorKind::WouldBlock => self.wait(),
                    _ => return (at, Err(error)),
                },
            }
        }
        (at, self.to.flush())
    }

    fn wait(&self) {
        // What it says comes out at the next write.
        let _ = poll(&mut [PollFd::new(&self.to, PollFlags::OUT)], None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Read};
    use std::os::unix::net::UnixStream;
    use std::sync::mpsc;

    fn silent(_: &io::Error) {}

    #[test]
    fn lines_come_in_order_and_all_of_them() {
        let (mut reader, writer) = UnixStream::pair().unwrap();
        let outlet = Outlet::new(writer, silent).unwrap();
        let lines: Vec<String> = (0..1000).map(|n| format!("{n}\n")).collect();
        for line in &lines {
            outlet.line(line.as_bytes());
        }
        drop(outlet);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, lines.concat());
    }

    /// A reader that does not read until it is let: it says when a write begins.
    struct Leftover(UnixStream, mpsc::Sender<()>, mpsc::Receiver<()>);

    impl Write for Leftover {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // Once the test lets go of its ends, nothing is held.
            let _ = self.1.send(());
            let _ = self.2.recv();
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl AsFd for Leftover {
        fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
            self.0.as_fd()
        }
    }

    /// What comes up to where lines are reported lost.
    fn read_told(reader: &mut impl BufRead) -> String {
        let mut text = String::new();
        while !text.ends_with(" lost here: they were not taken\n") {
            assert_ne!(reader.read_line(&mut text).unwrap(), 0, "{text}");
        }
        text
    }

    #[test]
    fn who_does_not_read_loses_lines_and_is_told_how_many() {
        let (reader, writer) = UnixStream::pair().unwrap();
        let (begins, begun) = mpsc::channel();
        let (go, held) = mpsc::channel();
        let outlet = Outlet::new(Leftover(writer, begins, held), silent).unwrap();
        let line = [&[b'x'; 999][..], b"\n"].concat();
        let (room, lost) = (ROOM / line.len(), 1234);
        outlet.line(&line);
        // From here on the writer has that one in its hands, and the queue is empty.
        begun.recv().unwrap();
        (0..room + lost).for_each(|_| outlet.line(&line));
        drop(go);
        let mut reader = BufReader::new(reader);
        let mut text = read_told(&mut reader);
        outlet.line(b"on again\n");
        drop(outlet);
        reader.read_to_string(&mut text).unwrap();
        let kept = text.lines().filter(|it| it.starts_with('x')).count();
        assert_eq!(kept, 1 + room);
        let end = format!("x\n{lost} lines lost here: they were not taken\non again\n");
        assert!(text.ends_with(&end), "{}", &text[text.len() - 200..]);
    }

    /// A disk that is full for so many writes, after half a line.
    struct Full(UnixStream, u32);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.1 {
                0 => self.0.write(bytes),
                1 => {
                    self.1 = 0;
                    Err(io::ErrorKind::StorageFull.into())
                }
                _ => {
                    self.1 -= 1;
                    self.0.write(&bytes[..bytes.len().min(3)])
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl AsFd for Full {
        fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
            self.0.as_fd()
        }
    }

    #[test]
    fn lines_that_fail_are_counted_and_the_next_are_written() {
        let (reader, writer) = UnixStream::pair().unwrap();
        let outlet = Outlet::new(Full(writer, 2), silent).unwrap();
        outlet.line(b"first\nsecond\n");
        let mut reader = BufReader::new(reader);
        let mut text = read_told(&mut reader);
        outlet.line(b"third\n");
        drop(outlet);
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "fir\n2 lines lost here: they were not taken\nthird\n");
    }

    #[test]
    fn nothing_is_written_into_what_is_no_lines() {
        let (mut reader, writer) = UnixStream::pair().unwrap();
        let (fails, failed) = mpsc::channel();
        let tell = move |_: &io::Error| fails.send(()).unwrap();
        let outlet = Outlet::unbroken(Full(writer, 2), tell).unwrap();
        assert!(outlet.offer(b"first\nsecond\n"));
        failed.recv().unwrap();
        assert!(outlet.offer(b"\x0a\x0d\x0d\x0a"));
        drop(outlet);
        let mut written = Vec::new();
        reader.read_to_end(&mut written).unwrap();
        assert_eq!(written, b"fir\x0a\x0d\x0d\x0a");
        assert!(failed.recv().is_err(), "it failed once");
    }
}
