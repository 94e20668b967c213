//! Packets over a connection, for either side.

use mqmodem_core::buffer::Buf;
use mqmodem_core::mqtt::packet::{Rules, frame_as};
use mqmodem_core::mqtt::{Frame, Packet, Version};
use std::io::{Error, ErrorKind, Result};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

/// How often a side looks at the time.
const TICK: Duration = Duration::from_millis(100);
/// Bytes that wait to be written, at most.
const OUT: usize = 1 << 20;

/// One side of a connection.
pub trait Side {
    /// The packet that came is what this side expects, or the connection ends.
    fn packet(&mut self, packet: &Packet<'_>, out: &mut Buf<'_>) -> Result<()>;
    /// Time passed, or packets came: writes what may go out now.
    fn produce(&mut self, out: &mut Buf<'_>);
    /// How long the other side may be silent; zero is for ever.
    fn patience(&self) -> Duration;
    /// What the other side speaks.
    fn version(&self) -> Version;
}

/// Why a connection is not gone on with.
pub fn refuse(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidData, why.into())
}

/// Carries packets until the connection breaks. [`ErrorKind::InvalidData`] says
/// that the other side broke the protocol.
pub async fn converse(stream: &mut TcpStream, side: &mut impl Side) -> Result<()> {
    let _ = stream.set_nodelay(true);
    let (mut input, mut out) = (Vec::with_capacity(4096), Buf::heap(OUT));
    let mut heard = Instant::now();
    loop {
        side.produce(&mut out);
        stream.write_all(out.as_slice()).await?;
        out.clear();
        let n = tokio::select! {
            n = stream.read_buf(&mut input) => Some(n?),
            () = sleep(TICK) => None,
        };
        match n {
            Some(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Some(_) => heard = Instant::now(),
            None if !side.patience().is_zero() && heard.elapsed() > side.patience() => {
                return Err(ErrorKind::TimedOut.into());
            }
            None => {}
        }
        let done = packets(&input, side, &mut out)?;
        input.drain(..done);
    }
}

/// Handles every whole packet and returns how many bytes they had.
fn packets(input: &[u8], side: &mut impl Side, out: &mut Buf<'_>) -> Result<usize> {
    let mut done = 0;
    loop {
        let rest = &input[done..];
        let version = Version::of_connect(rest).unwrap_or(side.version());
        match frame_as(version, Rules::Strict, rest) {
            Frame::Incomplete { .. } => return Ok(done),
            Frame::Malformed => return Err(refuse(format!("no packet: {rest:02x?}"))),
            Frame::Whole { len } => {
                let packet = Packet::decode_as(version, Rules::Strict, &rest[..len])
                    .map_err(|_| refuse(format!("malformed: {:02x?}", &rest[..len])))?;
                side.packet(&packet, out)?;
                done += len;
            }
        }
    }
}
