//! A table of a broker as it is written: that of all modems, and one modem's on it.

use super::authority;
use super::secret::Secret;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;
use toml::Spanned;

/// A text and where it stands.
pub(super) type Text = Option<Spanned<String>>;

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BrokerLayer {
    pub(super) url: Option<Spanned<Secret>>,
    pub(super) host: Text,
    pub(super) port: Option<u16>,
    pub(super) client_id: Text,
    pub(super) clean_session: Option<bool>,
    pub(super) keepalive: Option<u16>,
    pub(super) username: Text,
    pub(super) password: Option<Spanned<Secret>>,
    pub(super) password_file: Text,
    pub(super) tls: Option<Tls>,
    #[serde(default)]
    pub(super) options: BTreeMap<String, Spanned<toml::Value>>,
}

/// TLS, switched or with its files.
#[derive(Clone)]
pub(super) enum Tls {
    Off,
    On(LayerFiles),
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LayerFiles {
    pub(super) root: Text,
    pub(super) certificate: Text,
    pub(super) key: Text,
    pub(super) psk: Text,
}

impl<'de> Deserialize<'de> for Tls {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match flag_or_table(from)? {
            Ok(false) => Self::Off,
            Ok(true) => Self::On(LayerFiles::default()),
            Err(files) => Self::On(files),
        })
    }
}

impl BrokerLayer {
    /// Keys of one table that say the same thing twice.
    pub(super) fn contradiction(&self) -> Option<&'static str> {
        if self.url.is_some() && self.host.is_some() {
            Some("url and host both say where the broker is; give one of them")
        } else if self.url.is_some() && self.port.is_some() {
            Some(
                "url and port are both there; the port stands in the url, as in mqtts://broker.example:8884",
            )
        } else if self.password.is_some() && self.password_file.is_some() {
            Some("password and password_file are both there; give one of them")
        } else if self.says_user_in_url() && self.username.is_some() {
            Some("url and username both hold a user name; give one of them")
        } else if self.says_password_in_url() && self.has_password() {
            Some(
                "url holds a password, and password or password_file is there too; give one of them",
            )
        } else {
            None
        }
    }

    fn userinfo(&self) -> Option<&str> {
        let url = &self.url.as_ref()?.get_ref().0;
        let (_, rest) = url.split_once("://")?;
        let (user, _) = authority::split(rest).0.rsplit_once('@')?;
        Some(user)
    }

    fn says_user_in_url(&self) -> bool {
        self.userinfo().is_some_and(|user| !user.is_empty())
    }

    fn says_password_in_url(&self) -> bool {
        self.userinfo().is_some_and(|user| user.contains(':'))
    }

    fn has_password(&self) -> bool {
        self.password.is_some() || self.password_file.is_some()
    }

    /// What is said here, else what `usual` says, key by key.
    pub(super) fn on(self, usual: &Self) -> Self {
        let place_is_new = self.url.is_some();
        let user_is_new = self.says_user_in_url();
        let password_is_new = user_is_new || self.has_password();
        let inherited = |is_new: bool| if is_new { None } else { Some(usual) };
        let place = inherited(place_is_new);
        let user = inherited(user_is_new);
        let password = inherited(password_is_new);
        let mut options = usual.options.clone();
        options.retain(|name, _| {
            self.options
                .keys()
                .all(|own| !own.eq_ignore_ascii_case(name))
        });
        options.extend(self.options);
        Self {
            url: self.url.or_else(|| place?.url.clone()),
            host: self.host.or_else(|| place?.host.clone()),
            port: self.port.or(place.and_then(|it| it.port)),
            client_id: self.client_id.or_else(|| usual.client_id.clone()),
            clean_session: self.clean_session.or(usual.clean_session),
            keepalive: self.keepalive.or(usual.keepalive),
            username: self.username.or_else(|| user?.username.clone()),
            password: self.password.or_else(|| password?.password.clone()),
            password_file: self
                .password_file
                .or_else(|| password?.password_file.clone()),
            tls: Tls::on(self.tls, usual.tls.as_ref()),
            options,
        }
    }
}

impl Tls {
    fn on(own: Option<Self>, usual: Option<&Self>) -> Option<Self> {
        match (own, usual) {
            (None, usual) => usual.cloned(),
            (Some(Self::On(own)), Some(Self::On(usual))) => Some(Self::On(LayerFiles {
                root: own.root.or_else(|| usual.root.clone()),
                certificate: own.certificate.or_else(|| usual.certificate.clone()),
                key: own.key.or_else(|| usual.key.clone()),
                psk: own.psk.or_else(|| usual.psk.clone()),
            })),
            (own, _) => own,
        }
    }
}

/// A switch, or a table in its place.
fn flag_or_table<'de, D, T>(from: D) -> Result<Result<bool, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Form<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Form<T> {
        type Value = Result<bool, T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true, false or a table")
        }

        fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
            Ok(Ok(flag))
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map)).map(Err)
        }
    }
    from.deserialize_any(Form(PhantomData))
}

/// The file of a path.
pub(super) fn path(text: &Text) -> Option<PathBuf> {
    text.as_ref().map(|text| PathBuf::from(text.get_ref()))
}
