//! One line of the table: how one candidate did against another.

use std::fmt;

use anyhow::{Context, Result};
use serde_json::Value;

/// What a ratio is to be. Its sense tells which ratio it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// The time of ours, in that of the other; without a number where none was set.
    AtMost(Option<f64>),
    /// The time of the other, in that of ours.
    AtLeast(Option<f64>),
}

/// A ratio with its spread.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub group: String,
    pub row: String,
    pub of: String,
    pub against: String,
    pub low: f64,
    pub median: f64,
    pub high: f64,
    pub target: Target,
}

impl Line {
    /// Reads what a bench printed.
    pub fn of(value: &Value) -> Result<Self> {
        let word = |name: &str| value[name].as_str().map(str::to_owned).with_context(|| format!("{name} is missing"));
        let number = |name: &str| value[name].as_f64().with_context(|| format!("{name} is missing"));
        Ok(Self {
            group: word("group")?,
            row: word("row")?,
            of: word("of")?,
            against: word("against")?,
            low: number("low")?,
            median: number("median")?,
            high: number("high")?,
            target: match word("sense")?.as_str() {
                "time" => Target::AtMost(value["target"].as_f64()),
                _ => Target::AtLeast(value["target"].as_f64()),
            },
        })
    }

    /// Whether the median reaches the target, if there is one.
    pub fn met(&self) -> Option<bool> {
        match self.target {
            Target::AtMost(limit) => limit.map(|limit| self.median <= limit),
            Target::AtLeast(limit) => limit.map(|limit| self.median >= limit),
        }
    }

    /// Whether even the better end of the spread misses the target.
    pub fn clearly_missed(&self) -> bool {
        match self.target {
            Target::AtMost(limit) => limit.is_some_and(|limit| self.low > limit),
            Target::AtLeast(limit) => limit.is_some_and(|limit| self.high < limit),
        }
    }

    /// The ratio in words.
    pub fn ratio(&self) -> String {
        match self.target {
            Target::AtMost(_) => format!("{} × the time", short(self.median)),
            Target::AtLeast(_) => format!("{} × as fast", short(self.median)),
        }
    }

    pub fn spread(&self) -> String {
        format!("{}–{}", short(self.low), short(self.high))
    }

    pub fn wanted(&self) -> String {
        let wanted = match self.target {
            Target::AtMost(limit) => limit.map(|limit| format!("≤ {limit}")),
            Target::AtLeast(limit) => limit.map(|limit| format!("≥ {limit}")),
        };
        wanted.unwrap_or_default()
    }

    pub fn verdict(&self) -> &'static str {
        match self.met() {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "",
        }
    }
}

/// Three digits, and no fraction of large numbers.
fn short(number: f64) -> String {
    match number {
        n if n >= 99.95 => format!("{n:.0}"),
        n if n >= 9.995 => format!("{n:.1}"),
        n => format!("{n:.2}"),
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} against {}: {} ({})", self.row, self.of, self.against, self.ratio(), self.spread())?;
        match self.met() {
            Some(true) => write!(f, ", {}: met", self.wanted()),
            Some(false) => write!(f, ", {}: NOT MET", self.wanted()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
pub mod tests {
    use serde_json::json;

    use super::*;

    pub fn line(row: &str, [low, median, high]: [f64; 3], target: Target) -> Line {
        let (group, of, against) = ("Group".into(), "ours".into(), "peer".into());
        Line { group, row: row.into(), of, against, low, median, high, target }
    }

    #[test]
    fn a_printed_result_is_read() {
        let printed = json!({ "group": "Group", "row": "r", "of": "ours", "against": "peer", "low": 1, "median": 2.5, "high": 3, "sense": "speed", "target": 2 });
        assert_eq!(Line::of(&printed).unwrap(), line("r", [1.0, 2.5, 3.0], Target::AtLeast(Some(2.0))));
        assert!(Line::of(&json!({ "group": "Group" })).unwrap_err().to_string().contains("row"));
    }

    #[test]
    fn a_target_is_met_by_the_median_and_missed_by_the_spread() {
        let at_most = |low, median| line("r", [low, median, 9.0], Target::AtMost(Some(1.15)));
        assert_eq!([at_most(1.0, 1.15).met(), at_most(1.0, 1.16).met()], [Some(true), Some(false)]);
        assert_eq!([at_most(1.15, 2.0).clearly_missed(), at_most(1.16, 2.0).clearly_missed()], [false, true]);
        let at_least = |median, high| line("r", [0.1, median, high], Target::AtLeast(Some(3.0)));
        assert_eq!([at_least(3.0, 4.0).met(), at_least(2.9, 4.0).met()], [Some(true), Some(false)]);
        assert_eq!([at_least(2.0, 3.0).clearly_missed(), at_least(2.0, 2.9).clearly_missed()], [false, true]);
        let free = line("r", [0.1, 0.2, 0.3], Target::AtLeast(None));
        assert_eq!((free.met(), free.clearly_missed()), (None, false));
    }

    #[test]
    fn ratios_have_three_digits() {
        assert_eq!([0.987, 1.5, 12.34, 650.4].map(short), ["0.99", "1.50", "12.3", "650"]);
    }
}
