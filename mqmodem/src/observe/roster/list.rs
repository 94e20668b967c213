//! The modems that are asked for.

use super::Roster;
use super::state::ModemState;
use super::status::ModemRow;
use serde::Serialize;
use std::cmp::Reverse;

/// Which modems are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RosterQuery {
    /// A part of the name, in whatever case.
    pub(crate) name: String,
    pub(crate) state: Option<ModemState>,
    pub(crate) order: RosterOrder,
    /// The other way round.
    pub(crate) reversed: bool,
    pub(crate) offset: usize,
    pub(crate) limit: usize,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum RosterOrder {
    #[default]
    Name,
    /// Most first.
    Errors,
    /// Who was active last first.
    Activity,
}

/// What is there of it.
#[derive(Debug, Serialize)]
pub(crate) struct RosterPage {
    pub(crate) total: usize,
    pub(crate) counts: StateCounts,
    pub(crate) modems: Vec<ModemRow>,
}

/// How many modems are how.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct StateCounts {
    connected: usize,
    connecting: usize,
    waiting: usize,
    down: usize,
    off: usize,
}

impl Roster {
    /// The modems that are asked for. Those of any state are counted.
    pub(crate) fn list(&self, query: &RosterQuery) -> RosterPage {
        let part = query.name.to_lowercase();
        let mut rows = self.rows();
        rows.retain(|row| row.name.to_lowercase().contains(&part));
        let counts = StateCounts::of(&rows);
        rows.retain(|row| query.state.is_none_or(|state| row.state == state));
        query.sort(&mut rows);
        let total = rows.len();
        let modems = rows.into_iter().skip(query.offset).take(query.limit);
        RosterPage {
            total,
            counts,
            modems: modems.collect(),
        }
    }
}

impl RosterQuery {
    /// Puts rows that come by their names in order.
    fn sort(&self, rows: &mut [ModemRow]) {
        let key = |row: &ModemRow| match self.order {
            RosterOrder::Name => 0,
            RosterOrder::Errors => row.errors,
            RosterOrder::Activity => row.active,
        };
        match (self.order, self.reversed) {
            (RosterOrder::Name, true) => rows.reverse(),
            (_, true) => rows.sort_by_key(key),
            (_, false) => rows.sort_by_key(|row| Reverse(key(row))),
        }
    }
}

impl StateCounts {
    fn of(rows: &[ModemRow]) -> Self {
        let mut counts = Self::default();
        for row in rows {
            *counts.of_state(row.state) += 1;
        }
        counts
    }

    fn of_state(&mut self, state: ModemState) -> &mut usize {
        match state {
            ModemState::Connected => &mut self.connected,
            ModemState::Connecting => &mut self.connecting,
            ModemState::Waiting => &mut self.waiting,
            ModemState::Down => &mut self.down,
            ModemState::Off => &mut self.off,
        }
    }
}
