//! One seed, played.

use super::plan::Plan;
use super::sabotage::Sabotage;
use super::story::Story;
use super::world::World;

/// What became of a seed.
#[derive(Debug)]
pub struct Run {
    /// What was drawn for it.
    pub plan: Plan,
    /// The law that was broken.
    pub broken: Option<String>,
    /// What happened, where it was asked for.
    pub story: Vec<String>,
    /// Messages that got to the brokers, and to the hosts.
    pub score: [usize; 2],
}

/// Plays a seed; the story costs time and is written on demand.
pub fn play(seed: u64, sabotage: Sabotage, with_story: bool) -> Run {
    let plan = Plan::draw(seed);
    let story = Story::new(with_story);
    let mut world = World::new(plan, sabotage, &story);
    let judged = world.play();
    Run {
        plan,
        broken: judged.err(),
        story: story.lines(),
        score: world.score(),
    }
}
