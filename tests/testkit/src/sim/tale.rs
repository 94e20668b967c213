//! One seed, played.

use super::plan::Plan;
use super::world;

/// What is broken on purpose, so that a law must be found broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Nothing.
    None,
    /// The broker forgets at each connect which QoS 2 messages it has.
    BrokerDoubles,
    /// The disk loses records it has said are durable.
    DiskLies,
}

/// What became of a seed.
#[derive(Debug)]
pub struct Tale {
    /// What was drawn for it.
    pub plan: Plan,
    /// The law that was broken.
    pub broken: Option<String>,
    /// What happened, where it was asked for.
    pub story: Vec<String>,
    /// Messages that got to the broker, and to the host.
    pub score: [usize; 2],
}

/// Plays a seed; the story costs time and is told on demand.
pub fn play(seed: u64, sabotage: Sabotage, tells: bool) -> Tale {
    let plan = Plan::draw(seed);
    let (judged, mut ledger) = world::play(plan, sabotage, tells);
    Tale {
        plan,
        broken: judged.err(),
        score: ledger.score(),
        story: ledger.story.take().unwrap_or_default(),
    }
}
