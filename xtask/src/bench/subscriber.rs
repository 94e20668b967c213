//! A subscriber that counts. A client is done when its messages have arrived, not
//! when it believes to have sent them.

use crate::sh::Result;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The topic all clients publish to.
pub const TOPIC: &str = "bench";

/// CONNECT: MQTT 3.1.1, a clean session, no keep-alive, the client id `count`.
const CONNECT: &[u8] = b"\x10\x11\x00\x04MQTT\x04\x02\x00\x00\x00\x05count";
/// SUBSCRIBE to [`TOPIC`] with QoS 0.
const SUBSCRIBE: &[u8] = b"\x82\x0a\x00\x01\x00\x05bench\x00";

/// A connection subscribed to [`TOPIC`].
pub struct Subscriber(TcpStream);

impl Subscriber {
    /// Subscribes on a fresh connection to the broker.
    pub fn new(mut stream: TcpStream) -> Result<Self> {
        let mut answers = [0; 4 + 5];
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .and_then(|()| stream.write_all(&[CONNECT, SUBSCRIBE].concat()))
            .and_then(|()| stream.read_exact(&mut answers))
            .map_err(|e| format!("subscriber: {e}"))?;
        match answers {
            [0x20, _, _, 0, 0x90, _, _, _, 0] => Ok(Self(stream)),
            _ => Err(format!("subscriber: the broker answered {answers:02x?}")),
        }
    }

    /// Waits until `n` messages of this many bytes have come.
    pub fn wait(&mut self, n: usize, bytes: usize) -> Result {
        // Header, length, and the topic with its length: below 128, so one byte.
        let mut left = n * (2 + 2 + TOPIC.len() + bytes);
        let mut buffer = vec![0; 256 * 1024];
        while left > 0 {
            let most = buffer.len().min(left);
            match self.0.read(&mut buffer[..most]) {
                Ok(0) => return Err("subscriber: the broker hung up".to_owned()),
                Ok(read) => left -= read,
                Err(e) => return Err(format!("subscriber: {left} bytes are missing: {e}")),
            }
        }
        Ok(())
    }
}
