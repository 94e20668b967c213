//! Messages that say which one they are.

use crate::random::Random;
use mqmodem_core::mqtt::Qos;

/// A message of either direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// It is the so manieth of its direction.
    pub(crate) number: usize,
    pub(crate) topic: usize,
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
    /// Bytes behind its number.
    pub(crate) filler: usize,
}

impl Message {
    pub(crate) fn draw(number: usize, topics: usize, content: usize, chance: &mut Random) -> Self {
        let qos = chance.pick(&[
            Qos::AtMostOnce,
            Qos::AtLeastOnce,
            Qos::AtLeastOnce,
            Qos::ExactlyOnce,
            Qos::ExactlyOnce,
        ]);
        Self {
            number,
            topic: chance.below(topics),
            qos,
            retain: false,
            filler: chance.below(content + 1),
        }
    }

    /// Any bytes follow the number, among them those that end a line.
    pub(crate) fn content(&self) -> Vec<u8> {
        let mut content = format!("#{};", self.number).into_bytes();
        let mut chance = Random::new(self.number as u64);
        let byte = |_| chance.pick(b"ab\r\n\",\\O K\0\xff+");
        content.extend((0..self.filler).map(byte));
        content
    }

    /// What is between the quotes of an AT command.
    pub(crate) fn quoted(&self) -> String {
        let quote = |byte: u8| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("\\{byte:02X}")
            }
        };
        self.content().into_iter().map(quote).collect()
    }
}

/// The number at the start of a content.
pub(crate) fn number_of(content: &[u8]) -> Option<usize> {
    let end = content.iter().position(|byte| *byte == b';')?;
    let number = content[..end].strip_prefix(b"#")?;
    std::str::from_utf8(number).ok()?.parse().ok()
}

/// The topics of a direction: `o/0`, `i/3`.
pub(crate) fn topic(direction: char, topic: usize) -> String {
    format!("{direction}/{topic}")
}
