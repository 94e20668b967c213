//! Whose session it is, and the numbers given to messages: none is given twice,
//! also after a restart.

use super::durability::Durability;
use super::form::{FORM, WIDE};
use super::window::{WINDOW, exposed};

/// Numbers that are given away on disk at once, so that not every one is a
/// change.
const BLOCK: u64 = 1024;
/// How many before its end the next block is asked for.
const AHEAD: u64 = 512;

/// The form of what version 0.1 stored, which is the same otherwise.
const FORM_01: u8 = 1;
/// Bytes of it.
const LEN: usize = 25;
/// Bytes of the wide form, which has how many messages may have been sent.
const WIDE_LEN: usize = LEN + 2;
/// Bytes of one that says that we ended the session at the broker, and its last.
const ENDED_LEN: usize = WIDE_LEN + 1;
const ENDED: u8 = 1;
/// How many without being said.
const EXPOSED: u16 = exposed(WINDOW);
/// No number is given from here on. Only a forged session comes so far.
const END: u64 = (1 << 63) - 1;

/// What tells a session from others, and its numbers.
#[derive(Debug)]
pub(super) struct Numbers {
    /// The client it is of `[MQTT-3.1.3-2]`.
    client: u64,
    /// The broker it is with.
    broker: u64,
    /// The next number.
    next: u64,
    /// Those before it are given without a look ahead.
    free: u64,
    /// The first number not given away on disk.
    reserved: u64,
    /// The same as it was asked for, and once that was answered.
    asked: u64,
    durable: u64,
    stored: bool,
    /// How many messages may have been sent that a restart would find on disk; the same
    /// once that is on disk.
    exposed: u16,
    exposed_durable: u16,
    /// Whether we ended the session, so that the broker is asked for a new one.
    ended: bool,
    disk: Durability,
    restored: bool,
    record: [u8; ENDED_LEN],
}

impl Numbers {
    pub(super) fn new() -> Self {
        Self {
            client: 0,
            broker: 0,
            next: 1,
            free: 0,
            reserved: 0,
            asked: 0,
            durable: 0,
            stored: false,
            exposed: EXPOSED,
            exposed_durable: EXPOSED,
            ended: false,
            disk: Durability::Same,
            restored: false,
            record: [0; ENDED_LEN],
        }
    }

    /// From now on it is on disk as well.
    pub(super) fn persist(&mut self) {
        self.stored = true;
        self.free = 0;
    }

    /// Whether the session is of this client with this broker.
    pub(super) fn is_of(&self, broker: u64, client: u64) -> bool {
        (self.broker, self.client) == (broker, client)
    }

    /// The session is of this client with this broker from now on.
    pub(super) fn bind(&mut self, broker: u64, client: u64) {
        (self.broker, self.client, self.ended) = (broker, client, false);
        self.changed();
    }

    /// Whether we ended the session at the broker.
    pub(super) fn is_ended(&self) -> bool {
        self.ended
    }

    /// We ended the session, or the broker has accepted a connection since.
    pub(super) fn set_ended(&mut self, ended: bool) {
        if core::mem::replace(&mut self.ended, ended) != ended && self.is_used() {
            self.changed();
        }
    }

    pub(super) fn broker(&self) -> u64 {
        self.broker
    }

    /// Whether a number that a host was told was given away at some time.
    pub(super) fn is_given_to_host(&self, number: u32) -> bool {
        let before = number.wrapping_sub(self.next as u32) > u32::MAX / 2;
        number > 0 && before && u64::from(number) < self.next
    }

    /// A new number, unless all were given away. Its lower half, which the host is
    /// told, is never 0.
    #[inline]
    pub(super) fn take(&mut self) -> Option<u64> {
        if self.next >= self.free && !self.look_ahead() {
            return None;
        }
        let number = self.next;
        self.next += 1;
        Some(number)
    }

    /// Looks at what is unlike other numbers; whether there is one left.
    #[cold]
    fn look_ahead(&mut self) -> bool {
        self.next += u64::from(self.next as u32 == 0);
        self.free = self.next | u64::from(u32::MAX);
        if self.stored {
            if self.next + AHEAD >= self.reserved && self.reserved < END {
                self.changed();
            }
            self.free = self.free.min(self.reserved - AHEAD);
        }
        self.next < END
    }

    /// So many messages are to be sent before the end of the first is on disk.
    pub(super) fn expose(&mut self, messages: u16) {
        if messages > self.exposed {
            self.exposed = messages;
            if self.is_used() {
                self.changed();
            }
        }
    }

    /// How many messages may have been sent that a restart would find on disk.
    pub(super) fn exposed(&self) -> u16 {
        if self.stored {
            self.exposed_durable
        } else {
            self.exposed
        }
    }

    /// Whether it is on disk that `number` is given away, so that nothing else will
    /// ever have it.
    pub(super) fn is_durable(&self, number: u32) -> bool {
        !self.stored || number.wrapping_sub(self.durable as u32) > u32::MAX / 2
    }

