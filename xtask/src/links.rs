//! Links between the documents of the repository lead somewhere.

use crate::sh::{self, Result};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// Checks every relative link of a document: the file exists, and has the heading that the
/// link names.
pub fn check() -> Result {
    let documents = documents();
    let dead = documents.iter().map(|it| dead_links(it));
    let dead: Vec<String> = dead.collect::<Result<Vec<_>>>()?.concat();
    if dead.is_empty() {
        println!("links of {} documents lead somewhere", documents.len());
        return Ok(());
    }
    Err(format!("dead links: {}", dead.join("; ")))
}

/// The documents at the root and below `docs/`.
fn documents() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(sh::root()).into_iter().flatten();
    let at_root = entries.flatten().map(|entry| entry.path());
    let mut documents: Vec<_> = at_root.filter(|path| is_document(path)).collect();
    documents.extend(sh::files(&sh::root().join("docs"), "md"));
    documents
}

fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "md")
}

fn dead_links(document: &Path) -> Result<Vec<String>> {
    let text = sh::read(document)?;
    let mut dead = Vec::new();
    for link in links(&text) {
        if !leads_somewhere(document, &text, link)? {
            let from = document.strip_prefix(sh::root()).unwrap_or(document);
            dead.push(format!("{}: {link}", from.display()));
        }
    }
    Ok(dead)
}

fn leads_somewhere(document: &Path, text: &str, link: &str) -> Result<bool> {
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = target_of(document, file);
    if !target.exists() {
        return Ok(false);
    }
    if heading.is_empty() || !is_document(&target) {
        return Ok(true);
    }
    let other = if file.is_empty() {
        text.to_owned()
    } else {
        sh::read(&target)?
    };
    Ok(anchors(&other).contains(heading))
}

/// The file a link of a document names, without `..` in its path.
fn target_of(document: &Path, file: &str) -> PathBuf {
    if file.is_empty() {
        return document.to_owned();
    }
    let mut target = document.parent().unwrap_or(document).to_owned();
    for part in Path::new(file).components() {
        match part {
            Component::ParentDir => {
                target.pop();
            }
            part => target.push(part),
        }
    }
    target
}

/// The relative links of a document outside its fenced blocks.
fn links(text: &str) -> Vec<&str> {
    let behind = prose(text).flat_map(|line| line.split("](").skip(1));
    let links = behind.filter_map(|it| it.split_once(')').map(|(link, _)| link));
    links.filter(|link| !link.contains("://")).collect()
}

/// The anchors of a document's headings, as GitHub forms them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    headings
        .map(|it| anchor(it.trim_start_matches('#').trim()))
        .collect()
}

fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let lower = heading.to_lowercase();
    lower
        .chars()
        .filter(kept)
        .collect::<String>()
        .replace(' ', "-")
}

/// The lines outside fenced blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fence && !fenced
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_in_prose_are_found() {
        let text = "[a](b.md), [c](../d.md#e)\n```sh\n[f](g)\n```\n[h](https://i)\n";
        assert_eq!(links(text), ["b.md", "../d.md#e"]);
    }

    #[test]
    fn headings_have_the_anchors_of_github() {
        let text = "# Watch it\n```sh\n# no heading\n```\n## Errors of `+CME ERROR:`\n";
        let expected = ["errors-of-cme-error", "watch-it"].map(str::to_owned);
        assert_eq!(anchors(text), BTreeSet::from(expected));
    }

    #[test]
    fn a_dead_link_is_found() {
        let page = sh::root().join("docs/fleet.md");
        let leads = |link: &str| leads_somewhere(&page, "## Watch it\n", link).unwrap();
        assert!(leads("../README.md") && leads("#watch-it"));
        assert!(!leads("nowhere.md") && !leads("#nowhere"));
        assert!(!leads("../README.md#nowhere"));
    }
}
