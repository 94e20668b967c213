//! A store that cannot be read when the modem starts.

use super::plan::Plan;
use crate::random::Random;
use mqmodem_core::Instant;

/// What a seed plays of this; drawn apart, so that what it plays else is the same.
#[derive(Debug)]
pub(crate) struct Unreadable {
    random: Random,
    /// Whether what is stored cannot always be read when the modem starts.
    happens: bool,
    /// The modem runs without what it stored, until then.
    pub(crate) read_again_at: Option<Instant>,
}

impl Unreadable {
    pub(crate) fn draw(plan: &Plan) -> Self {
        let mut random = Random::new(plan.seed ^ 0x5ca3);
        let happens = plan.faults.power > 0 && random.one_in(2);
        Self {
            random,
            happens,
            read_again_at: None,
        }
    }

    /// Whether the modem runs without what it stored.
    pub(crate) fn is_unread(&self) -> bool {
        self.read_again_at.is_some()
    }

    /// Whether what is stored cannot be read as the modem starts now.
    pub(crate) fn starts_unread(&mut self) -> bool {
        self.happens && self.random.one_in(2)
    }

    /// What is stored can be read after some time.
    pub(crate) fn begin_unread(&mut self, now: Instant) {
        self.read_again_at = Some(now + self.random.millis(20_000));
    }
}
