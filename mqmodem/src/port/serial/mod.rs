//! A host on a serial device.
//!
//! The modem is the DCE of a cable, our device is made to be a DTE: the host is
//! behind a null-modem cable, or behind one that crosses just the data. What
//! that cable carries of the control lines is shown and seen; see
//! [`super`] for which line becomes which. A break is ignored by the device's
//! driver.

mod device;
mod spec;
mod wiring;

use super::{ABSENT, Label, PRESENT, Port, PortInput};
use device::Device;
use mqmodem_core::{HostLines, ModemLines, Serial};
pub use spec::{DEFAULT, parse};
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot::Receiver;
use tokio::time::Sleep;
use wiring::Wiring;

/// Opens a device as a host does: not claimed, since others may watch it.
pub(crate) fn attach(path: &Path, serial: Serial) -> io::Result<serial2_tokio::SerialPort> {
    serial2_tokio::SerialPort::open(path, |settings| device::adjust(settings, serial, true))
}

/// How soon a device that vanished is tried again; then ever less often.
const FIRST_RETRY: Duration = Duration::from_millis(500);
const LAST_RETRY: Duration = Duration::from_secs(10);

/// How often the host's lines are looked at. No event tells of them: the one
/// system call that waits for a change cannot be ended.
const LOOK: Duration = Duration::from_millis(100);

/// A host on a serial device. A device that vanishes, as a USB adapter does
/// when it is pulled, is opened again when it is back.
#[derive(Debug)]
pub struct SerialDevice {
    path: PathBuf,
    /// What it is called in logs.
    label: Label,
    opened: Serial,
    settings: Serial,
    lines: ModemLines,
    device: Option<Device>,
    /// Another speed or format is set when this ends.
    draining: Option<Receiver<()>>,
    /// When to look: at the lines, or for the device.
    next: Option<Pin<Box<Sleep>>>,
    retry: Duration,
    wiring: Wiring,
    host: HostLines,
    /// Not told yet.
    change: Option<HostLines>,
    /// DTR fell since the last was told; it must not be missed.
    fell: bool,
}

impl SerialDevice {
    /// Opens the device; an error where another program has it.
    pub fn open(path: &Path, settings: Serial) -> io::Result<Self> {
        let mut port = Self {
            path: path.to_owned(),
            label: Label::new(&path.display().to_string()),
            opened: settings,
            settings,
            lines: ModemLines {
                dcd: false,
                dsr: true,
            },
            device: None,
            draining: None,
            next: None,
            retry: FIRST_RETRY,
            wiring: Wiring::default(),
            host: ABSENT,
            change: None,
            fell: false,
        };
        port.attach()?;
        Ok(port)
    }

    fn attach(&mut self) -> io::Result<()> {
        let device = Device::open(&self.path, self.settings)?;
        device.show(self.lines, self.settings);
        self.wiring = Wiring::default();
        self.device = Some(device);
        self.retry = FIRST_RETRY;
        self.look();
        Ok(())
    }

    fn lose(&mut self, why: &str) {
        tracing::error!(modem = %self.label, "port lost, trying to open it again: {why}");
        self.device = None;
        self.draining = None;
        self.note(ABSENT);
        // Told once more where it is known: only then the wait is attended to.
        self.change = Some(ABSENT);
        self.wait(FIRST_RETRY);
    }

    fn reopen(&mut self) {
        if self.attach().is_ok() {
            tracing::warn!(modem = %self.label, "port is back");
        } else {
            self.retry = (self.retry * 2).min(LAST_RETRY);
            self.wait(self.retry);
        }
    }

    /// Looks at the host's lines, and when to do so again.
    fn look(&mut self) {
        match self.device.as_ref().and_then(Device::look) {
            Some((dtr, rts)) => {
                let lines = self.wiring.judge(dtr, rts);
                self.note(lines);
                self.wait(LOOK);
            }
            None => self.note(PRESENT),
        }
    }

