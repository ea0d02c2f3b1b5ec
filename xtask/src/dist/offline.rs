//! What the site keeps for visits without a network: the service worker learns the release's files and version.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

use anyhow::{Context, Result};
use serde_json::json;

use crate::workspace::shown;

/// The service worker, in the site's root: it answers for what lies beside and below it.
const WORKER: &str = "offline.js";

/// Large, and asked for by name on a page that says so.
const LEFT_OUT: &str = "data/";

/// Puts the files' list, and a version that follows from what is in them, before the service worker.
///
/// # Errors
/// Where a file cannot be read or written.
pub fn name_the_release(site: &Path) -> Result<()> {
    let mut files = Vec::new();
    list(site, "", &mut files)?;
    files.retain(|file| file != WORKER && !file.starts_with(LEFT_OUT));
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in &files {
        (file, fs::read(site.join(file))?).hash(&mut hasher);
    }
    // A page is asked for by its folder's name, too.
    files.push("./".to_owned());
    let release = json!({ "version": format!("{:016x}", hasher.finish()), "files": files }).to_string();
    let path = site.join(WORKER);
    let script = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", shown(&path)))?;
    let script = format!("self.release = {release};\n{script}");
    fs::write(&path, script).with_context(|| format!("{} cannot be written", shown(&path)))
}

fn list(site: &Path, folder: &str, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(site.join(folder))? {
        let entry = entry?;
        let name = format!("{folder}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() { list(site, &format!("{name}/"), files)? } else { files.push(name) }
    }
    Ok(())
}
