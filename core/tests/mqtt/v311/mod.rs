//! One test for each statement of MQTT 3.1.1 that binds a client, named after
//! its number; `data/mqtt311-client-statements.tsv` lists them.

mod connect;
mod fields;
mod flows;
mod requests;
mod session;

const STATEMENTS: &str = include_str!("../../data/mqtt311-client-statements.tsv");
const TESTS: &[&str] = &[
    include_str!("connect.rs"),
    include_str!("fields.rs"),
    include_str!("flows.rs"),
    include_str!("requests.rs"),
    include_str!("session.rs"),
];

fn ids() -> impl Iterator<Item = &'static str> {
    let first_column = |line: &'static str| line.split('\t').next();
    STATEMENTS.lines().skip(1).filter_map(first_column)
}

fn test_of(id: &str) -> String {
    let name = id.to_lowercase().replace(['-', '.'], "_");
    format!("#[test]\nfn {name}()")
}

#[test]
fn every_statement_has_a_test() {
    let missing = |id: &&str| !TESTS.iter().any(|file| file.contains(&test_of(id)));
    let missing: Vec<_> = ids().filter(missing).collect();
    assert!(missing.is_empty(), "without a test: {missing:?}");
    assert_eq!(ids().count(), 70);
}

#[test]
fn every_test_has_a_statement() {
    let tests = TESTS.iter().map(|file| file.matches("#[test]").count());
    assert_eq!(tests.sum::<usize>(), ids().count());
}
