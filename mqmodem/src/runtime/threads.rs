//! Threads for work that blocks, each kind of work with its own.
//!
//! In a pool that all share, one kind that hangs would hold up every other.

use std::io;
use std::thread;
use tokio::sync::{Semaphore, oneshot};

/// At most so many threads for one kind of work. What finds none free waits its
/// turn, and who gives up while it waits takes none.
pub(crate) struct Threads {
    name: &'static str,
    free: Semaphore,
}

impl Threads {
    pub(crate) const fn new(name: &'static str, most: usize) -> Self {
        Self {
            name,
            free: Semaphore::const_new(most),
        }
    }

    /// Does the work and waits for it. What was begun ends by itself.
    pub(crate) async fn run<T: Send + 'static>(
        &'static self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let turn = self.free.acquire().await.map_err(io::Error::other)?;
        let (done, result) = oneshot::channel();
        let thread = thread::Builder::new().name(self.name.to_owned());
        thread.spawn(move || {
            // Who asked may have gone.
            let _ = done.send(work());
            drop(turn);
        })?;
        result.await.map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex, mpsc};

    static TWO: Threads = Threads::new("test", 2);
    static OTHERS: Threads = Threads::new("test", 1);

    #[tokio::test]
    async fn work_that_hangs_takes_no_more_than_its_threads() {
        let (end, ended) = mpsc::channel::<()>();
        let ended = Arc::new(Mutex::new(ended));
        let mut hanging = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let ended = ended.clone();
            hanging.spawn(TWO.run(move || ended.lock().unwrap().recv().is_err()));
        }
        while TWO.free.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        // The eight that wait for a turn hold nothing, and others go on.
        assert_eq!(OTHERS.run(|| 7).await.unwrap(), 7);
        hanging.abort_all();
        drop(end);
        assert_eq!(TWO.run(|| 8).await.unwrap(), 8);
    }
}
