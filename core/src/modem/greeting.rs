//! What a link says first to its broker, put together from what is stored.

use super::settings::Settings;
use crate::mqtt::{Connect, Properties, Version, Will};

/// Where a link goes, and what its CONNECT says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Greeting<'s> {
    /// The broker, and who the modem is to it.
    pub(crate) settings: Settings<'s>,
    /// What the broker publishes if the link is cut.
    pub(crate) will: Option<Will<'s>>,
    /// User properties of CONNECT.
    pub(crate) user: Properties<'s>,
}

impl<'s> Greeting<'s> {
    /// The packet in this version of MQTT.
    pub(crate) fn connect(&self, version: Version) -> Connect<'s> {
        let settings = &self.settings;
        let of_version = |properties| match version {
            Version::V311 => Properties::NONE,
            Version::V5 => properties,
        };
        let will = self.will.map(|will| Will {
            properties: of_version(will.properties),
            ..will
        });
        Connect {
            version,
            client_id: settings.client_id,
            clean_session: settings.clean_session,
            keep_alive: settings.keep_alive,
            username: settings.username,
            password: settings.password,
            properties: of_version(self.user),
            will,
        }
    }
}
