//! Messages that were accepted one behind the other, and wait for the disk.

/// Such messages at most.
const MOST: u8 = 16;

/// Room in the output for the answer of one.
const ROOM: usize = 96;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PendingAccept {
    /// Its number.
    pub(crate) number: u64,
    /// What the host is told of it.
    pub(crate) name: Option<u32>,
}

/// Accepted messages whose lines are not answered, oldest first.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Accepts {
    /// The lower half of each number, and the name, 0 for none.
    list: [(u32, u32); MOST as usize],
    count: u8,
    /// Those that were refused, a bit each.
    refused: u16,
    /// The number of the first, or of one before it.
    base: u64,
}

impl Accepts {
    /// Whether there is room for one more, here and for its answer in `free` bytes of
    /// output.
    pub(super) fn has_room(&self, free: usize) -> bool {
        self.count < MOST && free / ROOM > usize::from(self.count)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        usize::from(self.count)
    }

    /// Adds one; there must be room.
    pub(super) fn push(&mut self, accept: PendingAccept) {
        if self.count == 0 {
            self.base = accept.number;
        }
        if let Some(place) = self.list.get_mut(usize::from(self.count)) {
            *place = (accept.number as u32, accept.name.unwrap_or(0));
            self.count += 1;
        }
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = PendingAccept> + use<> {
        let base = self.base;
        let list = self.list.into_iter().take(self.count.into());
        list.map(move |(low, name)| PendingAccept {
            number: base + u64::from(low.wrapping_sub(base as u32)),
            name: (name > 0).then_some(name),
        })
    }

    /// The one of this number is not accepted after all.
    pub(crate) fn refuse(&mut self, number: u64) {
        if let Some(at) = self.iter().position(|it| it.number == number) {
            self.refused |= 1 << at;
        }
    }

    /// The oldest, and whether it was refused.
    pub(crate) fn front(&self) -> Option<(PendingAccept, bool)> {
        Some((self.iter().next()?, self.refused & 1 != 0))
    }

    /// Takes the oldest out.
    pub(crate) fn pop(&mut self) {
        if let Some(front) = self.iter().next() {
            self.base = front.number;
            self.list.rotate_left(1);
            self.refused >>= 1;
            self.count -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_messages_keep_their_order_numbers_and_refusals() {
        let accept = |number: u64| PendingAccept {
            number,
            name: (number.is_multiple_of(2)).then_some(7),
        };
        let mut accepts = Accepts::default();
        let first = (1 << 32) - 2;
        for number in first..first + 4 {
            assert!(accepts.has_room(4 * ROOM));
            accepts.push(accept(number));
        }
        assert!(!accepts.has_room(5 * ROOM - 1) && accepts.has_room(5 * ROOM));
        accepts.refuse(first + 1);
        accepts.refuse(first + 9);
        assert_eq!(accepts.front(), Some((accept(first), false)));
        accepts.pop();
        assert_eq!(accepts.front(), Some((accept(first + 1), true)));
        accepts.pop();
        (2..MOST.into()).for_each(|more| accepts.push(accept(first + 2 + more)));
        assert!(!accepts.has_room(usize::MAX));
        let all = first + 2..first + 2 + u64::from(MOST);
        assert!(accepts.iter().eq(all.map(accept)));
        assert_eq!(accepts.front(), Some((accept(first + 2), false)));
    }
}
