//! Each chat, played by a modem that is observed, recorded, and played again.

mod field;

use super::{ChatMaking, RecordedChat};
use field::Field;
use mqmodem_chat::{Script, parse, play};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Chats that are not recorded as they were, and why: checked both ways.
const LEFT_OUT: &str = include_str!("left_out.txt");

fn chats() -> BTreeMap<String, Script> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../chat/chats");
    let mut files = Vec::new();
    mqmodem_chat::find(&folder, &mut files).unwrap();
    let named = files.iter().map(|file| {
        let name = file.strip_prefix(&folder).unwrap().with_extension("");
        let text = std::fs::read_to_string(file).unwrap();
        let script = parse("chat", &text).unwrap();
        (name.display().to_string(), script)
    });
    named.collect()
}

/// The chat as it was recorded; why it was not.
fn recorded(script: &Script) -> Result<RecordedChat, String> {
    if script.setup.faults {
        return Err("it has faults".to_owned());
    }
    if script.setup.memory != mqmodem_chat::Sizes::default() {
        return Err("its memory is another".to_owned());
    }
    let mut field = Field::new(script.setup);
    if let Some(why) = play(script, &mut field).stopped {
        return Err(format!("not in the field: {why}"));
    }
    let making = ChatMaking {
        title: "A title".to_owned(),
        ..ChatMaking::default()
    };
    making.of(field.events())
}

/// What is wrong with what was recorded, if anything is.
fn wrong(chat: &RecordedChat) -> Option<String> {
    if let Some(difference) = chat.differences.first() {
        return Some(format!("it differs: {difference}"));
    }
    if chat.left_out > 0 {
        return Some("something is left out".to_owned());
    }
    chat.unsteady.clone().map(|_| "it is not steady".to_owned())
}

#[test]
fn each_chat_is_recorded_as_it_was() {
    let left_out: BTreeMap<_, _> = LEFT_OUT
        .lines()
        .filter_map(|it| it.split_once(": "))
        .collect();
    let (mut good, mut surprises) = (0, Vec::new());
    for (name, script) in chats() {
        let why = match recorded(&script) {
            Ok(chat) => wrong(&chat),
            Err(why) => Some(why),
        };
        match (&why, left_out.get(name.as_str())) {
            (None, None) => good += 1,
            (Some(why), Some(known)) if why.starts_with(known) => {}
            (why, _) => surprises.push(format!(
                "{name}: {}",
                why.as_deref().unwrap_or("it is good")
            )),
        }
    }
    let _ = writeln!(
        std::io::stderr(),
        "{good} chats are recorded as they were, {} are left out",
        left_out.len()
    );
    assert!(
        surprises.is_empty(),
        "{} surprises\n{}",
        surprises.len(),
        surprises.join("\n")
    );
}
