//! Node, which must be there, and the npm tools, which are installed into the target folder.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    process::{output, run},
    workspace::{at, target},
};

/// The oldest Node whose test runner, fetch and WebAssembly SIMD the project relies on.
const OLDEST: u32 = 20;

/// A command that runs Node.
///
/// # Errors
/// Where Node is missing or too old: with what to install.
pub fn node() -> Result<Command> {
    let version = output(Command::new("node").arg("--version"))?;
    check(version.trim())?;
    Ok(Command::new("node"))
}

fn check(version: &str) -> Result<()> {
    let major = version.trim_start_matches('v').split('.').next().and_then(|part| part.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST => Ok(()),
        Some(_) => bail!("Node is {version}: Node {OLDEST} or later is needed, from https://nodejs.org"),
        None => bail!("`node --version` printed {version:?}, which is no version of Node"),
    }
}

/// What every browser of the project, and Node 20, understands. Not relaxed SIMD: its results depend on the machine.
const FEATURES: [&str; 8] = [
    "bulk-memory",
    "bulk-memory-opt",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
    "simd",
];

/// The `node_modules` of the npm packages that the lock file in folder `from` of the repository names, installed into
/// folder `to` of the target folder: by `npm ci`, if that lock file is not the one that was installed last.
///
/// # Errors
/// Where Node or npm is missing, or a package cannot be had.
pub fn installed(from: &str, to: &str) -> Result<PathBuf> {
    node()?;
    let folder = target().join(to);
    let (lock, done) = (at(from).join("package-lock.json"), folder.join("installed.json"));
    let wanted = fs::read(&lock).with_context(|| format!("{} cannot be read", lock.display()))?;
    if fs::read(&done).ok().as_ref() != Some(&wanted) {
        println!("Installing npm packages into {}, as {from}/package-lock.json says", folder.display());
        fs::create_dir_all(&folder)?;
        for file in ["package.json", "package-lock.json"] {
            fs::copy(at(from).join(file), folder.join(file))?;
        }
        run(npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder))?;
        fs::write(&done, wanted)?;
    }
    Ok(folder.join("node_modules"))
}

/// The installed npm tools.
pub struct NpmTools {
    modules: PathBuf,
}

impl NpmTools {
    /// Installs them where they are not installed yet.
    pub fn set_up() -> Result<Self> {
        Ok(Self { modules: installed("xtask/npm", "npm")? })
    }

    /// The TypeScript compiler.
    pub fn tsc(&self) -> Command {
        self.script("typescript/bin/tsc")
    }

    /// The same, with the types of Node's modules.
    pub fn tsc_with_node(&self) -> Command {
        let mut tsc = self.tsc();
        tsc.arg("--typeRoots").arg(self.modules.join("@types"));
        tsc
    }

    /// Binaryen's optimiser, for modules of the features that the project relies on.
    pub fn wasm_opt(&self) -> Command {
        let mut wasm_opt = self.script("binaryen/bin/wasm-opt");
        wasm_opt.arg("--mvp-features").args(FEATURES.map(|feature| format!("--enable-{feature}")));
        wasm_opt
    }

    /// The minifier of scripts and style sheets. Its script finds the program for this machine by itself where, as
    /// here, no installation script put it in its place.
    pub fn esbuild(&self) -> Command {
        self.script("esbuild/bin/esbuild")
    }

    /// axe, which the browser tests inject into the page.
    pub fn axe(&self) -> PathBuf {
        self.modules.join("axe-core/axe.min.js")
    }

    fn script(&self, path: &str) -> Command {
        let mut command = Command::new("node");
        command.arg(self.modules.join(path));
        command
    }
}

/// A command that runs npm.
pub fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_node_is_refused_with_its_version() {
        assert!(check("v20.0.0").is_ok() && check("v26.1.0").is_ok());
        let error = check("v18.19.0").unwrap_err().to_string();
        assert!(error.contains("Node is v18.19.0: Node 20 or later is needed"), "{error}");
        assert!(check("").is_err());
    }
}
