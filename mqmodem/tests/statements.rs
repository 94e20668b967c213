//! The statements of MQTT 5.0 that the core does not see, those of WebSocket, have tests here.

const STATEMENTS: &str = include_str!("../../core/tests/data/mqtt5-client-statements.tsv");
const TESTS: &str = include_str!("websocket.rs");

#[test]
fn every_statement_of_the_transport_has_one_test() {
    let ids = STATEMENTS
        .lines()
        .filter_map(|line| line.split('\t').next());
    let ids: Vec<_> = ids.filter(|id| id.starts_with("MQTT-6.")).collect();
    assert_eq!(ids.len(), 4);
    for id in ids {
        let name = id.to_lowercase().replace(['-', '.'], "_");
        assert_eq!(TESTS.matches(&format!("fn {name}_")).count(), 1, "{id}");
    }
}
