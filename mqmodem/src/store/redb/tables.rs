//! What is in the database file: values under names, and records of sessions.

use crate::store::batch::{Key, ModemChange, StateContent, What};
use crate::store::error::{OpenError, VERSION};
use mqmodem_core::Slot;
use mqmodem_core::mqtt::session::RecordKey;
use redb::{
    Database, ReadableDatabase, ReadableTable, TableDefinition, TableError, WriteTransaction,
};

const VERSION_KEY: &str = "version";
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// What modems keep, by modem and slot. Erased is kept as empty, so that a
/// default of the configuration does not come back.
const VALUES: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("values");

/// The records of sessions, by modem and [`Slot::to_bytes`](mqmodem_core::Slot):
/// they are read in the order in which they are restored. Erased are gone.
const SESSIONS: TableDefinition<'_, (&str, &Key), &[u8]> = TableDefinition::new("sessions");

/// What is below and above every key.
const FIRST: Key = [0; 10];
const LAST: Key = [u8::MAX; 10];

/// Where a key holds the link.
const LINK: usize = 1;

/// The version of what is in the file, none for a new one.
pub(in crate::store) fn version(database: &Database) -> Result<Option<u64>, OpenError> {
    let read = database.begin_read().map_err(redb::Error::from)?;
    let meta = match read.open_table(META) {
        Ok(meta) => meta,
        Err(TableError::TableDoesNotExist(_)) => return Ok(None),
        Err(error) => return Err(redb::Error::from(error).into()),
    };
    Ok(meta.get(VERSION_KEY)?.map(|version| version.value()))
}

/// Makes the tables of a new database.
pub(in crate::store) fn create(database: &Database) -> Result<(), redb::Error> {
    let write = database.begin_write()?;
    write.open_table(META)?.insert(VERSION_KEY, VERSION)?;
    write.open_table(VALUES)?;
    write.open_table(SESSIONS)?;
    write.commit()?;
    Ok(())
}

/// Reads everything.
pub(in crate::store) fn content(database: &Database) -> Result<StateContent, OpenError> {
    let read = database.begin_read().map_err(redb::Error::from)?;
    let mut content = StateContent::default();
    let values = read.open_table(VALUES).map_err(redb::Error::from)?;
    for entry in values.iter()? {
        let (key, value) = entry?;
        let (modem, slot) = key.value();
        let value = value.value().to_vec();
        content
            .values
            .push((modem.to_owned(), slot.to_owned(), value));
    }
    let sessions = match read.open_table(SESSIONS) {
        Ok(sessions) => sessions,
        // Written before sessions were kept.
        Err(TableError::TableDoesNotExist(_)) => return Ok(content),
        Err(error) => return Err(redb::Error::from(error).into()),
    };
    for entry in sessions.iter()? {
        let (key, value) = entry?;
        let (modem, slot) = key.value();
        let value = value.value().to_vec();
        content.records.push((modem.to_owned(), *slot, value));
    }
    Ok(content)
}

/// What a modem keeps.
pub(in crate::store) fn of_modem(
    database: &Database,
    modem: &str,
) -> Result<StateContent, OpenError> {
    let read = database.begin_read().map_err(redb::Error::from)?;
    let mut content = StateContent::default();
    let values = read.open_table(VALUES).map_err(redb::Error::from)?;
    for entry in values.range((modem, "")..)? {
        let (key, value) = entry?;
        let (of, slot) = key.value();
        if of != modem {
            break;
        }
        let value = value.value().to_vec();
        content.values.push((of.to_owned(), slot.to_owned(), value));
    }
    let sessions = match read.open_table(SESSIONS) {
        Ok(sessions) => sessions,
        Err(TableError::TableDoesNotExist(_)) => return Ok(content),
        Err(error) => return Err(redb::Error::from(error).into()),
    };
    for entry in sessions.range((modem, &FIRST)..=(modem, &LAST))? {
        let (key, value) = entry?;
        let (of, slot) = key.value();
        let value = value.value().to_vec();
        content.records.push((of.to_owned(), *slot, value));
    }
    Ok(content)
}

