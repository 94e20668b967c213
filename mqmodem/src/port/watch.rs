//! Tells when device files are opened and closed.

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;
use std::collections::HashMap;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use tokio::io::unix::AsyncFd;
use tokio::task::AbortHandle;

/// Watches any number of files with one inotify descriptor: a user has only
/// 128 of them by default.
#[derive(Clone, Debug)]
pub struct Watch(Arc<Running>);

/// Runs as long as something is watched, or may yet be.
#[derive(Debug)]
struct Running {
    bells: Arc<Bells>,
    task: AbortHandle,
}

#[derive(Debug)]
struct Bells {
    inotify: AsyncFd<Arc<OwnedFd>>,
    by_watch: Mutex<HashMap<i32, Arc<Bell>>>,
}

#[derive(Debug, Default)]
struct Bell {
    rung: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

/// A file that is watched, until it is dropped.
#[derive(Debug)]
pub struct Watched {
    watch: Watch,
    bell: Arc<Bell>,
    id: i32,
}

impl Watch {
    /// Starts watching; must be called in the runtime.
    pub fn start() -> io::Result<Self> {
        let inotify = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        let bells = Arc::new(Bells {
            inotify: super::in_runtime(Arc::new(inotify))?,
            by_watch: Mutex::default(),
        });
        let task = tokio::spawn(ring(bells.clone())).abort_handle();
        Ok(Self(Arc::new(Running { bells, task })))
    }

    /// Watches one more file. It rings at once: what was before is not known.
    pub fn add(&self, path: &Path) -> io::Result<Watched> {
        let bell = Arc::new(Bell::default());
        bell.ring();
        let flags = WatchFlags::OPEN | WatchFlags::CLOSE_WRITE | WatchFlags::CLOSE_NOWRITE;
        // Locked over both, so that the first event finds its bell.
        let mut by_watch = lock(&self.0.bells.by_watch);
        let id = inotify::add_watch(self.0.bells.inotify.get_ref(), path, flags)?;
        by_watch.insert(id, bell.clone());
        drop(by_watch);
        let watch = self.clone();
        Ok(Watched { watch, bell, id })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Watched {
    /// Ready when the file was opened or closed since the last time. How often
    /// is not told: the kernel merges equal events.
    pub fn poll_rung(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.bell.poll(cx)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let bells = &self.watch.0.bells;
        lock(&bells.by_watch).remove(&self.id);
        // The file may be gone already, and its watch with it.
        let _ = inotify::remove_watch(bells.inotify.get_ref(), self.id);
    }
}

impl Bell {
    fn ring(&self) {
        self.rung.store(true, Ordering::Release);
        if let Some(waker) = lock(&self.waker).take() {
            waker.wake();
        }
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.rung.swap(false, Ordering::AcqRel) {
            return Poll::Ready(());
        }
        let mut waker = lock(&self.waker);
        if !waker.as_ref().is_some_and(|old| old.will_wake(cx.waker())) {
            *waker = Some(cx.waker().clone());
        }
        drop(waker);
        // It may have rung between the look and the waker.
        if self.rung.swap(false, Ordering::AcqRel) {
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

/// Reads events for ever and rings the bells they belong to.
async fn ring(bells: Arc<Bells>) {
    loop {
        let Ok(mut ready) = bells.inotify.readable().await else {
            return;
        };
        let _ = ready.try_io(|fd| -> io::Result<()> { Err(read_all(fd.get_ref(), &bells)) });
    }
}

/// Reads until there is nothing more, and returns how that was said.
fn read_all(fd: &OwnedFd, bells: &Bells) -> io::Error {
    let mut buf = [MaybeUninit::uninit(); 4096];
    let mut reader = inotify::Reader::new(fd, &mut buf);
    loop {
        match reader.next() {
            Ok(event) => bells.ring(event.wd(), event.events()),
            Err(Errno::INTR) => {}
            Err(errno) => return errno.into(),
        }
    }
}

impl Bells {
    fn ring(&self, id: i32, events: ReadFlags) {
        let by_watch = lock(&self.by_watch);
        if events.contains(ReadFlags::QUEUE_OVERFLOW) {
            by_watch.values().for_each(|bell| bell.ring());
        } else if let Some(bell) = by_watch.get(&id) {
            bell.ring();
        }
    }
}

/// A panic elsewhere leaves these maps whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
