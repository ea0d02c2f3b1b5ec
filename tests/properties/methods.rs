//! What each method makes of one window, in f64 and as a person would write it down from its words and its paper.

use crate::definition::Window;
use deep_end::Pooling;

/// Half a unit in the last place of an f32, relative to its value: what one rounding may cost.
pub const ROUNDING: f64 = 1.0 / (1 << 24) as f64;
/// The same of a subnormal f32, absolute.
const SMALLEST_ROUNDING: f64 = 1.0 / (1u128 << 100) as f64 / (1u64 << 50) as f64;
/// Half a unit in the last place of an f64.
pub const FINE: f64 = f64::EPSILON / 2.0;

/// What a window's value has to be.
#[derive(Debug)]
pub enum Expected {
    /// One of these cells of the window, to the bit: one number, or several where rounding may decide a random draw.
    Cell(Vec<usize>),
    /// This number, up to `bound`.
    Near { value: f64, bound: f64 },
}

impl Expected {
    pub fn exactly(value: f64) -> Self {
        Self::Near { value, bound: 0.0 }
    }

    /// Computed in f64 with an error up to `noise`, then rounded to f32 once. Twice the noise: the definition here has
    /// its own.
    pub fn rounded(value: f64, noise: f64) -> Self {
        let bound = ROUNDING * value.abs() + SMALLEST_ROUNDING + 2.0 * noise;
        Self::Near { value, bound: if bound.is_finite() { bound } else { 0.0 } }
    }

    pub fn allows(&self, ours: f32, cells: &[f32]) -> bool {
        let same = |cell: f32| ours.to_bits() == cell.to_bits() || ours.is_nan() && cell.is_nan();
        match self {
            Self::Cell(numbers) => numbers.iter().any(|&number| same(cells[number])),
            &Self::Near { value, bound } => near(ours, value, bound),
        }
    }
}

/// Whether an f32 is a number up to `bound`; infinity stands for what is too large for one.
pub fn near(ours: f32, value: f64, bound: f64) -> bool {
    let beyond = |value: f64| value.abs() + bound >= f64::from(f32::MAX);
    match (ours.is_finite(), value.is_finite()) {
        (true, true) => (f64::from(ours) - value).abs() <= bound,
        (false, true) => ours.is_infinite() && beyond(value) && f64::from(ours).signum() == value.signum(),
        (_, false) => ours as f64 == value || ours.is_nan() && value.is_nan(),
    }
}

/// The value of one window of `plane`. `draw` is the 64 random bits of a method that draws.
pub fn value(method: &Pooling, window: &Window, plane: &[f32], draw: u64) -> Expected {
    let x: Vec<f32> = window.cells.iter().map(|place| plane[place.flat]).collect();
    if x.is_empty() {
        return Expected::exactly(match method {
            Pooling::Max => f64::NEG_INFINITY,
            Pooling::Min => f64::INFINITY,
            _ => 0.0,
        });
    }
    let picks = matches!(
        method,
        Pooling::Max | Pooling::Min | Pooling::Median | Pooling::Rank { .. } | Pooling::Stochastic { .. }
    );
    match x.iter().rposition(|cell| cell.is_nan()) {
        _ if *method == Pooling::Subsample => return Expected::Cell(vec![0]),
        Some(last) if picks => return Expected::Cell(vec![last]),
        Some(_) => return Expected::exactly(f64::NAN),
        None => {}
    }
    let n = x.len();
    let doubles: Vec<f64> = x.iter().copied().map(f64::from).collect();
    match method {
        Pooling::Max => Expected::Cell(vec![ranked(&x, 1)]),
        Pooling::Min => Expected::Cell(vec![ranked(&x, n)]),
        // The ⌈n/2⌉-th smallest is the (n + 1 − ⌈n/2⌉)-th largest.
        Pooling::Median => Expected::Cell(vec![ranked(&x, n + 1 - n.div_ceil(2))]),
        &Pooling::Rank { rank } => Expected::Cell(vec![ranked(&x, rank.min(n))]),
        Pooling::Stochastic { .. } => Expected::Cell(drawn(&doubles, draw)),
        &Pooling::Average { count_include_pad, divisor_override } => {
            let count = if count_include_pad { window.padded } else { n };
            mean(window, plane, divisor_override.map_or(count as f64, f64::from))
        }
        &Pooling::Lp { norm_type } => power_mean(&doubles.iter().map(|x| x.abs()).collect::<Vec<_>>(), norm_type, 1.0),
        &Pooling::GeneralizedMean { norm_type } => {
            power_mean(&doubles.iter().map(|x| x.max(0.0)).collect::<Vec<_>>(), norm_type, n as f64)
        }
        &Pooling::LogSumExp { sharpness } => log_sum_exp(&doubles, sharpness),
        Pooling::Soft => soft(&doubles),
        Pooling::StochasticMean => {
            let weights = likelihoods(&doubles);
            weighted(&doubles, &weights, 0.0)
        }
        &Pooling::Mixed { alpha } => between(window, plane, alpha, 0.0),
        Pooling::Gated { weights } => {
            let products = || window.cells.iter().zip(&doubles).map(|(place, x)| f64::from(weights[place.tap]) * x);
            let gate = 1.0 / (1.0 + (-products().sum::<f64>()).exp());
            // The sum of n products errs by n roundings; a gate is at most a quarter as steep as its argument.
            let noise = (n + 4) as f64 * FINE * (1.0 + products().map(f64::abs).sum::<f64>() / 4.0);
            between(window, plane, gate, noise)
        }
        &Pooling::TopK { k } => {
            let mut sorted = doubles;
            sorted.sort_by(|a, b| b.total_cmp(a));
            let k = k.min(n);
            weighted(&sorted[..k], &vec![1.0; k], 0.0)
        }
        other => panic!("{other:?} is not defined here"),
    }
}

