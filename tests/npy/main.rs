//! `.npy` files: what NumPy wrote is read as NumPy reads it, what is written comes back, and whatever is broken or
//! hostile is refused with a reason.

use deep_end::error::ErrorKind;
use deep_end::io::npy::{read, write};
use deep_end::nn::tensor::{Tensor, TensorView};
use ndarray::{ArrayD, IxDyn, ShapeBuilder};
use proptest::prelude::*;
use std::{fs, path::Path};

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// A file that `make.py` wrote: its name, its bytes, its shape and its values' bits.
type OfNumpy = (String, Vec<u8>, Vec<usize>, Vec<u32>);

fn of_numpy() -> Vec<OfNumpy> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/npy/files");
    let expected: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let list = |list: &serde_json::Value| -> Vec<u64> {
        list.as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect()
    };
    let files = expected.as_object().unwrap().iter().map(|(name, array)| {
        let bytes = fs::read(folder.join(format!("{name}.npy"))).unwrap();
        let shape = list(&array["shape"]).into_iter().map(|extent| extent as usize).collect();
        (name.clone(), bytes, shape, list(&array["bits"]).into_iter().map(|bits| bits as u32).collect())
    });
    files.collect()
}

#[test]
fn what_numpy_wrote_is_read_as_numpy_reads_it() {
    let files = of_numpy();
    assert!(files.len() >= 28, "the folder has {}", files.len());
    for (name, bytes, shape, expected) in files {
        let array = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(array.shape(), shape, "{name}");
        assert_eq!(bits(array.values()), expected, "{name}");
    }
}

#[test]
fn what_is_written_has_the_bytes_of_numpys_file() {
    for name in ["little_f4", "one_axis", "scalar", "feature_map", "no_rows"] {
        let (_, bytes, ..) = of_numpy().into_iter().find(|(other, ..)| other == name).unwrap();
        assert_eq!(write(read(&bytes).unwrap().view()).unwrap(), bytes, "{name}");
    }
}

/// A file of format 1.0 with this dictionary and data.
fn file(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let length = (dictionary.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], dictionary.as_bytes(), data].concat()
}

fn dictionary(descr: &str, fortran: bool, shape: &str) -> String {
    let fortran = if fortran { "True" } else { "False" };
    format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n")
}

#[test]
fn dictionaries_of_other_writers_are_read() {
    let data = [0, 0, 128, 63, 0, 0, 0, 64];
    for text in [
        r#"{"shape":(1,2),"fortran_order":False,"descr":"<f4"}"#,
        "  {'fortran_order' : False ,\n'descr':'<f4','shape':( 1 ,\t2 , ) , }   ",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1L, 2L), }\n",
    ] {
        let array = read(&file(text, &data)).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((array.shape(), array.values()), (&[1, 2][..], &[1.0, 2.0][..]), "{text}");
    }
}

