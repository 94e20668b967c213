//! Which file of a crate imports what of which other.
//!
//! A name belongs to the file that defines it, not to a module that exports it
//! again. `mod x;` is no import of the child, and neither is `pub use x::Name`,
//! which only says where the name can be found; `use x::Name` is one.

use super::paths::{Path, paths};
use super::scope::{Place, Scopes, uses};
use super::tree::{Module, ModulePath, Tree};
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::Item;

/// A file needs something another file of its crate defines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The file that needs it.
    pub from: String,
    /// The file that defines it.
    pub to: String,
    /// What is needed.
    pub name: String,
    /// The line of `from` it stands on.
    pub line: usize,
}

/// The imports of a crate, each once for a name.
pub fn imports(tree: &Tree) -> Vec<Import> {
    let scopes = Scopes::new(tree);
    let mut found = BTreeSet::new();
    for (path, module) in &tree.modules {
        let at_top = at_top(path, module, &scopes);
        for (place, name, line) in at_top.into_iter().chain(inside(path, module, &scopes)) {
            let to = &tree.modules[place].file;
            if *to != module.file {
                let (from, to) = (module.file.clone(), to.clone());
                let name = name.to_owned();
                found.insert(Import {
                    from,
                    to,
                    name,
                    line,
                });
            }
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.dedup_by(|a, b| (&a.from, &a.to, &a.name) == (&b.from, &b.to, &b.name));
    found
}

type Needed<'a> = (&'a ModulePath, &'a str, usize);

/// What the `use` declarations of a module need. A module that is imported
/// counts where something of it is named.
fn at_top<'a>(path: &'a ModulePath, module: &Module, scopes: &'a Scopes) -> Vec<Needed<'a>> {
    let needed = uses(module).into_iter().filter_map(|named| {
        let (place, name) = match (scopes.resolve(path, &named.path)?, &named.name) {
            (Place::Item(place, name), _) => (place, name),
            (Place::Module(place), None) => (place, "*"),
            (Place::Module(_), Some(_)) => return None,
        };
        let child = place.len() > path.len() && place.starts_with(path);
        (!(named.public && child)).then_some((place, name, named.line))
    });
    needed.collect()
}

/// What the code of a module needs.
fn inside<'a>(path: &'a ModulePath, module: &Module, scopes: &'a Scopes) -> Vec<Needed<'a>> {
    let code = module.items.iter();
    let code = code.filter(|item| !matches!(item, Item::Use(_) | Item::Mod(_)));
    let paths = code.flat_map(|item| paths(&item.to_token_stream()));
    let needed =
        paths.filter_map(
            |Path { names, line, used }| match scopes.resolve(path, &names)? {
                Place::Item(place, name) => Some((place, name, line)),
                Place::Module(place) if used => Some((place, "itself", line)),
                Place::Module(_) => None,
            },
        );
    needed.collect()
}

#[cfg(test)]
mod tests {
    use super::super::source::files;
    use super::*;

    /// The imports of a crate of these files below `x/src`, as `from > to name`.
    fn found(texts: &[(&str, &str)]) -> Vec<String> {
        let paths: Vec<_> = texts
            .iter()
            .map(|(path, _)| format!("x/src/{path}"))
            .collect();
        let texts = paths
            .iter()
            .zip(texts)
            .map(|(path, (_, text))| (path.as_str(), *text));
        let files = files(&texts.collect::<Vec<_>>());
        let tree = Tree::new("x", "x/src/lib.rs", &files).unwrap();
        let short = |file: String| file["x/src/".len()..].to_owned();
        let imports = imports(&tree).into_iter();
        let imports =
            imports.map(|it| format!("{} > {} {}", short(it.from), short(it.to), it.name));
        imports.collect()
    }

    #[test]
    fn a_name_belongs_to_the_file_that_defines_it() {
        let lib = ("lib.rs", "mod a; mod b; pub use a::deep::Name;");
        let a = ("a/mod.rs", "mod deep; pub(crate) use deep::{Name, f as g};");
        let deep = ("a/deep.rs", "pub struct Name; pub fn f() {}");
        for (b, imports) in [
            ("use crate::Name;", &["b.rs > a/deep.rs Name"][..]),
            (
                "use super::a::{Name as N, g};",
                &["b.rs > a/deep.rs Name", "b.rs > a/deep.rs f"],
            ),
            ("use crate::a; fn x() { a::g() }", &["b.rs > a/deep.rs f"]),
            (
                "fn x() { write!(w, \"\", super::Name::new()) }",
                &["b.rs > a/deep.rs Name"],
            ),
            ("fn x() { use crate::a; }", &["b.rs > a/mod.rs itself"]),
            (
                "use crate::a::*; fn x(n: Name) {}",
                &["b.rs > a/deep.rs Name", "b.rs > a/mod.rs *"],
            ),
            ("use crate::a; use std::Name; fn x(a: u8) { s.Name() }", &[]),
            ("#[cfg(test)] mod tests { use crate::Name; }", &[]),
        ] {
            assert_eq!(found(&[lib, a, deep, ("b.rs", b)]), imports, "{b}");
        }
    }

    #[test]
    fn a_parent_imports_what_it_uses_of_a_child() {
        let child = ("child.rs", "pub struct Name;");
        for (lib, imports) in [
            ("mod child;", &[][..]),
            ("mod child; pub use child::Name;", &[]),
            ("mod child; use child::Name;", &["lib.rs > child.rs Name"]),
            (
                "mod child; pub use child::Name; fn f(n: Name) {}",
                &["lib.rs > child.rs Name"],
            ),
            (
                "mod child; fn f(n: child::Name) {}",
                &["lib.rs > child.rs Name"],
            ),
        ] {
            assert_eq!(found(&[("lib.rs", lib), child]), imports, "{lib}");
        }
    }

    #[test]
    fn a_name_can_be_a_module_and_a_function() {
        let lib = ("lib.rs", "mod parse; mod b; pub use parse::parse;");
        let parse = ("parse/mod.rs", "mod deep; pub fn parse() {}");
        let deep = ("parse/deep.rs", "pub fn g() {}");
        let b = ("b.rs", "fn f() { crate::parse(); crate::parse::deep::g() }");
        let imports = ["b.rs > parse/deep.rs g", "b.rs > parse/mod.rs parse"];
        assert_eq!(found(&[lib, parse, deep, b]), imports);
    }
}
