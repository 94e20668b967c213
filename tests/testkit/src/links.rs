//! The links of the modems that are simulated.

use mqmodem_core::modem::api;

/// How many links a modem has: three in the test build of the feature `three-links`.
pub const LINKS: u8 = api::LINKS as u8;

/// A command line that is for this link. Where there is but one link, it is for that.
pub(crate) fn command(link: usize, command: &str) -> String {
    debug_assert!(link < usize::from(LINKS));
    match command.strip_prefix("AT") {
        Some("") | None => command.to_owned(),
        Some(_) if LINKS == 1 => command.to_owned(),
        Some(rest) => format!("AT+TESTLINK={link};{rest}"),
    }
}
