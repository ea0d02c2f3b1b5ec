//! `build`: the core, compiled to WebAssembly with its JavaScript module and types, into `www/pkg`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    process::{finishes_quietly, run_lines},
    setup::{Compiler, CompilerArgs},
    workspace::{at, shown},
};

/// What is compiled to WebAssembly.
struct Module {
    package: &'static str,
    /// The name of the JavaScript module, of its types and, with `_bg`, of the WebAssembly module.
    name: &'static str,
}

/// The parts of the core: a package each, so that one part's module does not take the place of the other's.
const CORE: [Module; 5] = [
    Module { package: "web-pooling", name: "deep_end" },
    Module { package: "web-networks", name: "networks" },
    Module { package: "web-training", name: "training" },
    Module { package: "web-inside", name: "inside" },
    Module { package: "web-playground", name: "playground" },
];

/// The names that the pages know the core's modules by.
pub const MODULES: [&str; 5] = [CORE[0].name, CORE[1].name, CORE[2].name, CORE[3].name, CORE[4].name];

/// Those that the package has too.
pub const PACKAGED: [&str; 3] = [CORE[0].name, CORE[1].name, CORE[2].name];

/// What `build` takes.
#[derive(Args)]
pub struct BuildArgs {
    #[command(flatten)]
    compiler: CompilerArgs,
    /// Build this module alone, and leave the others as they are
    #[arg(long, value_parser = MODULES)]
    module: Option<String>,
}

/// `cargo xtask build`.
pub fn command(args: BuildArgs) -> Result<()> {
    let compiler = Compiler::set_up(args.compiler)?;
    match args.module {
        None => build(compiler),
        Some(name) => CORE.iter().filter(|module| module.name == name).try_for_each(|module| {
            let wasm = compile(compiler, module.package)?;
            put(module, &wasm, &at("www/pkg"))
        }),
    }
}

/// Builds the core into `www/pkg`.
///
/// # Errors
/// Where the core does not compile, or compiles with a warning.
pub fn build(compiler: Compiler) -> Result<()> {
    let folder = at("www/pkg");
    let compiled = CORE.iter().map(|module| compile(compiler, module.package)).collect::<Result<Vec<_>>>()?;
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    CORE.iter().zip(compiled).try_for_each(|(module, wasm)| put(module, &wasm, &folder))
}

/// Makes a compiled module's files.
fn put(Module { name, .. }: &Module, wasm: &Path, folder: &Path) -> Result<()> {
    bind(wasm, name, folder).with_context(|| format!("wasm-bindgen cannot make {}", shown(folder)))?;
    let bytes = fs::metadata(folder.join(format!("{name}_bg.wasm")))?.len();
    println!("Built {}: {name}_bg.wasm has {} kB", shown(folder), bytes.div_ceil(1000));
    Ok(())
}

/// Compiles a module by the compiler that is fallen back to, and puts it nowhere: one shows that it can.
///
/// # Errors
/// As [`build`].
pub fn compiles_by_fallback() -> Result<()> {
    compile(Compiler::Debian, CORE[0].package).map(|_| ())
}

/// Compiles the modules while something else goes on, so that [`build`] finds them compiled, and after it, if so wished,
/// [`compiles_by_fallback`]: one core alone optimises a module. It is silent, since whatever is wrong these two meet too.
/// Dropped, it ends.
pub struct Ahead {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ahead {
    /// Starts with the first module.
    pub fn start(compiler: Compiler, fallback: bool) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let all = move || {
            let fallen_back = fallback.then_some((Compiler::Debian, &CORE[0]));
            for (compiler, module) in CORE.iter().map(|module| (compiler, module)).chain(fallen_back) {
                if !finishes_quietly(&mut cargo(compiler, module.package), &stopped) {
                    return;
                }
            }
        };
        Self { stop, thread: Some(thread::spawn(all)) }
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // A thread that panicked compiled nothing more, which `build` makes up for.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn cargo(compiler: Compiler, package: &str) -> Command {
    let mut cargo = compiler.cargo("build", &[package]);
    cargo.args(["--profile", "wasm", "--message-format=json-diagnostic-rendered-ansi"]);
    cargo
}

fn compile(compiler: Compiler, package: &str) -> Result<PathBuf> {
    let (mut wasm, mut warnings) = (None, 0);
    let mut cargo = cargo(compiler, package);
    run_lines(&mut cargo, |line| match read(line, package) {
        Some(Message::Module(path)) => wasm = Some(path),
        Some(Message::Diagnostic { text, warning }) => {
            warnings += usize::from(warning);
            eprint!("{text}");
        }
        None => {}
    })?;
    if warnings > 0 {
        bail!("the core compiles for the browser with warnings");
    }
    wasm.context("cargo built no WebAssembly module")
}

/// What matters of cargo's messages.
#[derive(Debug, PartialEq)]
enum Message {
    Module(PathBuf),
    Diagnostic { text: String, warning: bool },
}

/// Cargo shows warnings of workspace members alone.
fn read(line: &str, package: &str) -> Option<Message> {
    let message: Value = serde_json::from_str(line).ok()?;
    match message["reason"].as_str()? {
        "compiler-artifact" if message["target"]["name"] == *package.replace('-', "_") => message["filenames"]
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .find(|file| file.ends_with(".wasm"))
            .map(|file| Message::Module(file.into())),
        "compiler-message" => Some(Message::Diagnostic {
            text: message["message"]["rendered"].as_str()?.to_owned(),
            warning: message["message"]["level"] == "warning",
        }),
        _ => None,
    }
}

fn bind(wasm: &Path, name: &str, folder: &Path) -> Result<()> {
    Bindgen::new().input_path(wasm).out_name(name).web(true)?.typescript(true).generate(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_found_among_cargos_messages() {
        let artifact = r#"{"reason":"compiler-artifact","target":{"name":"web_pooling"},
            "filenames":["/t/web_pooling.wasm"]}"#;
        assert_eq!(read(artifact, "web-pooling"), Some(Message::Module("/t/web_pooling.wasm".into())));
        assert_eq!(read(artifact, "web-networks"), None);
        assert_eq!(read(r#"{"reason":"build-finished","success":true}"#, "web-pooling"), None);
    }

    #[test]
    fn warnings_count() {
        let message = |level: &str| {
            format!(r#"{{"reason":"compiler-message","message":{{"level":"{level}","rendered":"text"}}}}"#)
        };
        let counts = |line: &str| matches!(read(line, "web-pooling"), Some(Message::Diagnostic { warning: true, .. }));
        assert!(counts(&message("warning")));
        assert!(!counts(&message("error")));
    }
}
