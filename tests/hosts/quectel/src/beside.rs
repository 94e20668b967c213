//! What the driver does not know: how to subscribe, and the lines that follow.

use atat::atat_derive::{AtatCmd, AtatResp};
use atat::{AtDigester, DigestResult, Digester, heapless};
use quectel_bg9x_atat::Urc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

#[derive(Clone, AtatResp)]
pub struct Nothing;

#[derive(Clone, AtatCmd)]
#[at_cmd("+QMTSUB", Nothing, timeout_ms = 5000)]
pub struct Subscribe {
    link: u8,
    message: u16,
    topic: heapless::String<128>,
    qos: u8,
}

impl Subscribe {
    pub fn to(topic: &str) -> Self {
        let topic = heapless::String::try_from(topic).expect("a short topic");
        let (link, message, qos) = (0, 7, 1);
        Self {
            link,
            message,
            topic,
            qos,
        }
    }
}

/// Lines of these names, as they came.
pub type Heard = UnboundedReceiver<String>;
const NAMES: [&[u8]; 2] = [b"+QMTSUB:", b"+QMTRECV:"];

/// Takes those lines out of what the driver's own digester sees.
pub struct Listener {
    digester: AtDigester<Urc>,
    heard: UnboundedSender<String>,
}

impl Listener {
    pub fn new() -> (Self, Heard) {
        let (heard, lines) = unbounded_channel();
        let digester = AtDigester::new();
        (Self { digester, heard }, lines)
    }
}

impl Digester for Listener {
    fn digest<'a>(&mut self, buffer: &'a [u8]) -> (DigestResult<'a>, usize) {
        let text = buffer.trim_ascii_start();
        if !NAMES.iter().any(|name| text.starts_with(name)) {
            return self.digester.digest(buffer);
        }
        let Some(end) = text.windows(2).position(|two| two == b"\r\n") else {
            return (DigestResult::None, 0);
        };
        let line = String::from_utf8_lossy(&text[..end]).into_owned();
        let _ = self.heard.send(line);
        (DigestResult::None, buffer.len() - text.len() + end + 2)
    }
}