/// The methods whose value is one of the window's cells.
pub fn picks(method: &Pooling) -> bool {
    let picking = ["max", "min", "median", "rank", "stochastic", "subsample"];
    picking.contains(&method.name())
}

/// The first of the cells that equal the rank-th largest.
pub fn ranked(x: &[f32], rank: usize) -> usize {
    let mut sorted = x.to_vec();
    sorted.sort_by(|a, b| b.partial_cmp(a).expect("no NaN here"));
    x.iter().position(|&cell| cell == sorted[rank - 1]).unwrap()
}

/// Sum over divisor. The sum is one of f32s, which errs by at most (n − 1) · 2⁻²⁴ · Σ|x| in whatever order (N. Higham,
/// *Accuracy and Stability of Numerical Algorithms*, 2002, section 4.2); the divisor may be rounded, and the quotient is.
/// Where the sum may leave the range of f32, its order decides: rows, then slices, each in runs of 3, 9, 27 … (ADR 2).
fn mean(window: &Window, plane: &[f32], divisor: f64) -> Expected {
    let x: Vec<f64> = window.cells.iter().map(|place| f64::from(plane[place.flat])).collect();
    let (n, magnitude) = (x.len() as f64, x.iter().map(|x| x.abs()).sum::<f64>());
    if magnitude.is_finite() && magnitude >= f64::from(f32::MAX) {
        let cells: Vec<(&[[usize; 2]], f32)> =
            window.cells.iter().map(|place| (&place.along[..], plane[place.flat])).collect();
        return Expected::exactly(f64::from(nested_sum(&cells) / divisor as f32));
    }
    let value = x.iter().sum::<f64>() / divisor;
    let bound = ROUNDING * ((n - 1.0) * magnitude / divisor.abs() * (1.0 + n * ROUNDING) + 3.0 * value.abs());
    Expected::Near { value, bound: if bound.is_finite() { bound + 2.0 * SMALLEST_ROUNDING } else { 0.0 } }
}

/// The sum of the cells along the last axis, then of those sums along the one before it. Each cell comes with its tap's
/// number along each axis, and how many taps there are.
fn nested_sum(cells: &[(&[[usize; 2]], f32)]) -> f32 {
    let mut taps = vec![None; cells[0].0[0][1]];
    for slice in cells.chunk_by(|a, b| a.0[0] == b.0[0]) {
        let rest: Vec<_> = slice.iter().map(|&(along, cell)| (&along[1..], cell)).collect();
        let sum = if rest[0].0.is_empty() { rest[0].1 } else { nested_sum(&rest) };
        taps[slice[0].0[0][0]] = Some(sum);
    }
    sum_of_runs(&taps).expect("a window has cells")
}

/// The largest run of 3ⁿ taps that fits, then the largest of the rest, and so on; a run is the sum of its thirds.
fn sum_of_runs(mut taps: &[Option<f32>]) -> Option<f32> {
    let add = |a: Option<f32>, b: Option<f32>| a.zip(b).map(|(a, b)| a + b).or(a).or(b);
    let mut sum = None;
    while !taps.is_empty() {
        let size = (0..).map(|n| 3usize.pow(n)).take_while(|&size| size <= taps.len()).last().unwrap();
        let (run, rest) = taps.split_at(size);
        let run = if size == 1 { run[0] } else { run.chunks(size / 3).map(sum_of_runs).reduce(add).flatten() };
        (sum, taps) = (add(sum, run), rest);
    }
    sum
}

/// (1/n · Σ x^p)^(1/p) of magnitudes, relative to the largest, so that no power leaves the range of f64.
fn power_mean(x: &[f64], p: f64, n: f64) -> Expected {
    let largest = x.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 || largest.is_infinite() || p.is_infinite() {
        return Expected::exactly(largest);
    }
    let sum: f64 = x.iter().map(|x| (x / largest).powf(p)).sum();
    let value = largest * (sum / n).powf(1.0 / p);
    // Each power errs by p roundings of its argument and one of its own, the sum by one for each term; the root
    // divides that by p, adds the rounding of 1/p, which counts with the logarithm, and its own.
    let relative = 2.0 * FINE * (4.0 + (x.len() as f64 + 4.0 + (sum / n).ln().abs()) / p);
    Expected::rounded(value, relative * value.abs())
}

