//! The clock of embassy, on the threads of the machine.

use embassy_time_driver::{Driver, TICK_HZ, time_driver_impl};
use std::sync::OnceLock;
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

struct Clock(OnceLock<Instant>);

time_driver_impl!(static CLOCK: Clock = Clock(OnceLock::new()));

impl Clock {
    fn start(&self) -> Instant {
        *self.0.get_or_init(Instant::now)
    }
}

impl Driver for Clock {
    fn now(&self) -> u64 {
        let micros = self.start().elapsed().as_micros();
        (micros * u128::from(TICK_HZ) / 1_000_000) as u64
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        let (ticks, waker) = (at.saturating_sub(self.now()), waker.clone());
        let pause = Duration::from_micros(ticks.saturating_mul(1_000_000) / TICK_HZ + 1);
        thread::spawn(move || {
            thread::sleep(pause);
            waker.wake();
        });
    }
}
