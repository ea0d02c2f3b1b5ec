//! Where things are: the repository's folders as absolute paths.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository's root")
}

/// A path of the repository, given from its root with forward slashes.
pub fn at(path: &str) -> PathBuf {
    root().join(path)
}

/// Where builds and installed tools go: `target`, or the folder that `CARGO_TARGET_DIR` names.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| at("target"), |folder| root().join(folder))
}

/// A path as people write it: from the repository's root, with forward slashes.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string().replace('\\', "/")
}
