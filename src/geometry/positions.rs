//! Output positions of an axis, in runs.

use super::Sample;

/// Output positions of an axis, in the order in which they are made. Those of a run are read for together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Positions {
    runs: Vec<[usize; 2]>,
    count: usize,
}

impl Positions {
    /// One run after another, each `[start, end)`.
    pub(crate) fn of_runs(runs: Vec<[usize; 2]>) -> Self {
        let count = runs.iter().map(|[start, end]| end - start).sum();
        Self { runs, count }
    }

    pub(crate) fn runs(&self) -> &[[usize; 2]] {
        &self.runs
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Each position, and the number of its run.
    pub(crate) fn each(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.runs.iter().enumerate().flat_map(|(run, &[start, end])| (start..end).map(move |at| (at, run)))
    }
}

impl From<Sample> for Positions {
    fn from(sample: Sample) -> Self {
        Self::of_runs(sample.groups().collect())
    }
}
