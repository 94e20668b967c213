//! How a scenario is played.

/// How a scenario is played. What comes of it must not depend on that.
#[derive(Clone, Copy, Debug, Default)]
pub struct Variation {
    /// Input is cut into pieces; the number says where.
    pub cuts: Option<u64>,
    /// `handle_timeout` is called all the time, and what came late of connections that
    /// are over is reported as often.
    pub impatient: bool,
}
