use super::words::is_optional;
use super::*;
use clap::Arg;
use std::any::TypeId;

/// Words of the parser's that say nothing to a user.
const PARSER: [&str; 7] = [
    "invalid",
    "unexpected",
    "number would",
    "digit found",
    "argument",
    "supplied",
    "error:",
];

fn words(path: &str, more: &[&str]) -> Vec<OsString> {
    path.split(' ')
        .chain(more.iter().copied())
        .map(OsString::from)
        .collect()
}

/// The sentence about what is typed behind a subcommand.
fn refused(path: &str, more: &[&str]) -> String {
    match parsed(&words(path, more)) {
        Err(Refused::Wrong(what)) => what,
        other => panic!("{path} {more:?}: {other:?}"),
    }
}

/// Each command by what is typed to get there.
fn commands() -> Vec<(String, Command)> {
    let mut program = command();
    program.build();
    let mut all = vec![(program.get_name().to_owned(), program)];
    let mut at = 0;
    while let Some((path, command)) = all.get(at).cloned() {
        let below = command.get_subcommands();
        all.extend(below.map(|it| (format!("{path} {}", it.get_name()), it.clone())));
        at += 1;
    }
    all
}

/// Each flag of each subcommand.
fn flags() -> impl Iterator<Item = (String, Command, Arg)> {
    commands().into_iter().flat_map(|(path, command)| {
        let flags: Vec<_> = command.get_opts().cloned().collect();
        flags
            .into_iter()
            .map(move |flag| (path.clone(), command.clone(), flag))
    })
}

