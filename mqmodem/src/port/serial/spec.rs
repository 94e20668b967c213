//! How a serial device is named with its speed and format.

use mqmodem_core::{Parity, Serial};
use std::ffi::OsStr;
use std::path::PathBuf;

/// 115200 8N1 without flow control.
pub const DEFAULT: Serial = Serial {
    baud: 115_200,
    data_bits: 8,
    parity: Parity::None,
    stop_bits: 1,
    rts_cts: false,
    xon_xoff: false,
};

/// Reads `DEVICE[,BAUD][,8N1][,rtscts]`; what it cannot read is given back.
pub fn parse(text: &OsStr) -> Result<(PathBuf, Serial), String> {
    let Some(text) = text.to_str() else {
        return Ok((PathBuf::from(text), DEFAULT));
    };
    let mut fields = text.split(',');
    let device = PathBuf::from(fields.next().unwrap_or_default());
    let mut serial = DEFAULT;
    for field in fields {
        read(field, &mut serial).ok_or_else(|| field.to_owned())?;
    }
    Ok((device, serial))
}

/// What a port that was opened with `opened` and runs at `baud` is set to when
/// the modem asks for `asked`. What the modem does not ask for, its factory
/// setting, is as the port was opened: `+IPR` must not end the operator's flow
/// control.
pub(super) fn follow(opened: Serial, baud: u32, asked: Serial) -> Serial {
    let mut serial = opened;
    serial.baud = if asked.baud > 0 { asked.baud } else { baud };
    let format = |it: Serial| (it.data_bits, it.parity, it.stop_bits);
    if format(asked) != format(DEFAULT) {
        (serial.data_bits, serial.parity, serial.stop_bits) = format(asked);
    }
    if asked.rts_cts || asked.xon_xoff {
        (serial.rts_cts, serial.xon_xoff) = (asked.rts_cts, asked.xon_xoff);
    }
    serial
}

fn read(field: &str, serial: &mut Serial) -> Option<()> {
    match field {
        "rtscts" => serial.rts_cts = true,
        "xonxoff" => serial.xon_xoff = true,
        _ if !field.contains(|c: char| !c.is_ascii_digit()) => {
            serial.baud = field.parse().ok().filter(|baud| *baud > 0)?;
        }
        _ => read_format(field, serial)?,
    }
    Some(())
}

/// Data bits, parity and stop bits, as in `8N1`.
fn read_format(field: &str, serial: &mut Serial) -> Option<()> {
    let [data, parity, stop] = *field.as_bytes() else {
        return None;
    };
    serial.data_bits = (b'7'..=b'8').contains(&data).then(|| data - b'0')?;
    serial.stop_bits = (b'1'..=b'2').contains(&stop).then(|| stop - b'0')?;
    serial.parity = match parity.to_ascii_uppercase() {
        b'N' => Parity::None,
        b'E' => Parity::Even,
        b'O' => Parity::Odd,
        _ => return None,
    };
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Serial, String> {
        let (device, serial) = parse(OsStr::new(text))?;
        assert_eq!(device, PathBuf::from("/dev/a"));
        Ok(serial)
    }

    #[test]
    fn speed_format_and_flow_control_are_optional() {
        let nine = Serial {
            baud: 9600,
            ..DEFAULT
        };
        let even = Serial {
            data_bits: 7,
            parity: Parity::Even,
            stop_bits: 2,
            ..nine
        };
        let cases = [
            ("/dev/a", DEFAULT),
            ("/dev/a,9600", nine),
            ("/dev/a,9600,8N1", nine),
            ("/dev/a,9600,7e2", even),
            (
                "/dev/a,9600,7E2,rtscts",
                Serial {
                    rts_cts: true,
                    ..even
                },
            ),
            (
                "/dev/a,xonxoff",
                Serial {
                    xon_xoff: true,
                    ..DEFAULT
                },
            ),
        ];
        for (text, want) in cases {
            assert_eq!(read(text), Ok(want), "{text}");
        }
    }

    #[test]
    fn what_the_modem_does_not_ask_for_stays_as_it_was_opened() {
        let opened = read("/dev/a,9600,7E1,rtscts").unwrap();
        let factory = Serial { baud: 0, ..DEFAULT };
        assert_eq!(follow(opened, 9600, factory), opened);
        let fast = read("/dev/a,19200").unwrap();
        let faster = read("/dev/a,19200,7E1,rtscts").unwrap();
        assert_eq!(follow(opened, 9600, fast), faster);
        assert_eq!(follow(opened, 19_200, factory), faster);
        let all = read("/dev/a,1200,7O2,xonxoff").unwrap();
        assert_eq!(follow(opened, 9600, all), all);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for wrong in ["fast", "0", "9N1", "8X1", "8N3", "", "99999999999", "+9"] {
            assert_eq!(read(&format!("/dev/a,9600,{wrong}")), Err(wrong.to_owned()));
        }
    }
}
