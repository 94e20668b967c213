//! mqmodem as a program and a library: ports for AT hosts, links to brokers, and the
//! task that drives a modem between them.
//!
//! A [`Driver`] owns one modem with its [`port`], its [`transport`] and its [`store`];
//! [`Shared`] makes the drivers of one program, and an [`observe::Observer`] watches
//! them. [`cli`] is the command line.
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
//!
//! The folders are layers: each imports only from those above it in this list.
//!
//! | layer | what it is |
//! |---|---|
//! | `runtime`, `log`, [`manual`] | clock, threads and bounded tasks; lines for people; the manual of the commands |
//! | `http` | serving HTTP, bounded and timed |
//! | [`port`], [`transport`], [`store`] | where hosts are attached; links to brokers; what outlives a modem |
//! | [`observe`] | what watches a modem: traces, events and metrics |
//! | [`replay`] | what was recorded, read again: conversions of a trace, chats made of it |
//! | `driver` | the task of one modem |
//! | `control` | the socket by which faults are asked for |
//! | `inspector` | the page in a browser that shows modems |
//! | [`config`] | what is to be run, from a file or from flags |
//! | `fleet` | hosts of many modems, inside and outside of the process |
//! | [`cli`] | the program |

pub mod cli;
pub mod config;
mod control;
mod driver;
mod fleet;
mod http;
#[cfg(feature = "inspector")]
mod inspector;
mod log;
pub mod manual;
pub mod observe;
pub mod port;
pub mod replay;
mod runtime;
pub mod store;
pub mod transport;

pub use driver::{Driver, ModemSetup, Parts, Shared, Stop};
pub use runtime::clock::SystemClock;
