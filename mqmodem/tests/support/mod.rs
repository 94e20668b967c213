//! What several tests need.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use mqmodem::port::{Port, PortInput};
use mqmodem_core::{ModemLines, Serial};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc;

/// Longer than any test takes where nothing hangs.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// What a port told.
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    Came,
    Gone,
    Bytes(Vec<u8>),
    Break,
    End,
}

/// What the test's modem is to do next.
enum Order {
    Say(Vec<u8>),
    Lines(ModemLines),
    Serial(Serial),
    Listen(bool),
}

/// Stands in for a modem: tells what the port tells, writes what it is given.
pub struct Driver<P> {
    port: P,
    told: mpsc::UnboundedSender<Told>,
    orders: mpsc::UnboundedReceiver<Order>,
    saying: Vec<u8>,
    listens: bool,
    turns: Arc<AtomicUsize>,
}

/// The test's end of a [`Driver`].
pub struct Modem {
    pub told: mpsc::UnboundedReceiver<Told>,
    orders: mpsc::UnboundedSender<Order>,
    turns: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

pub fn drive<P: Port + Unpin + 'static>(port: P) -> Modem {
    let (told, hears) = mpsc::unbounded_channel();
    let (order, orders) = mpsc::unbounded_channel();
    let turns = Arc::new(AtomicUsize::new(0));
    let task = tokio::spawn(Driver {
        port,
        told,
        orders,
        saying: Vec::new(),
        listens: true,
        turns: turns.clone(),
    });
    Modem {
        told: hears,
        orders: order,
        turns,
        task,
    }
}

impl Modem {
    pub async fn next(&mut self) -> Told {
        let told = tokio::time::timeout(PATIENCE, self.told.recv()).await;
        told.expect("the port tells something in time")
            .expect("the driver runs")
    }

    pub async fn expect(&mut self, want: Told) {
        assert_eq!(self.next().await, want);
    }

    /// Waits for exactly these bytes, in however many pieces.
    pub async fn expect_bytes(&mut self, want: &[u8]) {
        let mut got = Vec::new();
        while got.len() < want.len() {
            match self.next().await {
                Told::Bytes(bytes) => got.extend(bytes),
                other => panic!("{other:?} in place of bytes"),
            }
        }
        assert_eq!(got, want);
    }

    pub fn say(&self, bytes: &[u8]) {
        self.order(Order::Say(bytes.to_vec()));
    }

    pub fn lines(&self, lines: ModemLines) {
        self.order(Order::Lines(lines));
    }

    /// Once everything was said.
    pub fn switch(&self, serial: Serial) {
        self.order(Order::Serial(serial));
    }

    /// Whether it takes input: a modem that carries out a command does not.
    pub fn listen(&self, listens: bool) {
        self.order(Order::Listen(listens));
    }

    fn order(&self, order: Order) {
        assert!(self.orders.send(order).is_ok(), "the driver runs");
    }

    pub fn turns(&self) -> usize {
        self.turns.load(Ordering::Relaxed)
    }

    /// Turns the driver took while everyone else had a thousand chances.
    pub async fn turns_while_idle(&self) -> usize {
        // What is still under way comes to rest first.
        yield_often().await;
        let before = self.turns();
        yield_often().await;
        self.turns() - before
    }

    pub async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

async fn yield_often() {
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
}

impl<P: Port> Driver<P> {
    fn obey(&mut self, order: Order) {
        match order {
            Order::Say(bytes) => self.saying = bytes,
            Order::Lines(lines) => self.port.set_lines(lines),
            Order::Serial(serial) => self.port.set_serial(serial),
            Order::Listen(listens) => self.listens = listens,
        }
    }
}

impl<P: Port + Unpin> Future for Driver<P> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        this.turns.fetch_add(1, Ordering::Relaxed);
        let mut buf = [0; 1024];
        loop {
            let mut moved = this.port.poll_attend(cx).is_ready();
            if this.saying.is_empty()
                && let Poll::Ready(Some(order)) = this.orders.poll_recv(cx)
            {
                this.obey(order);
                moved = true;
            }
            if !this.saying.is_empty()
                && let Poll::Ready(n) = this.port.poll_write(cx, &this.saying)
            {
                this.saying.drain(..n);
                moved = true;
            }
            if this.listens
                && let Poll::Ready(input) = this.port.poll_read(cx, &mut buf)
            {
                let end = input == PortInput::End;
                let _ = this.told.send(match input {
                    PortInput::Bytes(n) => Told::Bytes(buf[..n].to_vec()),
                    PortInput::Lines(lines) if lines.dtr => Told::Came,
                    PortInput::Lines(_) => Told::Gone,
                    PortInput::Break => Told::Break,
                    PortInput::End => Told::End,
                });
                if end {
                    return Poll::Ready(());
                }
                moved = true;
            }
            if !moved {
                let _ = this.port.poll_flush(cx);
                return Poll::Pending;
            }
        }
    }
}

/// A directory of its own for a test, removed at its end.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("mqmodem-test-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
