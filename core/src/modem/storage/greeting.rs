//! What a link says first, put together from the stored slots.

use super::Storage;
use crate::modem::connect_properties::ConnectProperties;
use crate::modem::greeting::Greeting;
use crate::modem::ids::LinkId;
use crate::modem::slot::Slot;
use crate::modem::will;
use crate::mqtt::Will;

impl Storage<'_> {
    /// What the broker is to publish if a link is cut.
    pub(crate) fn will(&self, link: LinkId) -> Option<Will<'_>> {
        will::decode(self.nvram.get(Slot::Will(link))?)
    }

    /// User properties of CONNECT and headers of WebSocket.
    pub(crate) fn connect_properties(&self, link: LinkId) -> ConnectProperties<'_> {
        let record = self.nvram.get(Slot::ConnectProperties(link));
        let kept = record.and_then(ConnectProperties::decode);
        kept.unwrap_or_default()
    }

    /// What a link says first; `None` if it has no settings.
    pub(crate) fn greeting(&self, link: LinkId) -> Option<Greeting<'_>> {
        Some(Greeting {
            settings: self.settings(link)?,
            will: self.will(link),
            user: self.connect_properties(link).user,
        })
    }
}
