//! How far the opening of a link has come.

use mqmodem_core::Stage;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Told by who opens a link, asked by who waits for that.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenProgress(Arc<AtomicU8>);

/// As a number: 0 where nothing was told since it was asked.
const STAGES: [Stage; 6] = [
    Stage::Turn,
    Stage::Name,
    Stage::Tcp,
    Stage::Tls,
    Stage::Proxy,
    Stage::WebSocket,
];

impl OpenProgress {
    /// This is waited for now.
    pub(super) fn at(&self, stage: Stage) {
        let at = STAGES.iter().position(|it| *it == stage);
        let number = at.map_or(0, |at| at as u8 + 1);
        self.0.store(number, Ordering::Relaxed);
    }

    /// What is waited for, if that was told since this was asked.
    pub(super) fn changed(&self) -> Option<Stage> {
        let number = self.0.swap(0, Ordering::Relaxed);
        STAGES.get(usize::from(number).checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_of_opening_is_reported_once() {
        let progress = OpenProgress::default();
        assert_eq!(progress.changed(), None);
        for stage in STAGES {
            progress.clone().at(stage);
            assert_eq!(
                (progress.changed(), progress.changed()),
                (Some(stage), None)
            );
        }
    }
}
