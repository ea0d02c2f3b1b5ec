//! The test programs: compiled together, run one package at a time.
//!
//! Cargo unifies the features of what it compiles together, so `cargo test` of one package after another would compile the
//! core, and most of what it stands on, for each of them anew.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, ensure};
use serde_json::Value;

use super::{
    cargo,
    tally::{Tally, tested},
};
use crate::{process::run_lines, workspace::at};

/// A package with tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Package {
    Core,
    Commands,
    Browser,
}

impl Package {
    const ALL: [Self; 3] = [Self::Core, Self::Commands, Self::Browser];

    fn name(self) -> &'static str {
        match self {
            Self::Core => "deep-end",
            Self::Commands => "xtask",
            Self::Browser => "browser-tests",
        }
    }

    fn folder(self) -> PathBuf {
        match self {
            Self::Core => at(""),
            Self::Commands => at("xtask"),
            Self::Browser => at("tests/browser"),
        }
    }
}

/// Compiles the test programs of all packages.
///
/// # Errors
/// Where one does not compile, or a package has none.
pub fn compiled() -> Result<Vec<(Package, PathBuf)>> {
    let mut programs = Vec::new();
    let mut cargo = selection();
    run_lines(cargo.args(["--no-run", "--message-format=json-render-diagnostics"]), |line| {
        programs.extend(read(line))
    })?;
    for package in Package::ALL {
        ensure!(programs.iter().any(|(of, _)| *of == package), "{} has no tests", package.name());
    }
    Ok(programs)
}

/// Runs those of a package as cargo would, each with what `prepare` adds; the first that fails ends it.
///
/// # Errors
/// Where a test fails or is skipped, or where none ran.
pub fn run(programs: &[(Package, PathBuf)], package: Package, prepare: impl Fn(&mut Command)) -> Result<Tally> {
    let mut total = Tally::default();
    for (_, program) in programs.iter().filter(|(of, _)| *of == package) {
        let mut command = Command::new(program);
        prepare(command.current_dir(package.folder()));
        total += tested(&mut command)?;
    }
    Ok(total)
}

/// Runs the examples in the documentation of all packages.
///
/// # Errors
/// Where one fails or is skipped, or where there was none.
pub fn examples() -> Result<Tally> {
    tested(selection().arg("--doc"))
}

fn selection() -> Command {
    let mut cargo = cargo("test");
    cargo.args(Package::ALL.iter().flat_map(|package| ["--package", package.name()]));
    cargo
}

/// A test program in a line of cargo's messages; a package's ordinary programs have no tests in them.
fn read(line: &str) -> Option<(Package, PathBuf)> {
    let message: Value = serde_json::from_str(line).ok()?;
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?;
    let package = Package::ALL.into_iter().find(|package| package.folder() == folder)?;
    (message["profile"]["test"] == true).then_some((package, message["executable"].as_str()?.into()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn test_programs_are_told_from_other_messages() {
        let built = |test: bool, executable: Value| {
            let message = json!({ "reason": "compiler-artifact", "manifest_path": at("xtask/Cargo.toml"),
                "profile": { "test": test }, "executable": executable });
            read(&message.to_string())
        };
        assert_eq!(built(true, json!("/t/xtask-1")), Some((Package::Commands, "/t/xtask-1".into())));
        assert_eq!(built(false, json!("/t/xtask")), None);
        assert_eq!(built(true, json!(null)), None);
        assert_eq!(read(r#"{"reason":"build-finished","success":true}"#), None);
    }
}
