//! Stochastic pooling draws each cell as often as its probability says, and each output cell by itself.

use crate::layers::{case, layer};
use crate::methods::likelihoods;
use crate::{bits, cells, holds};
use deep_end::{Pool, Pooling, Window};
use ndarray::{ArrayD, Axis, IxDyn, Slice, concatenate};
use proptest::prelude::*;

/// Windows whose cells have unequal, equal, no and all probability; with ties, infinities, subnormal and huge cells.
const WINDOWS: [&[f32]; 10] = [
    &[1.0, 2.0, 3.0, 4.0],
    &[0.0, 5.0, 0.0, 1.0],
    &[-3.0, 2.0, -1.0, 6.0],
    &[0.0, 0.0, 0.0],
    &[-1.0, -2.0, -4.0],
    &[-1.0, 0.0, f32::NEG_INFINITY],
    &[f32::INFINITY, 1.0, f32::INFINITY, -2.0],
    &[1e-45, 3e-45, 0.0, 4e-45],
    &[3e38, 1e38, 2e38],
    &[100.0, 1.0, 1.0, 1.0, 1.0, 1.0],
];
const DRAWS: usize = 40_000;

/// How likely a chi-squared variable with this many degrees of freedom is to exceed a value: its distribution's upper
/// tail as a finite sum (M. Abramowitz and I. Stegun, *Handbook of Mathematical Functions*, 1964, 26.4.4 and 26.4.5).
fn upper_tail(chi_squared: f64, degrees: usize) -> f64 {
    let half = chi_squared / 2.0;
    let odd = degrees % 2 == 1;
    let (mut term, start) = if odd {
        (2.0 * (half / std::f64::consts::PI).sqrt() * (-half).exp(), libm::erfc(half.sqrt()))
    } else {
        ((-half).exp(), 0.0)
    };
    let mut sum = start;
    for i in 0..degrees / 2 {
        sum += term;
        term *= half / (i as f64 + if odd { 1.5 } else { 1.0 });
    }
    sum
}

#[test]
fn the_upper_tail_is_that_of_the_tables() {
    // Values exceeded with a chance of 5 % and of 0.1 % (the same book, table 26.8).
    let table = [(1, 3.841_46, 10.828), (2, 5.991_46, 13.816), (3, 7.814_73, 16.266), (15, 24.9958, 37.697)];
    for (degrees, often, seldom) in table {
        assert!((upper_tail(often, degrees) - 0.05).abs() < 1e-6, "{degrees}");
        assert!((upper_tail(seldom, degrees) - 0.001).abs() < 1e-6, "{degrees}");
    }
}

/// Pearson's test at a level of one in a million; cells of probability 0 are never drawn.
fn match_probabilities(counts: &[usize], weights: &[f64], what: &str) {
    let (draws, total) = (counts.iter().sum::<usize>() as f64, weights.iter().sum::<f64>());
    let mut chi_squared = 0.0;
    for (&count, weight) in counts.iter().zip(weights) {
        let expected = draws * weight / total;
        assert!(expected > 5.0 || expected == 0.0 && count == 0, "{what}: {count} draws for {expected}");
        if expected > 0.0 {
            chi_squared += (count as f64 - expected).powi(2) / expected;
        }
    }
    let degrees = weights.iter().filter(|&&weight| weight > 0.0).count() - 1;
    let chance = upper_tail(chi_squared, degrees);
    assert!(chance > 1e-6, "{what}: chi-squared {chi_squared} of {degrees} degrees of freedom, {counts:?}");
}

/// The cells that are drawn of equal windows, each by its number in its window.
fn draws(window: &[f32], windows: usize, seed: u64) -> Vec<usize> {
    let pool = Pool::new(Pooling::Stochastic { seed }, Window::new([window.len()])).unwrap();
    let x = ArrayD::from_shape_fn(IxDyn(&[1, 1, windows * window.len()]), |place| window[place[2] % window.len()]);
    let (_, indices) = pool.forward_with_indices(x.view()).unwrap();
    indices.iter().map(|&index| index as usize % window.len()).collect()
}

fn counts(draws: impl Iterator<Item = usize>, of: usize) -> Vec<usize> {
    let mut counts = vec![0; of];
    draws.for_each(|drawn| counts[drawn] += 1);
    counts
}