    fn note(&mut self, lines: HostLines) {
        if lines != self.host {
            self.fell |= self.host.dtr && !lines.dtr;
            self.host = lines;
            self.change = Some(lines);
        }
    }

    fn next_change(&mut self) -> Option<HostLines> {
        let fell = std::mem::take(&mut self.fell);
        if fell && self.change.is_some_and(|lines| lines.dtr) {
            return Some(ABSENT);
        }
        self.change.take()
    }

    fn wait(&mut self, time: Duration) {
        self.next = Some(Box::pin(tokio::time::sleep(time)));
    }

    /// Ready when no other speed or format is to be set.
    fn poll_switched(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(draining) = &mut self.draining else {
            return Poll::Ready(());
        };
        let _ = ready!(Pin::new(draining).poll(cx));
        self.draining = None;
        if let Some(device) = &mut self.device {
            match device.set(self.settings) {
                Ok(()) => tracing::debug!(modem = %self.label, "now {:?}", self.settings),
                Err(error) => {
                    tracing::warn!(modem = %self.label, "does not take {:?}: {error}", self.settings);
                }
            }
            device.show(self.lines, self.settings);
        }
        Poll::Ready(())
    }
}

impl Port for SerialDevice {
    fn set_modem(&mut self, name: &Label) {
        self.label = self.label.at_modem(name);
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<PortInput> {
        loop {
            if let Some(lines) = self.next_change() {
                return Poll::Ready(PortInput::Lines(lines));
            }
            let Some(device) = &mut self.device else {
                return Poll::Pending;
            };
            let mut filled = ReadBuf::new(buf);
            match ready!(Pin::new(&mut device.io).poll_read(cx, &mut filled)) {
                Ok(()) if !filled.filled().is_empty() => {
                    return Poll::Ready(PortInput::Bytes(filled.filled().len()));
                }
                Ok(()) => self.lose("end of file"),
                Err(error) => self.lose(&error.to_string()),
            }
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<usize> {
        ready!(self.poll_switched(cx));
        let Some(device) = &mut self.device else {
            return Poll::Ready(bytes.len());
        };
        match ready!(Pin::new(&mut device.io).poll_write(cx, bytes)) {
            Ok(n) => Poll::Ready(n),
            Err(error) => {
                self.lose(&error.to_string());
                Poll::Ready(bytes.len())
            }
        }
    }

    fn set_lines(&mut self, lines: ModemLines) {
        self.lines = lines;
        if let Some(device) = &self.device {
            device.show(lines, self.settings);
        }
    }

    fn set_serial(&mut self, serial: Serial) {
        self.settings = spec::follow(self.opened, self.settings.baud, serial);
        self.draining = self.device.as_ref().map(Device::drain);
    }

    fn poll_attend(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let _ = self.poll_switched(cx);
        while let Some(next) = &mut self.next {
            ready!(next.as_mut().poll(cx));
            self.next = None;
            if self.device.is_some() {
                self.look();
            } else {
                self.reopen();
            }
            if self.change.is_some() {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use std::future::poll_fn;

    /// The host closed its port, then the adapter is pulled: somebody must wait for it
    /// to come back.
    #[tokio::test]
    async fn a_device_pulled_while_no_host_is_there_is_waited_for() {
        let cable = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&cable).unwrap();
        unlockpt(&cable).unwrap();
        let device = ptsname(&cable, Vec::new()).unwrap().into_string().unwrap();
        let mut port = SerialDevice::open(Path::new(&device), DEFAULT).unwrap();
        (port.host, port.change) = (ABSENT, None);
        drop(cable);
        let read = poll_fn(|cx| port.poll_read(cx, &mut [0; 8]));
        let read = tokio::time::timeout(Duration::from_secs(10), read).await;
        assert!(
            matches!(read, Ok(PortInput::Lines(ABSENT))),
            "no other round"
        );
        assert!(port.device.is_none() && port.next.is_some());
    }
}
