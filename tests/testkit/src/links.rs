//! The links of the modems that are simulated.

/// How many links of a modem are used: three in the test build of the feature `three-links`.
pub const LINKS: u8 = if cfg!(feature = "three-links") { 3 } else { 1 };

/// A command line that is for this link. Where there is but one link, it is for that.
pub(crate) fn command(link: usize, command: &str) -> String {
    debug_assert!(link < usize::from(LINKS));
    match command.strip_prefix("AT") {
        Some("") | None => command.to_owned(),
        Some(_) if LINKS == 1 => command.to_owned(),
        Some(rest) => format!("AT+MQTTLINK={link};{rest}"),
    }
}
