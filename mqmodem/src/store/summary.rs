//! What is kept, in words that hold no secret.

use super::kept::StoredState;
use super::sessions::sessions;
use mqmodem_core::Slot;
use mqmodem_core::modem::credential::{Credential, CredentialKind};
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
        let settings = values.iter().filter(|(slot, _)| is_setting(*slot));
        let settings = settings.map(|(slot, bytes)| words(*slot, bytes));
        let links = settings.chain(sessions(values)).map(of_first_link);
        let store = values
            .iter()
            .filter_map(|(slot, bytes)| credential(*slot, bytes));
        for (name, value) in links.chain(store) {
            let _ = writeln!(text, "  {name:12} {value}");
        }
    }
    text
}

fn is_setting(slot: Slot) -> bool {
    !matches!(slot, Slot::Session(..) | Slot::Credential(_))
}

/// Most modems have one link: it is not named.
fn of_first_link((name, value): (String, String)) -> (String, String) {
    let name = name.strip_suffix(" 0").unwrap_or(&name);
    (name.to_owned(), value)
}

/// An entry of the certificate store by its name.
fn credential(slot: Slot, bytes: &[u8]) -> Option<(String, String)> {
    let Slot::Credential(number) = slot else {
        return None;
    };
    let slot = slot.to_string();
    let Some(entry) = Credential::decode(number, bytes) else {
        let value = if bytes.is_empty() { ERASED } else { DAMAGED };
        return Some((slot, value.to_owned()));
    };
    let value = match entry.kind {
        CredentialKind::Roots => format!("roots: {}", certificates(entry.content)),
        CredentialKind::Certificate => certificates(entry.content),
        CredentialKind::Key => key(entry.content).to_owned(),
        CredentialKind::Psk => "a pre-shared key".to_owned(),
    };
    Some((slot, format!("{:?}: {value}", entry.name)))
}

fn words(slot: Slot, bytes: &[u8]) -> (String, String) {
    let name = slot.to_string();
    let value = match (slot, bytes) {
        (_, []) => ERASED.to_owned(),
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
    let place = match settings.url.scheme() {
        Some(_) => format!("{}, port {}", settings.url, settings.port),
        None => format!("{}:{}", settings.url, settings.port),
    };
    let mut text = format!(
        "{place}, client id {:?}, clean session {}, keep-alive {} s",
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

const ERASED: &str = "erased";
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
    use mqmodem_core::modem::url::BrokerUrl;
    use mqmodem_core::{Buf, LinkId};
    use rcgen::KeyPair;

    fn record(password: Option<&[u8]>) -> Vec<u8> {
        let settings = Settings {
            url: BrokerUrl::of_host("broker"),
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
    fn entries_of_the_store_are_shown_by_their_names() {
        let shown = |number, record: &[u8]| credential(Slot::Credential(number), record).unwrap();
        let pem = KeyPair::generate().unwrap().serialize_pem();
        let (name, value) = shown(6, format!("\x05pump7{pem}").as_bytes());
        assert_eq!(name, "credential 6");
        assert_eq!(value, "\"pump7\": a private key, PKCS #8");
        let (_, value) = shown(7, b"\x05pump7me:00112233445566778899aabbccddeeff");
        assert_eq!(value, "\"pump7\": a pre-shared key");
        assert_eq!(shown(0, b"").1, ERASED);
        assert_eq!(shown(0, b"\x09a").1, DAMAGED);
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
