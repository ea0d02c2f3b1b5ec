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

/// The tensor `name` of a file.
fn tensor<'a>(header: &Value, data: &'a [u8], name: &str) -> &'a [u8] {
    let at = |index: usize| header[name]["data_offsets"][index].as_u64().unwrap() as usize;
    &data[at(0)..at(1)]
}

#[test]
fn weights_in_8_bits_are_within_half_a_step_of_their_channels_scale() {
    let embedding = json!({ "name": "e", "type": "embedding", "numEmbeddings": 5, "embeddingDim": 4 });
    let conv =
        json!({ "name": "c", "type": "conv2d", "inChannels": 4, "outChannels": 6, "kernelSize": [1, 3], "groups": 2 });
    let mut document: Value = serde_json::from_str(&small().to_json()).unwrap();
    document["inputShape"] = json!([1, 1, 7]);
    document["layers"] = json!([embedding, conv, { "name": "f", "type": "flatten" }, { "name": "l", "type": "linear", "inFeatures": 30, "outFeatures": 3 }]);
    let architecture = Architecture::from_json(&document.to_string()).unwrap();
    let mut parameters: Vec<_> =
        architecture.parameters().enumerate().map(|(i, (_, _, p))| crate::values(&p.shape, 100 * i)).collect();
    // Channels differ in size; one is all zeros.
    parameters[1].index_axis_mut(ndarray::Axis(0), 2).mapv_inplace(|weight| 100.0 * weight);
    parameters[0].index_axis_mut(ndarray::Axis(1), 3).fill(0.0);
    let network = Network::new(architecture.clone(), parameters.clone()).unwrap();
    let bytes = network.to_bytes(Precision::I8).unwrap();
    let (header, data) = parts(&bytes);
    for (name, shape) in [("e.weight_scale", [4]), ("c.weight_scale", [6]), ("l.weight_scale", [3])] {
        assert_eq!((&header[name]["shape"], &header[name]["dtype"]), (&json!(shape), &json!("F32")));
    }
    assert_eq!((&header["c.weight"]["dtype"], &header["c.bias"]["dtype"]), (&json!("I8"), &json!("F16")));
    let read = Network::from_bytes(&bytes).unwrap().parameters();
    for (((_, name, parameter), read), original) in architecture.parameters().zip(&read).zip(&parameters) {
        let axis = ndarray::Axis(usize::from(name == "e.weight"));
        if parameter.shape.len() < 2 {
            continue;
        }
        for (read, original) in read.axis_iter(axis).zip(original.axis_iter(axis)) {
            let step = original.fold(0.0f32, |most, x| most.max(x.abs())) / 127.0;
            for (read, original) in read.iter().zip(&original) {
                assert!(
                    (read - original).abs() <= step * 0.501,
                    "{name}: {original} became {read}, the step is {step}"
                );
            }
        }
    }
    assert_eq!(tensor(&header, data, "c.weight").iter().map(|byte| (*byte as i8).unsigned_abs()).max(), Some(127));
    assert_eq!(network.to_bytes(Precision::I8).unwrap(), bytes);
}

