//! `dist/site`: what any static host needs, and nothing else.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::{budget::first_screen, minify::minify, offline};
use crate::{
    build::MODULES,
    process::run,
    setup::NpmTools,
    workspace::{at, shown},
};

/// What a visitor's browser asks for, by extension.
const SHIPPED: [&str; 19] = [
    "avif",
    "bin",
    "css",
    "gif",
    "html",
    "ico",
    "jpeg",
    "jpg",
    "js",
    "json",
    "png",
    "safetensors",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
    "webp",
    "woff2",
    "xml",
];

/// What lies beside it for those who work on the page.
const LEFT_OUT: [&str; 3] = [".d.ts", ".md", "tsconfig.json"];

/// Copies the page; in the copy, optimises the core's modules and minifies scripts and style sheets.
pub fn make(tools: &NpmTools) -> Result<PathBuf> {
    let site = at("dist/site");
    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    copy(&at("www"), &site)?;
    for module in MODULES {
        optimise(&site.join(format!("pkg/{module}_bg.wasm")), tools)?;
    }
    minify(&site, tools)?;
    preload(&site)?;
    offline::name_the_release(&site)?;
    Ok(site)
}

/// Has the page ask for all its modules at once: otherwise each would be asked for when one that imports it has come, and
/// every step on that way takes a visitor's distance to the host.
fn preload(site: &Path) -> Result<()> {
    const ENTRY: &str = r#"<script type="module""#;
    let page = site.join("index.html");
    let html = fs::read_to_string(&page)?;
    let (before, after) = html.split_once(ENTRY).context("index.html has no module to begin with")?;
    let mut links = String::new();
    for file in first_screen(site)?.iter().map(|file| shown(file)).filter(|file| file.ends_with(".js")) {
        if !html.contains(&format!("\"{file}\"")) {
            links += &format!("<link rel=\"modulepreload\" href=\"{file}\">\n    ");
        }
    }
    fs::write(&page, [before, &links, ENTRY, after].concat()).context("index.html cannot be written")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("{} cannot be read", shown(from)))? {
        let path = entry?.path();
        let copied = to.join(path.file_name().context("an entry of a folder has a name")?);
        if path.is_dir() {
            copy(&path, &copied)?;
        } else if ships(&path)? {
            fs::copy(&path, copied)?;
        }
    }
    Ok(())
}

/// A file of a kind that is in neither list is an error: leaving it out in silence could break the page.
fn ships(path: &Path) -> Result<bool> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with('.') || LEFT_OUT.iter().any(|end| name.ends_with(end)) {
        return Ok(false);
    }
    match path.extension() {
        Some(kind) if SHIPPED.iter().any(|shipped| kind == *shipped) => Ok(true),
        _ => bail!(
            "{} is of a kind that is neither shipped nor left out: say which in xtask/src/dist/site.rs",
            shown(path)
        ),
    }
}

/// Makes a WebAssembly module smaller and faster, in its place.
fn optimise(module: &Path, tools: &NpmTools) -> Result<()> {
    let mut wasm_opt = tools.wasm_opt();
    // The lowest kilobyte, which offsets may then lead out of, is the end of the stack: nothing is ever there.
    wasm_opt.args(["-O3", "--low-memory-unused", "--strip-debug", "--strip-producers"]);
    // Functions of one module, and instances of one function, compress better side by side: 400 brotli bytes.
    wasm_opt.arg("--reorder-functions-by-name");
    run(wasm_opt.arg(module).arg("--output").arg(module))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_file_is_decided() {
        for shipped in ["index.html", "networks/digits.safetensors", "pkg/deep_end_bg.wasm"] {
            assert!(ships(Path::new(shipped)).unwrap(), "{shipped}");
        }
        for left_out in ["pkg/deep_end.d.ts", "tsconfig.json", ".DS_Store"] {
            assert!(!ships(Path::new(left_out)).unwrap(), "{left_out}");
        }
        let error = ships(Path::new("photos/raw.tiff")).unwrap_err().to_string();
        assert!(error.starts_with("photos/raw.tiff is of a kind"), "{error}");
    }
}
