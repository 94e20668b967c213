//! One test for each statement of MQTT 5.0 that binds a client or needs its reaction,
//! named after its number; `data/mqtt5-client-statements.tsv` lists them. They are played
//! at the border of a modem: a host that types lines, and a broker that sends bytes.
#![cfg(feature = "alloc")]
#![allow(unreachable_pub, reason = "the files of a test are its own")]

mod acks;
mod connack;
mod connect;
mod ends;
mod flow;
mod lies;
mod publish;
mod quality;
mod refusals;
mod requests;
mod rig;
mod text;
mod violations;
mod wire;

const STATEMENTS: &str = include_str!("../data/mqtt5-client-statements.tsv");
const TESTS: &[&str] = &[
    include_str!("acks.rs"),
    include_str!("connack.rs"),
    include_str!("connect.rs"),
    include_str!("ends.rs"),
    include_str!("flow.rs"),
    include_str!("publish.rs"),
    include_str!("quality.rs"),
    include_str!("requests.rs"),
    include_str!("text.rs"),
];
/// Of the transport, which the core does not see: these are tests of the program.
const OF_WEBSOCKET: usize = 4;

fn ids() -> impl Iterator<Item = &'static str> {
    let first_column = |line: &'static str| line.split('\t').next();
    let ids = STATEMENTS.lines().skip(1).filter_map(first_column);
    ids.filter(|id| !id.starts_with("MQTT-6."))
}

fn name_of(id: &str) -> String {
    id.to_lowercase().replace(['-', '.'], "_")
}

/// The names of the tests of statements.
fn tests() -> Vec<&'static str> {
    let of_file = |file: &&'static str| file.split("#[test]\nfn ").skip(1);
    let names = TESTS.iter().flat_map(of_file);
    names.filter_map(|rest| rest.split('(').next()).collect()
}

#[test]
fn every_statement_has_one_test() {
    let mut known: Vec<_> = ids().map(name_of).collect();
    assert_eq!(known.len() + OF_WEBSOCKET, 171);
    let mut tests = tests();
    known.sort_unstable();
    tests.sort_unstable();
    assert_eq!(tests, known);
}
