//! `bench`: ours and the peers, side by side, in ratios.

mod line;
mod table;

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::{
    dist::dist,
    process::{output, run_lines},
    setup::{Browser, Compiler, CompilerArgs, NpmTools, installed, node},
    workspace::{at, root},
};
use line::Line;
use table::{Table, heading};

/// Where the last ratios are kept.
const TABLE: &str = "docs/benchmarks.md";

/// Begins a line of a bench's output that is a result.
const RESULT: &str = "result ";

/// Fewer rounds say little about a spread.
const FEWEST_TO_KEEP: u32 = 30;

/// What `bench` takes.
#[derive(Args)]
pub struct BenchArgs {
    /// Where to run
    #[arg(long = "in", value_enum, default_value_t = Where::All)]
    place: Where,
    /// Only rows in whose group or name these words are
    #[arg(long, value_name = "WORDS", default_value = "")]
    rows: String,
    /// How often every candidate is timed
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(2..))]
    rounds: u32,
    /// Measure what is in dist, instead of building it
    #[arg(long)]
    no_build: bool,
    /// Write the ratios into docs/benchmarks.md and the README
    #[arg(long)]
    write: bool,
    /// Fail where a target that docs/benchmarks.md says was met is now missed by more than the spread
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    compiler: CompilerArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Where {
    Node,
    Chromium,
    /// The Rust library, for what JavaScript does not reach
    Native,
    All,
}

impl Where {
    fn places(self) -> Vec<Place> {
        match self {
            Self::Node => vec![Place::Node],
            Self::Chromium => vec![Place::Chromium],
            Self::Native => vec![Place::Native],
            Self::All => vec![Place::Node, Place::Chromium, Place::Native],
        }
    }
}

/// Where rows run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Node,
    Chromium,
    Native,
}

impl Place {
    fn word(self) -> &'static str {
        match self {
            Self::Node => "Node",
            Self::Chromium => "Chromium",
            Self::Native => "Native",
        }
    }

    /// What its script is told.
    fn options(self, rows: &str, rounds: u32) -> Result<Value> {
        Ok(match self {
            Self::Native => json!({ "rows": rows, "rounds": rounds }),
            _ => json!({
                "core": core()?, "peers": installed("benches", "peers")?, "rows": rows, "rounds": rounds
            }),
        })
    }

    fn command(self, options: Value) -> Result<Command> {
        let script = |file: &str| -> Result<Command> {
            let mut node = node()?;
            node.arg(at(file)).arg(options.to_string());
            Ok(node)
        };
        match self {
            Self::Node => script("benches/node.mjs"),
            Self::Chromium => {
                let mut node = script("benches/chromium.mjs")?;
                Browser::set_up()?.tell(&mut node);
                Ok(node)
            }
            Self::Native => {
                let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
                cargo.current_dir(root()).args(["bench", "--package", "deep-end", "--bench", "backward", "--"]);
                cargo.arg(options.to_string());
                Ok(cargo)
            }
        }
    }
}

/// What one place gave.
struct Outcome {
    place: Place,
    about: String,
    lines: Vec<Line>,
    failed: usize,
}

/// `cargo xtask bench`.
pub fn command(args: BenchArgs) -> Result<()> {
    ensure!(
        !args.write || args.rounds >= FEWEST_TO_KEEP,
        "rounds is {}: with --write, at least {FEWEST_TO_KEEP} are needed",
        args.rounds
    );
    let places = args.place.places();
    if !args.no_build && places != [Place::Native] {
        let (compiler, tools) = (Compiler::set_up(args.compiler)?, NpmTools::set_up()?);
        dist(compiler, &tools)?;
    }
    let (mut failed, mut missed) = (0, Vec::new());
    let processor = processor()?;
    for place in places {
        let outcome = measure(place, place.options(&args.rows, args.rounds)?)?;
        failed += outcome.failed;
        // Read now, since another bench may have written meanwhile.
        let mut table = Table::read(&at(TABLE))?;
        let heading = heading(place.word(), &processor);
        missed.extend(table.regressions(&heading, &outcome.lines));
        if args.write {
            table.take(&heading, outcome.about, &outcome.lines, args.rows.is_empty());
            table.write(&at(TABLE), &at("README.md"))?;
        }
    }
    ensure!(failed == 0, "{failed} rows did not run: their errors are above");
    if args.check && !missed.is_empty() {
        bail!("targets that were met are missed now:\n  {}", missed.join("\n  "));
    }
    Ok(())
}

/// Every row once, small, without peers, against the plain definitions: that the benches run and compute what they say.
pub fn quick() -> Result<()> {
    let options = json!({ "core": core()?, "rows": "", "rounds": 1, "quick": true });
    let outcome = measure(Place::Node, options)?;
    ensure!(outcome.failed == 0, "{} rows of the benches did not run: their errors are above", outcome.failed);
    ensure!(!outcome.lines.is_empty(), "no row of the benches ran");
    Ok(())
}

fn measure(place: Place, options: Value) -> Result<Outcome> {
    let mut outcome = Outcome { place, about: String::new(), lines: Vec::new(), failed: 0 };
    let rounds = options["rounds"].as_u64().unwrap_or_default();
    let mut error = None;
    let ran = run_lines(&mut place.command(options)?, |text| match text.strip_prefix(RESULT) {
        Some(result) => {
            if let Err(wrong) = outcome.add(result, rounds) {
                error.get_or_insert(wrong);
            }
        }
        None => println!("{text}"),
    });
    match (error, ran) {
        (Some(error), _) => Err(error),
        // Rows that failed were counted; anything else that ends a bench is an error.
        (None, Err(error)) if outcome.failed == 0 => Err(error),
        _ => Ok(outcome),
    }
}

impl Outcome {
    fn add(&mut self, result: &str, rounds: u64) -> Result<()> {
        let value: Value = serde_json::from_str(result).with_context(|| format!("a bench printed {result}"))?;
        if let Some(runtime) = value["runtime"].as_str() {
            self.about = format!("{runtime}, {rounds} rounds, on one core.");
        } else if let Some(error) = value["error"].as_str() {
            self.failed += 1;
            println!("{}: {}: FAILED: {error}", self.place.word(), value["row"]);
        } else {
            let line = Line::of(&value).with_context(|| format!("a bench printed {result}"))?;
            // One round says nothing.
            if rounds > 1 {
                println!("{}: {line}", self.place.word());
            }
            self.lines.push(line);
        }
        Ok(())
    }
}

fn processor() -> Result<String> {
    output(node()?.args(["-p", "os.cpus()[0]?.model.trim() || os.arch()"])).map(|model| model.trim().to_owned())
}

/// The package.
fn core() -> Result<PathBuf> {
    let package = at("dist/npm");
    ensure!(package.join("lib/core.js").is_file(), "dist/npm/lib/core.js is not there: run `cargo xtask dist`");
    fs::canonicalize(package).context("dist/npm cannot be read")
}
