//! What is kept, in words that hold no secret.

use super::kept::StoredState;
use super::sessions::sessions;
use mqmodem_core::Slot;
use mqmodem_core::modem::options;
use mqmodem_core::modem::settings::Settings;
use mqmodem_core::modem::will;
use ring::digest::{SHA256, digest};
use std::fmt::Write;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What each modem keeps, a line a value, without passwords and keys.
pub fn summary(kept: &StoredState) -> String {
    let mut text = String::new();
    for (modem, values) in kept.modems() {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{modem}");
        let settings = values.iter().filter(|(slot, _)| !is_session(*slot));
        let settings = settings.map(|(slot, bytes)| words(*slot, bytes));
        for (name, value) in settings.chain(sessions(values)) {
            let name = name.strip_suffix(" 0").unwrap_or(&name);
            let _ = writeln!(text, "  {name:12} {value}");
        }
    }
    text
}

fn is_session(slot: Slot) -> bool {
    matches!(slot, Slot::Session(..))
}

fn words(slot: Slot, bytes: &[u8]) -> (String, String) {
    let name = super::name::of(slot);
    let value = match (slot, bytes) {
        (_, []) => "erased".to_owned(),
        (Slot::Settings(_), bytes) => settings(bytes),
        (Slot::Tls(_), [0]) => "off".to_owned(),
        (Slot::Tls(_), [1]) => "on".to_owned(),
        (Slot::Root(_) | Slot::Certificate(_), pem) => certificates(pem),
        (Slot::Key(_), pem) => key(pem).to_owned(),
        (Slot::Will(_), bytes) => will(bytes),
        (Slot::Option(_, option), bytes) => self::option(option, bytes),
        (_, bytes) => format!("{} bytes", bytes.len()),
    };
    (name, value)
}

fn option(option: u8, record: &[u8]) -> String {
    let value = options::decode(option, record);
    value.map_or(DAMAGED.to_owned(), |value| value.to_string())
}

fn settings(record: &[u8]) -> String {
    let Some(settings) = Settings::decode(record) else {
        return DAMAGED.to_owned();
    };
    let mut text = format!(
        "{}:{}, client id {:?}, clean session {}, keep-alive {} s",
        settings.host,
        settings.port,
        settings.client_id,
        u8::from(settings.clean_session),
        settings.keep_alive
    );
    if let Some(username) = settings.username {
        let _ = write!(text, ", user {username:?}");
    }
    if settings.password.is_some() {
        text.push_str(", password ***");
    }
    text
}

fn will(record: &[u8]) -> String {
    let Some(will) = will::decode(record) else {
        return DAMAGED.to_owned();
    };
    format!(
        "{:?}, QoS {}, retain {}, {} bytes",
        will.topic,
        will.qos.level(),
        u8::from(will.retain),
        will.message.len()
    )
}

const DAMAGED: &str = "damaged: it will be left out";

fn certificates(pem: &[u8]) -> String {
    let prints: Result<Vec<String>, _> = CertificateDer::pem_slice_iter(pem)
        .map(|der| der.map(|der| fingerprint(&der)))
        .collect();
    match prints {
        Ok(prints) if !prints.is_empty() => {
            format!("{}, SHA-256 {}", count(prints.len()), prints.join(" and "))
        }
        _ => DAMAGED.to_owned(),
    }
}

fn count(certificates: usize) -> String {
    match certificates {
        1 => "1 certificate".to_owned(),
        n => format!("{n} certificates"),
    }
}

fn fingerprint(der: &[u8]) -> String {
    let mut text = String::new();
    for byte in digest(&SHA256, der).as_ref() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn key(pem: &[u8]) -> &'static str {
    match PrivateKeyDer::from_pem_slice(pem) {
        Ok(PrivateKeyDer::Pkcs1(_)) => "a private key, PKCS #1",
        Ok(PrivateKeyDer::Sec1(_)) => "a private key, SEC 1",
        Ok(PrivateKeyDer::Pkcs8(_)) => "a private key, PKCS #8",
        Ok(_) => "a private key",
        Err(_) => DAMAGED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqmodem_core::modem::options::{BACKOFF, SNI};
    use mqmodem_core::{Buf, LinkId};
    use rcgen::KeyPair;

    fn record(password: Option<&[u8]>) -> Vec<u8> {
        let settings = Settings {
            host: "broker",
            port: 8883,
            client_id: "m1",
            clean_session: false,
            keep_alive: 60,
            username: Some("user"),
            password,
            hides_password: false,
        };
        let mut record = Buf::heap(1000);
        settings.encode(&mut record).unwrap();
        record.as_slice().to_vec()
    }

    #[test]
    fn secrets_are_not_shown() {
        let link = LinkId(0);
        let (_, shown) = words(Slot::Settings(link), &record(Some(b"hunter2")));
        assert_eq!(
            shown,
            "broker:8883, client id \"m1\", clean session 0, keep-alive 60 s, user \"user\", password ***"
        );
        let pem = KeyPair::generate().unwrap().serialize_pem();
        assert_eq!(
            words(Slot::Key(link), pem.as_bytes()),
            ("key 0".to_owned(), "a private key, PKCS #8".to_owned())
        );
    }

    #[test]
    fn certificates_are_told_apart() {
        // SHA-256 of "hi", in place of a certificate.
        let pem = "-----BEGIN CERTIFICATE-----\naGk=\n-----END CERTIFICATE-----\n";
        let print = "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4";
        let shown = certificates(pem.repeat(2).as_bytes());
        assert_eq!(
            shown,
            format!("2 certificates, SHA-256 {print} and {print}")
        );
        assert_eq!(certificates(b"junk"), DAMAGED);
        assert_eq!(words(Slot::Root(LinkId(0)), b"").1, "erased");
    }

    #[test]
    fn options_are_shown_as_they_are_set() {
        let show = |option, record: &[u8]| words(Slot::Option(LinkId(0), option as u8), record);
        let (name, value) = show(BACKOFF, &[0, 0, 0, 7]);
        assert_eq!((&*name, &*value), ("option:backoff 0", "7"));
        assert_eq!(show(SNI, b"a.example").1, "\"a.example\"");
        assert_eq!(show(SNI, b"a b").1, DAMAGED);
        assert_eq!(show(BACKOFF, b"7").1, DAMAGED);
    }
}
