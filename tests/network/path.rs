//! Looking inside networks: paths against finite differences, other poolings, costs, and small changes to the input.

use crate::values;
use deep_end::nn::inside::{Disturbance, Patch};
use deep_end::nn::{Architecture, Network};
use deep_end::options::Options;
use ndarray::ArrayD;
use serde_json::{Value, json};
use std::fs;

fn of_layers(input: [usize; 3], labels: usize, layers: Value) -> Network {
    let labels: Vec<String> = (0..labels).map(|label| label.to_string()).collect();
    let preprocessing = json!({ "mean": vec![0.25; input[0]], "std": vec![0.5; input[0]] });
    let json = json!({ "inputShape": input, "labels": labels, "preprocessing": preprocessing, "layers": layers });
    let architecture = Architecture::from_json(&json.to_string()).unwrap();
    let shapes: Vec<_> = architecture.parameters().map(|(_, name, parameter)| (name, parameter.shape)).collect();
    // Variances must be above 0.
    let parameter = |(number, (name, shape)): (usize, (String, Vec<usize>))| {
        let drawn: ArrayD<f32> = values(&shape, 31 * number + 5);
        if name.ends_with("running_var") { drawn.mapv(|value| value * value + 0.5) } else { drawn }
    };
    Network::new(architecture, shapes.into_iter().enumerate().map(parameter).collect()).unwrap()
}

/// Everything that a path can go through: stride, dilation, groups and uneven padding, batch norm, ReLU, this pooling.
fn all_kinds(pooling: Value) -> Network {
    let mut pool = pooling;
    pool["name"] = "pool".into();
    pool["type"] = "pool".into();
    pool["kernelSize"] = 2.into();
    of_layers(
        [2, 9, 8],
        3,
        json!([
            { "name": "conv", "type": "conv2d", "inChannels": 2, "outChannels": 4, "kernelSize": [3, 2], "padding": [[1, 0], [2, 1]], "groups": 2 },
            { "name": "norm", "type": "batchNorm2d", "numFeatures": 4 },
            { "name": "relu", "type": "relu" },
            pool,
            { "name": "wide", "type": "conv2d", "inChannels": 4, "outChannels": 2, "kernelSize": 2, "dilation": [2, 1], "stride": [1, 2], "bias": false },
            { "name": "flat", "type": "flatten" },
            { "name": "linear", "type": "linear", "inFeatures": 8, "outFeatures": 3 },
        ]),
    )
}

fn image(network: &Network, seed: usize) -> Vec<f32> {
    values(network.input_shape(), seed).iter().map(|value| value / 2.0 + 0.5).collect()
}

/// The value of one cell for an input.
fn value_of(network: &Network, image: &[f32], layer: usize, cell: usize) -> f64 {
    f64::from(network.look(&mut network.prepare().unwrap(), image).unwrap().values()[layer + 1][cell])
}

/// The slope of a cell by each pixel, from both sides; `None` where they differ, at a kink.
fn slopes(network: &Network, image: &[f32], layer: usize, cell: usize) -> Vec<Option<f64>> {
    const STEP: f32 = 1.0 / 256.0;
    let at = |pixel: usize, step: f32| {
        let mut image = image.to_vec();
        image[pixel] += step;
        value_of(network, &image, layer, cell)
    };
    let here = value_of(network, image, layer, cell);
    let slope = |pixel| {
        let [below, above] = [here - at(pixel, -STEP), at(pixel, STEP) - here].map(|rise| rise / f64::from(STEP));
        ((below - above).abs() <= 0.02 * (1.0 + below.abs())).then_some((below + above) / 2.0)
    };
    (0..image.len()).map(slope).collect()
}

