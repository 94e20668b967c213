//! Each word for a fault has a chat that shows it.

use mqmodem_chat::{find, parse};
use mqmodem_faults::{Fault, FaultEffect, FaultLine, WORDS};
use std::path::Path;

/// The faults that the chats of the folder ask for.
fn shown() -> Vec<FaultEffect> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("chats/faults");
    let mut files = Vec::new();
    find(&folder, &mut files).unwrap();
    let mut shown = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let script = parse(&file.display().to_string(), &text).unwrap();
        for (_, line) in script.steps.into_iter().flat_map(|step| step.faults) {
            match line {
                FaultLine::Arm(fault) => shown.push(fault.effect()),
                FaultLine::Plan(plan) => shown.extend(plan.faults.iter().map(Fault::effect)),
                _ => {}
            }
        }
    }
    shown
}

#[test]
fn each_word_has_a_chat() {
    let shown = shown();
    for word in WORDS {
        assert!(shown.contains(&word.effect), "no chat shows {}", word.words);
    }
}

#[test]
fn the_page_of_faults_has_each_word() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/faults.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows: Vec<String> = WORDS
        .iter()
        .map(|word| {
            format!(
                "| `{}` | {} |",
                word.to_string().replace('|', "\\|"),
                word.does
            )
        })
        .collect();
    for row in &rows {
        assert!(
            page.contains(row),
            "put into docs/faults.md:\n{}",
            rows.join("\n")
        );
    }
}

#[test]
fn a_fault_that_never_acts_is_an_error() {
    let script = parse("t.chat", "# t\nfault broker lose PUBACK\n> AT\n< OK\n").unwrap();
    let mismatch = mqmodem_chat::run(&script).unwrap_err().to_string();
    assert!(
        mismatch.contains("`fault broker lose PUBACK` never acted"),
        "{mismatch}"
    );
}

#[test]
fn what_cannot_be_is_told_with_its_line() {
    for (line, why) in [
        ("fault net rest", "did you mean `reset`?"),
        ("fault list", "the control socket"),
        ("fault", "write what is to go wrong"),
    ] {
        let error = parse("t.chat", &format!("> AT\n< OK\n{line}\n")).unwrap_err();
        assert!(error.line == 3 && error.what.contains(why), "{error}");
    }
    let script = parse("t.chat", "> AT\n< OK\nfault clear 3\n").unwrap();
    let mismatch = mqmodem_chat::run(&script).unwrap_err().to_string();
    assert!(
        mismatch.contains("in line 3: no fault 3 is in force"),
        "{mismatch}"
    );
}
