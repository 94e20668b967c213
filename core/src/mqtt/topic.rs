//! Topic names and topic filters (clause 4.7), and what is better not said in a text
//! (clause 1.5.3).

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

/// Whether a message is published under `topic`: a topic name no broker closes the
/// connection for.
pub fn can_publish_to(topic: &str) -> bool {
    // As above, and for both at once.
    let look = |(bad, high): (bool, u8), b: u8| {
        let wildcard = matches!(b, b'+' | b'#');
        (bad | wildcard | b.is_ascii_control(), high | b)
    };
    let (bad, high) = topic.bytes().fold((false, 0), look);
    fits(topic) && !bad && (high.is_ascii() || !topic.chars().any(is_disallowed))
}

/// Whether `filter` is subscribed to: a topic filter no broker closes the connection
/// for.
pub fn can_subscribe_to(filter: &str) -> bool {
    is_topic_filter(filter) && has_allowed_characters(filter)
}

/// Whether a text is free of what a receiver may close the connection for (clause
/// 1.5.3): control characters, and code points that are no characters.
pub fn has_allowed_characters(text: &str) -> bool {
    let control = |found, b: u8| found | b.is_ascii_control();
    let disallowed = text.bytes().fold(false, control);
    !disallowed && (text.is_ascii() || !text.chars().any(is_disallowed))
}

fn is_disallowed(c: char) -> bool {
    let code = u32::from(c);
    c.is_control() || matches!(code, 0xfdd0..=0xfdef) || code & 0xfffe == 0xfffe
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

    #[test]
    fn what_a_broker_may_close_the_connection_for() {
        for good in [
            " ",
            "~",
            "\u{a0}",
            "\u{fdcf}",
            "\u{fdf0}",
            "\u{feff}",
            "\u{fffd}",
            "\u{2028}",
            "\u{e000}",
            "\u{10fffd}",
            "é/ü",
        ] {
            assert!(can_publish_to(good) && can_subscribe_to(good), "{good:?}");
        }
        for bad in [
            "\u{0}",
            "\u{1}",
            "\t",
            "\r\n",
            "\u{1f}",
            "\u{7f}",
            "\u{80}",
            "\u{9f}",
            "\u{fdd0}",
            "\u{fdef}",
            "\u{fffe}",
            "\u{ffff}",
            "\u{1fffe}",
            "\u{1ffff}",
            "\u{10ffff}",
        ] {
            for text in [bad, &std::format!("a/{bad}/é")] {
                assert!(!has_allowed_characters(text), "{text:?}");
                assert!(!can_publish_to(text) && !can_subscribe_to(text), "{text:?}");
                // What others publish is theirs.
                assert!(is_topic_name(text) || text.contains('\0'), "{text:?}");
            }
        }
        assert!(!can_publish_to("a/+") && can_subscribe_to("a/+"));
    }
}
