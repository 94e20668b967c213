//! Placeholders in a chat that many modems play.

use super::find::find;
use crate::script::{Expect, Input, Step};

/// What stands in place of `{name}` and `{index}`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names<'n> {
    /// What the modem is called.
    pub name: &'n str,
    /// Which of the modems it is.
    pub index: &'n str,
}

impl Names<'_> {
    /// The step with names in place of placeholders.
    pub(super) fn fill(&self, step: &Step) -> Step {
        let mut step = step.clone();
        if let Input::Host(bytes) = &mut step.input {
            self.replace(bytes);
        }
        self.replace(&mut step.echo);
        for expected in &mut step.expected {
            if let Expect::Host(bytes) = &mut expected.what {
                self.replace(bytes);
            }
        }
        step
    }

    fn replace(&self, bytes: &mut Vec<u8>) {
        if self.name.is_empty() || !bytes.contains(&b'{') {
            return;
        }
        for (placeholder, text) in [("{name}", self.name), ("{index}", self.index)] {
            while let Some(at) = find(bytes, placeholder.as_bytes()) {
                bytes.splice(at..at + placeholder.len(), text.bytes());
            }
        }
    }
}
