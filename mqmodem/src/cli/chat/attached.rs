//! An AT port as its host sees it: a device, a socket, an address.

use crate::cli::failure::ProgramFailure;
use crate::port::serial;
use serial2_tokio::SerialPort;
use std::ffi::OsStr;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// A port that is open.
pub(crate) enum Attached {
    /// A serial device or a pseudo-terminal.
    Device(SerialPort),
    /// A TCP connection.
    Tcp(TcpStream),
    /// A connection to a Unix socket.
    Unix(UnixStream),
}

/// Whether `text` names something in the file system, not an address.
pub(crate) fn is_path(text: &OsStr) -> bool {
    text.to_string_lossy().contains('/')
}

impl Attached {
    /// Opens a serial device, `DEVICE[,BAUD][,8N1][,rtscts]`, or a Unix socket.
    pub(crate) async fn open(text: &OsStr) -> Result<Self, ProgramFailure> {
        let (path, settings) = serial::parse(text).map_err(|wrong| {
            ProgramFailure::new(format!(
                "--port takes a device with a speed and a format, such as /dev/ttyUSB0,9600,8N1; \"{wrong}\" is neither"
            ))
        })?;
        let opened = if is_socket(&path) {
            UnixStream::connect(&path).await.map(Self::Unix)
        } else {
            serial::attach(&path, settings).map(Self::Device)
        };
        opened.map_err(|error| {
            ProgramFailure::system(format_args!("cannot open {}", path.display()), &error)
        })
    }

    /// Connects to an address.
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self, ProgramFailure> {
        let connected = TcpStream::connect(address).await;
        let connected = connected.and_then(|stream| stream.set_nodelay(true).map(|()| stream));
        connected.map(Self::Tcp).map_err(|error| {
            ProgramFailure::system(format_args!("cannot connect to {address}"), &error)
        })
    }

    /// Reads what came; 0 at the end.
    pub(crate) async fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Device(port) => port.read(buf).await,
            Self::Tcp(stream) => stream.read(buf).await,
            Self::Unix(stream) => stream.read(buf).await,
        }
    }

    /// Writes some of it; how much.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Device(port) => port.write(bytes).await,
            Self::Tcp(stream) => stream.write(bytes).await,
            Self::Unix(stream) => stream.write(bytes).await,
        }
    }

    /// Raises or drops DTR.
    pub(crate) fn set_dtr(&self, on: bool) -> io::Result<()> {
        match self {
            Self::Device(port) => port.set_dtr(on),
            _ => Err(no_lines()),
        }
    }

    /// Raises or drops RTS.
    pub(crate) fn set_rts(&self, on: bool) -> io::Result<()> {
        match self {
            Self::Device(port) => port.set_rts(on),
            _ => Err(no_lines()),
        }
    }
}

fn no_lines() -> io::Error {
    io::Error::new(
        io::ErrorKind::Unsupported,
        "this port has no control lines; take the line out, or use a serial device",
    )
}

fn is_socket(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.file_type().is_socket())
}
