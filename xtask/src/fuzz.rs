//! `fuzz`: runs the fuzz targets in `fuzz/` one after the other, and says in a line what came of each.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    process::{line, succeeds},
    workspace::{at, root, shown},
};

/// Each target's name, the longest input it is given, and its dictionary, if it has one.
const TARGETS: [(&str, u32, Option<&str>); 6] = [
    ("layer", 512, None),
    ("families", 512, None),
    ("dialect", 300, Some("dialect")),
    ("options", 600, Some("json")),
    ("npy", 1024, Some("npy")),
    ("network", 4096, Some("json")),
];

/// The most memory in all and at once, in MB: no target asks for more on purpose, so more is a finding.
const MEMORY: [u32; 2] = [2048, 256];
/// A single input that takes longer, in seconds, is a finding.
const TIMEOUT: u32 = 10;

/// What to fuzz, and for how long.
#[derive(Args)]
pub struct FuzzArgs {
    /// The targets to run, of layer, families, dialect, options, npy and network; all where none is named
    targets: Vec<String>,
    /// How long to run each, in seconds
    #[arg(long, default_value_t = 600)]
    seconds: u32,
}

/// What a run reports.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    executions: u64,
    coverage: u64,
    findings: usize,
}

/// `cargo xtask fuzz`.
///
/// # Errors
/// When a tool is missing, a target is unknown, or there is a finding.
pub fn command(args: FuzzArgs) -> Result<()> {
    let chosen = choose(&args.targets)?;
    needs(&["+nightly", "--version"], "rustup toolchain install nightly --profile minimal")?;
    needs(&["fuzz", "--version"], "cargo install cargo-fuzz")?;
    let mut lines = Vec::new();
    let mut findings = 0;
    for target in chosen {
        let outcome = run(target, args.seconds)?;
        let Outcome { executions, coverage, .. } = outcome;
        findings += outcome.findings;
        lines.push(format!(
            "{:<8} {executions:>10} executions, {coverage:>5} edges covered, {} findings",
            target.0, outcome.findings
        ));
    }
    println!("\n{}", lines.join("\n"));
    if findings > 0 { bail!("{findings} findings: their inputs are in fuzz/artifacts") } else { Ok(()) }
}

fn choose(names: &[String]) -> Result<Vec<&'static (&'static str, u32, Option<&'static str>)>> {
    if names.is_empty() {
        return Ok(TARGETS.iter().collect());
    }
    let known = TARGETS.map(|(name, ..)| name).join(", ");
    let find = |name: &String| TARGETS.iter().find(|target| target.0 == name);
    names
        .iter()
        .map(|name| find(name).with_context(|| format!("there is no target {name}: there are {known}")))
        .collect()
}

fn needs(words: &[&str], install: &str) -> Result<()> {
    // Not the cargo that runs this: only rustup's knows toolchains by name.
    if succeeds(Command::new("cargo").env_remove("RUSTUP_TOOLCHAIN").args(words)) {
        return Ok(());
    }
    bail!("`cargo {}` does not run on this machine: `{install}` installs it", words.join(" "))
}

fn run((name, length, dictionary): &(&str, u32, Option<&str>), seconds: u32) -> Result<Outcome> {
    let (corpus, artifacts) = (at(&format!("fuzz/corpus/{name}")), at(&format!("fuzz/artifacts/{name}")));
    fs::create_dir_all(&corpus).with_context(|| format!("{} cannot be made", shown(&corpus)))?;
    let before = files(&artifacts);
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root()).env_remove("RUSTUP_TOOLCHAIN").stdin(Stdio::null()).stderr(Stdio::piped());
    // What is found goes into the first folder; the kept seeds are read alone.
    cargo.args(["+nightly", "fuzz", "run", name]).args([&corpus, &at(&format!("fuzz/seeds/{name}"))]).arg("--");
    cargo.args([format!("-max_total_time={seconds}"), format!("-max_len={length}"), format!("-timeout={TIMEOUT}")]);
    cargo.args([format!("-rss_limit_mb={}", MEMORY[0]), format!("-malloc_limit_mb={}", MEMORY[1])]);
    cargo.arg("-print_final_stats=1");
    if let Some(dictionary) = dictionary {
        cargo.arg(format!("-dict={}", at(&format!("fuzz/dictionaries/{dictionary}.dict")).display()));
    }
    println!("$ {}", line(&cargo));
    let mut child = cargo.spawn().with_context(|| format!("`{}` could not be started", line(&cargo)))?;
    let outcome = read(child.stderr.take().context("a piped command has a standard error")?)?;
    let status = child.wait()?;
    let findings = files(&artifacts).saturating_sub(before);
    if !status.success() && findings == 0 {
        bail!("`{}` failed ({status}) without a finding", line(&cargo));
    }
    Ok(Outcome { findings, ..outcome })
}

/// libFuzzer's own report (LLVM's `LibFuzzer` documentation): `#123 NEW cov: 45 …` and `stat::number_of_executed_units: 123`.
/// What is neither is passed on, since it tells of the build or of a finding.
fn read(report: impl Read) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for line in BufReader::new(report).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        let after = |word: &str| line.split_once(word)?.1.split_whitespace().next()?.parse().ok();
        if line.starts_with('#') {
            outcome.coverage = after(" cov: ").unwrap_or(outcome.coverage);
        } else if line.starts_with("stat::") {
            outcome.executions = after("number_of_executed_units:").unwrap_or(outcome.executions);
        } else {
            eprintln!("{line}");
        }
    }
    Ok(outcome)
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, |entries| entries.count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read() {
        let report = b"INFO: seed corpus: files: 2\n#2\tINITED cov: 310 ft: 400 corp: 2/9b\n\
            #900\tNEW    cov: 412 ft: 700 corp: 9/80b\n#1024\tpulse  no coverage here\n\
            stat::number_of_executed_units: 2048\nstat::peak_rss_mb:              310\n\xff\n";
        assert_eq!(read(&report[..]).unwrap(), Outcome { executions: 2048, coverage: 412, findings: 0 });
    }

    #[test]
    fn targets_are_those_of_the_fuzz_crate_and_have_seeds() {
        let manifest = fs::read_to_string(at("fuzz/Cargo.toml")).unwrap();
        assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
        for (name, _, dictionary) in TARGETS {
            assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
            assert!(files(&at(&format!("fuzz/seeds/{name}"))) > 0, "{name} has no seeds");
            assert!(dictionary.is_none_or(|name| at(&format!("fuzz/dictionaries/{name}.dict")).exists()));
        }
        assert_eq!(choose(&[]).unwrap().len(), TARGETS.len());
        let error = choose(&["layers".to_owned()]).unwrap_err().to_string();
        assert_eq!(error, "there is no target layers: there are layer, families, dialect, options, npy, network");
    }
}
