//! Every layer against its definition, written down window by window as a person would read it, and the laws that
//! follow from the definitions. `cargo test --test properties -- --nocapture` prints how many cases ran.

mod backward;
mod blur;
mod cells;
mod definition;
mod geometry;
mod integers;
mod laws;
mod layers;
mod methods;
mod photographs;
mod stochastic;
mod values;

use ndarray::ArrayD;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::Cell;
use std::fmt::Debug;

/// Runs a property on that many random inputs, and prints how many times it was checked: a property of several methods
/// says how many of them there were.
fn holds<S: Strategy<Value: Debug>>(
    name: &str,
    cases: u32,
    inputs: S,
    property: impl Fn(S::Value) -> Result<usize, TestCaseError>,
) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let checked = Cell::new(0);
    let outcome = TestRunner::new(config).run(&inputs, |input| {
        checked.set(checked.get() + property(input)?);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{name}: {failure}"));
    println!("property cases: {:6} {name}", checked.get());
}

fn bits(array: &ArrayD<f32>) -> Vec<u32> {
    array.iter().map(|value| value.to_bits()).collect()
}
