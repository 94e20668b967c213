//! What is to be served, however it was said: by flags or by a file.

mod behaviour;
mod broker;
mod brokers;
mod client;
pub(crate) mod dialect;
mod document;
mod error;
mod file;
mod fill;
pub(crate) mod fleet;
mod layer;
mod limits;
mod modem;
mod options;
mod owners;
mod pem;
mod place;
mod plan;
mod port;
mod secret;
mod text;
mod wrong;

pub use behaviour::{BehaviourPlan, IdentityPlan};
pub use broker::{Broker, DefaultRecords, TlsPaths};
pub use error::ConfigError;
pub use fleet::FleetTable;
pub use limits::Limits;
pub use modem::ModemPlan;
pub(crate) use modem::{check_name, number};
pub use options::BrokerOptions;
pub(crate) use owners::Owners;
pub use plan::{NAME, Plan, SYSTEM};
pub use port::{PortPlan, mode};
pub use secret::Secret;
pub(crate) use text::read as read_text;
