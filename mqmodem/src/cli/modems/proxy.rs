//! The proxy that a flag names.

use crate::cli::failure::ProgramFailure;
use crate::config::{ProxyPlan, Secret};

/// The proxy of `--proxy`. What is wrong with it is told without it.
pub(in crate::cli) fn proxy(url: Option<&Secret>) -> Result<Option<ProxyPlan>, ProgramFailure> {
    let proxy = url.map(|url| ProxyPlan::parse(&url.0)).transpose();
    proxy.map_err(|what| ProgramFailure::new(format!("--proxy: {what}")).of_usage())
}