#[test]
fn weights_in_8_bits_that_lack_something_are_refused() {
    let bytes = network().to_bytes(Precision::I8).unwrap();
    let (header, data) = parts(&bytes);
    let refusal = |change: &dyn Fn(&mut Value, &mut Vec<u8>)| {
        let (mut header, mut data) = (header.clone(), data.to_vec());
        change(&mut header, &mut data);
        Network::from_bytes(&join(&header, &data)).unwrap_err().to_string()
    };
    let rename = |header: &mut Value, from: &str, to: &str| {
        let tensor = header.as_object_mut().unwrap().remove(from).unwrap();
        header[to] = tensor;
    };
    assert_eq!(
        refusal(&|header, _| rename(header, "linear_1.weight_scale", "linear_1.weight_scales")),
        "tensor is \"linear_1.weight_scales\": the architecture has no such parameter"
    );
    let first = header["conv2d_1.weight_scale"]["data_offsets"][0].as_u64().unwrap() as usize;
    for (value, message) in
        [(f32::NAN, "value 0 is NaN: it must be finite"), (-1.0, "value 0 is -1: a scale must be at least 0")]
    {
        let message = format!("conv2d_1.weight_scale, {message}");
        assert_eq!(refusal(&|_, data| data[first..first + 4].copy_from_slice(&value.to_le_bytes())), message);
    }
    assert_eq!(
        refusal(&|header, _| {
            header["conv2d_1.weight_scale"]["shape"] = json!([2, 2]);
        }),
        "shape of conv2d_1.weight_scale is [2, 2]: the architecture asks for [4]"
    );
    // A bias in 8 bits: twice as many of them in as many bytes, so first for an architecture that wants them.
    let eighth = |name: &'static str| {
        refusal(&|header, _| {
            let cells =
                header[name]["data_offsets"][1].as_u64().unwrap() - header[name]["data_offsets"][0].as_u64().unwrap();
            header[name]["dtype"] = json!("I8");
            header[name]["shape"] = json!([cells]);
        })
    };
    assert_eq!(eighth("linear_1.bias"), "shape of linear_1.bias is [6]: the architecture asks for [3]");
    assert_eq!(
        eighth("linear_1.weight_scale"),
        "shape of linear_1.weight_scale is [12]: the architecture asks for [3]"
    );
    let whole = network().to_bytes(Precision::F32).unwrap();
    let (mut plain, rest) = parts(&whole);
    plain["linear_1.weight_scale"] = json!({ "dtype": "F32", "shape": [0], "data_offsets": [0, 0] });
    assert_eq!(
        Network::from_bytes(&join(&plain, rest)).unwrap_err().to_string(),
        "tensor is \"linear_1.weight_scale\": the architecture has no such parameter"
    );
}

/// A tensor of the right shape in 8 bits, where numbers may not be.
#[test]
fn what_is_no_weight_may_not_be_in_8_bits() {
    for (name, message) in [
        ("l.bias", "type of l.bias is I8: only the weights of layers may be in 8 bits"),
        ("l.weight_scale", "type of l.weight_scale is I8: scales are F32 or F16"),
    ] {
        let mut document: Value = serde_json::from_str(&small().to_json()).unwrap();
        document["layers"] = json!([{ "name": "f", "type": "flatten" }, { "name": "l", "type": "linear", "inFeatures": 64, "outFeatures": 3 }]);
        let metadata = json!({ "deep_end_network": json!({ "architecture": document }).to_string() });
        let (mut header, mut end) = (json!({ "__metadata__": metadata }), 0);
        for (tensor, dtype, shape, width) in [
            ("l.weight", "I8", json!([3, 64]), 192),
            ("l.weight_scale", "F32", json!([3]), 12),
            ("l.bias", "F32", json!([3]), 12),
        ] {
            let (dtype, width) = if tensor == name { ("I8", 3) } else { (dtype, width) };
            header[tensor] = json!({ "dtype": dtype, "shape": shape, "data_offsets": [end, end + width] });
            end += width;
        }
        assert_eq!(Network::from_bytes(&join(&header, &vec![0; end])).unwrap_err().to_string(), message);
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
    contains(
        refused_architecture(|a| a["layers"][1] = json!({ "name": "s", "type": "add", "from": "linear_1" })),
        "from of layer \"s\" is \"linear_1\": it must name an earlier layer",
    );
    contains(
        refused_architecture(|a| a["layers"][1] = json!({ "name": "s", "type": "add" })),
        "from of layer \"s\" is missing",
    );
    contains(
        refused_architecture(|a| {
            a["layers"][0] = json!({ "name": "e", "type": "embedding", "numEmbeddings": 5, "embeddingDim": 4 })
        }),
        "embedding takes samples of shape [1, 1, any]",
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn changed_bytes_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        precision in prop::sample::select(vec![Precision::F16, Precision::I8]),
    ) {
        let mut bytes = network().to_bytes(precision).unwrap();
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
