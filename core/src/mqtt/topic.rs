//! Topic names and topic filters (clause 4.7), and what is better not said in a text
//! (clause 1.5.3).

use super::Version;

/// The longest string MQTT carries, in bytes `[MQTT-4.7.3-3]`.
const LONGEST: usize = 65_535;

/// Before the name of a shared subscription.
const SHARED: &str = "$share/";

/// What is known of a byte of a text, each a bit of its own: so one look at a text
/// answers all that is asked of it.
const NUL: u8 = 1;
/// `+` or `#`.
const WILDCARD: u8 = 2;
/// A control character of ASCII, NUL among them.
const CONTROL: u8 = 4;
/// Part of a character that is not of ASCII.
const WIDE: u8 = 8;

#[allow(clippy::indexing_slicing)]
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < kinds.len() {
        kinds[byte] = kind(byte as u8);
        byte += 1;
    }
    kinds
};

const fn kind(byte: u8) -> u8 {
    match byte {
        0 => NUL | CONTROL,
        1..=0x1f | 0x7f => CONTROL,
        b'+' | b'#' => WILDCARD,
        0x80.. => WIDE,
        _ => 0,
    }
}

/// What there is in `text`. No early end: most texts are good.
#[inline]
fn kinds(text: &str) -> u8 {
    let kind = |byte| KINDS.get(usize::from(byte)).copied().unwrap_or(NUL);
    text.bytes().fold(0, |found, byte| found | kind(byte))
}

/// Whether a message may be published under `topic`: 1–65535 bytes, no NUL and
/// no wildcard `[MQTT-3.3.2-2]`, `[MQTT-4.7.1-1]`, `[MQTT-4.7.3-1]`,
/// `[MQTT-4.7.3-2]`.
pub fn is_topic_name(topic: &str) -> bool {
    fits(topic) && kinds(topic) & (NUL | WILDCARD) == 0
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

/// Whether `filter` can be subscribed to in this version: in MQTT 5 that of a shared
/// subscription has a name without wildcards and a filter behind it `[MQTT-4.8.2-1]`,
/// `[MQTT-4.8.2-2]`.
pub fn is_filter_of(version: Version, filter: &str) -> bool {
    let shared = filter
        .strip_prefix(SHARED)
        .filter(|_| version == Version::V5);
    is_topic_filter(filter) && shared.is_none_or(has_share_name)
}

fn has_share_name(behind: &str) -> bool {
    behind.split_once('/').is_some_and(|(name, filter)| {
        !name.is_empty() && !name.contains(['+', '#']) && !filter.is_empty()
    })
}

/// Whether a filter is that of a shared subscription of MQTT 5 (clause 4.8.2).
pub fn is_shared(filter: &str) -> bool {
    filter.starts_with(SHARED)
}

/// Whether a message is published under `topic`: a topic name no broker closes the
/// connection for.
pub fn can_publish_to(topic: &str) -> bool {
    let kinds = kinds(topic);
    fits(topic) && kinds & WILDCARD == 0 && are_allowed(kinds, topic)
}

/// Whether `filter` is subscribed to: a topic filter no broker closes the connection
/// for.
pub fn can_subscribe_to(filter: &str) -> bool {
    is_topic_filter(filter) && has_allowed_characters(filter)
}

/// Whether a text is free of what a receiver may close the connection for (clause
/// 1.5.3): control characters, and code points that are no characters.
pub fn has_allowed_characters(text: &str) -> bool {
    are_allowed(kinds(text), text)
}

/// The same of a text of these kinds.
#[inline]
fn are_allowed(kinds: u8, text: &str) -> bool {
    kinds & CONTROL == 0 && (kinds & WIDE == 0 || !text.chars().any(is_disallowed))
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
    fn topic_names_with_wildcards_or_nul_are_refused() {
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
    fn topic_filters_with_misplaced_wildcards_are_refused() {
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
    fn shared_subscriptions_of_mqtt_5_have_a_name_and_a_filter() {
        for good in [
            "$share/g/t",
            "$share/g//",
            "$share/g/+/#",
            "$share",
            "$shared/+",
        ] {
            assert!(is_filter_of(Version::V5, good), "{good}");
        }
        for bad in [
            "$share/",
            "$share/g",
            "$share/g/",
            "$share//t",
            "$share/+/t",
            "$share/#",
        ] {
            assert!(!is_filter_of(Version::V5, bad), "{bad}");
            // To a broker of 3.1.1 they are filters as any other.
            assert!(is_filter_of(Version::V311, bad), "{bad}");
        }
    }

    #[test]
    fn every_character_of_ascii_is_judged_as_what_it_is() {
        for c in '\0'..='\u{7f}' {
            let (text, wildcard) = (String::from(c), matches!(c, '+' | '#'));
            let control = c.is_ascii_control();
            assert_eq!(is_topic_name(&text), c != '\0' && !wildcard, "{c:?}");
            assert_eq!(can_publish_to(&text), !control && !wildcard, "{c:?}");
            assert_eq!(has_allowed_characters(&text), !control, "{c:?}");
        }
    }

    #[test]
    fn characters_a_broker_may_close_the_connection_for_are_refused() {
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