/// The sentence about a flag, with all beside it that must be there.
fn flag_refused(path: &str, command: &Command, flag: &Arg, typed: &[&str]) -> String {
    let others = command
        .get_arguments()
        .filter(|arg| arg.get_id() != flag.get_id());
    let examples = others
        .filter(|arg| arg.is_required_set())
        .map(form::example);
    let mut line: Vec<_> = examples
        .flat_map(|it| it.split(' ').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    line.extend(typed.iter().map(|&word| word.to_owned()));
    loop {
        let words: Vec<_> = line.iter().map(String::as_str).collect();
        let said = refused(path, &words);
        match said.split_once(" is needed beside what is given; add ") {
            Some((_, example)) => {
                line.splice(0..0, example.split(' ').map(str::to_owned));
            }
            None => return said,
        }
    }
}

fn is_plain(sentence: &str) -> bool {
    !sentence.contains('\n') && PARSER.iter().all(|word| !sentence.contains(word))
}

#[test]
fn every_flag_without_its_value_or_with_an_empty_one_says_how_it_is_written() {
    let mut seen = 0;
    for (path, command, flag) in flags() {
        let name = form::name(&flag);
        let empty = format!("{name}=");
        let mut said = vec![flag_refused(&path, &command, &flag, &[&empty])];
        if is_optional(&flag) {
            said.push(flag_refused(&path, &command, &flag, &[&name, "/tmp/x y"]));
            assert!(
                said[1].ends_with(&format!("write {name}='/tmp/x y'")),
                "{}",
                said[1]
            );
        } else {
            said.push(flag_refused(&path, &command, &flag, &[&name]));
            said.push(flag_refused(&path, &command, &flag, &[&name, ""]));
        }
        for said in said {
            assert!(
                said.contains(&name) && said.contains("write ") && is_plain(&said),
                "{said}"
            );
        }
        seen += 1;
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn every_flag_with_a_value_that_is_too_long_says_so() {
    for (path, command, flag) in flags() {
        let name = form::name(&flag);
        for value in ["9".repeat(LONGEST + 1), "x\n".repeat(LONGEST)] {
            let said = flag_refused(&path, &command, &flag, &[&format!("{name}={value}")]);
            assert!(
                said.contains(&name) && said.len() < 400 && is_plain(&said),
                "{said}"
            );
        }
    }
}

#[test]
fn every_flag_that_takes_no_text_says_what_it_takes() {
    let texts = [
        TypeId::of::<String>(),
        TypeId::of::<OsString>(),
        TypeId::of::<std::path::PathBuf>(),
        TypeId::of::<crate::config::Secret>(),
    ];
    let mut seen = 0;
    for (path, command, flag) in flags() {
        let parser = flag.get_value_parser().type_id();
        if texts.iter().any(|text| parser == *text) {
            continue;
        }
        let name = form::name(&flag);
        for value in ["nonsense", "-1", "1e99", "99999999999999999999", "\u{7}"] {
            if parser == TypeId::of::<f64>() && value.ends_with("99") {
                continue;
            }
            for typed in [vec![&*name, value], vec![&*format!("{name}={value}")]] {
                if parser == TypeId::of::<f64>() && typed.len() == 1 && value == "-1" {
                    continue;
                }
                let said = flag_refused(&path, &command, &flag, &typed);
                let good = said.contains(&name) && said.contains("; write ") && is_plain(&said);
                assert!(good, "{typed:?}: {said}");
            }
        }
        seen += 1;
    }
    assert!(seen > 8, "{seen}");
}

#[test]
fn every_switch_takes_no_value_and_every_flag_is_given_once() {
    for (path, command) in commands() {
        for arg in command.get_arguments().filter(|arg| !arg.is_positional()) {
            let name = form::name(arg);
            let is_help = ["--help", "--version"].contains(&&*name);
            if arg.get_action().takes_values() || is_help {
                continue;
            }
            for typed in [vec![&*format!("{name}=yes")], vec![&*name, "yes"]] {
                if command.get_positionals().next().is_some() || command.has_subcommands() {
                    continue;
                }
                let said = refused(&path, &typed);
                assert!(said.contains(&name) && is_plain(&said), "{said}");
            }
        }
    }
    assert_eq!(
        refused("mqmodem serve", &["--seed=1", "--seed=2"]),
        "--seed is there twice; give it once"
    );
}

#[test]
fn what_must_be_given_is_asked_for_with_an_example() {
    for (path, command) in commands() {
        if command.get_positionals().any(clap::Arg::is_required_set) {
            let said = refused(&path, &[]);
            assert!(
                said.contains("; for example: mqmodem ") && is_plain(&said),
                "{said}"
            );
        }
    }
}

#[test]
fn what_is_typed_wrongly_gets_the_right_form() {
    for (line, hint) in [
        ("serve --pty /tmp/x", "write --pty=/tmp/x"),
        (
            "serve --tcp 7000 --pty /tmp/x --strict",
            "write --pty=/tmp/x",
        ),
        ("serve -pty=/tmp/x", "write --pty=/tmp/x"),
        (
            "serve /dev/ttyUSB0",
            "for example: mqmodem serve --pty=/tmp/modem",
        ),
        ("serve --stdio yes", "leave \"yes\" out"),
        ("serve --mode 660", "add --pty=/tmp/modem"),
        ("serve --mode 999 --pty", "three octal digits"),
        ("serve --masksecrets", "perhaps --mask-secrets is meant"),
        ("serve --repeat 3", "mqmodem fleet has"),
        (
            "try --dialect x",
            "mqmodem serve, mqmodem fleet and mqmodem commands have",
        ),
        (
            "serve --dialect Quectel:ec21",
            "--dialect takes quectel:bg95, quectel:ec25, quectel:ec200 or quectel:bc26, not \"Quectel:ec21\"; write --dialect quectel:bg95",
        ),
        ("serve --dialect esp-at:4", "--dialect takes esp-at, not"),
        (
            "commands --dialect ec25",
            "mqmodem commands --dialects lists all models",
        ),
        ("serve --zzz", "mqmodem serve --help"),
        ("serve --version", "mqmodem has"),
        ("fleet --rate 0", "whole number from 1 to 4294967295"),
        ("fleet --every -1", "--every takes seconds"),
        ("fleet --pty a --tcp b", "exclude each other"),
        ("sevre", "perhaps serve is meant"),
        ("zzz", "there are serve"),
        ("chat rnu", "there are run"),
        ("commands --format x", "md or json"),
        ("completions csh", "bash"),
        ("state a b", "for example: mqmodem state"),
    ] {
        let more: Vec<_> = line.split(' ').collect();
        let said = refused("mqmodem", &more);
        assert!(said.contains(hint) && is_plain(&said), "{line}: {said}");
    }
}

#[test]
fn every_help_has_examples_and_exit_codes() {
    for (path, mut command) in commands() {
        let help = command.render_long_help().to_string();
        assert!(help.contains("Examples:\n  mqmodem "), "{path}: {help}");
        assert!(help.contains("Exit codes:\n  0    done"), "{path}: {help}");
        assert!(!help.contains('\0'), "{path}");
    }
}
