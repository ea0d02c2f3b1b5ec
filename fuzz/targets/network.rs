//! Bytes as a network file, or text as the architecture of one: what is read runs, and what is written reads the same.

use super::{MAX_CELLS, MAX_WORK, array, cells, check_message};
use arbitrary::Unstructured;
use deep_end::io::safetensors::Precision;
use deep_end::nn::{Architecture, Network};
use ndarray::ArrayD;
use serde_json::Value;

/// A file begins with its header's length, eight bytes. What begins as JSON is taken for an architecture, up to a line
/// feed, and numbers for its weights: so that a mutation need not get past the file's own checks.
pub fn run(data: &[u8]) {
    let network = if data.starts_with(b"{") { described(data) } else { Network::from_bytes(data).map_err(Some) };
    match network {
        Ok(network) => check(&network, data),
        Err(error) => error.iter().for_each(check_message),
    }
}

/// An architecture with twelve digits of each number: the reader may be one unit of a float's last place off.
fn short(json: &str) -> Value {
    fn shorten(value: &mut Value) {
        match value {
            Value::Number(number) => *value = format!("{:.12e}", number.as_f64().unwrap_or(f64::NAN)).into(),
            Value::Array(items) => items.iter_mut().for_each(shorten),
            Value::Object(entries) => entries.values_mut().for_each(shorten),
            _ => {}
        }
    }
    let mut value = serde_json::from_str(json).expect("it is JSON");
    shorten(&mut value);
    value
}

/// The error is `None` where the network is too large for this.
fn described(data: &[u8]) -> Result<Network, Option<deep_end::Error>> {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let text = std::str::from_utf8(&data[..end]).map_err(|_| None)?;
    let architecture = Architecture::from_json(text)?;
    let again = Architecture::from_json(&architecture.to_json()).expect("what was written can be read");
    assert_eq!(short(&again.to_json()), short(&architecture.to_json()));
    let mut u = Unstructured::new(&data[end..]);
    let weights = architecture.parameters().map(|(_, _, parameter)| array(&mut u, &parameter.shape));
    let weights: Option<Vec<ArrayD<f32>>> = weights.collect();
    Ok(Network::new(architecture, weights.ok_or(None)?)?)
}

fn check(network: &Network, data: &[u8]) {
    let file = network.to_bytes(Precision::F32).expect("weights are finite");
    let again = Network::from_bytes(&file).expect("what was written can be read");
    assert_eq!(short(&again.architecture().to_json()), short(&network.architecture().to_json()));
    if again.architecture() == network.architecture() {
        assert_eq!(again.to_bytes(Precision::F32).as_ref(), Ok(&file));
    }
    let _ = network.to_bytes(Precision::F16).map_err(|error| check_message(&error));
    let shapes = network.architecture().shapes().expect("it was checked");
    let values = shapes.iter().fold(0usize, |sum, shape| sum.saturating_add(cells(shape)));
    if values > MAX_CELLS || values.saturating_mul(network.parameter_count()) > MAX_WORK << 9 {
        return;
    }
    let x = array(&mut Unstructured::new(data), network.input_shape()).expect("it is small");
    let run = network.run(x.view()).expect("the input has the network's shape");
    assert_eq!(run.probabilities.len(), network.labels().len());
    assert_eq!(run.layers.len() + 1, shapes.len());
    for (layer, shape) in run.layers.iter().zip(&shapes[1..]) {
        assert_eq!(layer.values.shape(), shape, "after {}", layer.name);
    }
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    let same = again.run(x.view()).expect("it is the same network");
    assert_eq!(bits(&same.probabilities.to_vec()), bits(&run.probabilities.to_vec()));
}
