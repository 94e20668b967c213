//! The names of what is public: each type has one, and none is a word of a
//! private language.

use super::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};
use syn::{Fields, Ident, ImplItem, Item, TraitItem, Visibility};

/// Words that have a better one in the trade: [`BETTER`] says which. They do
/// not stand in the name of anything public.
const BETTER: [(&str, &str); 22] = [
    ("tell", "report"),
    ("told", "reported"),
    ("say", "reply or write"),
    ("said", "written"),
    ("hear", "receive"),
    ("heard", "received"),
    ("keep", "store"),
    ("kept", "stored or persistent"),
    ("hold", "store"),
    ("held", "stored"),
    ("owe", "pending"),
    ("owed", "pending"),
    ("owing", "pending"),
    ("meet", "bind"),
    ("leave", "disconnect"),
    ("crew", "runner"),
    ("seat", "assignment"),
    ("seats", "assignments"),
    ("door", "listener"),
    ("rounds", "repeat"),
    ("way", "direction"),
    ("anew", "again"),
];

/// The standard's word for one thing, though it has two of ours in it.
const STANDARD: [(&str, &str); 1] = [("keep", "alive")];

/// A public name: of a type, or of anything else.
struct Public<'a> {
    ident: &'a Ident,
    is_type: bool,
}

/// The published crates. Whoever uses one uses the others, so a name has one
/// meaning in all of them. The other packages are programs and tests that
/// nothing imports: there a name has one meaning in the package.
const TOGETHER: [&str; 4] = ["core", "faults", "mqmodem", "chat"];
const PUBLISHED: &str = "core, mqmodem and chat";
/// A host program of the kind others write: its names are its own.
const FOREIGN: &str = "tests/hosts/";

/// Names that two public types or more have, with the places where they are, by
/// the package or the group of them.
pub fn doubles(crates: &[Tree]) -> BTreeMap<&str, Vec<String>> {
    let mut doubles: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for ((package, name), places) in types(crates) {
        if places.len() > 1 {
            let places: Vec<_> = places.into_iter().collect();
            let (count, places) = (places.len(), places.join(", "));
            let finding = format!("{name} is {count} public types: {places}");
            doubles.entry(package).or_default().push(finding);
        }
    }
    doubles
}

/// The places where there is a public type of this name in this group.
fn types(crates: &[Tree]) -> BTreeMap<(&str, String), BTreeSet<String>> {
    let mut places: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for tree in own(crates) {
        let package = tree.package.as_str();
        let together = TOGETHER.contains(&package);
        let group = if together { PUBLISHED } else { package };
        for (file, Public { ident, is_type }) in public(tree) {
            if is_type {
                let place = format!("{file}:{}", ident.span().start().line);
                let places = places.entry((group, ident.to_string())).or_default();
                places.insert(place);
            }
        }
    }
    places
}

fn own(crates: &[Tree]) -> impl Iterator<Item = &Tree> {
    let foreign = |tree: &&Tree| tree.package.starts_with(FOREIGN);
    crates.iter().filter(move |tree| !foreign(tree))
}

/// Public names with a word that has a better one, by the folder of the package.
pub fn words<'a>(crates: &'a [Tree]) -> BTreeMap<&'a str, BTreeSet<String>> {
    let mut found: BTreeMap<&'a str, BTreeSet<String>> = BTreeMap::new();
    for tree in own(crates) {
        let findings = found.entry(&tree.package).or_default();
        for (file, Public { ident, .. }) in public(tree) {
            for (word, better) in poor(&ident.to_string()) {
                let line = ident.span().start().line;
                findings.insert(format!("{file}:{line}: {ident}: not `{word}` but {better}"));
            }
        }
    }
    found
}

/// The words of a name that have a better one.
fn poor(name: &str) -> Vec<(&'static str, &'static str)> {
    let words = split(name);
    let standard = |at: usize| {
        let pair = words.get(at).zip(words.get(at + 1));
        STANDARD
            .iter()
            .any(|(a, b)| pair.is_some_and(|(x, y)| x == a && y == b))
    };
    let named = words.iter().enumerate().filter(|(at, _)| !standard(*at));
    let better = named.filter_map(|(_, word)| BETTER.iter().find(|(poor, _)| poor == word));
    better.copied().collect()
}

/// `keep_alive`, `KeepAlive` and `KEEP_ALIVE` are `keep` and `alive`.
fn split(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut last = '_';
    for c in name.chars() {
        if c == '_' || (c.is_uppercase() && last.is_lowercase()) {
            words.push(String::new());
        }
        if c != '_'
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        last = c;
    }
    words
}

/// Everything public of a crate with its file, also what only the crate sees.
fn public(tree: &Tree) -> Vec<(&str, Public<'_>)> {
    let named = tree.modules.values().flat_map(|module| {
        let found = module.items.iter().flat_map(of_item);
        found.map(|public| (module.file.as_str(), public))
    });
    named.collect()
}

