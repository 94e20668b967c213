//! What was found in a state directory, by modem.

use super::batch::StateContent;
use super::error::OpenError;
use super::name;
use super::redb::file;
use mqmodem_core::Slot;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// What was found at the start, by modem.
#[derive(Default)]
pub struct StoredState {
    by_modem: BTreeMap<String, Vec<(Slot, Vec<u8>)>>,
}

impl StoredState {
    pub(super) fn sort(content: StateContent) -> Self {
        let mut kept = Self::default();
        for (modem, slot, bytes) in content.values {
            kept.push(modem, name::slot(&slot).ok_or(slot), bytes);
        }
        for (modem, key, bytes) in content.records {
            let slot = Slot::from_bytes(key);
            kept.push(modem, slot.ok_or_else(|| format!("{key:?}")), bytes);
        }
        kept
    }

    fn push(&mut self, modem: String, slot: Result<Slot, String>, bytes: Vec<u8>) {
        match slot {
            Ok(slot) => self.by_modem.entry(modem).or_default().push((slot, bytes)),
            Err(name) => tracing::error!("left out: \"{name}\" of {modem}, which is not known"),
        }
    }

    /// What the modem of this name kept, in the order in which it is restored;
    /// empty bytes stand for what it erased.
    pub fn take(&mut self, modem: &str) -> Vec<(Slot, Vec<u8>)> {
        self.by_modem.remove(modem).unwrap_or_default()
    }

    /// What is in a state directory, which may be in use.
    pub fn look(directory: &Path) -> Result<Self, OpenError> {
        file::look(directory).map(Self::sort)
    }

    /// The modems, in order of their names.
    pub fn modems(&self) -> impl Iterator<Item = (&str, &[(Slot, Vec<u8>)])> {
        let all = self.by_modem.iter();
        all.map(|(name, values)| (name.as_str(), values.as_slice()))
    }
}

/// Without what is kept: among it are passwords and keys.
impl fmt::Debug for StoredState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.by_modem.keys()).finish()
    }
}
