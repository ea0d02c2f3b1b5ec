//! What a visitor downloads, in brotli bytes, part by part, and what it may come to.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{
    process::output,
    setup::node,
    workspace::{at, shown},
};

/// A limit on the brotli bytes of some files of the site.
struct Budget {
    name: &'static str,
    /// In thousands of bytes.
    limit_kb: u64,
    parts: Parts,
}

enum Parts {
    Files(&'static [&'static str]),
    /// The page's entry and everything that it and its parts name.
    FirstScreen,
}

const BUDGETS: [Budget; 8] = [
    Budget {
        name: "core",
        limit_kb: 129,
        parts: Parts::Files(&["pkg/deep_end_bg.wasm", "pkg/deep_end.js", "lib/core.js", "lib/start.js"]),
    },
    Budget {
        name: "networks",
        limit_kb: 135,
        parts: Parts::Files(&["pkg/networks_bg.wasm", "pkg/networks.js", "lib/networks.js"]),
    },
    Budget {
        name: "playground's core",
        limit_kb: 297,
        parts: Parts::Files(&["pkg/playground_bg.wasm", "pkg/playground.js", "lib/playground/core.js"]),
    },
    Budget {
        name: "training",
        limit_kb: 246,
        parts: Parts::Files(&["pkg/training_bg.wasm", "pkg/training.js", "lib/training.js"]),
    },
    // Packed already: brotli takes nothing off it.
    Budget { name: "images to train with", limit_kb: 1220, parts: Parts::Files(&["data/mnist.bin"]) },
    Budget {
        name: "inside of networks",
        limit_kb: 200,
        parts: Parts::Files(&["pkg/inside_bg.wasm", "pkg/inside.js", "lib/network/core.js", "lib/start.js"]),
    },
    Budget { name: "digits network", limit_kb: 25, parts: Parts::Files(&["networks/digits.safetensors"]) },
    Budget { name: "first screen", limit_kb: 200, parts: Parts::FirstScreen },
];

/// What is named, but asked for, with all that it names, only once a part of the page further down comes near the screen
/// or is used. The browser tests open the page without going there.
const LATER: [&str; 1] = ["lib/recogniser.js"];

/// What the first screen asks for by names that it puts together: the picture it opens with, and the choice of others.
/// The browser tests hold the list of what was really asked for against [`first_screen`].
const PUT_TOGETHER: [&str; 2] = ["photos/coffee.webp", "photos/thumbs"];

/// Prints every budget with its parts.
///
/// # Errors
/// Where one is exceeded: with all that are.
pub fn check(site: &Path) -> Result<()> {
    let mut exceeded = Vec::new();
    for Budget { name, limit_kb, parts } in &BUDGETS {
        let files = match parts {
            Parts::Files(files) => files.iter().map(PathBuf::from).collect(),
            Parts::FirstScreen => first_screen(site)?,
        };
        let weights = weigh(site, &files)?;
        let total: u64 = weights.iter().sum();
        println!("{name}: {total} of {} brotli bytes", limit_kb * 1000);
        for (file, bytes) in files.iter().zip(weights) {
            println!("{bytes:>9}  {}", shown(file));
        }
        if total > limit_kb * 1000 {
            exceeded.push(format!("{name} ({total} of {} bytes)", limit_kb * 1000));
        }
    }
    if exceeded.is_empty() { Ok(()) } else { bail!("over budget: {}", exceeded.join(", ")) }
}

fn weigh(site: &Path, files: &[PathBuf]) -> Result<Vec<u64>> {
    let mut command = node()?;
    command.arg(at("xtask/node/brotli.mjs")).args(files.iter().map(|file| site.join(file)));
    serde_json::from_str(&output(&mut command)?).context("brotli.mjs prints a list of numbers")
}

/// What the page at `site` may ask for by itself, as paths from `site`: every file that its entry names, or that a style
/// sheet or module named by it names, and so on, and what it puts together. A name counts whether or not it is ever asked
/// for; links to other pages do not, nor what the page asks for later.
///
/// # Errors
/// Where one of these files cannot be read.
pub fn first_screen(site: &Path) -> Result<Vec<PathBuf>> {
    let entry = PathBuf::from("index.html");
    let (mut found, mut open) = (BTreeSet::from([entry.clone()]), vec![entry]);
    while let Some(file) = open.pop() {
        if !has_extension(&file, &["html", "css", "js", "svg"]) {
            continue;
        }
        let text = fs::read_to_string(site.join(&file)).with_context(|| format!("{} cannot be read", shown(&file)))?;
        for name in names(&text) {
            let Some(named) = resolve(&file, name) else { continue };
            let later = LATER.iter().any(|later| named == Path::new(later));
            let counts = !later && !has_extension(&named, &["html"]) && site.join(&named).is_file();
            if counts && found.insert(named.clone()) {
                open.push(named);
            }
        }
    }
    for path in PUT_TOGETHER {
        found.extend(files_at(site, path)?);
    }
    Ok(found.into_iter().collect())
}