/// The path's gradient is by what the first layer reads: (x − ¼) / ½ of the pixel.
fn agrees(network: &Network, image: &[f32], layer: usize, cell: usize, what: &str) {
    let look = network.look(&mut network.prepare().unwrap(), image).unwrap();
    let path = look.trace(layer, cell).unwrap();
    assert_eq!(path.value, look.values()[layer + 1][cell]);
    let mut smooth = 0;
    for (pixel, (have, want)) in path.maps[0].gradient.iter().zip(slopes(network, image, layer, cell)).enumerate() {
        let Some(want) = want else { continue };
        smooth += 1;
        let error = (f64::from(*have) / 0.5 - want).abs();
        assert!(error <= 0.01 * (1.0 + want.abs()), "{what}, pixel {pixel}: gradient {}, slope {want}", have / 0.5);
    }
    assert!(smooth * 3 > image.len() * 2, "{what}: only {smooth} of {} pixels have a slope", image.len());
}

#[test]
fn paths_are_the_slopes_of_a_cell() {
    for (name, pooling) in [
        ("max", json!({ "method": "max" })),
        ("average", json!({ "method": "average", "stride": 2, "padding": 0 })),
        ("lp", json!({ "method": "lp", "normType": 2 })),
        ("softpool", json!({ "method": "softpool" })),
        ("max-blur", json!({ "method": "max-blur", "filterSize": 3 })),
    ] {
        let network = all_kinds(pooling);
        let image = image(&network, 3);
        let shapes = network.architecture().shapes().unwrap();
        for layer in 0..7 {
            let cells: usize = shapes[layer + 1].iter().product();
            for cell in [0, cells / 2, cells - 1] {
                agrees(&network, &image, layer, cell, &format!("{name}, layer {layer}, cell {cell}"));
            }
        }
    }
}

/// Every map on the way, not the input alone: moving a cell of it by its slope moves the answer, which the rest of the
/// network, as a network of its own, says.
#[test]
fn the_maps_on_the_way_have_the_slopes_of_the_rest_of_the_network() {
    let network = all_kinds(json!({ "method": "average" }));
    let image = image(&network, 8);
    let look = network.look(&mut network.prepare().unwrap(), &image).unwrap();
    let path = look.trace(6, 1).unwrap();
    assert_eq!(path.maps.len(), 8);
    // The last layer is linear: its slopes are its weights.
    let bytes = network.to_bytes(deep_end::io::safetensors::Precision::F32).unwrap();
    let again = Network::from_bytes(&bytes).unwrap();
    assert_eq!(again, network);
    let weights = values(&[3, 8], 31 * 7 + 5);
    assert_eq!(path.maps[6].gradient, weights.as_slice().unwrap()[8..16]);
    assert_eq!(path.maps[7].gradient, [0.0, 1.0, 0.0]);
    for (map, values) in path.maps.iter().zip(look.values()) {
        let parts = map.gradient.iter().zip(values).map(|(slope, value)| slope * value);
        assert!(map.contribution.iter().zip(parts).all(|(have, want)| *have == want));
    }
}

/// What an `add` takes from further back gets its part too.
#[test]
fn paths_through_sums_go_both_ways() {
    let network = of_layers(
        [1, 5, 5],
        2,
        json!([
            { "name": "first", "type": "conv2d", "inChannels": 1, "outChannels": 2, "kernelSize": 3, "padding": 1 },
            { "name": "relu", "type": "relu" },
            { "name": "second", "type": "conv2d", "inChannels": 2, "outChannels": 2, "kernelSize": 3, "padding": 1 },
            { "name": "sum", "type": "add", "from": "relu" },
            { "name": "pool", "type": "pool", "method": "average", "kernelSize": 2 },
            { "name": "flat", "type": "flatten" },
            { "name": "linear", "type": "linear", "inFeatures": 8, "outFeatures": 2 },
        ]),
    );
    let image = image(&network, 9);
    for (layer, cell) in [(3, 12), (3, 49), (4, 5), (6, 1)] {
        agrees(&network, &image, layer, cell, &format!("layer {layer}, cell {cell}"));
    }
}

fn digits() -> Network {
    Network::from_bytes(&fs::read("www/networks/digits.safetensors").unwrap()).unwrap()
}

