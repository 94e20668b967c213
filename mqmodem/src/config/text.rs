//! Texts that people write to files with whatever editor they have.

use super::error::ConfigError;
use super::secret::Secret;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What some editors put before a text in UTF-8.
const BOM: char = '\u{feff}';

/// The text of a file, without a byte order mark.
pub(crate) fn read(path: &Path) -> Result<String, ConfigError> {
    let bytes = std::fs::read(path).map_err(|error| ConfigError::unreadable(path, &error))?;
    decode(bytes).map_err(|what| ConfigError::new(format!("{}: {what}", path.display())))
}

fn decode(bytes: Vec<u8>) -> Result<String, String> {
    if matches!(bytes.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return Err("it is written in UTF-16; save it as UTF-8".to_owned());
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..good).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        format!("line {line} is not UTF-8; save it as UTF-8")
    })?;
    if text.starts_with(BOM) {
        text.drain(..BOM.len_utf8());
    }
    Ok(text)
}

/// The password in a file: one line, whose end does not belong to it.
pub(super) fn password(path: &Path) -> Result<Secret, ConfigError> {
    let text = read(path)?;
    let text = text.trim_end_matches(['\r', '\n']);
    let wrong = |what| Err(ConfigError::new(format!("{}: {what}", path.display())));
    if text.is_empty() {
        return wrong("it is empty; write the password into it");
    }
    if text.contains(['\r', '\n']) {
        return wrong("it has several lines; a password is one line");
    }
    Ok(Secret(text.to_owned()))
}

/// Whether everyone on the machine can read a file that holds a secret.
pub(crate) fn is_exposed(path: &Path) -> bool {
    let mode = path.metadata().map_or(0, |meta| meta.permissions().mode());
    mode & 0o004 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_utf_8_with_or_without_a_mark() {
        let decode = |bytes: &[u8]| decode(bytes.to_vec());
        assert_eq!(decode(b"\xef\xbb\xbfa = 1\r\n").unwrap(), "a = 1\r\n");
        assert_eq!(decode(b"").unwrap(), "");
        for (bytes, hint) in [
            (&b"\xff\xfea\0"[..], "UTF-16"),
            (b"\xfe\xff\0a", "UTF-16"),
            (b"a\nb\xe4\n", "line 2 is not UTF-8"),
        ] {
            let said = decode(bytes).unwrap_err();
            assert!(
                said.contains(hint) && said.contains("save it as UTF-8"),
                "{said}"
            );
        }
    }

    #[test]
    fn a_password_is_one_line_however_it_ends() {
        let path = std::env::temp_dir().join(format!("mqmodem-password-{}", std::process::id()));
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            password(&path)
        };
        for text in ["p w", "p w\n", "p w\r\n", "p w\n\n", "\u{feff}p w\r\n\r\n"] {
            assert_eq!(read(text).unwrap().0, "p w", "{text:?}");
        }
        for (text, hint) in [
            ("", "empty"),
            ("\n", "empty"),
            ("hunter\n2\n", "several lines"),
        ] {
            let said = read(text).unwrap_err().to_string();
            assert!(said.contains(hint) && !said.contains("hunter"), "{said}");
        }
        std::fs::remove_file(&path).unwrap();
    }
}