fn of_item(item: &Item) -> Vec<Public<'_>> {
    let (vis, ident) = match item {
        Item::Const(item) => (&item.vis, &item.ident),
        Item::Enum(item) => (&item.vis, &item.ident),
        Item::Fn(item) => (&item.vis, &item.sig.ident),
        Item::Mod(item) => (&item.vis, &item.ident),
        Item::Static(item) => (&item.vis, &item.ident),
        Item::Struct(item) => (&item.vis, &item.ident),
        Item::Trait(item) => (&item.vis, &item.ident),
        Item::Type(item) => (&item.vis, &item.ident),
        Item::Union(item) => (&item.vis, &item.ident),
        Item::Impl(item) if item.trait_.is_none() => return of_impl(&item.items),
        _ => return Vec::new(),
    };
    if matches!(vis, Visibility::Inherited) {
        return Vec::new();
    }
    let is_type = matches!(
        item,
        Item::Enum(_) | Item::Struct(_) | Item::Trait(_) | Item::Type(_) | Item::Union(_)
    );
    let mut found = vec![Public { ident, is_type }];
    found.extend(members(item).into_iter().map(|ident| Public {
        ident,
        is_type: false,
    }));
    found
}

/// Public methods and constants.
fn of_impl(items: &[ImplItem]) -> Vec<Public<'_>> {
    let named = items.iter().filter_map(|item| {
        let (vis, ident) = match item {
            ImplItem::Fn(item) => (&item.vis, &item.sig.ident),
            ImplItem::Const(item) => (&item.vis, &item.ident),
            _ => return None,
        };
        let public = !matches!(vis, Visibility::Inherited);
        public.then_some(Public {
            ident,
            is_type: false,
        })
    });
    named.collect()
}

/// Variants, public fields, and the methods of a trait.
fn members(item: &Item) -> Vec<&Ident> {
    match item {
        Item::Enum(item) => item.variants.iter().map(|variant| &variant.ident).collect(),
        Item::Struct(item) => match &item.fields {
            Fields::Named(fields) => fields
                .named
                .iter()
                .filter(|field| !matches!(field.vis, Visibility::Inherited))
                .filter_map(|field| field.ident.as_ref())
                .collect(),
            _ => Vec::new(),
        },
        Item::Trait(item) => {
            let methods = item.items.iter().filter_map(|item| match item {
                TraitItem::Fn(item) => Some(&item.sig.ident),
                _ => None,
            });
            methods.collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::files;
    use super::super::tree::crates;
    use super::*;

    fn trees(texts: &[(&str, &str)]) -> Vec<Tree> {
        crates(&files(texts)).unwrap()
    }

    #[test]
    fn a_public_type_has_one_name() {
        let core = (
            "core/src/lib.rs",
            "pub struct Link; enum Own {} mod a { pub(crate) enum Wait {} }",
        );
        for (path, text, names) in [
            ("chat/src/lib.rs", "pub trait Link {}", &["Link"][..]),
            (
                "chat/src/lib.rs",
                "pub(crate) type Link = u8; pub struct Wait;",
                &["Link", "Wait"],
            ),
            (
                "chat/src/lib.rs",
                "struct Link; pub struct Own; pub fn wait() {}",
                &[],
            ),
            (
                "chat/src/lib.rs",
                "#[cfg(test)] mod tests { pub struct Link; }",
                &[],
            ),
            ("tests/soak/src/main.rs", "pub struct Link;", &[]),
            (
                "tests/soak/src/main.rs",
                "pub struct Link;\nmod a { pub struct Link; }",
                &["Link"],
            ),
        ] {
            let trees = trees(&[core, (path, text)]);
            let found = doubles(&trees);
            let found: Vec<_> = found
                .values()
                .flatten()
                .filter_map(|text| text.split(' ').next())
                .collect();
            assert_eq!(found, names, "{text}");
        }
    }

    #[test]
    fn public_names_have_the_words_of_the_trade() {
        let text = "pub fn tell() {} fn say() {} pub struct S { pub held: u8, owed: u8, pub keep_alive: u8 }
            impl S { pub fn seats_left(&self) {} fn door(&self) {} }
            pub enum E { ThreeWay } pub trait T { fn hear(); } impl T for S { fn hear() {} }
            pub const CREW: u8 = 1; pub fn threshold(way: u8) { fn anew() {} }";
        let trees = trees(&[("core/src/lib.rs", text)]);
        let found = &words(&trees)["core"];
        let found: Vec<_> = found
            .iter()
            .map(|text| text.split(": ").nth(1).unwrap())
            .collect();
        assert_eq!(
            found,
            ["held", "tell", "seats_left", "ThreeWay", "hear", "CREW"]
        );
    }
}
