//! The repository's text files, as the rules see them.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};

/// Folders that are built, installed or git's own; .gitignore names them too.
const NOT_OURS: [&str; 4] = [".git", "target", "dist", "node_modules"];
const GENERATED: [&str; 3] = ["www/pkg", "fuzz/corpus", "fuzz/artifacts"];

/// Text by path from the root, with forward slashes. Files that are not UTF-8 are not text, and left out.
#[derive(Default)]
pub struct Sources(BTreeMap<String, String>);

impl Sources {
    /// Reads everything below `root` that belongs to the repository.
    pub fn read(root: &Path) -> Result<Self> {
        let mut sources = Self::default();
        sources.read_folder(root, "")?;
        Ok(sources)
    }

    /// Files for a rule's own test.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect())
    }

    /// Every file, with its path.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files whose path begins with `start` and ends with `end`.
    pub fn within<'a>(&'a self, start: &'a str, end: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.all().filter(move |(path, _)| path.starts_with(start) && path.ends_with(end))
    }

    /// A complaint where a rule would look at nothing: an empty folder must not keep a rule in silence.
    pub fn lacks(&self, start: &str, end: &str) -> Option<String> {
        let nothing = self.within(start, end).next().is_none();
        nothing.then(|| {
            format!("{start}{}: there is none, so the rule would check nothing", if end.is_empty() { "" } else { "*" })
        })
    }

    fn read_folder(&mut self, folder: &Path, path: &str) -> Result<()> {
        for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            let kind = entry.file_type()?;
            if NOT_OURS.contains(&name.as_str()) || GENERATED.contains(&path.as_str()) || kind.is_symlink() {
                continue;
            }
            if kind.is_dir() {
                self.read_folder(&entry.path(), &path)?;
            } else if let Ok(text) = String::from_utf8(fs::read(entry.path())?) {
                self.0.insert(path, text);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_and_binary_files_are_not_read() {
        let root = std::env::temp_dir().join(format!("deep-end-sources-{}", std::process::id()));
        for (path, bytes) in
            [("src/a.rs", b"//".as_slice()), ("www/pkg/b.js", b"1"), ("target/c.rs", b"2"), ("photo.webp", b"\xff\xfe")]
        {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), bytes).unwrap();
        }
        let sources = Sources::read(&root).unwrap();
        assert_eq!(sources.all().collect::<Vec<_>>(), [("src/a.rs", "//")]);
        assert!(sources.lacks("src/", ".rs").is_none());
        assert!(sources.lacks("src/kernel/", ".rs").is_some());
        fs::remove_dir_all(root).unwrap();
    }
}
