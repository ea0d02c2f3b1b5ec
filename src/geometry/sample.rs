//! Some of a layer's output positions.

use crate::error::{Error, ErrorKind, Result};

/// Every `every`-th output position of an axis, from `first` on: what a picture of a large map, or a part of it, needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The first position.
    pub first: usize,
    /// How far apart two of them are, at least 1.
    pub every: usize,
    /// How many there are, at least 1.
    pub count: usize,
}

impl Sample {
    /// The positions from `start` up to `end`.
    pub fn range([start, end]: [usize; 2]) -> Self {
        Self { first: start, every: 1, count: end.saturating_sub(start) }
    }

    /// As many positions spread over those from `start` up to `end` as are at most `most`, each in the middle of the
    /// stretch that it stands for.
    ///
    /// ```
    /// use deep_end::geometry::Sample;
    /// assert_eq!(Sample::spread([10, 20], 5), Sample { first: 11, every: 2, count: 5 });
    /// assert_eq!(Sample::spread([0, 7], 3), Sample { first: 1, every: 3, count: 2 });
    /// assert_eq!(Sample::spread([0, 3], 9), Sample::range([0, 3]));
    /// ```
    pub fn spread([start, end]: [usize; 2], most: usize) -> Self {
        let length = end.saturating_sub(start);
        let every = length.div_ceil(most.max(1)).max(1);
        let first = start + (every / 2).min(length.saturating_sub(1));
        Self { first, every, count: end.saturating_sub(first).div_ceil(every) }
    }

    /// The output position of the sample's number `index`.
    pub fn position(self, index: usize) -> usize {
        self.first + index * self.every
    }

    /// Positions whose windows are read together, as `[start, end)`: all of them where none is left out, else each alone.
    pub(crate) fn groups(self) -> impl Iterator<Item = [usize; 2]> {
        let (count, length) = if self.every == 1 { (1, self.count) } else { (self.count, 1) };
        (0..count).map(move |index| [self.position(index), self.position(index) + length])
    }

    /// Whether its positions are among so many.
    pub(crate) fn check(self, positions: usize) -> Result<()> {
        let last = self.count.checked_sub(1).and_then(|steps| steps.checked_mul(self.every)?.checked_add(self.first));
        if self.every > 0 && last.is_some_and(|last| last < positions) {
            return Ok(());
        }
        let rule = format!("must be one or more of an axis's {positions} output positions, at least 1 apart");
        Err(Error::new(ErrorKind::Parameter, "sample", [self.first, self.every, self.count].as_slice(), rule))
    }
}
