//! `docs/conformance.md`: what it says is kept is shown by a chat that exists,
//! and no chat of the standards is left out.

use crate::sh::{self, Result};
use std::collections::BTreeSet;
use std::path::Path;

const PAGE: &str = "docs/conformance.md";
/// How the page links a chat.
const LINK: &str = "](../chat/chats/";
/// The chats that speak of the standards; each is on the page.
const FOLDERS: [&str; 2] = ["shared", "at-language"];

/// The page and the chats agree.
pub fn check() -> Result {
    let chats = sh::root().join("chat/chats");
    let mut known = BTreeSet::new();
    for folder in FOLDERS {
        known.extend(names(&chats, folder)?);
    }
    let page = sh::read(&sh::root().join(PAGE))?;
    let mut wrong = wrong_rows(&page);
    let linked: BTreeSet<&str> = page.lines().flat_map(links).collect();
    let missing = linked.iter().filter(|it| !chats.join(it).is_file());
    wrong.extend(missing.map(|it| format!("there is no chat {it}")));
    let left_out = known.iter().filter(|it| !linked.contains(it.as_str()));
    wrong.extend(left_out.map(|it| format!("{it} is not on the page")));
    if !wrong.is_empty() {
        return Err(format!("{PAGE}: {}", wrong.join("; ")));
    }
    println!("{PAGE}: {} chats show what is kept", linked.len());
    Ok(())
}

/// The chats of a folder, as the page links them.
fn names(chats: &Path, folder: &str) -> Result<Vec<String>> {
    let entries =
        std::fs::read_dir(chats.join(folder)).map_err(|why| format!("{folder}: {why}"))?;
    let names = entries.flatten().map(|it| it.file_name());
    Ok(names
        .map(|it| format!("{folder}/{}", it.to_string_lossy()))
        .collect())
}

/// What a line links of the chats.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let behind = line.split(LINK).skip(1);
    behind.filter_map(|it| it.split_once(')').map(|(link, _)| link))
}

/// Rows that say neither "kept" with a chat nor "**not**" with a reason.
fn wrong_rows(page: &str) -> Vec<String> {
    let rows = page.lines().enumerate().filter(|(_, line)| is_row(line));
    let wrong = rows.filter(|(_, line)| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        match cells[..] {
            ["", _, _, "kept", shown, ""] => links(shown).next().is_none(),
            ["", _, _, "**not**", why, ""] => why.is_empty(),
            _ => true,
        }
    });
    wrong
        .map(|(at, _)| format!("line {} is neither kept with a chat nor not", at + 1))
        .collect()
}

/// Whether a line is a row of a table and not its head.
fn is_row(line: &str) -> bool {
    line.starts_with('|') && !line.starts_with("|---") && !line.starts_with("| clause ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_kept_with_a_chat_or_not_with_a_reason() {
        let head = "| clause | what | | shown by, or why |\n|---|---|---|---|\n";
        let wrong = |row: &str| wrong_rows(&format!("{head}{row}\n")).len();
        assert_eq!(wrong("| 5.1 | x | kept | [a](../chat/chats/b/a.chat) |"), 0);
        assert_eq!(wrong("| 5.1 | x | **not** | there are no calls |"), 0);
        assert_eq!(wrong("| 5.1 | x | kept | surely |"), 1);
        assert_eq!(wrong("| 5.1 | x | **not** | |"), 1);
        assert_eq!(wrong("| 5.1 | x | perhaps | so |"), 1);
    }

    #[test]
    fn links_are_found() {
        let line = "[a](../chat/chats/s/a.chat), [x](other.md), [b](../chat/chats/s/b.chat)";
        let found: Vec<_> = links(line).collect();
        assert_eq!(found, ["s/a.chat", "s/b.chat"]);
    }
}