/// (1/r) · ln(1/n · Σ exp(r·x)), relative to the largest cell. Through expm1 and ln_1p, whose terms all have one sign:
/// no digit is lost to the 1 that e⁰ is.
fn log_sum_exp(x: &[f64], r: f64) -> Expected {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest.is_infinite() {
        return Expected::exactly(largest);
    }
    let n = x.len() as f64;
    let spread = largest - x.iter().copied().fold(f64::INFINITY, f64::min);
    let mean = x.iter().sum::<f64>() / n;
    // For a variable X within `spread`, ln E[e^(r·X)] is between r · E[X] and that plus r² · spread² / 8 (W. Hoeffding, 1963).
    let flat = r * spread * spread / 8.0;
    if spread.is_finite() && flat <= 1e-12 * spread {
        return Expected::rounded(mean, flat + n * FINE * largest.abs().max(spread));
    }
    let below = (x.iter().map(|x| (r * (x - largest)).exp_m1()).sum::<f64>() / n).ln_1p() / r;
    // n + 4 roundings of a sum near −1 count up to n times in the logarithm.
    Expected::rounded(largest + below, FINE * (below.abs() * n * (n + 4.0) + 2.0 * largest.abs()))
}

/// The mean weighted by eˣ. An infinite cell outweighs every other, one of −∞ weighs nothing beside another.
fn soft(x: &[f64]) -> Expected {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest.is_infinite() {
        return Expected::exactly(largest);
    }
    let weights: Vec<f64> = x.iter().map(|x| (x - largest).exp()).collect();
    // An exponent errs by a rounding of itself; below −745 its weight is 0.
    weighted(x, &weights, 745.0 * FINE)
}

/// Σ w·x / Σ w in f64, where each weight errs by `relative`; a cell of weight 0 takes no part.
fn weighted(x: &[f64], weights: &[f64], relative: f64) -> Expected {
    let parts = || x.iter().zip(weights).filter(|&(_, &weight)| weight > 0.0);
    let total: f64 = weights.iter().sum();
    let value = parts().map(|(x, weight)| x * (weight / total)).sum::<f64>();
    let magnitude = parts().map(|(x, weight)| x.abs() * (weight / total)).sum::<f64>();
    Expected::rounded(value, (2.0 * relative + (2 * x.len() + 4) as f64 * FINE) * magnitude)
}

/// part · max + (1 − part) · mean, where the part errs by `noise`. A part of 0 takes no part.
fn between(window: &Window, plane: &[f32], part: f64, noise: f64) -> Expected {
    let cells = || window.cells.iter().map(|place| plane[place.flat]);
    let max = f64::from(cells().fold(f32::NEG_INFINITY, f32::max));
    let Expected::Near { value: mean, bound } = mean(window, plane, window.cells.len() as f64) else { unreachable!() };
    let times = |part: f64, value: f64| if part == 0.0 { 0.0 } else { part * value };
    let value = times(part, max) + times(1.0 - part, mean);
    let noise = noise * (max - mean).abs() + 4.0 * FINE * (max.abs() + mean.abs());
    Expected::rounded(value, noise + bound * (1.0 - part))
}

/// The probability of each cell, up to a factor: the cell itself; all alike among infinite cells, and where none is
/// above 0.
pub fn likelihoods(x: &[f64]) -> Vec<f64> {
    let all = |one: fn(f64) -> bool| x.iter().map(|&x| f64::from(u8::from(one(x)))).collect();
    match x.iter().copied().fold(0.0, f64::max) {
        0.0 => vec![1.0; x.len()],
        f64::INFINITY => all(|x| x == f64::INFINITY),
        _ => x.iter().map(|x| x.max(0.0)).collect(),
    }
}

/// The cells that a draw may mean: the one in whose part of the whole the bits lie, read as a number from 0 to 1; its
/// neighbour too where they lie at the border, up to rounding.
fn drawn(x: &[f64], draw: u64) -> Vec<usize> {
    let weights = likelihoods(x);
    let total: f64 = weights.iter().sum();
    let target = draw as f64 / 2f64.powi(64);
    let slack = (x.len() + 4) as f64 * f64::EPSILON;
    let (mut numbers, mut below) = (Vec::new(), 0.0);
    for (number, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
        let above = below + weight / total;
        if below - slack <= target && target <= above + slack {
            numbers.push(number);
        }
        below = above;
    }
    numbers
}

/// Value `number` (from 0) of SplitMix64, by going there step by step as its authors do: add the golden gamma, mix
/// (G. Steele, D. Lea and C. Flood, *Fast Splittable Pseudorandom Number Generators*, 2014, figure 17).
pub struct SplitMix64(pub u64);

impl SplitMix64 {
    /// Before number 3 · 2⁴⁸ of a seed, where stochastic pooling begins: every number adds the gamma once.
    pub fn of_draws(seed: u64) -> Self {
        Self(seed.wrapping_add(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(3 << 48)))
    }
}

impl Iterator for SplitMix64 {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        Some(z ^ z >> 31)
    }
}