#[test]
fn messages_name_the_field_its_value_and_the_rule() {
    let shape = |shape: &str, data: &[u8]| file(&dictionary("<f4", false, shape), data);
    let descr = |name: &str| file(&dictionary(name, false, "(1,)"), &[0; 4]);
    let tuple = "must be a tuple of whole numbers, 0 or above";
    let types = "must be < or >, little- or big-endian, and b1, i1, u1, i2, u2, i4, u4, i8, u8, f2, f4 or f8";
    let long = [b"\x93NUMPY\x02\x00", &20_000u32.to_le_bytes()[..], &[b' '; 20_000]].concat();
    let expected: Vec<(Vec<u8>, String)> = vec![
        (b"\x93NUM".to_vec(), "npy file size is 4: an npy file begins with 6 bytes of magic".into()),
        (
            b"\x89PNG\r\n\x1a\n".to_vec(),
            "npy magic is [137, 80, 78, 71, 13, 10]: it must be the byte 147 and NUMPY".into(),
        ),
        (b"\x93NUMPY\x01".to_vec(), "npy file size is 7: it ends before the version".into()),
        (
            b"\x93NUMPY\x04\x00\x00\x00".to_vec(),
            "npy version is [4, 0]: it must be [1, 0], [2, 0] or [3, 0]".into(),
        ),
        (b"\x93NUMPY\x02\x00\x00\x00".to_vec(), "npy file size is 10: it ends before the header's length".into()),
        (
            b"\x93NUMPY\x02\x00\xf0\xff\xff\xff{}".to_vec(),
            "npy header length is 4294967280: at most 10000 is allowed, and 2 bytes follow".into(),
        ),
        (long, "npy header length is 20000: at most 10000 is allowed, and 20000 bytes follow".into()),
        (file("[1]", &[]), "rest of the npy header is [1]: there must be \"{\" first".into()),
        (file("{'descr'", &[]), "rest of the npy header is empty: there must be \":\" first".into()),
        (file("{descr: 1}", &[]), "rest of the npy header is descr: 1}: there must be a key in quotes first".into()),
        (file("{}", &[]), "descr is missing: the npy header must have it".into()),
        (file("{'descr': '<f4'}", &[]), "fortran_order is missing: the npy header must have it".into()),
        (
            file("{'descr': '<f4', 'fortran_order': False}", &[]),
            "shape is missing: the npy header must have it".into(),
        ),
        (
            file("{'descr': '<f4', 'descr': '<f4'}", &[]),
            "key of the npy header is descr: it is there twice".into(),
        ),
        (
            file("{'order': 'C'}", &[]),
            "key of the npy header is order: the keys are descr, fortran_order and shape".into(),
        ),
        (file("{'fortran_order': 1}", &[]), "fortran_order is 1}: must be True or False".into()),
        (
            file("{'descr': [('red', '<f4'), ('green', '<f4')]}", &[]),
            "descr is [('red', '<f4'), ('green…: a structured type has no numbers that could be pooled".into(),
        ),
        (
            file("{'descr': '\\x3cf4'}", &[]),
            r"rest of the npy header is '\x3cf4'}: there must be the type's name in quotes first".into(),
        ),
        (descr("<c8"), format!("descr is \"<c8\": {types}")),
        (descr("f4"), format!("descr is \"f4\": {types}")),
        (descr("|f4"), format!("descr is \"|f4\": {types}")),
        (descr("=f4"), format!("descr is \"=f4\": {types}")),
        (descr("|O"), format!("descr is \"|O\": {types}")),
        (shape("3", &[]), format!("shape is 3, }}: {tuple}")),
        (shape("(3)", &[]), format!("shape is (3), }}: {tuple}")),
        (shape("[3]", &[]), format!("shape is [3], }}: {tuple}")),
        (shape("(1 2)", &[]), format!("shape is (1 2), }}: {tuple}")),
        (shape("(-1,)", &[]), format!("shape is (-1,), }}: {tuple}")),
        (shape("(1.5,)", &[]), format!("shape is (1.5,), }}: {tuple}")),
        (shape("(,)", &[]), format!("shape is (,), }}: {tuple}")),
        (shape("(36893488147419103232,)", &[]), format!("shape is (36893488147419103232,),…: {tuple}")),
        (
            shape("(4294967296, 4294967296)", &[]),
            "npy shape is [4294967296, 4294967296]: the number of values overflows".into(),
        ),
        (
            shape("(0, 4294967296, 4294967296)", &[]),
            "npy shape is [0, 4294967296, 4294967296]: the number of values overflows".into(),
        ),
        (
            shape("(1000000000,)", &[0; 4]),
            "number of bytes after the npy header is 4: shape [1000000000] of <f4 needs 4000000000, no more and no less"
                .into(),
        ),
        (
            shape("()", &[0; 5]),
            "number of bytes after the npy header is 5: shape [] of <f4 needs 4, no more and no less".into(),
        ),
        (
            file("{'descr': '<f4', 'fortran_order': False, 'shape': (), } x", &[0; 4]),
            "rest of the npy header is x: there must be nothing but spaces after the dictionary first".into(),
        ),
        (
            file(&dictionary("|b1", false, "(3,)"), &[0, 1, 2]),
            "value 2 of the npy file is 2: a boolean is 0 or 1".into(),
        ),
        (
            file(&dictionary(">f8", false, "(2,)"), &[&f64::INFINITY.to_be_bytes()[..], &1e39f64.to_be_bytes()].concat()),
            "value 1 of the npy file is 1e39: it must be within the range of f32, below 3.40282e38".into(),
        ),
    ];
    for (bytes, message) in expected {
        let error = read(&bytes).expect_err(&message);
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Format, message));
    }
    let axes = ["(", &"1, ".repeat(65), ")"].concat();
    let error = read(&shape(&axes, &[0; 4])).unwrap_err().to_string();
    assert!(error.starts_with("npy shape is [1, 1") && error.ends_with("at most 64 axes are allowed"), "{error}");
    let error = write(TensorView::new(&[1; 65], &[0.0]).unwrap()).unwrap_err();
    assert_eq!((error.parameter(), error.rule()), ("shape", "an npy file has at most 64 axes"));
}

#[test]
fn every_truncation_is_refused() {
    for (name, bytes, ..) in of_numpy() {
        for length in 0..bytes.len() {
            assert_eq!(read(&bytes[..length]).unwrap_err().kind(), ErrorKind::Format, "{length} bytes of {name}");
        }
    }
}

fn array() -> impl Strategy<Value = Tensor> {
    prop::collection::vec(0..4usize, 0..5).prop_flat_map(|shape| {
        let values = prop::collection::vec(any::<u32>().prop_map(f32::from_bits), shape.iter().product::<usize>());
        values.prop_map(move |values| Tensor::new(shape.clone(), values).unwrap())
    })
}

proptest! {
    #[test]
    fn what_is_written_comes_back_to_the_bit(array in array()) {
        let file = write(array.view()).unwrap();
        // Where the data begins, as NumPy asks for.
        prop_assert_eq!((file.len() - array.values().len() * 4) % 64, 0);
        let back = read(&file).unwrap();
        prop_assert_eq!(back.shape(), array.shape());
        prop_assert_eq!(bits(back.values()), bits(array.values()));
    }

    #[test]
    fn fortran_order_is_turned(array in array()) {
        let shape = format!("({})", array.shape().iter().map(|extent| format!("{extent},")).collect::<String>());
        let data: Vec<u8> = array.values().iter().flat_map(|value| value.to_le_bytes()).collect();
        let read = read(&file(&dictionary("<f4", true, &shape), &data)).unwrap();
        let turned = ArrayD::from_shape_vec(IxDyn(array.shape()).f(), array.values().to_vec()).unwrap();
        prop_assert_eq!(read.shape(), array.shape());
        prop_assert_eq!(bits(read.values()), turned.iter().map(|value| value.to_bits()).collect::<Vec<_>>());
    }

    #[test]
    fn no_bytes_are_a_panic(
        dictionary in r#"\{('(descr|shape|fortran_order|x)': ?('[<>|=][fiub][1248]'|\([0-9]{0,3},?\)|True|False|\[), ?){0,4}\}?"#,
        data in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let _ = read(&file(&dictionary, &data));
    }
}
