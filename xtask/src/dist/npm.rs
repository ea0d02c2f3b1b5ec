//! `dist/npm`: the package as it would be published.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::json;

use crate::{
    process::run,
    setup::NpmTools,
    workspace::{at, shown},
};

/// Makes the package around the site's optimised core. Its scripts are as they were written, for those who step
/// through them; whoever bundles them minifies them too.
pub fn make(site: &Path, tools: &NpmTools) -> Result<PathBuf> {
    let package = at("dist/npm");
    if package.exists() {
        fs::remove_dir_all(&package)?;
    }
    take(&site.join("pkg/deep_end_bg.wasm"), &package.join("pkg/deep_end_bg.wasm"))?;
    for file in ["lib/core.js", "pkg/deep_end.js", "pkg/deep_end.d.ts", "networks/digits.safetensors"] {
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

/// Has TypeScript write the entry's types from its JSDoc.
fn declare(package: &Path, tools: &NpmTools) -> Result<()> {
    let mut tsc = tools.tsc();
    tsc.current_dir(package).args(["--ignoreConfig", "--allowJs", "--checkJs", "--strict", "--declaration"]);
    tsc.args(["--emitDeclarationOnly", "--target", "es2023", "--module", "nodenext", "--types", "", "lib/core.js"]);
    // Without this file, TypeScript would take the entry for a CommonJS module.
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
            "./networks/*": "./networks/*",
        },
        "sideEffects": false,
        "engines": { "node": ">=20" },
    });
    Ok(serde_json::to_string_pretty(&manifest)? + "\n")
}
