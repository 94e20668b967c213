//! The modules of a crate, from its root on: the file and the items of each.

use super::source::Files;
use std::collections::BTreeMap;
use syn::Item;

/// The names that lead from the root of a crate to a module of it.
pub type ModulePath = Vec<String>;

/// A module, without what is compiled for tests only.
pub struct Module {
    /// The file it stands in.
    pub file: String,
    /// What is declared in it.
    pub items: Vec<Item>,
}

/// A crate: a library, or one program of a package.
pub struct Tree {
    /// The folder of its package.
    pub package: String,
    /// Its modules; the root has the empty path.
    pub modules: BTreeMap<ModulePath, Module>,
}

impl Tree {
    /// The crate whose root is the file `root`.
    pub fn new(package: &str, root: &str, files: &Files) -> Result<Self, String> {
        let mut tree = Self {
            package: package.to_owned(),
            modules: BTreeMap::new(),
        };
        let (folder, _) = root.rsplit_once('/').unwrap_or(("", root));
        tree.grow(ModulePath::new(), root, folder, files)?;
        Ok(tree)
    }

    /// Adds the module of this file, and all below it, which `folder` holds.
    fn grow(
        &mut self,
        path: ModulePath,
        name: &str,
        folder: &str,
        files: &Files,
    ) -> Result<(), String> {
        let file = files
            .get(name)
            .ok_or_else(|| format!("{name} is missing"))?;
        let parsed = syn::parse2::<syn::File>(file.tokens.clone());
        let items = parsed.map_err(|e| format!("{name}: {e}"))?.items;
        self.add(path, name, items, folder, files)
    }

    fn add(
        &mut self,
        path: ModulePath,
        name: &str,
        mut items: Vec<Item>,
        folder: &str,
        files: &Files,
    ) -> Result<(), String> {
        for item in &mut items {
            let Item::Mod(child) = item else { continue };
            let ident = child.ident.to_string();
            let below = format!("{folder}/{ident}");
            let path = [&path[..], std::slice::from_ref(&ident)].concat();
            if let Some((_, items)) = &mut child.content {
                self.add(path, name, std::mem::take(items), &below, files)?;
                continue;
            }
            let alone = format!("{below}.rs");
            let file = if files.contains_key(&alone) {
                alone
            } else {
                format!("{below}/mod.rs")
            };
            self.grow(path, &file, &below, files)?;
        }
        let file = name.to_owned();
        self.modules.insert(path, Module { file, items });
        Ok(())
    }
}

/// Every crate there is below a folder `src`.
pub fn crates(files: &Files) -> Result<Vec<Tree>, String> {
    let roots = files.keys().filter_map(|path| {
        let (package, place) = path.split_once("/src/")?;
        let program = place
            .strip_prefix("bin/")
            .is_some_and(|name| !name.contains('/'));
        (program || ["lib.rs", "main.rs"].contains(&place)).then_some((package, path))
    });
    roots
        .map(|(package, root)| Tree::new(package, root, files))
        .collect()
}
