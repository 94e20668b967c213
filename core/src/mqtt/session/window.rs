//! How many messages may be on their way at once.

/// Publishes in flight at most, unless [`Session::set_window`](super::Session::set_window)
/// says otherwise; a common broker drops clients with more than 16.
pub const WINDOW: usize = 10;

/// Messages sent at most that a restart would find on disk, for so many in flight:
/// those, and those whose end is not yet on disk.
pub(super) const fn exposed(window: usize) -> u16 {
    // No window is half as large as that.
    window.saturating_mul(2) as u16
}
