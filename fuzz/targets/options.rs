//! Text of JSON: a layer as a page or a file describes it.

use super::{MAX_CELLS, MAX_WORK, array, cells, check_message};
use arbitrary::Unstructured;
use deep_end::PoolOptions;
use deep_end::options::Options;
use deep_end::pool::ArrayPoolOptions;
use serde_json::{Value, from_slice};

/// Numbers up to here are planned; what a window of more does is the target `layer`'s to find out.
const SMALL: f64 = 64.0;

pub fn run(data: &[u8]) {
    check_layer(data);
    check_array(data);
}

/// What is read, is written and read again must be the same layer.
fn check_layer(data: &[u8]) {
    let Ok(options) = from_slice::<PoolOptions>(data) else { return };
    let text = serde_json::to_vec(&Options::from(options.clone())).expect("options are plain data");
    let again: PoolOptions = from_slice(&text).expect("they were written as JSON");
    for axes in 0..=4 {
        match (options.layer(axes), again.layer(axes)) {
            // The method's numbers may differ in their last bit: serde_json rounds twice.
            (Ok(one), Ok(other)) => {
                assert_eq!(one.geometry(), other.geometry());
                assert_eq!(one.method().name(), other.method().name());
            }
            (Err(one), Err(other)) => {
                check_message(&one);
                assert_eq!(one.parameter(), other.parameter());
            }
            (one, other) => panic!("{one:?} became {other:?}"),
        }
    }
}

/// The layer runs on an array of the shape that goes with it.
fn check_array(data: &[u8]) {
    let Ok(options) = from_slice::<ArrayPoolOptions>(data) else { return };
    let _ = options.return_indices().map_err(|error| check_message(&error));
    let (layer, shape) = match options.layer_and_shape() {
        Ok(both) => both,
        Err(error) => return check_message(&error),
    };
    if from_slice::<Value>(data).is_ok_and(|value| largest(&value) > SMALL) {
        return;
    }
    match layer.output_shape(&shape) {
        Ok(output) if cells(&output).saturating_mul(cells(&shape)) <= MAX_WORK && cells(&shape) <= MAX_CELLS => {
            let x = array(&mut Unstructured::new(data), &shape).expect("it is small");
            match layer.forward(x.view()) {
                Ok(values) => assert_eq!(values.shape(), output),
                Err(error) => check_message(&error),
            }
        }
        Ok(_) => {}
        Err(error) => check_message(&error),
    }
}

fn largest(value: &Value) -> f64 {
    match value {
        Value::Number(number) => number.as_f64().unwrap_or(f64::INFINITY),
        Value::Array(items) => items.iter().map(largest).fold(0.0, f64::max),
        Value::Object(entries) => entries.values().map(largest).fold(0.0, f64::max),
        _ => 0.0,
    }
}