    /// It is to be put on disk, for the first time or with other values.
    fn changed(&mut self) {
        if self.stored {
            self.disk = self.disk.changed();
            self.reserved = END.min(self.next + BLOCK);
        }
    }

    #[inline]
    pub(super) fn has_changes(&self) -> bool {
        self.disk == Durability::Changed
    }

    /// What is to be put on disk.
    pub(super) fn ask(&mut self) -> &[u8] {
        self.disk = Durability::Asked;
        self.asked = self.reserved;
        let fields = [self.client, self.broker, self.reserved];
        let bytes = fields.into_iter().flat_map(u64::to_le_bytes);
        let (form, len) = match self.exposed {
            _ if self.ended => (WIDE, ENDED_LEN),
            ..=EXPOSED => (FORM, LEN),
            _ => (WIDE, WIDE_LEN),
        };
        let all = core::iter::once(form).chain(bytes);
        self.record
            .iter_mut()
            .zip(all.chain(self.exposed.to_le_bytes()).chain([ENDED]))
            .for_each(|(to, byte)| *to = byte);
        self.record.get(..len).unwrap_or_default()
    }

    pub(super) fn answered(&mut self, ok: bool) {
        if ok {
            self.durable = self.asked;
            // A wider one would have been asked for once more.
            self.exposed_durable = match self.disk {
                Durability::Asked => self.exposed,
                _ => self.exposed_durable,
            };
        }
        self.disk = self.disk.answered(ok);
    }

    /// Whether an answer for it is awaited.
    pub(super) fn is_asked(&self) -> bool {
        self.disk.is_asked()
    }

    /// Takes back what was stored; whether it is that.
    pub(super) fn restore(&mut self, bytes: &[u8]) -> bool {
        let Some((record, exposed)) = bytes.split_first_chunk::<LEN>() else {
            return false;
        };
        let (exposed, ended) = match (record.first(), exposed) {
            (Some(&(FORM | FORM_01)), &[]) => (EXPOSED, false),
            (Some(&WIDE), &[low, high]) => (u16::from_le_bytes([low, high]), false),
            (Some(&WIDE), &[low, high, ENDED]) => (u16::from_le_bytes([low, high]), true),
            _ => return false,
        };
        let field = |at: usize| {
            let bytes = record.get(at..).and_then(<[u8]>::first_chunk);
            bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
        };
        let possible = (1..=END).contains(&field(17));
        if self.restored || !possible {
            return false;
        }
        (self.client, self.broker) = (field(1), field(9));
        (self.next, self.reserved) = (field(17), field(17));
        self.durable = self.reserved;
        self.exposed = self.exposed.max(exposed);
        (self.exposed_durable, self.ended) = (exposed, ended);
        self.restored = true;
        true
    }

    /// Whether a number was given away.
    pub(super) fn is_given(&self, number: u64) -> bool {
        (1..self.next).contains(&number)
    }

    /// Whether there may be something on disk.
    pub(super) fn is_used(&self) -> bool {
        self.stored && self.reserved > 0
    }

    pub(super) fn is_restored(&self) -> bool {
        self.restored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_never_told_0() {
        let mut numbers = Numbers::new();
        numbers.next = u32::MAX.into();
        assert_eq!(numbers.take(), Some(u32::MAX.into()));
        assert_eq!(numbers.take(), Some((1 << 32) + 1));
    }

    #[test]
    fn no_number_is_given_twice() {
        let mut numbers = Numbers::new();
        numbers.persist();
        let mut disk = [0; LEN];
        for _ in 0..5 {
            let last = (0..1500).map(|_| {
                let number = numbers.take();
                if numbers.has_changes() {
                    disk.copy_from_slice(numbers.ask());
                    numbers.answered(true);
                }
                number
            });
            let last = last.max().unwrap().unwrap();
            numbers = Numbers::new();
            numbers.persist();
            assert!(numbers.restore(&disk));
            assert!(numbers.next > last);
        }
        let mut fresh = Numbers::new();
        assert!(!fresh.restore(&disk[1..]));
        disk[17..].fill(0xff);
        assert!(!fresh.restore(&disk), "nobody gave away so many");
    }

    #[test]
    fn what_is_kept_at_the_end_of_all_numbers_is_taken_back() {
        let mut numbers = Numbers::new();
        numbers.persist();
        let mut disk = *<&[u8; LEN]>::try_from(numbers.ask()).unwrap();
        disk[17..].copy_from_slice(&(END - 2).to_le_bytes());
        for left in [&[END - 2, END - 1][..], &[]] {
            let mut numbers = Numbers::new();
            numbers.persist();
            assert!(numbers.restore(&disk));
            assert!(core::iter::from_fn(|| numbers.take()).eq(left.iter().copied()));
            numbers.changed();
            disk.copy_from_slice(numbers.ask());
        }
    }
}
