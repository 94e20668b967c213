//! What a fleet needs before it starts: files that can be read, chats for the hosts
//! inside the process.

use crate::cli::chat::file::read_side;
use crate::cli::failure::ProgramFailure;
use crate::cli::modems::prepared::{Prepared, warn_of_exposed};
use crate::config::fleet::{FleetPlan, Hosts};
use crate::fleet::repeat::Programme;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Whether what the modems start with can be read. A file that one of them lacks is
/// its own matter.
pub(super) fn check_files(plan: &FleetPlan) -> Result<(), ProgramFailure> {
    let ends = [0, plan.count() - 1].map(|index| plan.modem(index));
    warn_of_exposed(ends.iter().flatten());
    plan.warn_of_exposed();
    let of = |index| Prepared::new(plan.modem(index).map_err(ProgramFailure::new)?);
    of(0).or_else(|failure| of(plan.count() - 1).map_err(|_| failure))?;
    Ok(())
}

/// What the hosts inside the process play, where they are there.
pub(super) fn programme(plan: &FleetPlan) -> Result<Option<Programme>, ProgramFailure> {
    if plan.template.hosts != Hosts::Played {
        return Ok(None);
    }
    let read = |file: &Option<std::path::PathBuf>| {
        file.as_deref()
            .map(read_side)
            .transpose()
            .map(|script| script.map(Arc::new))
    };
    Ok(Some(Programme {
        setup: read(&plan.template.setup)?,
        round: read(&plan.template.script)?,
        repeat: plan.repeat,
        every: plan.every,
    }))
}

/// A number that differs if every modem has to restart: with a host of another kind, or
/// one that is set up in another way.
pub(super) fn salt(plan: &FleetPlan, programme: Option<&Programme>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (plan.template.hosts == Hosts::Played).hash(&mut hasher);
    let setup = programme.and_then(|it| it.setup.as_ref());
    setup
        .map(|script| format!("{:?}", script.steps))
        .hash(&mut hasher);
    hasher.finish()
}
