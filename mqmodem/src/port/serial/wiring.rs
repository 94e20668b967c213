//! Which of the host's lines the cable carries.

use mqmodem_core::HostLines;

/// What is known of a cable. A line that was never seen on is taken for not
/// connected, as in a cable of three wires, and then counts as on: a host that
/// cannot show its DTR has not dropped it.
#[derive(Debug, Default)]
pub(super) struct Wiring {
    dtr: bool,
    rts: bool,
}

impl Wiring {
    /// What the host's lines are, where its DTR and RTS are seen like this.
    pub(super) fn judge(&mut self, dtr: bool, rts: bool) -> HostLines {
        self.dtr |= dtr;
        self.rts |= rts;
        HostLines {
            dtr: dtr || !self.dtr,
            rts: rts || !self.rts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_counts_once_it_was_on() {
        let mut cable = Wiring::default();
        let steps = [
            ((false, false), (true, true)),
            ((false, true), (true, true)),
            ((false, false), (true, false)),
            ((true, false), (true, false)),
            ((false, true), (false, true)),
            ((true, true), (true, true)),
        ];
        for ((dtr, rts), (want_dtr, want_rts)) in steps {
            let want = HostLines {
                dtr: want_dtr,
                rts: want_rts,
            };
            assert_eq!(cable.judge(dtr, rts), want, "{dtr} {rts}");
        }
    }
}
