//! An output cell's arithmetic with the numbers put in.

use super::{OutputCell, Tap};
use crate::pool::{Pool, Pooling};
use crate::shown::Shown;

impl OutputCell {
    /// How the value comes about, in one line, with at most `most` cells written out; of more, the first ones and the
    /// last. Numbers have six digits: the line explains, it does not compute.
    ///
    /// ```
    /// use deep_end::inspect::{Inspector, Plane};
    /// use deep_end::{Pool, Pooling, Window};
    /// let cells = vec![3.0, -1.0, 4.0, 2.0];
    /// let line = |method| {
    ///     let layer = Pool::new(method, Window::new([4]))?;
    ///     Ok::<_, deep_end::Error>(Inspector::new(&layer, Plane::new(&cells, [4])?)?.output_cell(&[0])?.formula(&layer, 9))
    /// };
    /// assert_eq!(line(Pooling::Max)?, "max(3, −1, 4, 2) = 4");
    /// assert_eq!(line(Pooling::average())?, "(3 − 1 + 4 + 2) / 4 = 2");
    /// assert_eq!(line(Pooling::lp(1.0))?, "|3| + |−1| + |4| + |2| = 10");
    /// assert_eq!(line(Pooling::TopK { k: 2 })?, "mean of the 2 largest: (3 + 4) / 2 = 3.5");
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    pub fn formula(&self, pool: &Pool, most: usize) -> String {
        let cells = Cells::of(self, most);
        let value = number(self.value);
        if cells.all.is_empty() {
            return ["no cell in the window: ", &value].concat();
        }
        [&left(pool.method(), self, &cells), " = ", &value].concat()
    }

    /// How many taps do not hang over the padded input's end.
    fn padded_taps(&self) -> usize {
        self.taps.iter().filter(|tap| **tap != Tap::Beyond).count()
    }
}

/// What stands before the equals sign.
fn left(method: &Pooling, cell: &OutputCell, cells: &Cells) -> String {
    let list = || cells.joined(&|read| number(read.value), ", ");
    let over = |sum: String, divisor: f64| ["(", &sum, ") / ", &text(divisor)].concat();
    match method {
        Pooling::Max => ["max(", &list(), ")"].concat(),
        Pooling::Min => ["min(", &list(), ")"].concat(),
        Pooling::Median => ["median(", &list(), ")"].concat(),
        Pooling::Rank { rank } => ["number ", &rank.shown(), " from the top of (", &list(), ")"].concat(),
        Pooling::Subsample => ["first of (", &list(), ")"].concat(),
        Pooling::Stochastic { .. } => {
            let chance = |read: &Read| [&number(read.value), " at ", &percent(read.weight)].concat();
            ["drawn from (", &cells.joined(&chance, ", "), ")"].concat()
        }
        Pooling::Average { count_include_pad, divisor_override } => {
            let counted = if *count_include_pad { cell.padded_taps() } else { cells.all.len() };
            over(cells.sum(), divisor_override.map_or(counted as f64, f64::from))
        }
        Pooling::TopK { k } => {
            let largest = cells.only(|read| read.slope != 0.0);
            let count = largest.all.len();
            ["mean of the ", &k.shown(), " largest: ", &over(largest.sum(), count as f64)].concat()
        }
        Pooling::Mixed { alpha } => {
            let rest = text(1.0 - alpha);
            [&text(*alpha), " · max(", &list(), ") + ", &rest, " · mean(", &list(), ")"].concat()
        }
        Pooling::Gated { .. } => ["α · max(", &list(), ") + (1 − α) · mean(", &list(), ")"].concat(),
        &Pooling::Lp { norm_type } if norm_type.is_infinite() => {
            ["max(", &cells.joined(&magnitude, ", "), ")"].concat()
        }
        &Pooling::Lp { norm_type: 1.0 } => cells.joined(&magnitude, " + "),
        &Pooling::Lp { norm_type } => root(cells.joined(&|read| power(magnitude(read), norm_type), " + "), norm_type),
        &Pooling::GeneralizedMean { norm_type } if norm_type.is_infinite() => ["max(", &list(), ", 0)"].concat(),
        &Pooling::GeneralizedMean { norm_type } => {
            let positive = |read: &Read| power(number(read.value.max(0.0)), norm_type);
            let sum = cells.joined(&positive, " + ");
            root(over(sum, cells.all.len() as f64), norm_type)
        }
        &Pooling::LogSumExp { sharpness } => {
            let r = text(sharpness);
            let term = |read: &Read| ["e^(", &r, " · ", &number(read.value), ")"].concat();
            let mean = over(cells.joined(&term, " + "), cells.all.len() as f64);
            ["ln(", &mean, ") / ", &r].concat()
        }
        Pooling::Soft | Pooling::StochasticMean => cells.weighted(&|read| read.weight),
        // Blur is linear in what it picks: slopes times cells, those beyond the window among them.
        Pooling::MaxBlur { .. } | Pooling::AverageBlur { .. } => {
            cells.with_further(cell).only(|read| read.slope != 0.0).weighted(&|read| read.slope)
        }
    }
}

