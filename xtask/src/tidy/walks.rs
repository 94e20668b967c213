//! The walks of ARCHITECTURE.md: which files one reads to follow a message.
//! Each names its files in backticks below a heading of its own, as
//! `core/src/modem/mod.rs`.

use crate::sh;
use std::collections::BTreeSet;

/// A word of each walk's heading, and the most files it may lead through.
const WALKS: [(&str, usize); 3] = [("QoS 1", 12), ("persisted", 18), ("received", 8)];
const SECTION: &str = "## The walks";

/// Walks that are too long or lead nowhere. Without the section there is
/// nothing to check.
pub fn check(architecture: &str) -> Vec<String> {
    check_with(architecture, &|path| sh::root().join(path).is_file())
}

fn check_with(architecture: &str, exists: &dyn Fn(&str) -> bool) -> Vec<String> {
    let Some((_, section)) = architecture.split_once(SECTION) else {
        return Vec::new();
    };
    let section = section.split("\n## ").next().unwrap_or_default();
    let walks: Vec<&str> = section.split("\n### ").skip(1).collect();
    let checked = WALKS.iter().flat_map(|(word, most)| {
        let heading = |walk: &&&str| walk.lines().next().is_some_and(|line| line.contains(word));
        match walks.iter().find(heading) {
            Some(walk) => one(walk, *most, exists),
            None => vec![format!(
                "ARCHITECTURE.md: no walk has \"{word}\" in its heading"
            )],
        }
    });
    checked.collect()
}

fn one(walk: &str, most: usize, exists: &dyn Fn(&str) -> bool) -> Vec<String> {
    let title = walk.lines().next().unwrap_or_default();
    let quoted = walk.split('`').skip(1).step_by(2);
    let files: BTreeSet<&str> = quoted
        .filter(|word| word.strip_suffix(".rs").is_some())
        .collect();
    let missing = files.iter().filter(|path| !exists(path));
    let mut findings: Vec<_> = missing
        .map(|path| format!("ARCHITECTURE.md: \"{title}\" leads to {path}, which does not exist"))
        .collect();
    match files.len() {
        0 => findings.push(format!("ARCHITECTURE.md: \"{title}\" names no file")),
        files if files > most => {
            findings.push(format!(
                "ARCHITECTURE.md: \"{title}\" has {files} files, at most {most}"
            ));
        }
        _ => {}
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(first: &str) -> String {
        format!(
            "# A\n\n## The walks\n\n### A publish of QoS 1\n{first}\n\
             ### A persisted publish\n1. `a.rs`\n\n### A received message\n1. `b.rs`\n\n## More\n`no.rs`\n"
        )
    }

    fn found(page: &str) -> Vec<String> {
        check_with(page, &|path| path != "gone.rs")
    }

    #[test]
    fn a_page_without_walks_is_passed_over() {
        assert!(found("# A\n").is_empty());
    }

    #[test]
    fn walks_within_their_limits_pass() {
        assert!(
            found(&page(
                "1. `a.rs`: reads `handle_host`, and `a.rs` again\n2. `b.rs`"
            ))
            .is_empty()
        );
    }

    #[test]
    fn a_walk_that_is_too_long_fails() {
        let files: Vec<_> = (0..13).map(|n| format!("{n}. `f{n}.rs`")).collect();
        let long = "ARCHITECTURE.md: \"A publish of QoS 1\" has 13 files, at most 12";
        assert_eq!(found(&page(&files.join("\n"))), [long]);
    }

    #[test]
    fn a_walk_to_a_file_that_is_gone_fails() {
        let gone = "ARCHITECTURE.md: \"A publish of QoS 1\" leads to gone.rs, which does not exist";
        assert_eq!(found(&page("1. `gone.rs`")), [gone]);
    }

    #[test]
    fn a_walk_that_is_missing_or_empty_fails() {
        assert_eq!(found("## The walks\n").len(), 3);
        assert_eq!(
            found(&page("nothing")),
            ["ARCHITECTURE.md: \"A publish of QoS 1\" names no file"]
        );
    }
}
