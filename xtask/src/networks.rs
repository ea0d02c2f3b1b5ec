//! Training and evaluation of the networks that ship.

use anyhow::Result;
use clap::Subcommand;

/// The commands about networks.
#[derive(Subcommand)]
pub enum Command {}

impl Command {
    /// Runs the command.
    pub fn run(self) -> Result<()> {
        match self {}
    }
}
