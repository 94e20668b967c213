//! What is left of a disk wherever the power goes.

use super::step::{DiskStep, put};
use crate::random::Random;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// What the medium holds as the steps go by.
#[derive(Clone, Debug, Default)]
pub struct Medium {
    synced: Vec<u8>,
    unsynced: Vec<DiskStep>,
}

impl Medium {
    /// One on which these bytes are.
    pub fn of(bytes: Vec<u8>) -> Self {
        Self {
            synced: bytes,
            unsynced: Vec::new(),
        }
    }

    /// What is there whatever happens.
    pub fn synced(&self) -> Vec<u8> {
        self.synced.clone()
    }

    /// The disk was asked to do this.
    pub fn step(&mut self, step: &DiskStep) {
        match step {
            DiskStep::Sync => {
                for step in self.unsynced.drain(..) {
                    step.apply(&mut self.synced);
                }
            }
            DiskStep::FailedSync => self.unsynced.clear(),
            other => self.unsynced.push(other.clone()),
        }
    }

    /// What may be there if the power goes now: nothing that was not synced, all
    /// of it, the last write alone, all with the last write cut at each sector
    /// and within the first, or any sectors of any of it.
    pub fn images(&self, subsets: u64) -> Vec<Vec<u8>> {
        let mut images = vec![self.synced.clone()];
        let Some((last, before)) = self.unsynced.split_last() else {
            return images;
        };
        images.push(self.with(std::slice::from_ref(last)));
        let all_before = self.with(before);
        if let DiskStep::Write(at, data) = last {
            let cuts = (0..data.len()).step_by(SECTOR);
            for cut in cuts.chain([1, 7, 64, 100, 192, 193, data.len() - 1]) {
                let mut torn = all_before.clone();
                let part = data[..cut.min(data.len())].to_vec();
                DiskStep::Write(*at, part).apply(&mut torn);
                images.push(torn);
            }
        }
        images.push(self.with(&self.unsynced));
        images.extend((0..subsets).map(|seed| self.some(seed)));
        images.dedup();
        images
    }

    fn with(&self, steps: &[DiskStep]) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        for step in steps {
            step.apply(&mut bytes);
        }
        bytes
    }

    /// With any sectors of what was not synced.
    pub fn some(&self, seed: u64) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        let mut random = Random::new(seed.wrapping_add(self.unsynced.len() as u64));
        for step in &self.unsynced {
            let DiskStep::Write(at, data) = step else {
                if random.one_in(2) {
                    step.apply(&mut bytes);
                }
                continue;
            };
            for (n, sector) in data.chunks(SECTOR).enumerate() {
                if random.one_in(2) {
                    put(&mut bytes, *at as usize + n * SECTOR, sector);
                }
            }
        }
        bytes
    }
}
