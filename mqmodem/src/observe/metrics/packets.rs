//! The little that metrics need of MQTT packets, found while they pass by.

/// A packet that has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    /// Its first byte: kind and flags.
    pub(super) first: u8,
    /// Its packet id; 0 where it has none.
    pub(super) id: u16,
    /// The second byte behind the length: the code of CONNACK.
    pub(super) code: u8,
}

impl Passed {
    pub(super) const fn kind(self) -> u8 {
        self.first >> 4
    }

    /// The QoS of a PUBLISH.
    pub(super) fn qos(self) -> usize {
        usize::from(self.first >> 1 & 3).min(2)
    }
}

/// One direction of a link. Keeps no bytes.
#[derive(Debug, Default)]
pub(super) struct Packets {
    passed: Passed,
    place: Place,
    topic: u16,
}

#[derive(Clone, Copy, Debug, Default)]
enum Place {
    #[default]
    First,
    Length {
        length: u32,
        shift: u8,
    },
    /// So many bytes behind the length, of so many.
    Body {
        at: u32,
        length: u32,
    },
}

impl Packets {
    /// Takes bytes; each packet that is whole is told.
    pub(super) fn feed(&mut self, bytes: &[u8], mut tell: impl FnMut(Passed)) {
        let mut rest = bytes;
        while let Some((&byte, more)) = rest.split_first() {
            self.place = match self.place {
                Place::First => {
                    self.passed = Passed {
                        first: byte,
                        ..Passed::default()
                    };
                    rest = more;
                    Place::Length {
                        length: 0,
                        shift: 0,
                    }
                }
                Place::Length { length, shift } => {
                    rest = more;
                    let length = length | u32::from(byte & 0x7f) << shift;
                    match byte & 0x80 {
                        // Four bytes at most, else it is no MQTT; the modem hangs up.
                        0x80 if shift < 21 => Place::Length {
                            length,
                            shift: shift + 7,
                        },
                        _ => Place::Body { at: 0, length },
                    }
                }
                Place::Body { at, length } => {
                    let (at, behind) = self.body(rest, at, length);
                    rest = behind;
                    Place::Body { at, length }
                }
            };
            if let Place::Body { at, length } = self.place
                && at == length
            {
                tell(self.passed);
                self.place = Place::First;
            }
        }
    }

    /// Takes what it can of the body; how far it came, and what is behind.
    fn body<'b>(&mut self, bytes: &'b [u8], at: u32, length: u32) -> (u32, &'b [u8]) {
        let taken = bytes.len().min((length - at) as usize);
        let (body, behind) = bytes.split_at(taken);
        let byte = |of: u32| body.get(of.checked_sub(at)? as usize).copied();
        let put = |number: &mut u16, of: u32| {
            if let Some(high) = byte(of) {
                *number = u16::from(high) << 8 | (*number & 0xff);
            }
            if let Some(low) = byte(of + 1) {
                *number = *number & 0xff00 | u16::from(low);
            }
        };
        if self.passed.kind() == 3 {
            put(&mut self.topic, 0);
            if self.passed.qos() > 0 {
                // Known by the time the bytes it points at come.
                put(&mut self.passed.id, 2 + u32::from(self.topic));
            }
        } else {
            put(&mut self.passed.id, 0);
            if let Some(code) = byte(1) {
                self.passed.code = code;
            }
        }
        (at + taken as u32, behind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_found_however_they_are_cut() {
        let long = [&[0x3d, 0xc8, 0x01, 0, 3][..], b"a/b", &[1, 2], &[b'x'; 193]].concat();
        let all = [
            &[0x20, 2, 0, 5][..],
            &[0x30, 5, 0, 1, b't', b'h', b'i'],
            &long,
            &[0x40, 2, 0x12, 0x34],
            &[0xd0, 0],
        ]
        .concat();
        let want = [
            (0x20, 5, 5),
            (0x30, 0, 0),
            (0x3d, 0x0102, 0),
            (0x40, 0x1234, 0x34),
            (0xd0, 0, 0),
        ];
        for size in 1..all.len() {
            let (mut packets, mut told) = (Packets::default(), Vec::new());
            for piece in all.chunks(size) {
                packets.feed(piece, |it| told.push((it.first, it.id, it.code)));
            }
            assert_eq!(told, want, "in pieces of {size}");
        }
    }
}