/// A piecewise linear network without its biases is the sum of its pixels' contributions; with them, of both.
#[test]
fn contributions_add_up_to_the_value_but_for_the_biases() {
    let network = of_layers(
        [1, 6, 6],
        2,
        json!([
            { "name": "conv", "type": "conv2d", "inChannels": 1, "outChannels": 3, "kernelSize": 3, "padding": 1, "bias": false },
            { "name": "relu", "type": "relu" },
            { "name": "pool", "type": "pool", "method": "max", "kernelSize": 2 },
            { "name": "flat", "type": "flatten" },
            { "name": "linear", "type": "linear", "inFeatures": 27, "outFeatures": 2 },
        ]),
    );
    let look = network.look(&mut network.prepare().unwrap(), &image(&network, 2)).unwrap();
    for cell in 0..27 {
        let path = look.trace(2, cell).unwrap();
        assert!((path.explained - path.value).abs() < 1e-5, "{} of {}", path.explained, path.value);
        assert_eq!(path.pixels.len(), 36);
    }
    let bias = values(&[2], 31 * 2 + 5);
    let path = look.trace(4, 1).unwrap();
    assert!((path.explained + bias[[1]] - path.value).abs() < 1e-4, "{} of {}", path.explained, path.value);
}

#[test]
fn a_window_says_who_won() {
    let network = digits();
    let image = image(&network, 4);
    let look = network.look(&mut network.prepare().unwrap(), &image).unwrap();
    let plan = network.plan().unwrap();
    let layer = plan.iter().position(|layer| layer.kind == "pool").unwrap();
    let [channels, height, width] = plan[layer].shape[..] else { panic!("maps") };
    let (channel, row, column) = (channels - 1, height / 2, 3);
    let window = look.window(layer, (channel * height + row) * width + column).unwrap();
    let before = &look.values()[layer][channel * 4 * height * width..];
    let place = |at: usize| (2 * row + at / 2) * 2 * width + 2 * column + at % 2;
    let winner = (0..4).map(place).reduce(|a, b| if before[b] > before[a] { b } else { a });
    assert_eq!((window.winner, window.origin), (winner, vec![2 * row as isize, 2 * column as isize]));
    assert_eq!(look.window(layer - 1, 0).err().unwrap().rule(), "must be a pooling layer");
}

#[test]
fn what_is_not_there_is_named() {
    let network = digits();
    let mut prepared = network.prepare().unwrap();
    assert_eq!(network.look(&mut prepared, &[0.0; 3]).err().unwrap().parameter(), "image.length");
    let look = network.look(&mut prepared, &[0.5; 784]).unwrap();
    assert_eq!(look.trace(99, 0).unwrap_err().parameter(), "layer");
    assert_eq!(look.trace(0, 99_999).unwrap_err().parameter(), "cell");
    assert_eq!(look.window(0, 99_999).unwrap_err().parameter(), "cell");
}

fn options(json: Value) -> Options {
    serde_json::from_value(json).unwrap()
}

#[test]
fn another_pooling_has_the_same_weights_and_windows() {
    let network = digits();
    let average = network.with_pooling(&options(json!({ "method": "average" }))).unwrap();
    assert_eq!(average.parameter_count(), network.parameter_count());
    let plans = [&network, &average].map(|network| network.plan().unwrap());
    let image = image(&network, 6);
    let looks = [&network, &average].map(|network| network.look(&mut network.prepare().unwrap(), &image).unwrap());
    for (at, layer) in plans[1].iter().enumerate() {
        assert_eq!(layer.shape, plans[0][at].shape);
    }
    let first = plans[0].iter().position(|layer| layer.kind == "pool").unwrap();
    assert_eq!(looks[0].values()[..=first], looks[1].values()[..=first]);
    let (before, after) = (&looks[1].values()[first], &looks[1].values()[first + 1]);
    let mean = (before[0] + before[1] + before[28] + before[29]) / 4.0;
    assert!((after[0] - mean).abs() < 1e-6);
    // Back again it is the network that it was, and what takes its parameters with it loses them.
    let again = average.with_pooling(&options(json!({ "method": "lp", "normType": 3 }))).unwrap();
    let again = again.with_pooling(&options(json!({ "method": "max" }))).unwrap();
    assert_eq!(
        again.run(ndarray::ArrayView::from_shape(vec![1, 28, 28], &image).unwrap()).unwrap(),
        network.run(ndarray::ArrayView::from_shape(vec![1, 28, 28], &image).unwrap()).unwrap()
    );
    for (wrong, parameter) in [
        (json!({ "method": "most" }), "method of layer \"pool_1\""),
        (json!({ "method": "max", "normType": 2 }), "norm_type of layer \"pool_1\""),
        (json!({}), "method of layer \"pool_1\""),
    ] {
        assert_eq!(network.with_pooling(&options(wrong)).unwrap_err().parameter(), parameter);
    }
}