/// A cell that is read.
#[derive(Clone, Copy)]
struct Read {
    value: f32,
    slope: f32,
    weight: f32,
}

struct Cells {
    all: Vec<Read>,
    most: usize,
}

impl Cells {
    fn of(cell: &OutputCell, most: usize) -> Self {
        Self { all: reads(&cell.taps), most }
    }

    fn with_further(&self, cell: &OutputCell) -> Self {
        Self { all: [self.all.clone(), reads(&cell.further)].concat(), most: self.most }
    }

    fn only(&self, keep: fn(&Read) -> bool) -> Self {
        Self { all: self.all.iter().copied().filter(keep).collect(), most: self.most }
    }

    /// The terms, the middle of many left out.
    fn terms(&self, term: &dyn Fn(&Read) -> String) -> Vec<String> {
        let (count, most) = (self.all.len(), self.most.max(2));
        if count <= most {
            return self.all.iter().map(term).collect();
        }
        let mut terms: Vec<_> = self.all[..most - 1].iter().map(term).collect();
        terms.push(["… ", &(count - most).shown(), " more …"].concat());
        terms.push(term(&self.all[count - 1]));
        terms
    }

    fn joined(&self, term: &dyn Fn(&Read) -> String, between: &str) -> String {
        self.terms(term).join(between)
    }

    /// `3 − 1 + 4`.
    fn sum(&self) -> String {
        signed(&self.terms(&|read| number(read.value)))
    }

    /// `0.5 · 3 + 0.25 · 4`.
    fn weighted(&self, weight: &dyn Fn(&Read) -> f32) -> String {
        self.joined(&|read| [&short(weight(read)), " · ", &number(read.value)].concat(), " + ")
    }
}

fn reads(taps: &[Tap]) -> Vec<Read> {
    let read = |tap: &Tap| match *tap {
        Tap::Cell { value, slope, weight, .. } => Some(Read { value, slope, weight }),
        Tap::Padding | Tap::Beyond => None,
    };
    taps.iter().filter_map(read).collect()
}

fn signed(terms: &[String]) -> String {
    let mut sum = String::new();
    for (at, term) in terms.iter().enumerate() {
        match term.strip_prefix(MINUS) {
            _ if at == 0 => sum.push_str(term),
            Some(magnitude) => [" ", MINUS, " ", magnitude].iter().for_each(|part| sum.push_str(part)),
            None => [" + ", term].iter().for_each(|part| sum.push_str(part)),
        }
    }
    sum
}

const MINUS: &str = "−";

fn magnitude(read: &Read) -> String {
    ["|", &number(read.value), "|"].concat()
}

fn power(base: String, exponent: f64) -> String {
    if exponent == 2.0 { [&base, "²"].concat() } else { [&base, "^", &text(exponent)].concat() }
}

fn root(radicand: String, exponent: f64) -> String {
    match exponent {
        1.0 => radicand,
        2.0 => ["√(", &radicand, ")"].concat(),
        _ => ["(", &radicand, ")^(1/", &text(exponent), ")"].concat(),
    }
}

fn percent(share: f32) -> String {
    if share.is_nan() { "?".to_owned() } else { [&(f64::from(share) * 100.0).round().shown(), " %"].concat() }
}

/// A weight, to three digits after the point.
pub(super) fn short(weight: f32) -> String {
    text((f64::from(weight) * 1000.0).round() / 1000.0)
}

/// Infinity and minus as they are printed in books.
pub(super) fn number(value: f32) -> String {
    text(f64::from(value))
}

fn text(value: f64) -> String {
    value.shown().replace('-', MINUS).replace("inf", "∞")
}
