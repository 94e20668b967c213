//! The links of the modems that are simulated.

/// How many links a modem has.
pub const LINKS: u8 = 1;

/// A command line that is for this link. Where there is but one link, it is for that.
pub(crate) fn command(link: usize, command: &str) -> String {
    debug_assert!(link < usize::from(LINKS));
    command.to_owned()
}
