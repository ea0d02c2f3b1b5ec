//! The command line of this repository: `cargo xtask --help`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use xtask::{bench, build, dist, fuzz, serve, setup::CompilerArgs, test, tidy};

mod networks;
mod pack;

/// The commands of this repository. Each sets up what it needs, and says so before it installs anything.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Build the page and serve it on this machine
    Serve {
        /// The port to serve on; where it is taken, the next free one is used
        #[arg(long, default_value_t = 8080)]
        port: u16,
        #[command(flatten)]
        compiler: CompilerArgs,
    },
    /// Compile the core into the page: www/pkg
    Build(build::BuildArgs),
    /// Make the release: dist/site for any static host, dist/npm for Node and bundlers; fails over a budget
    Dist(CompilerArgs),
    /// Everything that must pass
    Test(test::TestArgs),
    /// Ours and the peers side by side, in ratios
    Bench(bench::BenchArgs),
    /// The invariants of the source
    Tidy,
    /// Look for inputs that break the core, with cargo-fuzz on nightly Rust
    Fuzz(fuzz::FuzzArgs),
    /// Make the samples that pages fetch, from the data sets: www/data
    Pack(pack::PackArgs),
    #[command(flatten)]
    Networks(networks::Command),
}

fn main() -> ExitCode {
    match run(Command::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve { port, compiler } => serve::command(compiler, port),
        Command::Build(args) => build::command(args),
        Command::Dist(compiler) => dist::command(compiler),
        Command::Test(args) => test::command(args),
        Command::Bench(args) => bench::command(args),
        Command::Tidy => tidy::command(),
        Command::Fuzz(args) => fuzz::command(args),
        Command::Pack(args) => args.run(),
        Command::Networks(command) => command.run(),
    }
}
