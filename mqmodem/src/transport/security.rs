//! How a connection is made secure: by certificates or by a pre-shared key.

use super::host_name::server_name;
#[cfg(feature = "psk")]
use super::psk::PskConfig;
use super::tls::{FoundConfig, TlsConfigs};
use mqmodem_core::{Endpoint, NetError};
use std::fmt;
use std::sync::Arc;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

/// What a secure connection is to be made with.
pub(super) enum Security {
    /// Certificates, and who the broker has to be.
    Certificates(FoundConfig, String),
    /// A key that the broker has too.
    #[cfg(feature = "psk")]
    Psk(PskConfig),
    /// The same, where nothing can do it.
    #[cfg(not(feature = "psk"))]
    NoPsk,
}

/// The same, with all that is needed read.
pub(super) enum ReadySecurity {
    Certificates(Arc<ClientConfig>, ServerName<'static>),
    #[cfg(feature = "psk")]
    Psk(PskConfig),
}

impl Security {
    /// What the modem says of it; nothing where it wants no TLS. The log tells of it by
    /// the name `who`.
    pub(super) fn of(
        who: &dyn fmt::Display,
        to: &Endpoint<'_>,
        configs: &TlsConfigs,
    ) -> Option<Self> {
        let files = to.tls?;
        let name = files.sni.unwrap_or(to.host).to_owned();
        Some(match files.psk {
            #[cfg(feature = "psk")]
            Some(psk) => Self::Psk(PskConfig::new(&files, psk, &name)),
            #[cfg(not(feature = "psk"))]
            Some(_) => Self::NoPsk,
            None => Self::Certificates(configs.find(who, &files), name),
        })
    }

    /// Reads what is needed. What cannot work fails here, before the network is asked.
    pub(super) async fn ready(self) -> Result<ReadySecurity, NetError> {
        match self {
            Self::Certificates(found, name) => {
                let config = found.config().await?;
                Ok(ReadySecurity::Certificates(config, server_name(&name)?))
            }
            #[cfg(feature = "psk")]
            Self::Psk(config) => Ok(ReadySecurity::Psk(config)),
            #[cfg(not(feature = "psk"))]
            Self::NoPsk => {
                tracing::warn!(
                    "this mqmodem was built without pre-shared keys: build it with --features psk"
                );
                Err(NetError::TlsOther)
            }
        }
    }
}
