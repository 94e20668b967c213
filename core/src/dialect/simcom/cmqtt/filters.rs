//! Filters a host gives one by one, for one packet.

use crate::buffer::Buf;
use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::fail::Fail;
use crate::mqtt::Qos;
use crate::mqtt::packet::SubscribeOptions;
use crate::mqtt::session::MOST_FILTERS;

/// Bytes before a filter: its quality and its length.
const HEADER: usize = 3;
/// Bytes of all that are collected for a packet.
const MOST_BYTES: usize = 4096;

/// Adds a filter to those that were given under a key.
pub(super) fn add(cx: &mut Context, key: u8, qos: u8, filter: &str) -> Result<(), Fail> {
    let mut memory = [0; MOST_BYTES];
    let mut all = Buf::lent(&mut memory);
    let given = cx.staged().get(key).unwrap_or_default();
    if each(given).count() >= MOST_FILTERS {
        return Err(Fail::MEMORY_FULL);
    }
    all.extend(given)?;
    let [high, low] = (filter.len() as u16).to_be_bytes();
    all.extend(&[qos, high, low])?;
    all.extend(filter.as_bytes())?;
    cx.stage(key, all.as_slice())
}

/// The quality and the text of each filter.
fn each(given: &[u8]) -> impl Iterator<Item = (u8, &str)> {
    let mut rest = given;
    core::iter::from_fn(move || {
        let (&[qos, high, low], behind) = rest.split_first_chunk::<HEADER>()?;
        let len = u16::from_be_bytes([high, low]).into();
        let (filter, behind) = behind.split_at_checked(len)?;
        rest = behind;
        Some((qos, core::str::from_utf8(filter).ok()?))
    })
}

/// What was collected.
pub(super) struct Collected<'s> {
    requests: [(&'s str, SubscribeOptions); MOST_FILTERS],
    texts: [&'s str; MOST_FILTERS],
    count: usize,
}

impl<'s> Collected<'s> {
    /// Those under a key.
    pub(super) fn of(staged: Staged<'s>, key: u8) -> Self {
        let none = ("", SubscribeOptions::new(Qos::AtMostOnce));
        let mut all = Self {
            requests: [none; MOST_FILTERS],
            texts: [""; MOST_FILTERS],
            count: 0,
        };
        let given = each(staged.get(key).unwrap_or_default());
        let places = all.requests.iter_mut().zip(&mut all.texts);
        for ((qos, filter), (request, place)) in given.zip(places) {
            let qos = Qos::new(qos).unwrap_or(Qos::AtMostOnce);
            (*request, *place) = ((filter, SubscribeOptions::new(qos)), filter);
            all.count += 1;
        }
        all
    }

    /// Each with its quality.
    pub(super) fn requests(&self) -> &[(&'s str, SubscribeOptions)] {
        self.requests.get(..self.count).unwrap_or_default()
    }

    /// Their texts.
    pub(super) fn texts(&self) -> &[&'s str] {
        self.texts.get(..self.count).unwrap_or_default()
    }
}
