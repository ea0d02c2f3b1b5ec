//! How much the kernels work: the turns of their loops, which no noise of a machine changes.

use std::fs;

use anyhow::{Context, Result};

use super::tally::{self, Tally};
use crate::{
    process::run,
    setup::{NpmTools, node},
    workspace::{at, target},
};

/// What the package consists of at run time.
const FILES: [&str; 4] = ["package.json", "lib/core.js", "pkg/deep_end.js", "networks/digits.safetensors"];

const MODULE: &str = "pkg/deep_end_bg.wasm";

/// Tells the scripts where the package is whose loops call out at every turn.
const COUNTED: &str = "DEEP_END_COUNTED";

/// Makes a copy of `dist/npm` whose module calls a function wherever a loop turns or a function begins, and runs `tests/work` on it.
pub fn counted(tools: &NpmTools) -> Result<Tally> {
    let copy = target().join("counted");
    for file in FILES {
        let to = copy.join(file);
        fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
        fs::copy(at("dist/npm").join(file), to).with_context(|| format!("dist/npm/{file} cannot be copied"))?;
    }
    let mut wasm_opt = tools.wasm_opt();
    wasm_opt.arg("--log-execution").arg(at("dist/npm").join(MODULE)).arg("--output").arg(copy.join(MODULE));
    run(&mut wasm_opt)?;
    let mut test = node()?;
    test.args(["--test", "--test-reporter=spec"]).arg(at("tests/work/turns.test.mjs"));
    tally::tested(test.env(COUNTED, copy.join("lib/core.js")))
}
