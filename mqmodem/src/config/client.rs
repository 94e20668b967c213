//! The client certificate of a broker: whether it can work.

use super::broker::{Broker, LINK};
use super::error::ConfigError;
use super::secret::Secret;
use crate::transport::{Validity, check_client_certificate};
use mqmodem_core::Slot;

impl Broker {
    /// Checks that the client certificate among these files and its key can work
    /// together. Expired it still is what a broker may judge.
    pub fn check_client_certificate(
        &self,
        files: &[(Slot, Secret)],
    ) -> Result<Validity, ConfigError> {
        let pem = |slot: Slot| {
            let found = files.iter().find(|(of, _)| *of == slot);
            found.map(|(_, pem)| pem.0.as_bytes())
        };
        let (certificate, key) = (pem(Slot::Certificate(LINK)), pem(Slot::Key(LINK)));
        check_client_certificate(certificate, key).map_err(|why| {
            let paths = self.tls.iter().flat_map(|tls| [&tls.certificate, &tls.key]);
            let paths = paths.flatten().map(|path| path.display().to_string());
            let paths: Vec<_> = paths.collect();
            ConfigError::new(format!("{why}: check {}", paths.join(" and ")))
        })
    }

    /// What is doubtful about the client certificate, and what to do about it.
    pub(crate) fn doubt(&self) -> Option<String> {
        let path = self.tls.as_ref()?.certificate.as_ref()?.display();
        let files = self.files().ok()?;
        match self.check_client_certificate(&files).ok()? {
            Validity::Valid => None,
            soon @ Validity::ExpiresIn(_) => Some(format!("{path} {soon}: get a new one")),
            Validity::Expired => Some(format!(
                "{path} is expired; brokers refuse it: get a new one"
            )),
            Validity::NotYetValid => Some(format!(
                "{path} is not yet valid; check its dates and this machine's clock"
            )),
        }
    }
}
