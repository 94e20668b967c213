//! The broker of the configuration: its files, then the way to it.

use super::reach::{self, Way};
use super::{Report, Verdict};
use crate::cli::Failure;
use crate::config::{Broker, ConfigError, ModemPlan, Plan, Secret, TlsPaths};
use mqmodem_core::modem::options::{ALPN, SNI, VERIFY, Value};
use mqmodem_core::{LinkId, Slot, TlsFiles, Verify};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

pub(super) async fn examine(plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let Some(broker) = plan.modems.iter().find_map(broker_of) else {
        let text = "none in the configuration: each modem is told its own with AT+MQTTCONFIG";
        return report.say("broker", &Ok(text.to_owned()));
    };
    let broker = &match broker {
        Ok(broker) => broker,
        Err(error) => return report.say("broker", &Err(error.to_string())),
    };
    let (password, files) = match secrets(broker) {
        Ok(secrets) => secrets,
        Err(what) => return report.say("broker's files", &Err(what)),
    };
    let verify = match broker.options.get(VERIFY) {
        Value::Number(option) => Verify::of(option),
        Value::Text(_) => Verify::All,
    };
    if let Some(tls) = &broker.tls
        && verify != Verify::Nothing
    {
        let roots = roots(tls, &files);
        report.say("trust store", &roots)?;
        if roots.is_err() {
            return Ok(());
        }
    }
    let way = Way {
        host: &broker.host,
        port: broker.port,
        tls: broker.tls.is_some().then(|| TlsFiles {
            root: find(&files, Slot::Root(LinkId(0))),
            certificate: find(&files, Slot::Certificate(LinkId(0))),
            key: find(&files, Slot::Key(LinkId(0))),
            verify,
            sni: text(broker, SNI),
            alpn: text(broker, ALPN),
        }),
        username: broker.username.as_deref(),
        password: password.as_ref().map(|secret| secret.0.as_bytes()),
    };
    reach::examine(&way, report).await
}

/// The broker as a modem sees it.
fn broker_of(modem: &ModemPlan) -> Option<Result<Broker, ConfigError>> {
    let broker = modem.broker.as_ref()?;
    Some(broker.filled(modem))
}

/// An option that is a text, where it is not empty.
fn text(broker: &Broker, option: usize) -> Option<&str> {
    match broker.options.get(option) {
        Value::Text(text) => Some(text).filter(|text| !text.is_empty()),
        Value::Number(_) => None,
    }
}

type Files = Vec<(Slot, Secret)>;

fn find(files: &Files, slot: Slot) -> Option<&[u8]> {
    let found = files.iter().find(|(of, _)| *of == slot);
    found.map(|(_, pem)| pem.0.as_bytes())
}

/// The password and certificates, from files only their owner can read.
fn secrets(broker: &Broker) -> Result<(Option<Secret>, Files), String> {
    let key = broker.tls.as_ref().and_then(|tls| tls.key.as_deref());
    for path in [broker.password_file.as_deref(), key].into_iter().flatten() {
        private(path)?;
    }
    let password = broker.password().map_err(|error| error.to_string())?;
    let files = broker.files().map_err(|error| error.to_string())?;
    Ok((password, files))
}

fn private(path: &Path) -> Result<(), String> {
    let mode = path.metadata().map_or(0, |meta| meta.permissions().mode());
    if mode & 0o004 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(format!("everyone can read {path}: chmod o-r {path}"))
}

fn roots(tls: &TlsPaths, files: &Files) -> Verdict {
    let Some(path) = &tls.root else {
        let mut store = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        let (count, _) = store.add_parsable_certificates(found.certs);
        return match count {
            0 => Err("this machine has none; install ca-certificates, or give a root".to_owned()),
            count => Ok(format!("{count} roots of this machine")),
        };
    };
    let pem = find(files, Slot::Root(LinkId(0))).unwrap_or_default();
    match CertificateDer::pem_slice_iter(pem).count() {
        1 => Ok(format!("1 root in {}", path.display())),
        count => Ok(format!("{count} roots in {}", path.display())),
    }
}
