//! Bytes as an `.npy` file: what is read can be written, and reads the same.

use super::{cells, check_message};
use deep_end::io::npy::{read, write};

pub fn run(data: &[u8]) {
    let array = match read(data) {
        Ok(array) => array,
        Err(error) => return check_message(&error),
    };
    assert_eq!(cells(array.shape()), array.values().len());
    // A value takes at least a byte: nothing can be larger than what the file has.
    assert!(array.values().len() <= data.len());
    let file = write(array.view()).expect("what was read can be written");
    let again = read(&file).expect("what was written can be read");
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!((again.shape(), bits(again.values())), (array.shape(), bits(array.values())));
    assert_eq!(array.into_array().shape(), again.shape());
}
