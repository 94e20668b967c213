//! The folder of the core builds wherever it is copied to.

const OWN: &str = include_str!("../Cargo.toml");

#[test]
fn the_manifest_of_the_core_inherits_nothing_from_a_workspace() {
    let lines = OWN.lines().filter(|line| !line.starts_with('#'));
    let taken: Vec<&str> = lines.filter(|line| line.contains("workspace")).collect();
    assert!(taken.is_empty(), "{taken:?}");
}

/// What is said twice is said alike. Alone there is no workspace to compare with.
#[test]
fn the_manifest_of_the_core_agrees_with_the_workspace() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let Ok(root) = std::fs::read_to_string(root) else {
        return;
    };
    let section = |name: &str| {
        let from = root.split_once(&format!("[workspace.{name}]\n"));
        let part = from.map_or("", |(_, rest)| rest.split("\n\n").next().unwrap_or(""));
        part.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    for name in ["package", "lints.rust", "lints.clippy"] {
        for line in section(name) {
            assert!(OWN.lines().any(|own| own == line), "{name}: {line}");
        }
    }
}
