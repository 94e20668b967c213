//! Topic names and topic filters (clause 4.7).

/// The longest string MQTT carries, in bytes `[MQTT-4.7.3-3]`.
const LONGEST: usize = 65_535;

/// Whether a message may be published under `topic`: 1–65535 bytes, no NUL and
/// no wildcard `[MQTT-3.3.2-2]`, `[MQTT-4.7.1-1]`, `[MQTT-4.7.3-1]`,
/// `[MQTT-4.7.3-2]`.
pub fn is_topic_name(topic: &str) -> bool {
    // No early end: most topics are good, and this way many bytes are looked at
    // at once.
    let bad = |found, b| found | matches!(b, 0 | b'+' | b'#');
    fits(topic) && !topic.bytes().fold(false, bad)
}

/// Whether `filter` can be subscribed to: 1–65535 bytes, no NUL, `+` only as a
/// whole level `[MQTT-4.7.1-3]`, `#` only as the whole last level
/// `[MQTT-4.7.1-2]`.
pub fn is_topic_filter(filter: &str) -> bool {
    let mut levels = filter.split('/');
    let last = levels.next_back().unwrap_or_default();
    fits(filter)
        && !filter.bytes().any(|b| b == 0)
        && levels.all(is_level)
        && (last == "#" || is_level(last))
}

fn fits(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
}

/// A level other than a final `#`.
fn is_level(level: &str) -> bool {
    level == "+" || !level.bytes().any(|b| matches!(b, b'+' | b'#'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    #[test]
    fn topic_names() {
        let longest = "a".repeat(LONGEST);
        for good in [
            "a", "/", "a/b", "/a", "a//b", "$SYS/x", " ", "\u{feff}", "é/ü", &longest,
        ] {
            assert!(is_topic_name(good), "{good:.20}");
        }
        let too_long = "a".repeat(LONGEST + 1);
        for bad in ["", "+", "#", "a/+", "a/#", "a+b", "a\0b", &too_long] {
            assert!(!is_topic_name(bad), "{bad:.20}");
        }
    }

    #[test]
    fn topic_filters() {
        let longest: String = "a".repeat(LONGEST);
        for good in [
            "a", "#", "+", "a/#", "+/#", "a/+/b", "/+", "+/", "/", "//#", "+/+", "$SYS/#", &longest,
        ] {
            assert!(is_topic_filter(good), "{good:.20}");
        }
        let too_long = "a".repeat(LONGEST + 1);
        for bad in [
            "", "a#", "#/", "#/a", "a/#/b", "a+", "+a", "a/b+", "a/+b/c", "##", "++", "a/##",
            "a\0", &too_long,
        ] {
            assert!(!is_topic_filter(bad), "{bad:.20}");
        }
    }
}
