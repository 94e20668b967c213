//! What a modem asks for, where links and storage do all of it.

use mqmodem_core::{Action, Instant, Modem};

/// Carries out everything the modem asks for: what it stores is durable at once. Each
/// action is shown to `look` first.
pub(crate) fn carry_out(modem: &mut Modem<'_>, now: Instant, mut look: impl FnMut(&Action<'_>)) {
    while let Some(action) = modem.poll_action() {
        look(&action);
        if let Some(slot) = action.answer_slot() {
            modem.handle_stored(now, slot, true);
        }
    }
}
