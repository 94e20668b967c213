//! The certificate store of a modem, and pre-shared keys.

use super::{Broker, Modem};

/// A pre-shared key with its identity, as modem and broker are given it.
pub const PSK: &str = "pump-7:00112233445566778899aabbccddeeff";

impl Modem {
    /// Loads an entry of the store; how its command ends.
    pub fn try_store(&mut self, name: &str, kind: u8, content: &[u8]) -> String {
        let length = content.len();
        self.raw(format!("AT+MQTTCERT=\"{name}\",{kind},{length}\r").as_bytes());
        self.expect_raw(b"\r\n> ");
        self.raw(content);
        self.line()
    }

    #[track_caller]
    pub fn store(&mut self, name: &str, kind: u8, content: &[u8]) {
        assert_eq!(self.try_store(name, kind, content), "OK", "{name} {kind}");
    }

    /// From now on it connects by TLS with [`PSK`].
    pub fn use_psk(&mut self) {
        self.store("line3", 3, PSK.as_bytes());
        self.ok("AT+MQTTOPT=\"psk\",\"line3\";+MQTTTLS=1");
    }
}

impl Broker {
    /// A Mosquitto whose listener knows [`PSK`], with further lines.
    pub fn psk(more: &str) -> Self {
        Self::with_file("psk_file", PSK, &format!("psk_hint pumps\n{more}"))
    }
}
