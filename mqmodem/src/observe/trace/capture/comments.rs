//! What the next packet of a capture is to tell.

/// Bytes of them at most: an option of pcapng has 64 KiB.
const MOST: usize = 16 * 1024;

/// Comments that no packet has told yet. They are bounded: a modem may be without packets, or
/// without a reader, for long.
#[derive(Debug, Default)]
pub(super) struct Comments {
    text: String,
    /// Those that found no room.
    more: u64,
}

impl Comments {
    /// One more; of one that alone is too long, its front.
    pub(super) fn add(&mut self, comment: &str) {
        let between = if self.text.is_empty() { "" } else { "; " };
        if self.more == 0 && self.text.len() + between.len() + comment.len() <= MOST {
            self.text.push_str(between);
            self.text.push_str(comment);
        } else if self.text.is_empty() {
            let front = comment.get(..comment.floor_char_boundary(MOST));
            self.text.push_str(front.unwrap_or_default());
            self.text.push('…');
        } else {
            self.more += 1;
        }
    }

    /// All of them in one text; empty where there is none.
    pub(super) fn text(&self) -> String {
        match self.more {
            0 => self.text.clone(),
            more => format!("{}; … {more} more", self.text),
        }
    }

    /// They were told.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_bounded_and_the_rest_is_counted() {
        let mut comments = Comments::default();
        assert_eq!(comments.text(), "");
        comments.add("one");
        comments.add("two");
        assert_eq!(comments.text(), "one; two");
        (0..100_000).for_each(|_| comments.add("fault 1 fired: late"));
        assert!(comments.text.len() <= MOST);
        let told = (comments.text.len() - "one; two".len()) / "; fault 1 fired: late".len();
        let end = format!("; fault 1 fired: late; … {} more", 100_000 - told);
        assert!(comments.text().ends_with(&end));
        comments.clear();
        assert_eq!(comments.text(), "");
    }

    #[test]
    fn no_character_is_cut() {
        let mut comments = Comments::default();
        comments.add(&["x", &"é".repeat(MOST)].concat());
        assert_eq!(comments.text(), format!("x{}…", "é".repeat(MOST / 2 - 1)));
        comments.add("two");
        assert!(comments.text().ends_with("é…; … 1 more"));
    }
}