/// The file itself, or the files directly in the folder.
fn files_at(site: &Path, path: &str) -> Result<Vec<PathBuf>> {
    let full = site.join(path);
    if full.is_file() {
        return Ok(vec![path.into()]);
    }
    let entries = fs::read_dir(&full).with_context(|| format!("the first screen asks for {path}"))?;
    entries.map(|entry| Ok(Path::new(path).join(entry?.file_name()))).collect()
}

fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    file.extension().is_some_and(|extension| extensions.iter().any(|e| extension == *e))
}

/// Whatever could be a file's name in HTML, CSS or JavaScript: the text between quotes, brackets and spaces.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_whitespace() || "\"'`()<>=,;".contains(c);
    text.split(ends).filter(|word| word.contains('.')).map(|word| word.split(['?', '#']).next().unwrap_or(word))
}

/// The file of the site that `name` means in `file`; none for an address on another host or outside the site.
fn resolve(file: &Path, name: &str) -> Option<PathBuf> {
    if name.contains(':') {
        return None;
    }
    let mut path = match name.strip_prefix('/') {
        Some(_) => PathBuf::new(),
        None => file.parent()?.to_path_buf(),
    };
    for part in Path::new(name.trim_start_matches('/')).components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::ParentDir if !path.pop() => return None,
            _ => {}
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(files: &[(&str, &str)]) -> PathBuf {
        let name = format!("deep-end-budget-{}-{:?}", std::process::id(), std::thread::current().id());
        let site = std::env::temp_dir().join(name);
        for (file, text) in files {
            fs::create_dir_all(site.join(file).parent().unwrap()).unwrap();
            fs::write(site.join(file), text).unwrap();
        }
        site
    }

    #[test]
    fn the_first_screen_is_what_the_entry_leads_to() {
        let site = site(&[
            ("index.html", r#"<link href="style.css?2"><script src=/lib/page.js></script><a href="about.html">x</a>"#),
            ("about.html", r#"<img src="photos/other.webp">"#),
            ("style.css", "body { background: url(photos/first.webp) }"),
            ("lib/page.js", r#"import { x } from "./client.js"; fetch("https://example.com/lib/unused.js")"#),
            ("lib/client.js", r#"for (const name of ["../worker.js", "./recogniser.js"]) hire(name)"#),
            ("worker.js", r#"const network = '/networks/other.safetensors';"#),
            ("lib/recogniser.js", r#"const network = '/networks/digits.safetensors';"#),
            ("lib/unused.js", ""),
            ("networks/digits.safetensors", ""),
            ("networks/other.safetensors", ""),
            ("photos/first.webp", ""),
            ("photos/other.webp", ""),
            ("photos/coffee.webp", ""),
            ("photos/thumbs/other.webp", ""),
        ]);
        let found: Vec<String> = first_screen(&site).unwrap().iter().map(|file| shown(file)).collect();
        let wanted = [
            "index.html",
            "lib/client.js",
            "lib/page.js",
            "networks/other.safetensors",
            "photos/coffee.webp",
            "photos/first.webp",
            "photos/thumbs/other.webp",
            "style.css",
            "worker.js",
        ];
        assert_eq!(found, wanted);
        fs::remove_dir_all(site).unwrap();
    }

    #[test]
    fn a_page_without_an_entry_is_an_error() {
        let site = site(&[("other.html", "")]);
        assert!(first_screen(&site).unwrap_err().to_string().contains("index.html"));
        fs::remove_dir_all(site).unwrap();
    }

    #[test]
    fn names_do_not_leave_the_site() {
        assert_eq!(resolve(Path::new("lib/a.js"), "../pkg/b.js"), Some("pkg/b.js".into()));
        assert_eq!(resolve(Path::new("lib/a.js"), "../../b.js"), None);
        assert_eq!(resolve(Path::new("a.js"), "https://example.com/b.js"), None);
    }
}
