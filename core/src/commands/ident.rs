//! Who the modem is: V.250 §6.1.4–6.1.9, 27.007 §5.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};

const NUMBERS: &[Signature] = &[Signature::of(&[Param::choice(
    "snt",
    &[(0, "serial number"), (1, "IMEI")],
)])];

/// The commands of this family.
pub const COMMANDS: &[Command] = &[
    Command::new("+GMI", "Manufacturer").execute(manufacturer),
    Command::new("+GMM", "Model").execute(model),
    Command::new("+GMR", "Revision").execute(revision),
    Command::new("+GSN", "Serial number: the IMEI").execute(show_imei),
    Command::new("+GCAP", "Capabilities").execute(capabilities),
    Command::new("+CGMI", "Manufacturer").execute(manufacturer),
    Command::new("+CGMM", "Model").execute(model),
    Command::new("+CGMR", "Revision").execute(revision),
    Command::new("+CGSN", "Serial number: the IMEI")
        .execute(show_imei)
        .set(NUMBERS, number),
    Command::new("+CIMI", "Subscriber: the IMSI").execute(imsi),
    Command::new("+CCID", "SIM card: the ICCID").execute(iccid),
];

fn manufacturer(cx: &mut Context, _: &Args) -> Outcome {
    cx.text(cx.identity().manufacturer);
    Outcome::Ok
}

fn model(cx: &mut Context, _: &Args) -> Outcome {
    cx.text(cx.identity().model);
    Outcome::Ok
}

fn revision(cx: &mut Context, _: &Args) -> Outcome {
    cx.text(cx.identity().revision);
    Outcome::Ok
}

fn imsi(cx: &mut Context, _: &Args) -> Outcome {
    cx.text(cx.identity().imsi);
    Outcome::Ok
}

fn iccid(cx: &mut Context, _: &Args) -> Outcome {
    cx.text(cx.identity().iccid);
    Outcome::Ok
}

fn capabilities(cx: &mut Context, _: &Args) -> Outcome {
    cx.text("+GCAP: +CGSM,+FCLASS");
    Outcome::Ok
}

/// The IMEI: that of the identity, or one that is made up.
pub(crate) struct Imei<'a> {
    given: Option<&'a str>,
    made: [u8; 15],
}

impl<'a> Imei<'a> {
    /// Of this modem.
    pub(crate) fn of(cx: &Context<'_, 'a>) -> Self {
        Self {
            given: cx.identity().imei,
            made: imei_of(cx.seed()),
        }
    }

    /// Its digits.
    pub(crate) fn digits(&self) -> &[u8] {
        self.given.map_or(&self.made, str::as_bytes)
    }
}

fn show_imei(cx: &mut Context, _: &Args) -> Outcome {
    let imei = Imei::of(cx);
    cx.info(|line| line.bytes(imei.digits()));
    Outcome::Ok
}

/// With a number type the IMEI has a name and quotes (27.007 §5.4).
fn number(cx: &mut Context, args: &Args) -> Outcome {
    if !args.flag(0) {
        return show_imei(cx, args);
    }
    let imei = Imei::of(cx);
    cx.info(|line| {
        line.text("+CGSN: \"");
        line.bytes(imei.digits());
        line.text("\"");
    });
    Outcome::Ok
}

/// A valid IMEI of a seed: the test TAC 00101301, six digits and the Luhn digit
/// (3GPP TS 23.003 §6.2).
fn imei_of(seed: u64) -> [u8; 15] {
    let mut digits = *b"001013010000000";
    // A multiplicative hash spreads seeds that differ little.
    let mut rest = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    for place in digits.iter_mut().skip(8).take(6) {
        *place = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let sum: u8 = digits.iter().take(14).enumerate().map(luhn).sum();
    if let Some(check) = digits.last_mut() {
        *check = b'0' + (10 - sum % 10) % 10;
    }
    digits
}

/// What a digit adds to a Luhn sum: every second one counts twice.
fn luhn((index, digit): (usize, &u8)) -> u8 {
    let value = digit - b'0';
    match (index % 2, value * 2) {
        (0, _) => value,
        (_, double) if double > 9 => double - 9,
        (_, double) => double,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_imei_that_was_given_is_shown_as_it_is() {
        for given in ["490154203237518", "4901542032375180", "1"] {
            let imei = Imei {
                given: Some(given),
                made: imei_of(0),
            };
            assert_eq!(imei.digits(), given.as_bytes());
        }
    }

    #[test]
    fn imeis_are_valid_and_differ() {
        for seed in 0..100 {
            let imei = imei_of(seed);
            let sum: u8 = imei.iter().enumerate().map(luhn).sum();
            assert_eq!(sum % 10, 0);
            assert_ne!(imei, imei_of(seed + 1));
        }
        // The worked example of 3GPP TS 23.003 §B.3.
        assert_eq!(
            b"26053179311383".iter().enumerate().map(luhn).sum::<u8>() % 10,
            3
        );
    }
}