/// What a change does to the room that is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Need {
    /// Nothing: it is so already.
    Nothing,
    /// It needs no more in the long run than there was before: it ends a message, or
    /// is said of one that is there, or is of a few bytes and soon erased again.
    Frees,
    /// It wants more.
    Grows,
}

/// What a change does to the room that is left.
pub(in crate::store) fn need(
    database: &Database,
    change: &ModemChange,
) -> Result<Need, redb::Error> {
    let (key, bytes) = match &change.what {
        What::Forget(_) => return Ok(Need::Frees),
        What::Value(_, bytes) if bytes.is_empty() => return Ok(Need::Frees),
        What::Value(..) => return Ok(Need::Grows),
        What::Erase(key) => (key, None),
        What::Record(key, bytes) => (key, Some(bytes)),
    };
    let read = database.begin_read()?;
    let sessions = read.open_table(SESSIONS)?;
    let before = sessions.get((&*change.modem, key))?;
    let before = before.map(|before| before.value().len());
    Ok(match (before, bytes) {
        (None, None) => Need::Nothing,
        (Some(_), None) => Need::Frees,
        (Some(before), Some(bytes)) if before >= bytes.len() => Need::Frees,
        (_, Some(_)) if is_small(*key) => Need::Frees,
        _ => Need::Grows,
    })
}

/// Whether what is kept under this key is of a few bytes.
fn is_small(key: Key) -> bool {
    matches!(
        Slot::from_bytes(key),
        Some(Slot::Session(
            _,
            RecordKey::Identity | RecordKey::Seen(_) | RecordKey::Received(_) | RecordKey::Suspect
        ))
    )
}

/// What a commit has changed.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::store) struct Effect {
    /// Whether anything is not as it was.
    changed: bool,
    /// The bytes of rows that are gone.
    pub(in crate::store) freed: u64,
}

impl Effect {
    fn gone(&mut self, bytes: usize) {
        self.changed = true;
        self.freed += bytes as u64;
    }
}

/// Makes changes, in order, all of them or none; they are durable afterwards. What
/// changes nothing is not written.
pub(in crate::store) fn commit<'c>(
    database: &Database,
    changes: impl IntoIterator<Item = &'c ModemChange>,
) -> Result<Effect, redb::Error> {
    let write = database.begin_write()?;
    let effect = make(&write, changes)?;
    if effect.changed {
        mark(&write)?;
        write.commit()?;
    } else {
        write.abort()?;
    }
    Ok(effect)
}

/// Notes that the file has what only the present version knows.
fn mark(write: &WriteTransaction) -> Result<(), redb::Error> {
    let mut meta = write.open_table(META)?;
    let known = meta.get(VERSION_KEY)?.map(|version| version.value());
    if known != Some(VERSION) {
        meta.insert(VERSION_KEY, VERSION)?;
    }
    Ok(())
}

fn make<'c>(
    write: &WriteTransaction,
    changes: impl IntoIterator<Item = &'c ModemChange>,
) -> Result<Effect, redb::Error> {
    let mut values = write.open_table(VALUES)?;
    let mut sessions = write.open_table(SESSIONS)?;
    let mut effect = Effect::default();
    for ModemChange { modem, what } in changes {
        let modem = &**modem;
        match what {
            What::Value(name, bytes) => {
                values.insert((modem, &**name), &**bytes)?;
                effect.changed = true;
            }
            What::Record(key, bytes) => {
                sessions.insert((modem, key), &**bytes)?;
                effect.changed = true;
            }
            What::Erase(key) => {
                if let Some(before) = sessions.remove((modem, key))? {
                    effect.gone(before.value().len());
                }
            }
            What::Forget(link) => {
                let all = (modem, &FIRST)..=(modem, &LAST);
                sessions.retain_in(all, |(_, key), bytes| {
                    let stays = key[LINK] != *link;
                    if !stays {
                        effect.gone(bytes.len());
                    }
                    stays
                })?;
            }
        }
    }
    Ok(effect)
}
