//! A compiler for wasm32: rustup's target, or Debian's `rustc-web`, which builds the standard library from source.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use super::apt;
use crate::{
    process::{output, run_within, succeeds},
    workspace::{root, target},
};

/// The target triple of the browser's core.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Enough for the 20 MB of a standard library on a slow line; a registry that does not answer costs no more.
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);

const DEBIAN_PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];

/// Which compiler to use; without a choice, the first of them that can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CompilerChoice {
    /// The installed Rust with its wasm32 target, added through rustup if it is missing
    Rustup,
    /// Debian's rustc-web, installed through apt-get, in a target folder of its own
    Debian,
}

/// The switch of every command that compiles the core.
#[derive(Args, Clone, Copy, Debug)]
pub struct CompilerArgs {
    /// Compile the core with this compiler; without it, with the first that can be had
    #[arg(long, env = "DEEP_END_COMPILER", value_enum)]
    pub compiler: Option<CompilerChoice>,
}

/// A compiler that is on this machine and can compile for wasm32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compiler {
    /// The Rust that runs xtask; it has the target.
    Rustup,
    /// Debian's rustc-web.
    Debian,
}

impl Compiler {
    /// Finds or installs a compiler.
    ///
    /// # Errors
    /// Where none can be had: with the commands that install one.
    pub fn set_up(args: CompilerArgs) -> Result<Self> {
        let by_rustup = match args.compiler {
            Some(CompilerChoice::Debian) => return debian(),
            Some(CompilerChoice::Rustup) => return rustup(),
            None => rustup(),
        };
        let Err(no_rustup) = by_rustup else { return by_rustup };
        println!("No wasm32 target through rustup: {no_rustup:#}");
        println!("Falling back to Debian's compiler.");
        debian().map_err(|no_debian| {
            no_debian.context(format!(
                "no compiler for {WASM}. Install one by `rustup target add {WASM}`, or on Debian by `{}`",
                apt::advice(&DEBIAN_PACKAGES)
            ))
        })
    }

    /// `cargo VERB` for the libraries of these packages on wasm32, with this compiler.
    pub fn cargo(self, verb: &str, packages: &[&str]) -> Command {
        let mut command = match self {
            Self::Rustup => Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into())),
            Self::Debian => Command::new("/usr/bin/cargo"),
        };
        // Either variable would replace the flags of .cargo/config.toml, and SIMD with them.
        command.current_dir(root()).env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        command.args([verb, "--lib", "--target", WASM, "--config", &hide_home()]);
        command.args(packages.iter().flat_map(|package| ["--package", package]));
        if self == Self::Debian {
            // The standard library for wasm32 is not packaged; cargo builds it, for which a stable compiler needs the variable.
            command.env("RUSTC", "/usr/bin/rustc").env("RUSTDOC", "/usr/bin/rustdoc").env("RUSTC_BOOTSTRAP", "1");
            command.args(["-Zbuild-std=std,panic_abort", "--target-dir"]).arg(target().join("debian"));
        }
        command
    }
}

/// Panic messages carry the paths of their sources: without this, the builder's home would ship in the module.
fn hide_home() -> String {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let flags: Vec<String> =
        home.map(|home| format!("--remap-path-prefix={}=cargo", home.display())).into_iter().collect();
    format!("target.{WASM}.rustflags={}", serde_json::json!(flags))
}

fn rustup() -> Result<Compiler> {
    if !has_target() {
        if !succeeds(Command::new("rustup").arg("--version")) {
            bail!("rustup is not on this machine, and the installed Rust has no {WASM} target");
        }
        println!("Installing Rust's standard library for {WASM} through rustup");
        run_within(Command::new("rustup").args(["target", "add", WASM]), RUSTUP_LIMIT)?;
        if !has_target() {
            bail!("rustup added the target, but rustc does not find it: is `rustc` on PATH the one of rustup?");
        }
    }
    Ok(Compiler::Rustup)
}

/// rustc prints the folder whether or not it is there; the target is there if the folder holds a core library.
fn has_target() -> bool {
    let printed = output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]));
    printed.is_ok_and(|folder| holds_core(Path::new(folder.trim())))
}

fn holds_core(folder: &Path) -> bool {
    let Ok(files) = fs::read_dir(folder) else { return false };
    files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
}

fn debian() -> Result<Compiler> {
    if !apt::exists() {
        bail!("this is not Debian: there is no apt-get to install {} with", DEBIAN_PACKAGES.join(", "));
    }
    apt::install(&DEBIAN_PACKAGES, "whose compiler can build for wasm32")?;
    Ok(Compiler::Debian)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::line;

    #[test]
    fn each_compiler_has_its_own_cargo_and_target_folder() {
        let debian = line(&Compiler::Debian.cargo("build", &["deep-end"]));
        for part in ["RUSTC=/usr/bin/rustc", "RUSTC_BOOTSTRAP=1", "/usr/bin/cargo build", "-Zbuild-std=std,panic_abort"]
        {
            assert!(debian.contains(part), "{part} in {debian}");
        }
        assert!(debian.contains("--target-dir"), "{debian}");
        let rustup = line(&Compiler::Rustup.cargo("build", &["deep-end"]));
        assert!(!rustup.contains("-Z") && !rustup.contains("--target-dir"), "{rustup}");
        assert!(rustup.contains(&format!("--target {WASM}")), "{rustup}");
    }

    #[test]
    fn an_empty_folder_is_no_target() {
        let folder = env::temp_dir().join(format!("deep-end-target-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        assert!(!holds_core(&folder));
        fs::write(folder.join("libcore-0123456789abcdef.rlib"), []).unwrap();
        assert!(holds_core(&folder));
        fs::remove_dir_all(&folder).unwrap();
        assert!(!holds_core(&folder));
    }
}
