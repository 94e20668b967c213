//! mqmodem on a host: ports for AT hosts, links to brokers, and the task that
//! drives a modem between them.
//!
//! A [`Driver`] owns one modem with its [`port`] and its [`net`] links;
//! [`Shared`] makes drivers that belong together. [`cli`] is the command line
//! of the program.
//!
//! ```no_run
//! use mqmodem::{Shared, port::{Label, tcp::Tcp}};
//!
//! # async fn run() -> std::io::Result<()> {
//! let port = Tcp::bind("127.0.0.1:7000".parse().unwrap()).await?;
//! let modems = Shared::default();
//! modems.driver(Box::new(port), Label::new("first"), Default::default()).await;
//! # Ok(())
//! # }
//! ```

pub mod cli;
pub mod config;
mod driver;
mod fleet;
mod log;
pub mod manual;
pub mod observe;
pub mod port;
mod runtime;
pub mod store;
pub mod transport;

pub use driver::{Driver, Parts, Setup, Shared, Stop};
pub use runtime::clock::Clock;
