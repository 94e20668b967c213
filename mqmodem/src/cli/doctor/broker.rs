//! The brokers of the modems: their files, the way to them, and who the modems
//! are there.

use super::credentials::{self, Files, find};
use super::options::{number, text};
use super::reach::{self, MqttClient, Route};
use super::report::{CheckResult, DoctorReport};
use crate::cli::failure::ProgramFailure;
use crate::config::{Broker, ConfigError, ModemPlan, Secret, TlsPaths, psk_of};
use crate::store::StoredState;
use crate::transport::{NetLink, Proxy, ends_soon};
use mqmodem_core::modem::credential::CONFIGURED_PSK;
use mqmodem_core::modem::options::{ALPN, CA, OptionValue, PSK, SNI, TLS_VERSION, VERIFY, VERSION};
use mqmodem_core::modem::url::BrokerUrl;
use mqmodem_core::{Headers, LinkId, Slot, TlsFiles, TlsVersion, Verify, WebSocketTarget};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

pub(super) async fn examine(
    modems: &[&ModemPlan],
    state_dir: Option<&Path>,
    report: &mut DoctorReport,
) -> Result<(), ProgramFailure> {
    let mut visits = Visits {
        several: modems.len() > 1,
        // What is wrong with it is told elsewhere.
        kept: state_dir.and_then(|directory| StoredState::look(directory).ok()),
        ..Visits::default()
    };
    let mut any = false;
    for modem in modems {
        if let Some(broker) = modem.own_broker() {
            any = true;
            visits.visit(modem, broker, report).await?;
        }
    }
    if any {
        return Ok(());
    }
    let text = "none in the configuration: each modem is told its own with AT+MQTTCONFIG";
    report.add("broker", &Ok(text.to_owned()))
}

/// What was looked at already: modems share files and ways.
#[derive(Default)]
struct Visits {
    /// Modems are told apart.
    several: bool,
    /// What modems keep.
    kept: Option<StoredState>,
    exposed: BTreeSet<PathBuf>,
    /// Whether the way can be gone, by URL, port, TLS and proxy.
    ways: HashMap<String, bool>,
}

impl Visits {
    async fn visit(
        &mut self,
        modem: &ModemPlan,
        broker: Result<Broker, ConfigError>,
        report: &mut DoctorReport,
    ) -> Result<(), ProgramFailure> {
        let files_of = self.label("broker's files", modem);
        let broker = &match broker {
            Ok(broker) => broker,
            Err(error) => return report.add(files_of, &Err(error.to_string())),
        };
        self.warn_of_exposed(modem, report)?;
        let (password, mut files) = match secrets(broker) {
            Ok(secrets) => secrets,
            Err(error) => return report.add(files_of, &Err(error.to_string())),
        };
        if broker.tls.is_some()
            && let Err(what) = credentials::add(broker, self.kept_by(modem), &mut files)
        {
            return report.add(self.label("certificate store", modem), &Err(what));
        }
        let certificate = self.label("client certificate", modem);
        if let Err(error) = broker.check_client_certificate(&files) {
            return report.add(certificate, &Err(error.to_string()));
        }
        if let Some(what) = broker.doubt() {
            report.warn(certificate, &what)?;
        }
        let proxy = match proxy(modem) {
            Ok(proxy) => proxy,
            Err(error) => return report.add(self.label("proxy", modem), &Err(error.to_string())),
        };
        let url = broker.url();
        let way = Route {
            proxy: proxy.as_ref().map(|(proxy, shown)| (proxy, &**shown)),
            ..way(broker, &files, &url)
        };
        let Some(link) = self.go(broker, &files, &way, report).await? else {
            return Ok(());
        };
        let guest = MqttClient {
            version: number(broker, VERSION),
            client_id: &broker.client_id,
            clean_session: broker.clean_session,
            username: broker.username.as_deref(),
            password: password.as_ref().map(|secret| secret.0.as_bytes()),
        };
        let connack = reach::greet(&way, link, &guest).await;
        report.add(self.label("broker, MQTT", modem), &connack)
    }

    /// What a modem keeps.
    fn kept_by(&self, modem: &ModemPlan) -> &[(Slot, Vec<u8>)] {
        let mut all = self.kept.iter().flat_map(StoredState::modems);
        let own = all.find(|(name, _)| *name == modem.name);
        own.map_or(&[], |(_, values)| values)
    }

    fn label(&self, what: &str, modem: &ModemPlan) -> String {
        if self.several {
            format!("{what}, {}", modem.name)
        } else {
            what.to_owned()
        }
    }

