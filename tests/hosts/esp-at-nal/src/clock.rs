//! The timer the driver asks for, by the machine's clock.

use fugit::{TimerDurationU32, TimerInstantU32};
use fugit_timer::Timer;
use std::convert::Infallible;
use std::time::{Duration, Instant};

/// Microseconds a second.
pub const HZ: u32 = 1_000_000;

pub struct Clock {
    begin: Instant,
    end: Instant,
}

impl Clock {
    pub fn new() -> Self {
        let begin = Instant::now();
        Self { begin, end: begin }
    }
}

impl Timer<HZ> for Clock {
    type Error = Infallible;

    fn now(&mut self) -> TimerInstantU32<HZ> {
        TimerInstantU32::from_ticks(self.begin.elapsed().as_micros() as u32)
    }

    fn start(&mut self, duration: TimerDurationU32<HZ>) -> Result<(), Infallible> {
        self.end = Instant::now() + Duration::from_micros(duration.ticks().into());
        Ok(())
    }

    fn cancel(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn wait(&mut self) -> nb::Result<(), Infallible> {
        if Instant::now() < self.end {
            return Err(nb::Error::WouldBlock);
        }
        Ok(())
    }
}