#[test]
fn global_pooling_stays_what_it_is() {
    let network = of_layers(
        [1, 4, 4],
        2,
        json!([
            { "name": "halve", "type": "pool", "method": "max", "kernelSize": 2 },
            { "name": "conv", "type": "conv2d", "inChannels": 1, "outChannels": 2, "kernelSize": 1 },
            { "name": "mean", "type": "pool", "method": "average", "global": true },
            { "name": "flat", "type": "flatten" },
        ]),
    );
    let plan = network.with_pooling(&options(json!({ "method": "min" }))).unwrap().plan().unwrap();
    let method = |at: usize| serde_json::to_value(plan[at].pooling.as_ref().unwrap()).unwrap()["method"].clone();
    assert_eq!([method(0), method(2)], ["min", "average"]);
}

#[test]
fn a_layer_costs_its_multiplications() {
    let plan = all_kinds(json!({ "method": "max" })).plan().unwrap();
    let costs: Vec<_> = plan.iter().map(|layer| (layer.parameters, layer.multiply_adds)).collect();
    // 4 maps of 8 × 10: 9 + 1 − 2 rows, 8 + 3 − 1 columns; each cell from 1 channel of 3 × 2.
    assert_eq!(costs[0], (4 * 6 + 4, 4 * 8 * 10 * 6));
    assert_eq!(costs[1], (16, 4 * 8 * 10));
    assert_eq!(costs[3], (0, 0));
    assert_eq!(costs[4], (2 * 4 * 4, 8 * 16));
    assert_eq!(costs[6], (8 * 3 + 3, 24));
    assert_eq!(
        digits().plan().unwrap().iter().map(|layer| layer.parameters).sum::<usize>(),
        digits().parameter_count()
    );
}

#[test]
fn a_shift_moves_every_pixel_and_repeats_the_edge() {
    let network = of_layers([1, 2, 3], 6, json!([{ "name": "flat", "type": "flatten" }]));
    let image = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
    let shifted =
        |down, right| network.disturb(&image, &Disturbance { shift: [down, right], ..Default::default() }).unwrap();
    assert_eq!(shifted(0, 0), image);
    assert_eq!(shifted(1, 1), [0.1, 0.1, 0.2, 0.1, 0.1, 0.2]);
    assert_eq!(shifted(-1, -2), [0.6, 0.6, 0.6, 0.6, 0.6, 0.6]);
    assert_eq!(shifted(isize::MIN, isize::MAX), [0.4; 6]);
}

#[test]
fn noise_follows_from_its_seed_and_a_patch_covers_its_square() {
    let network = digits();
    let image = vec![0.5; 784];
    let noisy = |noise, seed| network.disturb(&image, &Disturbance { noise, seed, ..Default::default() }).unwrap();
    assert_eq!(noisy(0.25, 3), noisy(0.25, 3));
    assert_ne!(noisy(0.25, 3), noisy(0.25, 4));
    let drawn = noisy(0.25, 3);
    assert!(drawn.iter().all(|value| (0.25..=0.75).contains(value)));
    let mean = drawn.iter().sum::<f32>() / 784.0;
    let spread = drawn.iter().map(|value| (value - 0.5).powi(2)).sum::<f32>() / 784.0;
    assert!((mean - 0.5).abs() < 0.02 && (spread - 0.25 * 0.25 / 3.0).abs() < 0.003, "{mean}, {spread}");
    assert!(noisy(1.0, 1).iter().all(|value| (0.0..=1.0).contains(value)));
    for noise in [-0.1, 1.5, f32::NAN] {
        let wrong = Disturbance { noise, ..Default::default() };
        assert_eq!(network.disturb(&image, &wrong).unwrap_err().parameter(), "noise");
    }
    let patch = |row, column, size| Disturbance { patch: Some(Patch { row, column, size }), ..Default::default() };
    let covered = network.disturb(&image, &patch(-2, 26, 4)).unwrap();
    let dark: Vec<usize> = (0..784).filter(|at| covered[*at] == 0.0).collect();
    assert_eq!(dark, [26, 27, 54, 55]);
    assert!(network.disturb(&image, &patch(isize::MAX, isize::MIN, usize::MAX)).is_ok());
}

