//! Network files: what was written is read, and whatever is broken or hostile is refused with a reason.

use crate::training::{SGD, settings, small};
use deep_end::error::ErrorKind;
use deep_end::io::safetensors::Precision;
use deep_end::nn::network::Origin;
use deep_end::nn::train::Trainer;
use deep_end::nn::{Architecture, Network};
use ndarray::ArrayD;
use proptest::prelude::*;
use serde_json::{Value, json};

fn network() -> Network {
    Trainer::new(small(), settings(1, SGD)).unwrap().network().unwrap()
}

fn file() -> Vec<u8> {
    network().to_bytes(Precision::F16).unwrap()
}

/// The file's header and data.
fn parts(file: &[u8]) -> (Value, &[u8]) {
    let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    (serde_json::from_slice(&file[8..8 + length]).unwrap(), &file[8 + length..])
}

fn join(header: &Value, data: &[u8]) -> Vec<u8> {
    let header = serde_json::to_vec(header).unwrap();
    [&(header.len() as u64).to_le_bytes(), &header[..], data].concat()
}

/// The message for a file whose header was changed.
fn refusal(change: impl FnOnce(&mut Value)) -> String {
    let file = file();
    let (mut header, data) = parts(&file);
    change(&mut header);
    let error = Network::from_bytes(&join(&header, data)).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Format | ErrorKind::Shape | ErrorKind::Parameter | ErrorKind::Memory),
        "{error}"
    );
    error.to_string()
}

/// The message for a file whose architecture was changed.
fn refused_architecture(change: impl FnOnce(&mut Value)) -> String {
    refusal(|header| {
        let text = &mut header["__metadata__"]["deep_end_network"];
        let mut document: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
        change(&mut document["architecture"]);
        *text = json!(document.to_string());
    })
}

#[test]
fn f32_comes_back_as_it_was_and_f16_within_its_precision() {
    let origin = Origin { command: "cargo xtask train".into(), data: "bars".into(), training: Some(settings(1, SGD)) };
    let network = network().with_origin(origin.clone());
    assert_eq!(Network::from_bytes(&network.to_bytes(Precision::F32).unwrap()).unwrap(), network);
    let bytes = network.to_bytes(Precision::F16).unwrap();
    assert_eq!(bytes, network.to_bytes(Precision::F16).unwrap());
    let half = Network::from_bytes(&bytes).unwrap();
    assert_eq!((half.origin(), half.architecture()), (Some(&origin), network.architecture()));
    assert_eq!(half.to_bytes(Precision::F16).unwrap(), bytes);
    let x = ArrayD::from_elem(vec![1, 8, 8], 0.5);
    let (full, half) = (network.run(x.view()).unwrap(), half.run(x.view()).unwrap());
    for (full, half) in full.probabilities.iter().zip(&half.probabilities) {
        assert!((full - half).abs() < 1e-2, "{full} became {half}");
    }
}

#[test]
fn every_truncation_is_refused() {
    let file = file();
    for length in 0..file.len() {
        let error = Network::from_bytes(&file[..length]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Format, "{length} bytes: {error}");
    }
    assert!(Network::from_bytes(&[&file[..], &[0]].concat()).unwrap_err().to_string().contains("bytes of tensors"));
}

#[test]
fn a_header_that_lies_is_refused() {
    let error = Network::from_bytes(&[&u64::MAX.to_le_bytes()[..], b"{}"].concat()).unwrap_err();
    assert!(error.to_string().starts_with("safetensors header length is 18446744073709551615"), "{error}");
    assert!(Network::from_bytes(b"\x89PNG\r\n\x1a\n and so on").unwrap_err().to_string().contains("header length"));
    assert!(refusal(|header| *header = json!({})).contains("bytes of tensors is 0"));
    assert!(refusal(|header| drop(header["__metadata__"].take())).contains("deep_end_network is absent"));
    // The sizes of one tensor reach to the end of memory.
    let huge = refusal(|header| {
        header["linear_1.weight"]["shape"] = json!([u64::MAX / 2]);
        header["linear_1.weight"]["data_offsets"] = json!([0, u64::MAX - 1]);
    });
    assert!(huge.contains("safetensors header"), "{huge}");
    assert!(refusal(|header| header["linear_1.bias"]["dtype"] = json!("BF16")).contains("BF16"));
    let reshaped = refusal(|header| header["linear_1.weight"]["shape"] = json!([64, 3]));
    assert_eq!(reshaped, "shape of linear_1.weight is [64, 3]: the architecture asks for [3, 64]");
    let renamed = refusal(|header| {
        let tensor = header.as_object_mut().unwrap().remove("linear_1.bias").unwrap();
        header["linear_1.bios"] = tensor;
    });
    assert_eq!(renamed, "tensor is \"linear_1.bios\": the architecture has no such parameter");
}

