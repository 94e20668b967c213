//! When messages were accepted, by a clock that may be set.

use super::MessageLog;

impl MessageLog<'_> {
    /// The clock was moved by so many seconds. Messages from this number on were
    /// accepted by it as it was: their times move along. On disk they stay, so that
    /// after a restart their ages are off by as much.
    pub(in crate::mqtt::session) fn move_times(&mut self, from: u64, by: i64) {
        self.each(|log, at, record| {
            if record.number >= from {
                let time = i64::from(record.time()).saturating_add(by);
                let time = u32::try_from(time.max(0)).unwrap_or(u32::MAX);
                log.put(at, record.with_time(time));
            }
        });
    }
}