    fn warn_of_exposed(
        &mut self,
        modem: &ModemPlan,
        report: &mut DoctorReport,
    ) -> Result<(), ProgramFailure> {
        for path in modem.exposed() {
            if self.exposed.insert(path.clone()) {
                let path = path.display();
                let text = format!("everyone can read {path}: chmod o-r {path}");
                report.warn("broker's files", &text)?;
            }
        }
        Ok(())
    }

    /// Goes a way that was not gone yet. Nothing where it leads nowhere, else
    /// perhaps a link that is up.
    async fn go(
        &mut self,
        broker: &Broker,
        files: &Files,
        way: &Route<'_>,
        report: &mut DoctorReport,
    ) -> Result<Option<Option<NetLink>>, ProgramFailure> {
        let key = format!(
            "{} {} {:?} {:?} {:?}",
            broker.url().0,
            broker.port,
            broker.tls,
            broker.options,
            way.proxy
        );
        if let Some(leads) = self.ways.get(&key) {
            return Ok(leads.then_some(None));
        }
        let trusted = match (&broker.tls, verify(broker)) {
            (None, _) | (_, Verify::Nothing) => true,
            // No certificate is used.
            _ if uses_psk(broker) => true,
            (Some(tls), _) => {
                let roots = roots(tls, text(broker, CA), files);
                report.add("trust store", &roots)?;
                if let Some(soon) = find(files, Slot::Root(LinkId(0))).and_then(ends_soon) {
                    report.warn("trust store", &format!("a root certificate {soon}"))?;
                }
                roots.is_ok()
            }
        };
        let link = if trusted {
            reach::examine(way, report).await?
        } else {
            None
        };
        self.ways.insert(key, link.is_some());
        Ok(link.map(Some))
    }
}

/// Whether a pre-shared key takes the place of certificates.
fn uses_psk(broker: &Broker) -> bool {
    broker.has_psk() || text(broker, PSK).is_some()
}

/// With a pre-shared key the option says nothing.
fn verify(broker: &Broker) -> Verify {
    match broker.options.get(VERIFY) {
        _ if uses_psk(broker) => Verify::All,
        OptionValue::Number(option) => Verify::of(option),
        OptionValue::Text(_) => Verify::All,
    }
}

fn way<'w>(broker: &'w Broker, files: &'w Files, url: &'w Secret) -> Route<'w> {
    let url = BrokerUrl::parse(&url.0).ok();
    let websocket = url.and_then(|url| url.websocket());
    Route {
        host: &broker.host,
        port: broker.port,
        tls: broker.tls.is_some().then(|| TlsFiles {
            root: find(files, Slot::Root(LinkId(0))),
            certificate: find(files, Slot::Certificate(LinkId(0))),
            key: find(files, Slot::Key(LinkId(0))),
            verify: verify(broker),
            any_date: false,
            sni: text(broker, SNI),
            alpn: text(broker, ALPN),
            psk: find(files, Slot::Credential(CONFIGURED_PSK)).and_then(psk_of),
            version: TlsVersion::of(number(broker, TLS_VERSION)),
        }),
        websocket: websocket.map(|(path, query)| WebSocketTarget {
            path,
            query,
            headers: Headers::default(),
        }),
        proxy: None,
    }
}

/// The proxy of a modem, and how it is shown.
fn proxy(modem: &ModemPlan) -> Result<Option<(Arc<Proxy>, String)>, ConfigError> {
    let Some(plan) = &modem.behaviour.proxy else {
        return Ok(None);
    };
    Ok(Some((Arc::new(plan.proxy()?), plan.to_string())))
}

/// The password and certificates.
fn secrets(broker: &Broker) -> Result<(Option<Secret>, Files), ConfigError> {
    Ok((broker.password()?, broker.files()?))
}

fn roots(tls: &TlsPaths, stored: Option<&str>, files: &Files) -> CheckResult {
    let place = match (stored, &tls.root) {
        (Some(name), _) => format!("\"{name}\" of the certificate store"),
        (None, Some(path)) => path.display().to_string(),
        (None, None) => return platform_roots(),
    };
    let pem = find(files, Slot::Root(LinkId(0))).unwrap_or_default();
    match CertificateDer::pem_slice_iter(pem).count() {
        1 => Ok(format!("1 root in {place}")),
        count => Ok(format!("{count} roots in {place}")),
    }
}

fn platform_roots() -> CheckResult {
    let mut store = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (count, _) = store.add_parsable_certificates(found.certs);
    match count {
        0 => Err("this machine has none; install ca-certificates, or give a root".to_owned()),
        count => Ok(format!("{count} roots of this machine")),
    }
}
