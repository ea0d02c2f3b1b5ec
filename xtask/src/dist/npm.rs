//! `dist/npm`: the package as it would be published.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::json;

use crate::{
    build::PACKAGED,
    process::run,
    setup::NpmTools,
    workspace::{at, shown},
};

/// What its users import: `deep-end`, `deep-end/networks` and `deep-end/training`.
const ENTRIES: [&str; 3] = ["lib/core.js", "lib/networks.js", "lib/training.js"];

/// Makes the package around the site's optimised modules. Its scripts are as they were written, for those who step
/// through them; whoever bundles them minifies them too.
pub fn make(site: &Path, tools: &NpmTools) -> Result<PathBuf> {
    let package = at("dist/npm");
    if package.exists() {
        fs::remove_dir_all(&package)?;
    }
    for module in PACKAGED {
        let wasm = format!("pkg/{module}_bg.wasm");
        take(&site.join(&wasm), &package.join(&wasm))?;
        for file in [format!("pkg/{module}.js"), format!("pkg/{module}.d.ts")] {
            take(&at("www").join(&file), &package.join(&file))?;
        }
    }
    for file in ENTRIES.into_iter().chain(["lib/start.js", "networks/digits.safetensors"]) {
        take(&at("www").join(file), &package.join(file))?;
    }
    for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        take(&at(file), &package.join(file))?;
    }
    declare(&package, tools)?;
    fs::write(package.join("package.json"), manifest()?)?;
    Ok(package)
}

fn take(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
    fs::copy(from, to).with_context(|| format!("the package needs {}", shown(from))).map(drop)
}

/// Has TypeScript write the entries' types from their JSDoc.
fn declare(package: &Path, tools: &NpmTools) -> Result<()> {
    let mut tsc = tools.tsc();
    tsc.current_dir(package).args(["--ignoreConfig", "--allowJs", "--checkJs", "--strict", "--declaration"]);
    tsc.args(["--emitDeclarationOnly", "--target", "es2023", "--module", "nodenext", "--types", ""]).args(ENTRIES);
    // Without this file, TypeScript would take the entries for CommonJS modules.
    fs::write(package.join("package.json"), r#"{ "type": "module" }"#)?;
    run(&mut tsc)
}

fn manifest() -> Result<String> {
    let manifest = json!({
        "name": "deep-end",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Pooling layers in WebAssembly: values, indices and shapes that agree with PyTorch",
        "license": env!("CARGO_PKG_LICENSE"),
        "type": "module",
        "exports": {
            ".": { "types": "./lib/core.d.ts", "default": "./lib/core.js" },
            "./networks": { "types": "./lib/networks.d.ts", "default": "./lib/networks.js" },
            "./training": { "types": "./lib/training.d.ts", "default": "./lib/training.js" },
            "./networks/*": "./networks/*",
        },
        "sideEffects": false,
        "engines": { "node": ">=20" },
    });
    Ok(serde_json::to_string_pretty(&manifest)? + "\n")
}
