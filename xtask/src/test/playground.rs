//! The playground's core as its worker has it: the optimised module, in Node.

use std::fs;

use anyhow::{Context, Result};

use super::tally::{self, Tally};
use crate::{
    setup::node,
    workspace::{at, target},
};

/// What the worker's core consists of.
const FILES: [&str; 4] = ["lib/start.js", "lib/playground/core.js", "pkg/playground.js", "pkg/playground_bg.wasm"];

const SCRIPTS: [&str; 2] = ["surface.test.mjs", "files.test.mjs"];

/// Tells the scripts where it is.
const CORE: &str = "DEEP_END_PLAYGROUND";

/// Runs `tests/playground` on a copy of the release's files that Node takes for modules.
pub fn tested() -> Result<Tally> {
    let copy = target().join("playground");
    for file in FILES {
        let to = copy.join(file);
        fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
        fs::copy(at("dist/site").join(file), to).with_context(|| format!("dist/site/{file} cannot be copied"))?;
    }
    fs::write(copy.join("package.json"), r#"{ "private": true, "type": "module" }"#)?;
    let mut test = node()?;
    test.args(["--test", "--test-reporter=spec"]).args(SCRIPTS.map(|script| at("tests/playground").join(script)));
    tally::tested(test.env(CORE, copy))
}