#[test]
fn weights_that_are_not_finite_are_refused() {
    let file = file();
    let (header, data) = parts(&file);
    for (bits, name) in [(0x7e00u16, "NaN"), (0xfc00, "-inf")] {
        let mut data = data.to_vec();
        data[..2].copy_from_slice(&bits.to_le_bytes());
        let error = Network::from_bytes(&join(&header, &data)).unwrap_err().to_string();
        assert!(error.contains(&format!("value 0 is {name}: it must be finite")), "{error}");
    }
    let mut large = vec![ArrayD::zeros(vec![3, 64]), ArrayD::from_elem(vec![3], 70_000.0)];
    let layers = json!([{ "name": "f", "type": "flatten" }, { "name": "l", "type": "linear", "inFeatures": 64, "outFeatures": 3 }]);
    let mut architecture: Value = serde_json::from_str(&small().to_json()).unwrap();
    architecture["layers"] = layers;
    let architecture = Architecture::from_json(&architecture.to_string()).unwrap();
    let network = Network::new(architecture.clone(), large.clone()).unwrap();
    assert!(network.to_bytes(Precision::F32).is_ok());
    assert_eq!(network.to_bytes(Precision::F16).unwrap_err().parameter(), "l.bias");
    large[0][[0, 0]] = f32::NAN;
    assert_eq!(Network::new(architecture, large).unwrap_err().parameter(), "l.weight, value 0");
}

#[test]
fn an_architecture_that_makes_no_sense_is_refused() {
    let contains = |message: String, part: &str| assert!(message.contains(part), "{message:?} lacks {part:?}");
    contains(
        refused_architecture(|a| a["layers"][0]["type"] = json!("fourier")),
        "type of layer \"conv2d_1\" is \"fourier\": there is no such kind of layer; it must be conv2d,",
    );
    contains(
        refused_architecture(|a| a["layers"][0]["filters"] = json!(3)),
        "filters of layer \"conv2d_1\" is 3: there is no such option",
    );
    contains(
        refused_architecture(|a| a["layers"][0]["stride"] = json!([0, 1])),
        "stride of layer \"conv2d_1\" is [0, 1]",
    );
    contains(
        refused_architecture(|a| a["layers"][0]["stride"] = json!(-1)),
        "stride of layer \"conv2d_1\" is -1: must be",
    );
    contains(
        refused_architecture(|a| a["layers"][3]["method"] = json!("middle")),
        "method of layer \"pool_1\" is \"middle\"",
    );
    contains(refused_architecture(|a| a["layers"][3]["kernelSize"] = json!(0)), "kernel_size");
    contains(refused_architecture(|a| a["layers"][1]["name"] = json!("conv2d_1")), "layer name");
    contains(refused_architecture(|a| a["layers"] = json!([])), "number of layers");
    contains(refused_architecture(|a| a["labels"] = json!(["one"])), "number of labels is 1");
    contains(refused_architecture(|a| a["preprocessing"]["std"] = json!([0.0])), "std is [0]");
    contains(refused_architecture(|a| a["inputShape"] = json!([1, 8])), "input_shape is [1, 8]");
    contains(
        refused_architecture(|a| a["inputShape"] = json!([1, 10, 10])),
        "linear takes samples of shape [64]".trim(),
    );
    contains(refused_architecture(|a| a["inputShape"] = json!([1, 1 << 20, 1 << 20])), "with its padding");
    contains(
        refused_architecture(|a| a["layers"][0]["padding"] = json!([[u32::MAX, 0], [u32::MAX, 0]])),
        "with its padding",
    );
    contains(refused_architecture(|a| a["inputShape"] = json!([1, 3000, 3000])), "all layers together");
    // Sizes that only an allocation would notice.
    contains(
        refused_architecture(|a| {
            a["layers"][0]["padding"] = json!([[0, 1 << 30], [0, 1 << 30]]);
            a["layers"][0]["stride"] = json!([1 << 30, 1 << 30]);
        }),
        "padding of layer \"conv2d_1\"",
    );
    contains(
        refused_architecture(|a| a["layers"][3]["kernelSize"] = json!(1 << 30)),
        "kernel_size of layer \"pool_1\" is 1073741824",
    );
    contains(
        refused_architecture(|a| {
            a["layers"][3] = json!({ "name": "p", "type": "pool", "method": "max", "outputSize": [2, 1e9] })
        }),
        "output_size of layer \"p\" is [2, 1000000000]",
    );
    contains(refused_architecture(|a| a["layers"][0]["outChannels"] = json!(u64::MAX)), "conv2d_1");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn changed_bytes_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = file();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(network) = Network::from_bytes(&bytes) {
            let shape = network.input_shape().to_vec();
            prop_assert!(network.run(ArrayD::zeros(shape).view()).is_ok());
        }
    }
}
