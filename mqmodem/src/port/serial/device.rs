//! An open serial device that is ours alone.

use mqmodem_core::{ModemLines, Parity, Serial};
use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use rustix::io::Errno;
use rustix::termios::{ioctl_tiocexcl, ioctl_tiocnxcl, isatty, tcdrain};
use serial2_tokio::{CharSize, FlowControl, SerialPort, Settings, StopBits};
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use tokio::sync::oneshot::{self, Receiver};

/// An open device. Its lock tells programs that ask (`flock`), exclusive mode
/// turns away those that do not, except root's.
#[derive(Debug)]
pub(super) struct Device {
    pub(super) io: SerialPort,
    /// A second descriptor, since the first does not show itself.
    claim: Arc<OwnedFd>,
}

impl Device {
    /// Opens the device, unless another program has it.
    pub(super) fn open(path: &Path, serial: Serial) -> io::Result<Self> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let claim = rustix::fs::open(path, flags, Mode::empty())?;
        if !isatty(&claim) {
            return Err(refused("it is no terminal; give a serial device"));
        }
        match flock(&claim, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => {
                return Err(io::Error::new(
                    io::ErrorKind::ResourceBusy,
                    "another program has locked it",
                ));
            }
            locked => locked?,
        }
        let io = SerialPort::open(path, |settings: Settings| adjust(settings, serial, true));
        let io = io.map_err(|error| match error.raw_os_error() {
            Some(_) => error,
            None => refused("it does not take this speed or format; choose another"),
        })?;
        ioctl_tiocexcl(&claim)?;
        let claim = Arc::new(claim);
        Ok(Self { io, claim })
    }

    /// Ends when what was written has left. It may take for ever where flow
    /// control holds it back, hence a thread of its own.
    pub(super) fn drain(&self) -> Receiver<()> {
        let claim = self.claim.clone();
        let (done, drained) = oneshot::channel();
        let thread = thread::Builder::new().name("drain".to_owned());
        let begun = thread.spawn(move || {
            while tcdrain(&claim) == Err(Errno::INTR) {}
            drop(done);
        });
        if let Err(error) = begun {
            tracing::warn!("cannot wait for what was written: {error}");
        }
        drained
    }

    /// Sets speed and format.
    pub(super) fn set(&mut self, serial: Serial) -> io::Result<()> {
        let settings = self.io.get_configuration()?;
        self.io.set_configuration(&adjust(settings, serial, false)?)
    }

    /// Shows the modem's lines. Our outputs are those of a terminal, DTR and
    /// RTS; a null-modem cable takes DTR to the host's DCD and DSR, and RTS to
    /// its CTS. With flow control RTS is the driver's.
    pub(super) fn show(&self, lines: ModemLines, serial: Serial) {
        // A pseudo-terminal has none.
        let _ = self.io.set_dtr(lines.dcd);
        if !serial.rts_cts {
            let _ = self.io.set_rts(lines.dsr);
        }
    }

    /// The host's DTR and RTS as a null-modem cable shows them; `None` where
    /// the device has no lines.
    pub(super) fn look(&self) -> Option<(bool, bool)> {
        let dtr = self.io.read_dsr().ok()? || self.io.read_cd().ok()?;
        Some((dtr, self.io.read_cts().ok()?))
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // Where another program has it open too, the mode would outlive us.
        let _ = ioctl_tiocnxcl(&self.claim);
    }
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, why)
}

pub(super) fn adjust(mut settings: Settings, serial: Serial, raw: bool) -> io::Result<Settings> {
    if raw {
        settings.set_raw();
    }
    if serial.baud > 0 {
        settings.set_baud_rate(serial.baud)?;
    }
    settings.set_char_size(match serial.data_bits {
        7 => CharSize::Bits7,
        _ => CharSize::Bits8,
    });
    settings.set_parity(match serial.parity {
        Parity::None => serial2_tokio::Parity::None,
        Parity::Odd => serial2_tokio::Parity::Odd,
        Parity::Even => serial2_tokio::Parity::Even,
    });
    settings.set_stop_bits(match serial.stop_bits {
        2 => StopBits::Two,
        _ => StopBits::One,
    });
    settings.set_flow_control(match (serial.rts_cts, serial.xon_xoff) {
        (true, _) => FlowControl::RtsCts,
        (false, true) => FlowControl::XonXoff,
        (false, false) => FlowControl::None,
    });
    Ok(settings)
}
