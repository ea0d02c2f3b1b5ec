//! The cores that some pages' workers have and the package has not: the optimised modules, in Node.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use super::tally::{self, Tally};
use crate::{
    setup::node,
    workspace::{at, target},
};

/// Tells the scripts where the core is.
const CORE: &str = "DEEP_END_CORE";

/// Runs the scripts of `tests/MODULE` on a copy of the released files of that page's core, which Node takes for modules.
pub fn tested(module: &str, page: &str) -> Result<Tally> {
    let copy = target().join("cores").join(module);
    let core = format!("lib/{page}/core.js");
    for file in ["lib/start.js", &core, &format!("pkg/{module}.js"), &format!("pkg/{module}_bg.wasm")] {
        let to = copy.join(file);
        fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
        fs::copy(at("dist/site").join(file), to).with_context(|| format!("dist/site/{file} cannot be copied"))?;
    }
    fs::write(copy.join("package.json"), r#"{ "private": true, "type": "module" }"#)?;
    let mut test = node()?;
    test.args(["--test", "--test-reporter=spec"]).args(scripts(module)?);
    tally::tested(test.env(CORE, copy))
}

fn scripts(module: &str) -> Result<Vec<PathBuf>> {
    let folder = at("tests").join(module);
    let entries = fs::read_dir(&folder).with_context(|| format!("tests/{module} cannot be read"))?;
    let mut scripts = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    scripts.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    scripts.sort();
    Ok(scripts)
}
