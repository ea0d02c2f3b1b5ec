//! Counting what passed: the summaries of cargo's and Node's test runners, and 1 for a check that has none.

use std::{fmt, ops::AddAssign, process::Command};

use anyhow::{Result, ensure};

use crate::process::run_lines;

/// How many checks passed and failed; displayed as the last line of `cargo xtask test`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Tally {
    /// One check that passed.
    pub const ONE: Self = Self { passed: 1, failed: 0, skipped: 0 };

    /// Adds a step's outcome: a failed step counts as one failure, since it ended at its first.
    pub fn add(&mut self, name: &str, outcome: Result<Self>) -> Result<()> {
        match outcome {
            Ok(step) => {
                *self += step;
                Ok(())
            }
            Err(error) => {
                self.failed += 1;
                Err(error.context(format!("step \"{name}\"")))
            }
        }
    }

    /// Adds the numbers of a summary line; other lines are not one.
    fn read(&mut self, line: &str) {
        let number = |before: &str, after: &str| -> Option<usize> {
            let rest = &line[line.find(before)? + before.len()..];
            rest[..rest.find(after).unwrap_or(rest.len())].trim().parse().ok()
        };
        if line.starts_with("test result: ") {
            self.passed += number(". ", " passed").unwrap_or(0);
            self.failed += number("passed; ", " failed").unwrap_or(0);
            self.skipped += number("failed; ", " ignored").unwrap_or(0);
        } else if line.starts_with("\u{2139} ") {
            self.passed += number("\u{2139} pass ", "\n").unwrap_or(0);
            self.failed += number("\u{2139} fail ", "\n").unwrap_or(0);
            self.skipped +=
                number("\u{2139} skipped ", "\n").unwrap_or(0) + number("\u{2139} todo ", "\n").unwrap_or(0);
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Runs a test runner, shows what it prints and counts.
///
/// # Errors
/// Where a test fails or is skipped, or where there was none.
pub fn tested(command: &mut Command) -> Result<Tally> {
    let mut tally = Tally::default();
    run_lines(command, |line| {
        println!("{line}");
        tally.read(line);
    })?;
    ensure!(tally.failed == 0, "{} tests failed", tally.failed);
    ensure!(tally.skipped == 0, "{} tests were skipped: every test must run", tally.skipped);
    ensure!(tally.passed > 0, "no test ran");
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printing(text: &str) -> Result<Tally> {
        tested(Command::new("printf").args(["%s", text]))
    }

    #[test]
    fn both_runners_are_counted() {
        let cargo = "test result: ok. 29 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.06s\n";
        assert_eq!(printing(&cargo.repeat(2)).unwrap().to_string(), "58 passed, 0 failed");
        let node = "\u{2139} tests 4\n\u{2139} pass 4\n\u{2139} fail 0\n\u{2139} skipped 0\n\u{2139} todo 0\n";
        assert_eq!(printing(node).unwrap().to_string(), "4 passed, 0 failed");
    }

    #[test]
    fn skipped_failed_and_missing_tests_are_errors() {
        let line =
            |failed, ignored| format!("test result: ok. 1 passed; {failed} failed; {ignored} ignored; 0 measured");
        assert!(printing(&line(1, 0)).unwrap_err().to_string().contains("1 tests failed"));
        assert!(printing(&line(0, 1)).unwrap_err().to_string().contains("1 tests were skipped"));
        assert_eq!(printing("").unwrap_err().to_string(), "no test ran");
    }

    #[test]
    fn a_failed_step_counts_and_is_named() {
        let mut tally = Tally::default();
        tally.add("first", Ok(Tally { passed: 3, ..Tally::default() })).unwrap();
        let error = tally.add("second", Err(anyhow::anyhow!("why"))).unwrap_err();
        assert_eq!(format!("{error:#}"), "step \"second\": why");
        assert_eq!(tally.to_string(), "3 passed, 1 failed");
    }
}
