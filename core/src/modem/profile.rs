//! What of the modem's state the V.250 and 27.007 commands set.

use crate::at::framing::Framing;
use crate::at::grammar::Grammar;
use crate::at::line::{ECHO_LIMIT, Format};
use crate::at::reply::Style;
use crate::modem::port::{Parity, Serial};

/// The profile: what `&F` sets to its factory values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// `E`
    pub(crate) echo: bool,
    /// `V`
    pub(crate) verbose: bool,
    /// `Q`
    pub(crate) quiet: bool,
    /// `X`
    pub(crate) progress: u8,
    /// `&C`
    pub(crate) dcd: u8,
    /// `&D`
    pub(crate) dtr: u8,
    /// `+CMEE`
    pub(crate) cmee: u8,
    /// `+CREG`, `+CGREG`, `+CEREG`: whether and how changes are reported.
    pub(crate) registration: [u8; 3],
    /// `+IPR`, bits per second; 0 is as it is.
    pub(crate) rate: u32,
    /// `+ICF`: format and parity.
    pub(crate) framing: [u8; 2],
    /// `+IFC`: of the modem by the host, of the host by the modem.
    pub(crate) flow: [u8; 2],
    /// `+CTZU`
    pub(crate) zone_update: bool,
    /// `+CTZR`
    pub(crate) zone_report: bool,
    /// `+COPS`: how the operator is shown.
    pub(crate) operator_format: u8,
    /// `+CSCS`
    pub(crate) charset: u8,
    /// S0 to S12.
    pub(crate) registers: [u8; 13],
}

/// The form of the record `&W` keeps; another one is refused.
const VERSION: u8 = 1;
/// Bytes of that record.
const RECORD: usize = 36;

/// S3, the line terminator.
pub(crate) const S3: usize = 3;
/// S4, the response formatting character.
pub(crate) const S4: usize = 4;
/// S5, the editing character.
pub(crate) const S5: usize = 5;

impl Profile {
    /// What a new modem starts with.
    pub const FACTORY: Self = Self {
        echo: true,
        verbose: true,
        quiet: false,
        progress: 4,
        dcd: 1,
        dtr: 1,
        cmee: 0,
        registration: [0; 3],
        rate: 0,
        framing: [3, 0],
        flow: [0, 0],
        zone_update: false,
        zone_report: false,
        operator_format: 0,
        charset: 0,
        registers: [0, 0, b'+', b'\r', b'\n', 8, 2, 50, 2, 6, 14, 95, 50],
    };

    /// The same with or without echo.
    #[must_use]
    pub const fn echo(self, echo: bool) -> Self {
        Self { echo, ..self }
    }

    /// Whether what the host types is echoed.
    pub const fn echoes(&self) -> bool {
        self.echo
    }

    /// The same with errors written as `+CMEE` has it: 0, 1 or 2.
    #[must_use]
    pub const fn errors(self, cmee: u8) -> Self {
        Self { cmee, ..self }
    }

    /// How errors are written, as `+CMEE` has it: 0, 1 or 2.
    pub const fn error_form(&self) -> u8 {
        self.cmee
    }

    /// The record `&W` keeps.
    pub(crate) fn encode(&self) -> [u8; RECORD] {
        let [circuit, packet, eps] = self.registration;
        let [r0, r1, r2, r3] = self.rate.to_be_bytes();
        let [format, parity] = self.framing;
        let [of_modem, of_host] = self.flow;
        let [s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12] = self.registers;
        let flag = u8::from;
        [
            VERSION,
            flag(self.echo),
            flag(self.verbose),
            flag(self.quiet),
            self.progress,
            self.dcd,
            self.dtr,
            self.cmee,
            circuit,
            packet,
            eps,
            r0,
            r1,
            r2,
            r3,
            format,
            parity,
            of_modem,
            of_host,
            flag(self.zone_update),
            flag(self.zone_report),
            self.operator_format,
            self.charset,
            s0,
            s1,
            s2,
            s3,
            s4,
            s5,
            s6,
            s7,
            s8,
            s9,
            s10,
            s11,
            s12,
        ]
    }

    /// Reads such a record; `None` if it is not one.
    pub(crate) fn decode(record: &[u8]) -> Option<Self> {
        let record: &[u8; RECORD] = record.try_into().ok()?;
        let &[
            VERSION,
            echo,
            verbose,
            quiet,
            progress,
            dcd,
            dtr,
            cmee,
            circuit,
            packet,
            eps,
            r0,
            r1,
            r2,
            r3,
            format,
            parity,
            of_modem,
            of_host,
            zone_update,
            zone_report,
            operator_format,
            charset,
            ref registers @ ..,
        ] = record
        else {
            return None;
        };
        Some(Self {
            echo: echo != 0,
            verbose: verbose != 0,
            quiet: quiet != 0,
            progress,
            dcd,
            dtr,
            cmee,
            registration: [circuit, packet, eps],
            rate: u32::from_be_bytes([r0, r1, r2, r3]),
            framing: [format, parity],
            flow: [of_modem, of_host],
            zone_update: zone_update != 0,
            zone_report: zone_report != 0,
            operator_format,
            charset,
            registers: *registers,
        })
    }

    /// The port as this profile wants it.
    pub(crate) fn serial(&self) -> Serial {
        let [format, parity] = self.framing;
        let [of_modem, of_host] = self.flow;
        Serial {
            baud: self.rate,
            data_bits: if format > 3 { 7 } else { 8 },
            parity: match (format, parity) {
                (2 | 5, 0) => Parity::Odd,
                (2 | 5, _) => Parity::Even,
                _ => Parity::None,
            },
            stop_bits: if matches!(format, 1 | 4) { 2 } else { 1 },
            rts_cts: of_modem == 2 || of_host == 2,
            xon_xoff: of_modem == 1 || of_host == 1,
        }
    }

    pub(crate) fn register(&self, index: usize) -> u8 {
        self.registers.get(index).copied().unwrap_or_default()
    }

    pub(crate) fn style(&self, framing: &'static Framing) -> Style {
        Style {
            verbose: self.verbose,
            quiet: self.quiet,
            cr: self.register(S3),
            lf: self.register(S4),
            framing,
        }
    }

    /// How lines are read; `room` is what the output holds of an echo.
    pub(crate) fn format<'g>(
        &self,
        grammar: &'g Grammar,
        framing: &Framing,
        room: usize,
    ) -> Format<'g> {
        Format {
            cr: self.register(S3),
            backspace: self.register(S5),
            echo: self.echo.then_some(room.saturating_sub(1).min(ECHO_LIMIT)),
            echoes_line_feed: framing.echoes_line_feed,
            grammar,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_kept_whole_and_no_other_is_taken() {
        let profile = Profile {
            echo: false,
            cmee: 2,
            rate: 921_600,
            framing: [5, 1],
            flow: [2, 2],
            ..Profile::FACTORY
        };
        let record = profile.encode();
        assert_eq!(Profile::decode(&record), Some(profile));
        assert_eq!(Profile::decode(&record[1..]), None);
        let mut newer = record;
        newer[0] += 1;
        assert_eq!(Profile::decode(&newer), None);
        let serial = profile.serial();
        assert_eq!(
            (serial.data_bits, serial.parity, serial.stop_bits),
            (7, Parity::Even, 1)
        );
    }
}
