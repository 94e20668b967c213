//! Numbered messages: which stream one belongs to, and what it looks like.

use mqmodem_core::mqtt::Qos;

/// Streams of a modem: both ways, at QoS 1 and 2.
pub const STREAMS: usize = 4;

/// Which way messages go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the host to the broker.
    Up,
    /// From the broker to the host.
    Down,
}

/// Messages that are numbered together, from 1, and stay in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Which modem they pass, from 0.
    pub modem: usize,
    /// Which way.
    pub direction: Direction,
    /// At QoS 2, else at QoS 1.
    pub exact: bool,
}

impl Stream {
    /// The streams that pass a modem one way.
    pub fn both(modem: usize, direction: Direction) -> [Self; 2] {
        [false, true].map(|exact| Self {
            modem,
            direction,
            exact,
        })
    }

    /// The stream at this place.
    pub fn at(place: usize) -> Self {
        Self {
            modem: place / STREAMS,
            direction: if place & 2 == 0 {
                Direction::Up
            } else {
                Direction::Down
            },
            exact: place & 1 == 1,
        }
    }

    /// Its place among all.
    pub fn place(self) -> usize {
        self.modem * STREAMS
            + usize::from(self.direction == Direction::Down) * 2
            + usize::from(self.exact)
    }

    /// How surely its messages are delivered.
    pub fn qos(self) -> Qos {
        if self.exact {
            Qos::ExactlyOnce
        } else {
            Qos::AtLeastOnce
        }
    }

    /// The topic of its messages.
    pub fn topic(self) -> String {
        let direction = if self.direction == Direction::Up {
            "up"
        } else {
            "down"
        };
        format!("soak/{}/{direction}/{}", self.modem, self.qos().level())
    }

    /// The stream of a topic.
    pub fn of_topic(topic: &str) -> Option<Self> {
        let mut words = topic.strip_prefix("soak/")?.split('/');
        let modem = words.next()?.parse().ok()?;
        let direction = match words.next()? {
            "up" => Direction::Up,
            "down" => Direction::Down,
            _ => return None,
        };
        let exact = match words.next()? {
            "1" => false,
            "2" => true,
            _ => return None,
        };
        let stream = Self {
            modem,
            direction,
            exact,
        };
        words.next().is_none().then_some(stream)
    }

    /// What the message of this number carries: what it is, and some of them more
    /// than fits one segment.
    pub fn payload(self, number: u32) -> String {
        let filler = match number % 97 {
            0 => 1500,
            n => n as usize % 23,
        };
        format!("{number} {} {}", self.place(), "#".repeat(filler))
    }

    /// The number of a message, none if it is not as it was sent.
    pub fn number(self, payload: &[u8]) -> Option<u32> {
        let text = std::str::from_utf8(payload).ok()?;
        let number = text.split(' ').next()?.parse().ok()?;
        (self.payload(number) == text).then_some(number)
    }
}

/// The client id of a modem.
pub fn client_id(modem: usize) -> String {
    format!("modem-{modem}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_known_by_its_topic_and_place() {
        for place in 0..3 * STREAMS {
            let stream = Stream::at(place);
            assert_eq!(stream.place(), place);
            assert_eq!(Stream::of_topic(&stream.topic()), Some(stream));
        }
        for wrong in ["soak/1/up/0", "soak/1/up/1/2", "soak/x/up/1", "up/1"] {
            assert_eq!(Stream::of_topic(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_damaged_message_has_no_number() {
        let stream = Stream::at(0);
        for number in [1, 24, 97, u32::MAX] {
            let payload = stream.payload(number);
            assert_eq!(stream.number(payload.as_bytes()), Some(number));
            assert_eq!(stream.number(format!("{payload}#").as_bytes()), None);
        }
    }
}
