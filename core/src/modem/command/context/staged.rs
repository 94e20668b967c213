//! What a host gives piece by piece, and what is made of it without being stored.

use super::Context;
use crate::at::reply::Reply;
use crate::modem::fail::Fail;
use crate::modem::progress::scratch::Staged;
use crate::modem::settings::Settings;
use crate::modem::slot::Slot;
use crate::modem::storage::options::OptionValue;
use crate::modem::wait::Wait;
use crate::modem::will;
use crate::mqtt::Will;
use core::ops::RangeInclusive;

impl Context<'_, '_> {
    /// Puts a value the host gave aside until it is used, in place of what was there under
    /// this key.
    pub fn stage(&mut self, key: u8, value: &[u8]) -> Result<(), Fail> {
        Ok(self.machine.scratch.set(self.link, key, value)?)
    }

    /// What was put aside.
    pub fn staged(&self) -> Staged<'_> {
        self.machine.scratch.of(self.link)
    }

    /// Says something of what was put aside.
    pub fn write_staged(&mut self, write: impl FnOnce(Staged<'_>, &mut Reply)) {
        let machine = &mut *self.machine;
        let (style, staged) = (machine.style(), machine.scratch.of(self.link));
        let out = &mut machine.out;
        machine
            .answer
            .write(out, style, |reply| write(staged, reply));
    }

    /// What is kept in a slot.
    pub fn stored(&self, slot: Slot) -> Option<&[u8]> {
        self.machine.storage.get(slot)
    }

    /// Says something of what is kept under a name.
    pub fn write_stored(&mut self, slot: Slot, write: impl FnOnce(Option<&[u8]>, &mut Reply)) {
        let machine = &mut *self.machine;
        let (style, kept) = (machine.style(), machine.storage.get(slot));
        let out = &mut machine.out;
        machine.answer.write(out, style, |reply| write(kept, reply));
    }

    /// Acts with what was put aside; nothing may be put aside meanwhile.
    pub fn with_staged<T>(&mut self, act: impl FnOnce(&mut Self, Staged<'_>) -> T) -> T {
        let scratch = self.machine.scratch.take();
        let done = act(self, scratch.of(self.link));
        self.machine.scratch = scratch;
        done
    }

    /// Forgets what was put aside under this key, or all of it.
    pub fn forget_staged(&mut self, key: Option<u8>) {
        self.machine.scratch.remove(self.link, key);
    }

    /// Keeps what was put aside under these keys, by a number of the dialect's own.
    pub fn store_staged(&mut self, number: u8, keys: RangeInclusive<u8>) -> Result<Wait, Fail> {
        let machine = &mut *self.machine;
        let staged = machine.scratch.of(self.link);
        let slot = Slot::Dialect(number);
        machine
            .storage
            .stage(slot, |record| staged.encode(keys, record))?;
        Ok(Wait::Stored(self.link))
    }

    /// Puts aside again what was kept of these keys, in place of all that is there; nothing
    /// where nothing was kept.
    pub fn load_staged(&mut self, number: u8, keys: RangeInclusive<u8>) -> Result<(), Fail> {
        self.check_readable()?;
        let machine = &mut *self.machine;
        for key in keys {
            machine.scratch.remove(self.link, Some(key));
        }
        let kept = machine.storage.get(Slot::Dialect(number));
        Ok(machine
            .scratch
            .decode(self.link, kept.unwrap_or_default())?)
    }

    /// Makes settings of what was put aside. They count from now on and until the modem is
    /// switched off; nothing of them is stored.
    pub fn configure(
        &mut self,
        settings: impl for<'s> FnOnce(Staged<'s>) -> Settings<'s>,
    ) -> Result<(), Fail> {
        self.check_readable()?;
        let machine = &mut *self.machine;
        let settings = settings(machine.scratch.of(self.link));
        let slot = Slot::Settings(self.link);
        Ok(machine
            .storage
            .apply(slot, |record| settings.encode(record))?)
    }

    /// Makes a will of what was put aside, or none.
    pub fn apply_will(
        &mut self,
        will: impl for<'s> FnOnce(Staged<'s>) -> Option<Will<'s>>,
    ) -> Result<(), Fail> {
        let machine = &mut *self.machine;
        let will = will(machine.scratch.of(self.link));
        let slot = Slot::Will(self.link);
        let written = machine.storage.apply(slot, |record| {
            will.map_or(Ok(()), |will| will::encode(&will, record))
        });
        Ok(written?)
    }

    /// Makes the value of an option of what was put aside; it has to be one it takes.
    pub fn apply_option(
        &mut self,
        option: usize,
        value: impl for<'s> FnOnce(Staged<'s>) -> OptionValue<'s>,
    ) -> Result<(), Fail> {
        let machine = &mut *self.machine;
        let value = value(machine.scratch.of(self.link));
        machine.storage.apply_option(self.link, option, value)?;
        machine.follow_options(self.link);
        Ok(())
    }
}
