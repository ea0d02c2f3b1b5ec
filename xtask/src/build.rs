//! `build`: the core, compiled to WebAssembly with its JavaScript module and types, into `www/pkg`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    dist::optimise,
    process::run_lines,
    setup::{Compiler, CompilerArgs, NpmTools},
    workspace::{at, shown, target},
};

/// What is compiled to WebAssembly.
struct Module {
    package: &'static str,
    /// The name of the JavaScript module, of its types and, with `_bg`, of the WebAssembly module.
    name: &'static str,
}

const CORE: Module = Module { package: "deep-end", name: "deep_end" };
const TRAINING: Module = Module { package: "bench-training", name: "bench_training" };

/// `cargo xtask build`.
pub fn command(compiler: CompilerArgs) -> Result<()> {
    build(Compiler::set_up(compiler)?).map(drop)
}

/// Builds the core into `www/pkg` and returns that folder.
///
/// # Errors
/// Where the core does not compile, or compiles with a warning.
pub fn build(compiler: Compiler) -> Result<PathBuf> {
    make(compiler, &CORE, at("www/pkg"))
}

/// Builds what the benches of training run, optimised as the core is.
///
/// # Errors
/// As [`build`].
pub fn build_training(compiler: Compiler, tools: &NpmTools) -> Result<()> {
    let folder = make(compiler, &TRAINING, target().join("training"))?;
    optimise(&folder.join(format!("{}_bg.wasm", TRAINING.name)), tools)
}

/// The JavaScript module that [`build_training`] makes.
pub fn training() -> PathBuf {
    target().join("training").join(format!("{}.js", TRAINING.name))
}

fn make(compiler: Compiler, module: &Module, folder: PathBuf) -> Result<PathBuf> {
    let Module { name, .. } = module;
    let wasm = compile(compiler, module)?;
    bind(&wasm, name, &folder).with_context(|| format!("wasm-bindgen cannot make {}", shown(&folder)))?;
    let bytes = fs::metadata(folder.join(format!("{name}_bg.wasm")))?.len();
    println!("Built {}: {name}_bg.wasm has {} kB", shown(&folder), bytes.div_ceil(1000));
    Ok(folder)
}

fn compile(compiler: Compiler, Module { package, name }: &Module) -> Result<PathBuf> {
    let (mut wasm, mut warnings) = (None, 0);
    let mut cargo = compiler.cargo("build", &[package]);
    cargo.args(["--profile", "wasm", "--message-format=json-diagnostic-rendered-ansi"]);
    run_lines(&mut cargo, |line| match read(line, name) {
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

fn read(line: &str, name: &str) -> Option<Message> {
    let message: Value = serde_json::from_str(line).ok()?;
    match message["reason"].as_str()? {
        "compiler-artifact" if message["target"]["name"] == *name => message["filenames"]
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .find(|file| file.ends_with(".wasm"))
            .map(|file| Message::Module(file.into())),
        "compiler-message" => Some(Message::Diagnostic {
            text: message["message"]["rendered"].as_str()?.to_owned(),
            warning: message["message"]["level"] == "warning" && message["target"]["name"] == *name,
        }),
        _ => None,
    }
}

fn bind(wasm: &Path, name: &str, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Bindgen::new().input_path(wasm).out_name(name).web(true)?.typescript(true).generate(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_found_among_cargos_messages() {
        let artifact = r#"{"reason":"compiler-artifact","target":{"name":"deep_end"},
            "filenames":["/t/libdeep_end.rlib","/t/deep_end.wasm"]}"#;
        assert_eq!(read(artifact, "deep_end"), Some(Message::Module("/t/deep_end.wasm".into())));
        let other = artifact.replace(r#""name":"deep_end""#, r#""name":"ndarray""#);
        assert_eq!(read(&other, "deep_end"), None);
        assert_eq!(read(r#"{"reason":"build-finished","success":true}"#, "deep_end"), None);
    }

    #[test]
    fn only_our_own_warnings_count() {
        let message = |level: &str, target: &str| {
            format!(
                r#"{{"reason":"compiler-message","target":{{"name":"{target}"}},
                "message":{{"level":"{level}","rendered":"text"}}}}"#
            )
        };
        let counts = |line: &str| matches!(read(line, "deep_end"), Some(Message::Diagnostic { warning: true, .. }));
        assert!(counts(&message("warning", "deep_end")));
        assert!(!counts(&message("warning", "half")));
        assert!(!counts(&message("error", "deep_end")));
    }
}
