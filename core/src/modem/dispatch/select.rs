//! The link that commands are about, and links that are used for the first time.

use super::Machine;
use super::policy::policy;
use crate::buffer::Full;
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::modem::progress::run::Run;
use crate::modem::slot::RestoreError;

impl Machine<'_> {
    /// Commands are about this link from now on; properties that were given are forgotten.
    pub(crate) fn select(&mut self, id: LinkId) -> Result<(), Fail> {
        self.properties.clear();
        if !self.may_use(id) {
            return Err(Fail::INCORRECT);
        }
        self.use_link(id)?;
        self.selected = id;
        Ok(())
    }

    /// Commands are about the first link again.
    pub(crate) fn select_first(&mut self) {
        self.selected = LinkId::FIRST;
        self.deselects = false;
    }

    /// The same from the next line on: what is left of the present one stays about its link.
    pub(crate) fn select_first_for_next(&mut self) {
        if matches!(self.run, Run::Idle) {
            self.select_first();
        } else {
            self.deselects = true;
        }
    }

    /// Whether there may be such a link.
    fn may_use(&self, id: LinkId) -> bool {
        id <= self.links.last()
    }

    /// Something is given back that was stored of a link: it is used again.
    pub(crate) fn restore_link(&mut self, id: LinkId) -> Result<(), RestoreError> {
        if !self.may_use(id) {
            return Err(RestoreError::Invalid);
        }
        self.use_link(id).map_err(|Full| RestoreError::Full)
    }

    /// Takes the memory of a link where it has none yet.
    fn use_link(&mut self, id: LinkId) -> Result<(), Full> {
        if self.links.get(id).is_some() {
            return Ok(());
        }
        self.notify.add_link(id)?;
        self.storage.add_link(id)?;
        let policy = policy(&self.storage, id);
        self.links.add(id, self.behaviour.links, policy)?;
        if !self.radio.is_on()
            && let Some(link) = self.links.get_mut(id)
        {
            link.restart(false);
        }
        self.follow_options(id);
        Ok(())
    }
}
