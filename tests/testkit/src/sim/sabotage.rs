//! What is broken on purpose, so that a law must be found broken.

/// What is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Nothing.
    None,
    /// The broker forgets at each connect which QoS 2 messages it has.
    BrokerDoubles,
    /// The disk loses records it has said are durable.
    DiskLies,
}
