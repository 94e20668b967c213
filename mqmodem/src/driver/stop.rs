//! When a modem is to be switched off.

use crate::port::Label;
use crate::runtime::board::{Board, BoardReader};
use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::Context;

/// Who of the modems of a program is to be switched off.
#[derive(Debug, Default)]
pub(super) struct Leaving {
    all: bool,
    /// By their labels.
    some: HashSet<String>,
}

impl Leaving {
    /// All of them.
    pub(super) fn add_all(&mut self) {
        self.all = true;
    }

    /// These.
    pub(super) fn add(&mut self, labels: impl IntoIterator<Item = String>) {
        self.some.extend(labels);
    }

    /// One of this name begins, which may have been there before.
    fn forget(&mut self, label: &Label) {
        self.some.remove(label.as_str());
    }

    fn includes(&self, label: &Label) -> bool {
        self.all || self.some.contains(label.as_str())
    }
}

/// When a modem is to be switched off.
pub struct Stop(Signal);

enum Signal {
    /// Seldom, so it may be further away.
    Future(Box<Pin<Box<dyn Future<Output = ()> + Send>>>),
    /// Of all modems of a program.
    Board(BoardReader<Leaving>),
}

impl Stop {
    /// When a future resolves; [`std::future::pending`] never does.
    pub fn when(future: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(Signal::Future(Box::new(Box::pin(future))))
    }

    /// When the board names the modem, which begins.
    pub(super) fn on(board: &Board<Leaving>, label: &Label) -> Self {
        board.change_unseen(|leaving| leaving.forget(label));
        Self(Signal::Board(board.reader()))
    }

    /// Whether it is to be switched off now; else its task is woken when it may be.
    #[inline]
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, label: &Label) -> bool {
        match &mut self.0 {
            Signal::Future(future) => Pin::new(future).poll(cx).is_ready(),
            Signal::Board(board) => board.poll(cx, |leaving| leaving.includes(label)),
        }
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stop").finish_non_exhaustive()
    }
}
