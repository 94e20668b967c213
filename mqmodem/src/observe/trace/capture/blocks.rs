//! The blocks of pcapng that a capture is made of, little endian: Wireshark takes nothing
//! else from a pipe.

/// What packets of an interface begin with.
#[derive(Clone, Copy, Debug)]
#[repr(u16)]
pub(super) enum LinkType {
    /// IP.
    RawIp = 101,
    /// Tags of Wireshark that say what follows.
    UpperPdu = 252,
}

const COMMENT: u16 = 1;
const NAME: u16 = 2;
const DROPPED: u16 = 4;
const PROGRAM: u16 = 4;

/// What stands first.
pub(super) fn section() -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(0x1A2B_3C4D_u32.to_le_bytes());
    body.extend(1_u16.to_le_bytes());
    body.extend(0_u16.to_le_bytes());
    // How long it gets is not known.
    body.extend(u64::MAX.to_le_bytes());
    let program = concat!("mqmodem ", env!("CARGO_PKG_VERSION"));
    text_option(PROGRAM, program, &mut body);
    end_of_options(&mut body);
    block(0x0A0D_0D0A, &body)
}

/// An interface: the next one, counted from 0.
pub(super) fn interface(link_type: LinkType, name: &str) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend((link_type as u16).to_le_bytes());
    body.extend(0_u16.to_le_bytes());
    // No packet is cut.
    body.extend(0_u32.to_le_bytes());
    text_option(NAME, name, &mut body);
    end_of_options(&mut body);
    block(1, &body)
}

/// A packet.
#[derive(Debug)]
pub(super) struct CapturedPacket<'p> {
    pub(super) interface: u32,
    /// Microseconds since 1970.
    pub(super) t: u64,
    pub(super) bytes: &'p [u8],
    /// Bytes it has, where the last ones are missing.
    pub(super) total: usize,
    pub(super) comment: Option<&'p str>,
    /// Events that are missing before it.
    pub(super) dropped: u64,
}

impl CapturedPacket<'_> {
    pub(super) fn block(&self) -> Vec<u8> {
        let mut body = Vec::new();
        let t = self.t.to_be_bytes().map(u32::from);
        let half = |at: usize| {
            let part = t.get(at..at + 4).unwrap_or_default();
            part.iter().fold(0, |number, byte| number << 8 | byte)
        };
        let (len, total) = (self.bytes.len() as u32, self.total as u32);
        for number in [self.interface, half(0), half(4), len, total] {
            body.extend(number.to_le_bytes());
        }
        body.extend(self.bytes);
        pad(&mut body);
        if let Some(comment) = self.comment {
            text_option(COMMENT, comment, &mut body);
        }
        if self.dropped > 0 {
            option(DROPPED, &self.dropped.to_le_bytes(), &mut body);
        }
        if self.comment.is_some() || self.dropped > 0 {
            end_of_options(&mut body);
        }
        block(6, &body)
    }
}

/// A text, as far as the length of an option goes.
fn text_option(code: u16, text: &str, body: &mut Vec<u8>) {
    let front = text.get(..text.floor_char_boundary(0xFFFF));
    option(code, front.unwrap_or(text).as_bytes(), body);
}

fn option(code: u16, value: &[u8], body: &mut Vec<u8>) {
    body.extend(code.to_le_bytes());
    body.extend((value.len() as u16).to_le_bytes());
    body.extend(value);
    pad(body);
}

fn end_of_options(body: &mut Vec<u8>) {
    body.extend([0; 4]);
}

fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let total = (body.len() as u32 + 12).to_le_bytes();
    [&kind.to_le_bytes(), &total[..], body, &total].concat()
}
