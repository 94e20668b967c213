//! Dialects and the tables they are made of.

/// A command set: tables of commands and the URCs it words.
#[derive(Debug)]
pub struct Dialect {
    /// Its short name, as in a configuration.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Its commands, one table per family.
    pub tables: &'static [Table],
    /// The unsolicited result codes it may send.
    pub urcs: &'static [Urc],
}

/// A family of commands.
#[derive(Debug)]
pub struct Table {
    /// What the family is about.
    pub title: &'static str,
    /// The commands.
    pub commands: &'static [Command],
}

/// What carries a form of a command out (placeholder until the machine is in).
pub type Handler = fn();

/// A command of the modem.
pub type Command = crate::at::schema::Command<Handler>;

/// An unsolicited result code, for the manual.
#[derive(Clone, Copy, Debug)]
pub struct Urc {
    /// What it looks like.
    pub syntax: &'static str,
    /// When it comes.
    pub meaning: &'static str,
}