/// Convolutions without padding move along exactly; so does everything when nothing moves; pooling with a stride moves
/// along for shifts by whole strides.
#[test]
fn layers_that_move_along_are_said_to() {
    let network = of_layers(
        [1, 12, 12],
        3,
        json!([
            { "name": "conv", "type": "conv2d", "inChannels": 1, "outChannels": 2, "kernelSize": 3 },
            { "name": "pool", "type": "pool", "method": "max", "kernelSize": 2 },
            { "name": "all", "type": "pool", "method": "max", "global": true },
            { "name": "flat", "type": "flatten" },
            { "name": "linear", "type": "linear", "inFeatures": 2, "outFeatures": 3 },
        ]),
    );
    // A small picture in the middle: no shift by up to 3 takes anything of it away.
    let mut image = vec![0.25; 144];
    for at in 0..16 {
        image[(4 + at / 4) * 12 + 4 + at % 4] = (at * 7 % 16) as f32 / 16.0;
    }
    let moved = |shift: [isize; 2]| {
        let other = network.disturb(&image, &Disturbance { shift, ..Default::default() }).unwrap();
        let mut prepared = network.prepare().unwrap();
        let before = network.look(&mut prepared, &image).unwrap();
        let after = network.look(&mut prepared, &other).unwrap();
        before.moved_along(&after, shift).into_iter().map(Option::unwrap).collect::<Vec<f32>>()
    };
    assert_eq!(moved([0, 0]), [1.0; 5]);
    assert_eq!(moved([2, -2]), [1.0; 5]);
    let by_one = moved([0, 1]);
    assert_eq!(by_one[0], 1.0);
    assert!(by_one[1] > 0.3 && by_one[1] < 0.98, "half a stride cannot be exact: {by_one:?}");
}

#[test]
fn a_picture_is_the_mean_of_what_each_cell_covers() {
    let grey = of_layers([1, 1, 2], 2, json!([{ "name": "flat", "type": "flatten" }]));
    // Three pixels over two cells: black, white, a clear one that is paper.
    let rgba = [0, 0, 0, 255, 255, 255, 255, 255, 9, 9, 9, 0];
    let have = grey.picture(&rgba, 3, 1).unwrap();
    assert!((have[0] - 1.0 / 3.0).abs() < 1e-6 && (have[1] - 1.0).abs() < 1e-6, "{have:?}");
    let color = of_layers([3, 1, 1], 3, json!([{ "name": "flat", "type": "flatten" }]));
    let have = color.picture(&[255, 0, 51, 255], 1, 1).unwrap();
    assert_eq!(have, [1.0, 0.0, 0.2]);
    assert_eq!(color.draw(&have).unwrap().pixels, [255, 0, 51, 255]);
    assert_eq!(grey.draw(&[0.5, 2.0]).unwrap().pixels, [128, 128, 128, 255, 255, 255, 255, 255]);
    assert_eq!(grey.picture(&rgba, 2, 1).unwrap_err().parameter(), "image.data.length");
    assert_eq!(grey.picture(&[], 0, 0).unwrap_err().parameter(), "image.data.length");
    let two = of_layers([2, 1, 1], 2, json!([{ "name": "flat", "type": "flatten" }]));
    assert_eq!(two.picture(&[0; 4], 1, 1).unwrap_err().parameter(), "input_shape");
    assert_eq!(grey.draw(&[0.0]).err().unwrap().parameter(), "image.length");
}
