use crate::config::file::parse;
use std::collections::BTreeSet;
use std::path::Path;

/// Words of the parser's that say nothing to a user.
const PARSER: [&str; 9] = [
    "invalid", "expected", "integer", "floating", "struct ", "usize", "u16", "wanted", "field",
];

fn wrong(text: &str) -> Option<String> {
    parse(Path::new("m.toml"), text)
        .err()
        .map(|error| error.to_string())
}

fn is_plain(sentence: &str) -> bool {
    // What a sentence quotes is not its own.
    let own = sentence.replace("such as", "");
    !own.contains('\n') && own.len() < 1000 && PARSER.iter().all(|word| !own.contains(word))
}

/// A key by the tables above it; an array of tables holds one.
type Path_ = Vec<String>;

/// The document with `value` at `path`, written in one line.
fn document(path: &[String], value: &str) -> String {
    let [first, rest @ ..] = path else {
        return String::new();
    };
    let mut written = value.to_owned();
    for (at, key) in rest.iter().enumerate().rev() {
        let table = at.checked_sub(1).map_or(first, |above| &rest[above]);
        let beside = beside(table, key);
        written = format!("{{ {key} = {written}{beside} }}");
    }
    match first.strip_suffix("[]") {
        Some(name) => format!("\n{name} = [{written}]\n"),
        None => format!("\n{first} = {written}\n"),
    }
}

/// What must be there where a key is, so that nothing else is wrong.
fn beside(table: &str, key: &str) -> &'static str {
    match (table, key) {
        ("broker", "url" | "host") | ("modem[]", "port") => "",
        ("broker", "password" | "password_file") => ", host = \"h\", username = \"u\"",
        ("broker", _) => ", host = \"h\"",
        ("modem[]", _) => ", port = \"pty\"",
        _ => "",
    }
}

/// The keys the declaration names where there is none of this name.
fn keys(path: &[String]) -> Option<Vec<String>> {
    let inner = [path, &["nonsense".to_owned()]].concat();
    let said = wrong(&document(&inner, "1"))?;
    let (_, known) = said
        .split_once("there is no key nonsense")?
        .1
        .split_once("; there are ")?;
    Some(known.split(", ").map(str::to_owned).collect())
}

/// Every key of the configuration file, tables and what is in them.
fn all_keys() -> BTreeSet<Path_> {
    let mut found = BTreeSet::new();
    let mut tables = vec![Vec::new()];
    while let Some(table) = tables.pop() {
        for key in keys(&table).expect("a table") {
            let array = [&table[..], &[format!("{key}[]")]].concat();
            let plain = [&table[..], &[key]].concat();
            if keys(&plain).is_some() {
                tables.push(plain.clone());
            } else if table.is_empty() && keys(&array).is_some() {
                tables.push(array);
            }
            found.insert(plain);
        }
    }
    found
}

#[test]
fn every_key_with_a_value_of_a_wrong_type_names_itself_its_line_and_the_right_form() {
    let keys = all_keys();
    let has = |path: &[&str]| keys.iter().any(|key| key == path);
    assert!(has(&["seed"]) && has(&["broker", "tls", "root"]) && has(&["modem[]", "port", "baud"]));
    assert!(keys.len() > 60, "{}", keys.len());
    let values = [
        "5",
        "-1",
        "1.5",
        "true",
        "\"x\"",
        "\"5\"",
        "\"true\"",
        "[1]",
        "{ zz = 1 }",
        "1979-05-27",
        "99999999999999999999999",
        "99999999999",
        "nan",
        "[\"x\", 5]",
    ];
    for key in &keys {
        let leaf = key.last().unwrap().trim_end_matches("[]");
        // One of the options is named in place of all.
        let leaf = leaf.trim_end_matches('s');
        let mut refused = 0;
        for value in values {
            let Some(said) = wrong(&document(key, value)) else {
                continue;
            };
            refused += 1;
            let good = said.starts_with("m.toml:") && is_plain(&said);
            assert!(good, "{key:?} = {value}: {said}");
            assert!(said.contains(leaf), "{key:?} = {value}: {said}");
        }
        assert!(refused > 6, "{key:?} takes nearly anything");
    }
}

