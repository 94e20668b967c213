//! How many files the process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the program itself has open: attempts to connect in a moment, hosts that have not
/// said yet who they are, clients of the metrics.
const OWN: u64 = 160;

/// What the inspector has open besides.
const INSPECTOR: u64 = 72;

/// Makes sure that `modems`, each with so many open files, can be had.
pub(crate) fn enough(modems: u32, each: u64, inspected: bool) -> Result<(), String> {
    let own = if inspected { OWN + INSPECTOR } else { OWN };
    let needed = own + u64::from(modems) * each;
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // Where it cannot be raised, the soft limit counts.
    let allowed = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    match allowed {
        Some(allowed) if allowed < needed => Err(format!(
            "{modems} modems need {needed} open files, and {allowed} are allowed: raise the limit \
             (ulimit -Hn {needed}, or LimitNOFILE={needed} in the systemd unit)"
        )),
        _ => Ok(()),
    }
}

/// Makes sure that the kernel has so many pseudo-terminals.
pub(crate) fn enough_terminals(modems: u32) -> Result<(), String> {
    let number = |name: &str| -> Option<u32> {
        let text = std::fs::read_to_string(format!("/proc/sys/kernel/pty/{name}")).ok()?;
        text.trim().parse().ok()
    };
    let free = number("max")
        .zip(number("nr"))
        .map(|(max, used)| max.saturating_sub(used));
    match free {
        Some(free) if free < modems => Err(format!(
            "{modems} modems need as many pseudo-terminals, and the kernel has {free} left: raise \
             kernel.pty.max with sysctl, or use Unix sockets"
        )),
        _ => Ok(()),
    }
}
