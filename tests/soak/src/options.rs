//! What is asked for on the command line.

use clap::Parser;
use std::path::PathBuf;

/// Numbered messages through modems that are killed, over connections that are
/// cut; fails if one is lost, doubled or out of order.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// The program to be tried.
    #[arg(long, value_name = "PROGRAM")]
    pub modem: PathBuf,

    /// Where it keeps its state and its log; what is there is removed.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,

    /// Messages over all modems, half of them each way, half of them at QoS 2.
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub messages: u64,

    /// Connections to be cut.
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub cuts: u64,

    /// Times the process is killed.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub kills: u64,

    /// Modems in the process.
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub modems: usize,

    /// Of everything that is left to chance.
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,

    /// Against this Mosquitto instead of the reference end. It loses messages of
    /// QoS 2 itself: those are told and no failure.
    #[arg(long, value_name = "PROGRAM")]
    pub mosquitto: Option<PathBuf>,

    /// Times Mosquitto is stopped and started again.
    #[arg(long, value_name = "N", default_value_t = 5, requires = "mosquitto")]
    pub restarts: u64,

    /// Mosquitto is killed, not stopped: what it loses is told and no failure.
    #[arg(long, requires = "mosquitto")]
    pub violent: bool,
}
