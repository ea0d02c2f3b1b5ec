//! Rules about every text file: the repository must mean the same on every machine.

use super::{Complaints, sources::Sources};

/// Written in parts, so that this file keeps its own rule.
const HOMES: [[&str; 2]; 5] = [["/ro", "ot/"], ["/ho", "me/"], ["/Us", "ers/"], ["/wo", "rk/"], ["C:\\Us", "ers"]];
const REGISTRIES: [[&str; 2]; 5] = [
    ["registry.", "npmjs.org"],
    ["index.", "crates.io"],
    ["static.", "crates.io"],
    ["files.", "pythonhosted.org"],
    ["deb.", "debian.org"],
];

/// What tools write themselves, with the places they got things from.
const LOCKS: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// A path that one machine has, others do not.
pub fn no_machine_paths(sources: &Sources) -> Complaints {
    find(sources, &HOMES.map(|parts| parts.concat()), true)
}

/// Which registry, or which mirror of it, is a setting of each machine.
pub fn no_registries(sources: &Sources) -> Complaints {
    find(sources, &REGISTRIES.map(|parts| parts.concat()), false)
}

fn find(sources: &Sources, words: &[String], at_start: bool) -> Complaints {
    let mut complaints = Vec::new();
    for (path, text) in sources.all().filter(|(path, _)| !LOCKS.iter().any(|lock| path.ends_with(lock))) {
        for (at, line) in text.lines().enumerate() {
            let found = words
                .iter()
                .find(|word| line.match_indices(word.as_str()).any(|(column, _)| !at_start || begins(line, column)));
            complaints.extend(found.map(|word| format!("{path}:{}: has {word}", at + 1)));
        }
    }
    complaints
}

/// Whether a path begins at this column: a longer word, as a link's path, is something else.
fn begins(line: &str, column: usize) -> bool {
    let before = line[..column].chars().next_back();
    !before.is_some_and(|c| c.is_alphanumeric() || ".-_~}/".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machines_path_is_found() {
        let home = HOMES[1].concat();
        let bad = format!("first\nread(\"{home}ada/data\")");
        assert_eq!(no_machine_paths(&Sources::of(&[("src/a.rs", &bad)])), [format!("src/a.rs:2: has {home}")]);
        let link = format!("https://example.com{home}page and ../net{home}x");
        assert_eq!(no_machine_paths(&Sources::of(&[("README.md", &link)])), [""; 0]);
    }

    #[test]
    fn a_registry_is_found_outside_lock_files() {
        let bad = format!("from https://{}/x", REGISTRIES[0].concat());
        let sources = Sources::of(&[("README.md", bad.as_str()), ("xtask/npm/package-lock.json", bad.as_str())]);
        assert_eq!(no_registries(&sources).len(), 1);
    }
}
