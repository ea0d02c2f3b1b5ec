//! The network that ships, on the first test image of each class (MNIST: LeCun, Cortes, Burges; CC BY-SA 3.0).

use deep_end::nn::Network;
use deep_end::nn::digit::prepare_digit;
use deep_end::nn::words::read as read_sentence;
use ndarray::{Array3, ArrayD};
use serde::Deserialize;
use std::{fs, path::Path};

#[derive(Deserialize)]
struct Examples {
    shape: [usize; 3],
    examples: Vec<Example>,
}

#[derive(Deserialize)]
struct Example {
    label: String,
    pixels: Vec<u8>,
}

fn read(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn shipped() -> Vec<u8> {
    read("www/networks/digits.safetensors")
}

fn network() -> Network {
    Network::from_bytes(&shipped()).unwrap()
}

fn examples() -> Vec<(String, Array3<f32>)> {
    let Examples { shape, examples } = serde_json::from_slice(&read("tests/network/digits-examples.json")).unwrap();
    assert_eq!(examples.len(), 10);
    let image = |pixels: Vec<u8>| Array3::from_shape_vec(shape, pixels).unwrap().mapv(|byte| f32::from(byte) / 255.0);
    examples.into_iter().map(|example| (example.label, image(example.pixels))).collect()
}

/// The label that the network finds most probable, and how probable.
fn answer(network: &Network, image: ArrayD<f32>) -> (String, f32) {
    let run = network.run(image.view()).unwrap();
    let best = run.probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
    (network.labels()[best.0].clone(), *best.1)
}

#[test]
fn it_says_where_it_comes_from() {
    let network = network();
    assert_eq!(network.input_shape(), [1, 28, 28]);
    assert_eq!(network.labels().concat(), "0123456789");
    let origin = network.origin().unwrap();
    assert!(origin.command.starts_with("cargo xtask train digits"), "{}", origin.command);
    assert!(origin.command.contains(&format!("--seed {}", origin.training.as_ref().unwrap().seed)));
    assert!(shipped().len() <= 25_000);
}

#[test]
fn it_reads_every_example() {
    let network = network();
    for (label, image) in examples() {
        assert_eq!(answer(&network, image.into_dyn()).0, label);
    }
}

/// An example drawn large, `cell` pixels for each of its own, with its corner at (top, left) of a clear canvas.
fn drawn(image: &Array3<f32>, cell: usize, top: usize, left: usize, size: usize) -> Vec<u8> {
    let mut canvas = vec![0; size * size * 4];
    for ((_, y, x), value) in image.indexed_iter() {
        for pixel in 0..cell * cell {
            let (y, x) = (top + y * cell + pixel / cell, left + x * cell + pixel % cell);
            canvas[(y * size + x) * 4 + 3] = (value * 255.0).round() as u8;
        }
    }
    canvas
}

#[test]
fn a_digit_drawn_at_another_size_and_place_comes_back() {
    let network = network();
    for (label, image) in examples() {
        let strongest = image.iter().fold(0.0f32, |most, value| most.max(*value));
        for (cell, top, left) in [(1, 0, 0), (5, 60, 3), (9, 11, 27)] {
            let canvas = drawn(&image, cell, top, left, 280);
            let prepared = prepare_digit(&canvas, 280, 280).unwrap();
            // MNIST's own centring rounds where ours does, but a tie may fall to either side: off by one pixel at most.
            let off = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dy, dx))).map(|(dy, dx)| {
                let at = |y: usize, x: usize| {
                    let cell = (y.checked_add_signed(dy), x.checked_add_signed(dx));
                    let (Some(y), Some(x)) = cell else { return 0.0 };
                    prepared.get((0, y, x)).copied().unwrap_or(0.0)
                };
                let difference =
                    |((_, y, x), value): ((usize, usize, usize), &f32)| (value / strongest - at(y, x)).abs();
                image.indexed_iter().map(difference).fold(0.0, f32::max)
            });
            let closest = off.fold(f32::INFINITY, f32::min);
            assert!(closest < 0.2, "{label} in cells of {cell}: off by {closest}");
            assert_eq!(answer(&network, prepared.into_dyn()).0, label, "in cells of {cell}");
        }
    }
}

/// Sentences of our own, as plain as can be.
#[test]
fn words_tells_praise_from_blame_and_fits_its_budget() {
    let bytes = read("www/networks/words.safetensors");
    assert!(bytes.len() <= 150_000);
    let network = Network::from_bytes(&bytes).unwrap();
    assert_eq!(network.labels(), ["negative", "positive"]);
    for (text, label) in
        [("a beautiful and moving film, wonderfully acted", 1), ("dull, predictable and far too long", 0)]
    {
        let reading = read_sentence(&network, &mut network.prepare().unwrap(), text, 0).unwrap();
        assert!(reading.probabilities[label] > 0.8, "{text}: {:?}", reading.probabilities);
        assert_eq!(reading.filters.len(), 64);
    }
}
