//! A browser and its driver for the tests of the page.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::apt;

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const DRIVERS: [&str; 1] = ["chromedriver"];
const DEBIAN_PACKAGES: [&str; 2] = ["chromium", "chromium-driver"];

/// Chromium and ChromeDriver, as paths.
pub struct Browser {
    /// From `CHROME`, or found on PATH.
    pub chrome: PathBuf,
    /// From `CHROMEDRIVER`, or found on PATH.
    pub driver: PathBuf,
}

impl Browser {
    /// Finds both, or installs both from Debian's packages.
    pub fn set_up() -> Result<Self> {
        if let Some(found) = Self::find()? {
            return Ok(found);
        }
        if !apt::exists() {
            bail!("Chromium and its ChromeDriver are needed: install both, or name them by CHROME and CHROMEDRIVER");
        }
        apt::install(&DEBIAN_PACKAGES, "the browser of the page's tests")?;
        Self::find()?.context("chromium and chromium-driver are installed, but are not on PATH")
    }

    /// Tells a command where the browser and its driver are.
    pub fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("CHROME", &self.chrome).env("CHROMEDRIVER", &self.driver)
    }

    fn find() -> Result<Option<Self>> {
        let (chrome, driver) = (named("CHROME", &BROWSERS)?, named("CHROMEDRIVER", &DRIVERS)?);
        Ok(chrome.zip(driver).map(|(chrome, driver)| Self { chrome, driver }))
    }
}

/// The program that the variable names, else the first of `names` on PATH.
fn named(variable: &str, names: &[&str]) -> Result<Option<PathBuf>> {
    match env::var_os(variable) {
        Some(path) if Path::new(&path).is_file() => Ok(Some(path.into())),
        Some(path) => bail!("{variable} is {}: there is no such file", Path::new(&path).display()),
        None => Ok(on_path(&env::var_os("PATH").unwrap_or_default(), names)),
    }
}

fn on_path(path: &std::ffi::OsStr, names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_wins_wherever_it_lies() {
        let folder = env::temp_dir().join(format!("deep-end-path-{}", std::process::id()));
        let (first, second) = (folder.join("1"), folder.join("2"));
        for (folder, name) in [(&first, "google-chrome"), (&second, "chromium")] {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join(name), []).unwrap();
        }
        let path = env::join_paths([&first, &second]).unwrap();
        assert_eq!(on_path(&path, &BROWSERS), Some(second.join("chromium")));
        assert_eq!(on_path(&path, &DRIVERS), None);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
