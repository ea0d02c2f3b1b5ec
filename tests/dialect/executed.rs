//! Lines as users write them, read and run here, against what their own frameworks gave (`tests/dialect_vectors`).

use deep_end::dialect::{self, Dialect, Layout};
use ndarray::{ArrayD, IxDyn};
use safetensors::SafeTensors;
use serde::Deserialize;
use std::{collections::BTreeMap, fs, path::PathBuf};

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
pub struct Case {
    pub name: String,
    pub framework: String,
    pub source: String,
    rtol: f32,
    atol: f32,
    tensors: BTreeMap<String, String>,
}

/// Every case with its input and output, as (N, C, spatial…).
pub fn cases() -> Vec<(Case, ArrayD<f32>, ArrayD<f32>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/dialect_vectors");
    let file: File = serde_json::from_slice(&fs::read(folder.join("dialects.json")).unwrap()).unwrap();
    let bytes = fs::read(folder.join("dialects.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let read = |case: &Case, role: &str| {
        let view = tensors.tensor(&case.tensors[role]).unwrap();
        let values = view.data().chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect();
        let array = ArrayD::from_shape_vec(IxDyn(view.shape()), values).unwrap();
        let channels_last =
            ["keras", "flax"].contains(&case.framework.as_str()) && !case.source.contains("channels_first");
        if channels_last { channels_first(array) } else { array }
    };
    let case = |case: Case| {
        let (input, output) = (read(&case, "input"), read(&case, "output"));
        (case, input, output)
    };
    file.cases.into_iter().map(case).collect()
}

fn channels_first(array: ArrayD<f32>) -> ArrayD<f32> {
    let last = array.ndim() - 1;
    let order: Vec<_> = [0, last].into_iter().chain(1..last).collect();
    array.permuted_axes(order)
}

fn close(case: &Case, ours: &ArrayD<f32>, theirs: &ArrayD<f32>) -> bool {
    let near = |(ours, theirs): (&f32, &f32)| (ours - theirs).abs() <= case.atol + case.rtol * theirs.abs();
    ours.shape() == theirs.shape() && ours.iter().zip(theirs).all(near)
}

#[test]
fn every_line_gives_what_its_framework_gave() {
    let cases = cases();
    for framework in ["pytorch", "onnx", "keras", "flax"] {
        let of_this = cases.iter().filter(|(case, ..)| case.framework == framework).count();
        assert!(of_this >= 17, "{framework}: {of_this} cases");
    }
    let mut wrong = Vec::new();
    for (case, x, theirs) in &cases {
        let written = dialect::read(&case.source).unwrap_or_else(|error| panic!("{}: {error}", case.source));
        assert_eq!(written.dialect().name().to_lowercase(), case.framework, "{}", case.source);
        let channels_first =
            case.framework == "pytorch" || case.framework == "onnx" || case.source.contains("channels_f");
        assert_eq!(written.layout() == Layout::ChannelsFirst, channels_first, "{}", case.source);
        let ours = written.meaning(&x.shape()[2..]).unwrap().forward(x.view()).unwrap();
        if !close(case, &ours, theirs) {
            wrong.push(format!("{} {}: {:?} for {:?}", case.name, case.source, ours.shape(), theirs.shape()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whatever dialect can write an executed layer writes one with the same result: the translation of a line is held to
/// what the line's own framework gave.
#[test]
fn every_translation_gives_what_the_first_framework_gave() {
    let mut translated = [0; 4];
    for (case, x, theirs) in &cases() {
        let spatial = &x.shape()[2..];
        let layer = dialect::read(&case.source).unwrap().layer(spatial).unwrap();
        for (at, to) in Dialect::ALL.into_iter().enumerate() {
            let Ok(source) = to.write(&layer, spatial, to.layout()) else { continue };
            let ours = to.read(&source).unwrap().meaning(spatial).unwrap().forward(x.view()).unwrap();
            assert!(close(case, &ours, theirs), "{} → {source}", case.source);
            translated[at] += 1;
        }
    }
    // PyTorch, ONNX, Keras, Flax; at least the lines of their own.
    assert!(translated.iter().zip([28, 25, 17, 17]).all(|(&translated, own)| translated >= own), "{translated:?}");
}
