//! The npm package as its users have it: packed, installed into a folder of its own, imported by its name.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::tally::{self, Tally};
use crate::{
    process::{output, run},
    setup::{NpmTools, node, npm},
    workspace::{at, target},
};

/// What the scripts read beside themselves.
const READ: [&str; 3] = ["tests/golden/training.json", "tests/network/digits-examples.json", "tests/npm/refused.mjs"];

/// Runs `tests/npm` on `dist/npm`: its scripts in Node, its TypeScript through the compiler.
pub fn tested(tools: &NpmTools) -> Result<Tally> {
    let consumer = target().join("npm-consumer");
    install(&consumer)?;
    for file in READ {
        let name = Path::new(file).file_name().context("a file has a name")?;
        fs::copy(at(file), consumer.join(name)).with_context(|| format!("{file} cannot be copied"))?;
    }
    let (scripts, types) = (copied("test.mjs", &consumer)?, copied("ts", &consumer)?);
    let mut tsc = tools.tsc();
    tsc.current_dir(&consumer).args([
        "--ignoreConfig",
        "--noEmit",
        "--strict",
        "--target",
        "es2023",
        "--module",
        "nodenext",
    ]);
    run(tsc.args(["--types", ""]).args(types))?;
    tally::tested(node()?.current_dir(&consumer).args(["--test", "--test-reporter=spec"]).args(scripts))
}

fn install(consumer: &Path) -> Result<()> {
    if consumer.exists() {
        fs::remove_dir_all(consumer)?;
    }
    fs::create_dir_all(consumer)?;
    fs::write(consumer.join("package.json"), r#"{ "private": true, "type": "module" }"#)?;
    let packed = output(npm(&["pack", "--silent", "--ignore-scripts"]).arg(at("dist/npm")).current_dir(consumer))?;
    let archive = format!("./{}", packed.trim());
    let quiet = ["--no-save", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    run(npm(&["install", &archive]).args(quiet).current_dir(consumer))
}

/// Copies the files of `tests/npm` with this ending to where the package's name is resolved.
fn copied(ending: &str, consumer: &Path) -> Result<Vec<PathBuf>> {
    let mut copies = Vec::new();
    for entry in fs::read_dir(at("tests/npm")).context("tests/npm cannot be read")? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(&format!(".{ending}")) {
            fs::copy(&path, consumer.join(&name))?;
            copies.push(name.into());
        }
    }
    copies.sort();
    Ok(copies)
}
