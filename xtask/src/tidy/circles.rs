//! No files of a crate import each other in a circle.

use super::imports::Import;
use std::collections::{BTreeMap, BTreeSet};

/// Files of one crate that need each other, and the names that tie them.
pub struct Circle {
    /// The files.
    pub files: BTreeSet<String>,
    ties: Vec<Import>,
}

/// The circles among these imports of one crate.
pub fn circles(imports: &[Import]) -> Vec<Circle> {
    let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for import in imports {
        next.entry(&import.from).or_default().insert(&import.to);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> = next
        .keys()
        .map(|file| (*file, reach(file, &next)))
        .collect();
    let mutual = |file: &str| -> BTreeSet<String> {
        let back = |other: &&&str| {
            reached
                .get(**other)
                .is_some_and(|files| files.contains(file))
        };
        reached[file]
            .iter()
            .filter(back)
            .map(|&file| file.to_owned())
            .collect()
    };
    let groups: BTreeSet<BTreeSet<String>> = next.keys().map(|file| mutual(file)).collect();
    let groups = groups.into_iter().filter(|files| !files.is_empty());
    groups.map(|files| circle(files, imports)).collect()
}

fn circle(files: BTreeSet<String>, imports: &[Import]) -> Circle {
    let inside = |import: &&Import| files.contains(&import.from) && files.contains(&import.to);
    let ties = imports.iter().filter(inside).cloned().collect();
    Circle { files, ties }
}

/// All that can be reached from `file` by one import or more.
fn reach<'a>(file: &'a str, next: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open = vec![file];
    while let Some(file) = open.pop() {
        for to in next.get(file).into_iter().flatten() {
            if found.insert(*to) {
                open.push(to);
            }
        }
    }
    found
}

impl std::fmt::Display for Circle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} files import each other in a circle:",
            self.files.len()
        )?;
        let mut names: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for tie in &self.ties {
            let names = names.entry((&tie.from, &tie.to)).or_default();
            if !names.contains(&tie.name.as_str()) {
                names.push(&tie.name);
            }
        }
        for ((from, to), names) in names {
            write!(f, "\n  {from} needs {to} for {}", names.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(imports: &[(&str, &str)]) -> Vec<String> {
        let imports = imports.iter().map(|(from, to)| Import {
            from: (*from).to_owned(),
            to: (*to).to_owned(),
            name: "Name".to_owned(),
            line: 1,
        });
        let circles = circles(&imports.collect::<Vec<_>>());
        circles.iter().map(Circle::to_string).collect()
    }

    #[test]
    fn a_line_of_imports_is_no_circle() {
        assert!(found(&[("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")]).is_empty());
    }

    #[test]
    fn each_circle_is_found_with_what_ties_it() {
        let found = found(&[
            ("a", "b"),
            ("b", "c"),
            ("c", "a"),
            ("c", "d"),
            ("d", "e"),
            ("e", "d"),
        ]);
        let first = "3 files import each other in a circle:\n  a needs b for Name\n  \
                     b needs c for Name\n  c needs a for Name";
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], first);
        assert!(found[1].starts_with("2 files"), "{}", found[1]);
    }
}
