//! Conversations in the command set that proves the seam: a chat chooses its dialect,
//! and whoever plays it may bring one of its own.

use mqmodem_chat::{parse, run_dir_with};
use mqmodem_core::dialect;
use mqmodem_testkit::dialect::PROOF;
use std::path::Path;

#[test]
fn chats_in_another_dialect_go_as_they_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("chats");
    let update = std::env::var_os("UPDATE_CHATS").is_some_and(|value| value == "1");
    let report = run_dir_with(&[&PROOF], &folder, "", update).unwrap();
    assert!(report.is_ok(), "{report}");
}

#[test]
fn an_unknown_dialect_is_an_error_that_names_those_there_are() {
    let error = parse("t.chat", "set dialect proof\n> AT\n< OK\n").unwrap_err();
    assert_eq!(error.line, 1);
    let names: Vec<_> = dialect::ALL
        .iter()
        .map(|it| it.full_name().to_string())
        .collect();
    let known = names.join(", ");
    assert_eq!(
        error.what,
        format!("there is no dialect `proof`; there is {known}")
    );
}