fn weights(window: &[f32]) -> Vec<f64> {
    likelihoods(&window.iter().copied().map(f64::from).collect::<Vec<_>>())
}

#[test]
fn over_many_cells_frequencies_match_probabilities() {
    for (window, seed) in WINDOWS.into_iter().flat_map(|window| [0, 1, u64::MAX].map(|seed| (window, seed))) {
        let counts = counts(draws(window, DRAWS, seed).into_iter(), window.len());
        match_probabilities(&counts, &weights(window), &format!("{window:?} under {seed}"));
    }
    println!("property cases: {:6} frequencies over many cells", 3 * WINDOWS.len());
}

#[test]
fn over_many_seeds_frequencies_match_probabilities() {
    for window in WINDOWS {
        // The third cell of an output: neighbouring seeds must not lead to neighbouring draws there either.
        let drawn = (0..DRAWS as u64 / 4).map(|seed| draws(window, 3, seed)[2]);
        match_probabilities(&counts(drawn, window.len()), &weights(window), &format!("{window:?} over seeds"));
    }
    println!("property cases: {:6} frequencies over many seeds", WINDOWS.len());
}

#[test]
fn neighbouring_cells_and_neighbouring_seeds_draw_independently() {
    let window = WINDOWS[0];
    let pairs = |a: Vec<usize>, b: Vec<usize>| {
        let together: Vec<f64> =
            weights(window).iter().flat_map(|a| weights(window).into_iter().map(move |b| a * b)).collect();
        (counts(a.into_iter().zip(b).map(|(a, b)| a * window.len() + b), together.len()), together)
    };
    let drawn = draws(window, 2 * DRAWS, 5);
    let half = |odd: usize| drawn.iter().copied().skip(odd).step_by(2).collect();
    let (counts, together) = pairs(half(0), half(1));
    match_probabilities(&counts, &together, "neighbouring cells");
    let (counts, together) = pairs(draws(window, DRAWS, 5), draws(window, DRAWS, 6));
    match_probabilities(&counts, &together, "neighbouring seeds");
}

#[test]
fn a_seed_repeats_itself_and_another_differs() {
    let window = WINDOWS[0];
    assert_eq!(draws(window, 100, 8), draws(window, 100, 8));
    let seeds = [0, 1, 2, 8, 1 << 32, 1 << 63, u64::MAX];
    for (i, first) in seeds.iter().enumerate() {
        for second in &seeds[i + 1..] {
            // By chance 100 windows of four cells would agree once in more than 10⁴⁰.
            assert_ne!(draws(window, 100, *first), draws(window, 100, *second), "{first} and {second}");
        }
    }
}

/// An output cell's draw is a matter of its number and its own window: neither what other windows hold nor how much
/// comes after it changes it.
#[test]
fn a_draw_does_not_depend_on_other_cells() {
    let inputs = (case(layer(), cells::non_negative()), any::<u64>(), any::<prop::sample::Index>());
    holds("draws of a cell by itself", 500, inputs, |((layer, x), seed, which)| {
        let pool = Pool::with_geometry(Pooling::Stochastic { seed }, layer.geometry()).unwrap();
        let y = pool.forward(x.view()).unwrap();
        let more = concatenate![Axis(0), x, x];
        let longer = pool.forward(more.view()).unwrap();
        prop_assert_eq!(bits(&longer)[..y.len()].to_vec(), bits(&y));
        if y.is_empty() {
            return Ok(1);
        }
        let (windows, which) = (layer.windows(), which.index(y.len()));
        let own = &windows[which % windows.len()];
        let plane_cells: usize = layer.extents().iter().product();
        let start = which / windows.len() * plane_cells;
        let mut others = x.clone();
        for (flat, cell) in others.iter_mut().enumerate() {
            if !own.cells.iter().any(|place| start + place.flat == flat) {
                *cell = 10.0 - *cell;
            }
        }
        prop_assert_eq!(bits(&pool.forward(others.view()).unwrap())[which], bits(&y)[which]);
        let first = x.slice_axis(Axis(0), Slice::from(..1));
        let alone = pool.forward(first).unwrap();
        prop_assert_eq!(bits(&alone), bits(&y)[..alone.len()].to_vec());
        Ok(3)
    });
}
