//! How much the kernels work: the turns of their loops, which no noise of a machine changes.

use std::fs;

use anyhow::{Context, Result};

use super::tally::{self, Tally};
use crate::{
    build::PACKAGED,
    process::run,
    setup::{NpmTools, node},
    workspace::{at, target},
};

/// What the package consists of at run time, beside its modules.
const FILES: [&str; 6] = [
    "package.json",
    "lib/core.js",
    "lib/networks.js",
    "lib/training.js",
    "lib/start.js",
    "networks/digits.safetensors",
];

/// Tells the scripts where the package is whose loops call out at every turn.
const COUNTED: &str = "DEEP_END_COUNTED";

/// Makes a copy of `dist/npm` whose modules call a function wherever a loop turns or a function begins, and runs `tests/work` on it.
pub fn counted(tools: &NpmTools) -> Result<Tally> {
    let copy = target().join("counted");
    let glue = PACKAGED.map(|module| format!("pkg/{module}.js"));
    for file in FILES.into_iter().chain(glue.iter().map(String::as_str)) {
        let to = copy.join(file);
        fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
        fs::copy(at("dist/npm").join(file), to).with_context(|| format!("dist/npm/{file} cannot be copied"))?;
    }
    for module in PACKAGED.map(|module| format!("pkg/{module}_bg.wasm")) {
        let mut wasm_opt = tools.wasm_opt();
        wasm_opt.arg("--log-execution").arg(at("dist/npm").join(&module)).arg("--output").arg(copy.join(module));
        run(&mut wasm_opt)?;
    }
    let mut test = node()?;
    test.args(["--test", "--test-reporter=spec"]).arg(at("tests/work/turns.test.mjs"));
    tally::tested(test.env(COUNTED, copy))
}
