//! What a name means in a module: the file that defines it, also behind
//! `use` and `pub use`.

use super::tree::{Module, ModulePath, Tree};
use quote::ToTokens;
use std::collections::BTreeMap;
use syn::{Item, UseTree, Visibility};

/// Longer chains of `use` go in a circle.
const CHAIN: usize = 16;

/// Something a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// A module, by its path.
    Module(&'a ModulePath),
    /// Something that is declared in this module, by its name.
    Item(&'a ModulePath, &'a str),
}

/// One name of a `use` at the top of a module.
pub struct Use {
    /// What it names; for a glob the module before the `*`.
    pub path: Vec<String>,
    /// The name it has here, none for a glob.
    pub name: Option<String>,
    /// Whether other modules can take it from here.
    pub public: bool,
    /// The line it stands on.
    pub line: usize,
}

enum Binding {
    Module(ModulePath),
    Item,
    Use(Vec<String>),
}

#[derive(Default)]
struct Scope {
    names: BTreeMap<String, Vec<Binding>>,
    globs: Vec<Vec<String>>,
}

/// The names of every module of a crate.
pub struct Scopes<'a> {
    scopes: BTreeMap<&'a ModulePath, Scope>,
}

impl<'a> Scopes<'a> {
    /// Reads the declarations of all modules.
    pub fn new(tree: &'a Tree) -> Self {
        let modules = tree.modules.iter();
        let scopes = modules.map(|(path, module)| (path, scope(path, module)));
        Self {
            scopes: scopes.collect(),
        }
    }

    /// Where `path` leads from the module `from`; nowhere if that is outside of the crate.
    pub fn resolve(&self, from: &'a ModulePath, path: &[String]) -> Option<Place<'_>> {
        self.follow(from, path, 0)
    }

    fn follow<'s>(
        &'s self,
        from: &'s ModulePath,
        path: &[String],
        chain: usize,
    ) -> Option<Place<'s>> {
        let mut module = from.clone();
        let mut rest = path;
        while let [first, more @ ..] = rest {
            match first.as_str() {
                "crate" => module.clear(),
                "self" => {}
                "super" => {
                    module.pop();
                }
                _ => break,
            }
            rest = more;
        }
        self.walk(&module, rest, chain)
    }

    /// Where `path` leads that starts with a name of `module`.
    fn walk<'s>(&'s self, module: &ModulePath, path: &[String], chain: usize) -> Option<Place<'s>> {
        let (module, scope) = self.scopes.get_key_value(module)?;
        let [name, rest @ ..] = path else {
            return Some(Place::Module(module));
        };
        let places = self.places(module, scope, name, chain);
        let modules = places.iter().filter_map(|place| match place {
            Place::Module(path) => Some(*path),
            Place::Item(..) => None,
        });
        let item = places
            .iter()
            .find(|place| matches!(place, Place::Item(..)))
            .copied();
        if rest.is_empty() {
            // A name can be a module and a function; the function is what is imported.
            return item.or_else(|| modules.map(Place::Module).next());
        }
        let mut below = modules.filter_map(|path| self.walk(path, rest, chain));
        below.next().or(item)
    }

    fn places<'s>(
        &'s self,
        module: &'s ModulePath,
        scope: &'s Scope,
        name: &str,
        chain: usize,
    ) -> Vec<Place<'s>> {
        if chain > CHAIN {
            return Vec::new();
        }
        let own = scope.names.get_key_value(name).into_iter();
        let own =
            own.flat_map(|(name, bindings)| bindings.iter().map(move |binding| (name, binding)));
        let own = own.filter_map(|(name, binding)| match binding {
            Binding::Item => Some(Place::Item(module, name)),
            Binding::Module(path) => Some(Place::Module(self.scopes.get_key_value(path)?.0)),
            Binding::Use(path) => self.follow(module, path, chain + 1),
        });
        let globs = scope.globs.iter().filter_map(|path| {
            let path = [&path[..], &[name.to_owned()]].concat();
            self.follow(module, &path, chain + 1)
        });
        own.chain(globs).collect()
    }
}

fn scope(path: &ModulePath, module: &Module) -> Scope {
    let mut scope = Scope::default();
    for item in &module.items {
        let (name, binding) = match item {
            Item::Mod(child) => {
                let name = child.ident.to_string();
                let below = [&path[..], std::slice::from_ref(&name)].concat();
                (name, Binding::Module(below))
            }
            Item::Use(_) => continue,
            item => match name_of(item) {
                Some(name) => (name, Binding::Item),
                None => continue,
            },
        };
        scope.names.entry(name).or_default().push(binding);
    }
    for named in uses(module) {
        match named.name {
            Some(name) => scope
                .names
                .entry(name)
                .or_default()
                .push(Binding::Use(named.path)),
            None => scope.globs.push(named.path),
        }
    }
    scope
}

/// The name an item declares.
fn name_of(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// Every name that the `use` declarations of a module bring in.
pub fn uses(module: &Module) -> Vec<Use> {
    let mut found = Vec::new();
    for item in &module.items {
        let Item::Use(item) = item else { continue };
        // `use ::name` is another crate.
        if item.leading_colon.is_none() {
            let public = !matches!(item.vis, Visibility::Inherited);
            leaves(&item.tree, &[], public, &mut found);
        }
    }
    found
}

fn leaves(tree: &UseTree, prefix: &[String], public: bool, found: &mut Vec<Use>) {
    let with = |name: &syn::Ident| match name.to_string().as_str() {
        "self" if !prefix.is_empty() => prefix.to_vec(),
        name => [prefix, &[name.to_owned()]].concat(),
    };
    let mut push = |path: Vec<String>, name: Option<String>, token: &dyn ToTokens| {
        let span = token
            .to_token_stream()
            .into_iter()
            .next()
            .map(|token| token.span());
        let line = span.map_or(0, |span| span.start().line);
        found.push(Use {
            path,
            name,
            public,
            line,
        });
    };
    match tree {
        UseTree::Path(path) => leaves(&path.tree, &with(&path.ident), public, found),
        UseTree::Group(group) => {
            for tree in &group.items {
                leaves(tree, prefix, public, found);
            }
        }
        UseTree::Name(name) => {
            let path = with(&name.ident);
            let last = path.last().cloned();
            push(path, last, name);
        }
        UseTree::Rename(name) => push(with(&name.ident), Some(name.rename.to_string()), name),
        UseTree::Glob(star) => push(prefix.to_vec(), None, star),
    }
}
