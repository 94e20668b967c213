//! Makes brokers of what a file says of them.

use super::broker::{Broker, TlsPaths};
use super::document::{Document, ModemTable};
use super::error::ConfigError;
use super::file::SourceFile;
use super::fill::{PLACEHOLDERS, check};
use super::layer::{BrokerLayer, Text, Tls, path};
use super::options::BrokerOptions;
use super::place::{BrokerPlace, scheme};
use mqmodem_core::modem::url::Scheme;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

const NOWHERE: &str =
    "give the broker a url such as \"mqtts://broker.example\", or a host and a port";

/// A place, and where in the file it is said.
struct Placed {
    place: BrokerPlace,
    span: Range<usize>,
}

impl SourceFile<'_> {
    /// The broker of modems that say nothing of theirs. Where each says something,
    /// what all have in common need not be a whole one.
    pub(super) fn usual_broker(&self, document: &Document) -> Result<Option<Broker>, ConfigError> {
        let Some(written) = &document.broker else {
            return Ok(None);
        };
        self.check_texts(written)?;
        let modems = &document.modem;
        let is_part = !modems.is_empty()
            && document.fleet.is_none()
            && modems.iter().all(|modem| modem.get_ref().broker.is_some());
        match self.broker(written.get_ref().clone(), written.span()) {
            Err(_) if is_part => Ok(None),
            made => made.map(Some),
        }
    }

    /// The broker of one modem.
    pub(super) fn broker_of(
        &self,
        modem: &ModemTable,
        document: &Document,
    ) -> Result<Option<Broker>, ConfigError> {
        let usual = document.broker.as_ref();
        let Some(own) = &modem.broker else {
            let made = usual.map(|it| self.broker(it.get_ref().clone(), it.span()));
            return made.transpose();
        };
        self.check_texts(own)?;
        let all = match usual {
            Some(usual) => own.get_ref().clone().on(usual.get_ref()),
            None => own.get_ref().clone(),
        };
        self.broker(all, own.span()).map(Some)
    }

    /// What can be said of a table alone.
    fn check_texts(&self, written: &Spanned<BrokerLayer>) -> Result<(), ConfigError> {
        let layer = written.get_ref();
        if let Some(what) = layer.contradiction() {
            return Err(self.wrong(written.span(), what));
        }
        let files = match &layer.tls {
            Some(Tls::On(files)) => [&files.root, &files.certificate, &files.key, &files.psk],
            _ => [&None; 4],
        };
        let [root, certificate, key, psk] = files;
        for (name, text) in [
            ("host", &layer.host),
            ("client_id", &layer.client_id),
            ("username", &layer.username),
            ("password_file", &layer.password_file),
            ("tls.root", root),
            ("tls.certificate", certificate),
            ("tls.key", key),
            ("tls.psk", psk),
        ] {
            self.check_text(name, text)?;
        }
        for (name, secret) in [("url", &layer.url), ("password", &layer.password)] {
            if let Some(secret) = secret
                && let Err(wrong) = check(&secret.get_ref().0, PLACEHOLDERS)
            {
                return Err(self.wrong(secret.span(), &format!("{name}: {}", wrong.discreet())));
            }
        }
        self.options(&layer.options).map(drop)
    }

    fn check_text(&self, name: &str, text: &Text) -> Result<(), ConfigError> {
        let Some(text) = text else {
            return Ok(());
        };
        check(text.get_ref(), PLACEHOLDERS)
            .map_err(|wrong| self.wrong(text.span(), &format!("{name}: {wrong}")))
    }

    fn broker(&self, written: BrokerLayer, span: Range<usize>) -> Result<Broker, ConfigError> {
        let Placed {
            place,
            span: placed,
        } = self.place(&written, span.clone())?;
        let (tls, files) = match written.tls {
            None => (None, None),
            Some(Tls::Off) => (Some(false), None),
            Some(Tls::On(files)) => (Some(true), Some(files)),
        };
        if let Some(scheme) = place.scheme
            && tls.is_some_and(|tls| tls != scheme.is_tls())
        {
            return Err(self.wrong(placed, &contradicts(scheme)));
        }
        let files = files.unwrap_or_default();
        let file = |text: &Text| path(text).map(|path| self.beside(path));
        let has_tls = tls.unwrap_or(place.scheme.is_some_and(Scheme::is_tls));
        let own_password = written.password.is_some() || written.password_file.is_some();
        let url_password = place.password.filter(|_| !own_password);
        let text = |text: Text| text.map(Spanned::into_inner);
        let broker = Broker {
            host: place.host,
            port: place
                .port
                .unwrap_or(usual_port(has_tls, place.target.is_some())),
            websocket: place.target,
            client_id: text(written.client_id).unwrap_or("{host}-{name}".to_owned()),
            clean_session: written.clean_session.unwrap_or(true),
            keep_alive: written.keepalive.unwrap_or(60),
            username: text(written.username).or(place.username),
            password: written.password.map(Spanned::into_inner).or(url_password),
            password_file: file(&written.password_file),
            tls: has_tls.then(|| TlsPaths {
                root: file(&files.root),
                certificate: file(&files.certificate),
                key: file(&files.key),
                psk: file(&files.psk),
            }),
            options: self.options(&written.options)?,
        };
        match broker.objection() {
            None => Ok(broker),
            Some(what) => Err(self.wrong(span, what)),
        }
    }

    fn options(
        &self,
        written: &BTreeMap<String, Spanned<toml::Value>>,
    ) -> Result<BrokerOptions, ConfigError> {
        let mut options = BrokerOptions::default();
        for (name, value) in written {
            let set = options.set(name, value.get_ref());
            set.map_err(|what| self.wrong(value.span(), &what))?;
        }
        Ok(options)
    }

    /// Where the broker is: by its URL, or by host and port, which a modem may say
    /// on top of the URL of all.
    fn place(&self, written: &BrokerLayer, span: Range<usize>) -> Result<Placed, ConfigError> {
        let of = |span: Range<usize>, made: Result<BrokerPlace, &'static str>| {
            made.map_err(|what| self.wrong(span, what))
        };
        let url = written.url.as_ref();
        let url = url.map(|url| {
            (
                url.span(),
                of(url.span(), BrokerPlace::of_url(&url.get_ref().0)),
            )
        });
        let host = written.host.as_ref();
        let host = host.map(|host| {
            (
                host.span(),
                of(host.span(), BrokerPlace::of_host(host.get_ref())),
            )
        });
        let (span, mut place) = match (url, host) {
            (None, None) => return Err(self.wrong(span, NOWHERE)),
            (Some((span, place)), None) | (None, Some((span, place))) => (span, place?),
            (Some((span, place)), Some((_, own))) => {
                let host = own?.host;
                (span, BrokerPlace { host, ..place? })
            }
        };
        place.port = written.port.or(place.port);
        Ok(Placed { place, span })
    }
}

/// Why a URL and the key `tls` do not fit.
fn contradicts(of_url: Scheme) -> String {
    let name = |tls| scheme(tls, of_url.is_websocket());
    let (own, other) = (name(of_url.is_tls()), name(!of_url.is_tls()));
    let says = if of_url.is_tls() {
        "with TLS, and tls = false says without"
    } else {
        "without TLS, and tls ([broker.tls]) says with"
    };
    format!("url says {own}://, which is {says}: write {other}:// in url, or leave out tls")
}

fn usual_port(tls: bool, websocket: bool) -> u16 {
    match (websocket, tls) {
        (false, false) => 1883,
        (false, true) => 8883,
        (true, false) => 80,
        (true, true) => 443,
    }
}

#[cfg(test)]
mod tests;