#[test]
fn every_text_that_is_empty_or_too_long_is_told() {
    let huge = format!("\"{}\"", "x".repeat(5000));
    for key in all_keys() {
        let is_text = wrong(&document(&key, "5")).is_some_and(|it| it.contains("text in quotes"));
        let free = key.iter().any(|key| super::FREE.contains(&key.as_str()));
        if !is_text || free {
            continue;
        }
        for value in ["\"\"", &huge] {
            let said = wrong(&document(&key, value)).unwrap_or_else(|| panic!("{key:?} = {value}"));
            assert!(
                said.starts_with("m.toml:") && is_plain(&said),
                "{key:?}: {said}"
            );
        }
    }
}

/// What stands in the file, and what is said of it.
const FORMS: [(&str, &str); 14] = [
    (
        "[[modem]]\nport = { tcp = 7000 }",
        "m.toml:2: tcp cannot be 7000; write text in quotes, such as tcp = \"7000\"",
    ),
    (
        "[[modem]]\nport = { serial = \"a\", baud = \"9600\" }",
        "m.toml:2: baud cannot be \"9600\"; write baud = 9600, a number from 0 to 4294967295 without quotes",
    ),
    (
        "[[modem]]\nport = { serial = \"a\", flow = 5 }",
        "m.toml:2: flow cannot be 5; write \"none\" or \"rtscts\" or \"xonxoff\"",
    ),
    (
        "[broker]\nhost = \"a\"\nport = 99999",
        "m.toml:3: port cannot be 99999; write a whole number from 0 to 65535",
    ),
    (
        "[broker]\nhost = \"a\"\nclean_session = \"true\"",
        "m.toml:3: clean_session cannot be \"true\"; write clean_session = true, without quotes",
    ),
    (
        "[modem]\nport = \"pty\"",
        "m.toml:1: modem cannot be [modem]; write [[modem]] on a line of its own, and its keys below",
    ),
    (
        "modem = [\"x\"]",
        "m.toml:1: modem cannot be \"x\"; write [[modem]] on a line of its own, and its keys below",
    ),
    (
        "broker = \"x\"",
        "m.toml:1: broker cannot be \"x\"; write [broker] on a line of its own, and its keys below",
    ),
    (
        "strict = true\nstrict = false",
        "m.toml:2: strict is there twice; leave one out",
    ),
    (
        "\nurl = mqtt://broker",
        "m.toml:2: text stands in quotes; write url = \"mqtt://broker\"",
    ),
    (
        "strict",
        "m.toml:1: this is no line of TOML (key with no value); write lines such as key = \"text\", key = 5 or key = true",
    ),
    (
        "trace = \"x",
        "m.toml:1: a quote does not close on its line; write lines such as key = \"text\", key = 5 or key = true",
    ),
    (
        "[identity]\nimei = \"5\"",
        "m.toml:2: imei: write 5 to 22 digits in quotes",
    ),
    (
        "state_dir = \"\"",
        "m.toml:1: state_dir is empty; give it a text, or leave the key out",
    ),
];

#[test]
fn the_right_form_stands_there() {
    for (text, said) in FORMS {
        assert_eq!(wrong(text).as_deref(), Some(said), "{text}");
    }
    let said = wrong("[[modem]]\nname = \"a\"\n").unwrap();
    assert!(
        said.starts_with("m.toml:1: port is missing in [[modem]]; a port is \"stdio\""),
        "{said}"
    );
    let said = wrong("[[modem]]\nport = 7000\n").unwrap();
    assert!(
        said.starts_with("m.toml:2: port cannot be 7000; write \"stdio\", \"pty\""),
        "{said}"
    );
}
