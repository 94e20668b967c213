//! The memory each modem gets.

use mqmodem_core::{Buf, Memory};

const KIB: usize = 1024;

/// Bounds for a modem on a host. Each buffer grows on use, so an idle modem
/// holds a few KB whatever the bounds are.
pub fn memory() -> Memory<'static> {
    Memory {
        line: Buf::heap(64 * KIB),
        values: Buf::heap(64 * KIB),
        host_out: Buf::heap(128 * KIB),
        inbox: Buf::heap(256 * KIB),
        settings: Buf::heap(32 * KIB),
        net_in: Buf::heap(128 * KIB),
        net_out: Buf::heap(128 * KIB),
        in_flight: Buf::heap(256 * KIB),
        received: Buf::heap(128 * KIB),
        subscriptions: Buf::heap(64 * KIB),
    }
}
