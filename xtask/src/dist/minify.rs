//! The page's scripts and style sheets without what only people read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{process::run, setup::NpmTools, workspace::shown};

/// What wasm-bindgen made. Its names stay: the core's messages name a value by its class.
const GENERATED: &str = "pkg";

/// Makes every script and style sheet of the site smaller, each in its place: files keep their names and imports.
pub fn minify(site: &Path, tools: &NpmTools) -> Result<()> {
    let mut files = Vec::new();
    find(site, &mut files)?;
    let (generated, written): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| file.starts_with(site.join(GENERATED)));
    shrink(site, &generated, &["--minify-whitespace", "--minify-syntax"], tools)?;
    shrink(site, &written, &["--minify"], tools)
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", shown(folder)))? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|kind| kind == "js" || kind == "css") {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}

fn shrink(site: &Path, files: &[PathBuf], how: &[&str], tools: &NpmTools) -> Result<()> {
    let mut esbuild = tools.esbuild();
    esbuild.args(how).args(["--target=es2023", "--charset=utf8", "--log-level=warning", "--allow-overwrite"]);
    // Handles' `free` replaces the one that wasm-bindgen gives every class (src/js/maps.rs).
    esbuild.arg("--log-override:duplicate-class-member=silent");
    // Without a base, the common folder of the files would be cut off their paths.
    let base = |option: &str| format!("--{option}={}", site.display());
    run(esbuild.arg(base("outbase")).arg(base("outdir")).args(files))
}
