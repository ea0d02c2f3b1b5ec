//! Where dialects differ: known cases with their numbers, and the list of cells against the answers themselves.

use deep_end::dialect::{self, Answer, Dialect, Reason, Written};
use ndarray::{ArrayD, IxDyn};
use proptest::prelude::*;

fn read(source: &str) -> Written {
    dialect::read(source).unwrap_or_else(|error| panic!("{source}: {error}"))
}

fn cells(a: &Written, b: &Written, spatial: &[usize]) -> Vec<(Vec<usize>, String)> {
    let names = [a.dialect().name(), b.dialect().name()];
    let found = dialect::differences(a, b, spatial).unwrap();
    found.cells().map(|cell| (cell.at, cell.reason.text(names))).collect()
}

fn one_plane(spatial: &[usize], values: &[f32]) -> ArrayD<f32> {
    let shape: Vec<_> = [1, 1].iter().chain(spatial).copied().collect();
    ArrayD::from_shape_vec(IxDyn(&shape), values.to_vec()).unwrap()
}

/// The answers that differ for one plane, with their places.
fn answers(a: &Written, b: &Written, spatial: &[usize], values: &[f32]) -> Vec<(Vec<usize>, [Answer; 2])> {
    let found = dialect::differences(a, b, spatial).unwrap().in_values(one_plane(spatial, values).view()).unwrap();
    found.into_iter().map(|found| (found.difference.at[2..].to_vec(), found.answers)).collect()
}

/// TensorFlow.js, executed: 15. Flax counts padding (google/flax#2401): (10 + 20 + 0) / 3.
#[test]
fn same_means_count_padding_in_flax_alone() {
    let keras = read(r#"AveragePooling1D(3, strides=2, padding="same")"#);
    let flax = read(r#"nn.avg_pool(x, (3,), strides=(2,), padding="SAME")"#);
    assert_eq!(answers(&keras, &flax, &[2], &[10.0, 20.0]), [(vec![0], [15.0, 10.0].map(Answer::Value))]);
    let uncounted = read(r#"nn.avg_pool(x, (3,), strides=(2,), padding="SAME", count_include_pad=False)"#);
    assert_eq!(cells(&keras, &uncounted, &[2]), []);
}

/// PyTorch's padding=1 begins one row above the input; Keras's "same" of an even extent begins in it (onnx/onnx#388).
#[test]
fn padding_of_1_is_not_same() {
    let torch = read("nn.MaxPool1d(3, stride=2, padding=1)");
    let keras = read(r#"layers.MaxPooling1D(3, strides=2, padding="same")"#);
    let text = |torch: &str, keras: &str| format!("PyTorch reads {torch}, Keras {keras}");
    let expected = [("[0, 2)", "[0, 3)"), ("[1, 4)", "[2, 5)"), ("[3, 6)", "[4, 7)"), ("[5, 8)", "[6, 8)")];
    let expected: Vec<_> = expected.iter().enumerate().map(|(at, (a, b))| (vec![at], text(a, b))).collect();
    assert_eq!(cells(&torch, &keras, &[8]), expected);
    assert_eq!(cells(&torch, &keras, &[7]), []);
}

/// What the standard says of strides, and PyTorch of a stride that is None.
#[test]
fn a_stride_left_out_is_the_kernels_size_or_1() {
    let torch = read("nn.MaxPool1d(2)");
    let found = Dialect::Onnx.differences_from(&torch, &[4]).unwrap();
    assert_eq!(found.output_shapes(), [[2], [3]]);
    let reasons: Vec<_> = found.cells().map(|cell| (cell.at[0], cell.reason.text(["PyTorch", "ONNX"]))).collect();
    let expected = [(1, "PyTorch reads [2, 4), ONNX [1, 3)"), (2, "PyTorch has no such output")];
    assert_eq!(reasons, expected.map(|(at, text)| (at, text.to_owned())));
    assert_eq!(Dialect::Keras.differences_from(&torch, &[4]).unwrap().cells().count(), 0);
}

/// PyTorch 2.15, executed: √((25 + 100) / 2 · 4) = 15.81; ONNX Runtime: the norm of 5 and 10, 11.18. Whole windows agree.
#[test]
fn pytorch_scales_partial_norms_up() {
    let torch = read("nn.LPPool2d(2, 2, ceil_mode=True)");
    let onnx =
        read(r#"helper.make_node("LpPool", ["x"], ["y"], kernel_shape=[2, 2], strides=[2, 2], p=2, ceil_mode=1)"#);
    let mut values = [1.0; 9];
    (values[2], values[5]) = (5.0, 10.0);
    let found = answers(&torch, &onnx, &[3, 3], &values);
    assert_eq!(found.iter().map(|(at, _)| at.clone()).collect::<Vec<_>>(), [[0, 1], [1, 0], [1, 1]]);
    let Answer::Value(scaled) = found[0].1[0] else { panic!() };
    let Answer::Value(norm) = found[0].1[1] else { panic!() };
    assert!((scaled - 15.811_388).abs() < 1e-5 && (norm - 11.180_34).abs() < 1e-5, "{scaled} {norm}");
    // A corner has one cell of four.
    let text = &cells(&torch, &onnx, &[3, 3])[2].1;
    assert_eq!(text, "the window is partial: PyTorch scales its norm by 2, ONNX by 1");
}

/// Powers of x (pytorch/pytorch#184037), executed with PyTorch 2.15: 3 windows of [−3, 1, 2, −1, 5]; and of [−1, −2, −3]
/// ONNX Runtime's 3.3019.
#[test]
fn odd_norms_of_negative_cells_differ() {
    let onnx = |p: u8, kernel: u8| {
        read(&format!(r#"helper.make_node("LpPool", ["x"], ["y"], kernel_shape=[{kernel}], p={p})"#))
    };
    let values = [-3.0, 1.0, 2.0, -1.0, 5.0];
    let torch = read("nn.LPPool1d(1, 2, stride=1)");
    let differences = dialect::differences(&torch, &onnx(1, 2), &[5]).unwrap();
    assert_eq!(differences.by_value(), [Reason::Sign]);
    let expected = [(vec![0], [-2.0, 4.0]), (vec![2], [1.0, 3.0]), (vec![3], [4.0, 6.0])];
    assert_eq!(answers(&torch, &onnx(1, 2), &[5], &values), expected.map(|(at, pair)| (at, pair.map(Answer::Value))));
    let cubes = read("nn.LPPool1d(3, 2, stride=1)").meaning(&[5]).unwrap();
    let y = cubes.forward(one_plane(&[5], &values).view()).unwrap();
    assert!(y[[0, 0, 0]].is_nan());
    for (at, value) in [(1, 2.0801), (2, 1.9129), (3, 4.9866)] {
        assert!((y[[0, 0, at]] - value).abs() < 1e-4, "{at}: {}", y[[0, 0, at]]);
    }
    let found = answers(&read("nn.LPPool1d(3, 3)"), &onnx(3, 3), &[3], &[-1.0, -2.0, -3.0]);
    let [Answer::Value(torch), Answer::Value(onnx)] = found[0].1 else { panic!() };
    assert!(torch.is_nan() && (onnx - 3.3019).abs() < 1e-4);
    assert_eq!(
        dialect::differences(&read("nn.LPPool1d(4, 2)"), &read("nn.LPPool1d(4, 2)"), &[5]).unwrap().by_value(),
        []
    );
}

/// ONNX Runtime, executed: `[NaN, 1]` is NaN and `[1, NaN]` is 1. PyTorch and JAX: NaN for both.
#[test]
fn a_nan_is_fixed_in_pytorch_and_flax_alone() {
    let torch = read("nn.MaxPool1d(2)");
    let values = [f32::NAN, 1.0, 2.0, 3.0];
    let onnx = read(r#"helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[2], strides=[2])"#);
    let found = answers(&torch, &onnx, &[4], &values);
    assert!(matches!(found[..], [(ref at, [Answer::Value(nan), Answer::Unspecified])] if *at == [0] && nan.is_nan()));
    assert_eq!(answers(&torch, &read("nn.max_pool(x, (2,), strides=(2,))"), &[4], &values), []);
}

/// ONNX Runtime 0, its reference evaluator NaN, JAX 0 / 0; all three executed.
#[test]
fn the_mean_of_no_cells() {
    let onnx = read(
        r#"helper.make_node("AveragePool", ["x"], ["y"], kernel_shape=[2], dilations=[2], strides=[1], pads=[1, 1])"#,
    );
    let found = dialect::differences(&onnx, &onnx, &[1]).unwrap();
    assert_eq!(found.cells().map(|cell| cell.reason).collect::<Vec<_>>(), [Reason::EmptyMean]);
    assert_eq!(answers(&onnx, &onnx, &[1], &[1.0])[0].1, [Answer::Unspecified; 2]);
}

/// All agree on 4 × 4, k 3, s 2, p 1 with padding counted (pytorch/pytorch#183528, since ONNX Runtime 1.31); ONNX's
/// default does not count it, and then only borders differ.
#[test]
fn ceil_windows_divide_alike() {
    let torch = read("nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True)");
    let onnx = |count: u8| {
        read(&format!(
            r#"helper.make_node("AveragePool", ["x"], ["y"], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1, count_include_pad={count})"#
        ))
    };
    assert_eq!(cells(&torch, &onnx(1), &[4, 4]), []);
    let found = cells(&torch, &onnx(0), &[4, 4]);
    let places: Vec<_> = found.iter().map(|(at, _)| at.clone()).collect();
    // Windows begin at −1, 1 and 3: all but the middle one touch padding.
    assert_eq!(places, [[0, 0], [0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1], [2, 2]]);
    assert_eq!(found[0].1, "PyTorch divides by 9, ONNX by 4");
    // 2 rows of 2 columns are the last window's: one cell of the input, padding beside it, and overhang, which no one counts.
    assert_eq!(found[7].1, "PyTorch divides by 4, ONNX by 1");
}

#[test]
fn what_cannot_be_carried_says_why() {
    let message = |source: &str, to: Dialect| read(source).carried_to(to).unwrap_err().to_string();
    let expected = [
        ("nn.MaxPool2d(3, padding=1)", Dialect::Keras, r#"padding is [1, 1]: Keras's padding is "valid" or "same""#),
        ("nn.MaxPool2d(3, dilation=2)", Dialect::Flax, "dilation is [2]: Flax pools without dilation"),
        (
            "MaxPooling2D(padding='same')",
            Dialect::PyTorch,
            "padding is same: PyTorch's pooling takes padding in cells only",
        ),
        (
            "nn.AvgPool2d(2, divisor_override=3)",
            Dialect::Onnx,
            "divisor_override is 3: ONNX's means have no other divisor",
        ),
        (
            "nn.AdaptiveMaxPool2d((2, 3))",
            Dialect::Onnx,
            "output_size is [2, 3]: ONNX has no adaptive pooling by this method",
        ),
    ];
    for (source, to, text) in expected {
        assert_eq!(message(source, to), text);
    }
    let global = read("layers.GlobalMaxPooling2D()");
    assert_eq!(cells(&global, &global.carried_to(Dialect::PyTorch).unwrap(), &[4, 5]), []);
    assert_eq!(cells(&read("nn.AdaptiveMaxPool2d(1)"), &read("op.GlobalMaxPool(x)"), &[4, 5]), []);
}

/// Two lines for one axis, of one method: any dialect, any way to pad.
fn line(mean: bool) -> impl Strategy<Value = String> {
    let numbers = (1..5usize, 1..4usize, 0..5usize, 0..5usize, any::<bool>(), any::<bool>(), 0..6u8);
    numbers.prop_map(move |(kernel, stride, before, after, count, ceil, which)| {
        let (before, after) = (before % kernel, after % kernel);
        let (yes, one) = (if count { "True" } else { "False" }, u8::from(count));
        let flag = |text: String| if mean { text } else { String::new() };
        match which {
            0 | 1 => format!(
                "nn.{}Pool1d({kernel}, stride={stride}, padding={}, ceil_mode={}{})",
                if mean { "Avg" } else { "Max" },
                before.min(kernel / 2),
                if ceil { "True" } else { "False" },
                flag(format!(", count_include_pad={yes}")),
            ),
            2 | 3 => format!(
                "op.{}Pool(x, kernel_shape=[{kernel}], strides=[{stride}], pads=[{before}, {after}], ceil_mode={}{})",
                if mean { "Average" } else { "Max" },
                u8::from(ceil),
                flag(format!(", count_include_pad={one}")),
            ),
            4 => format!(
                "layers.{}Pooling1D({kernel}, strides={stride}, padding=\"{}\")",
                if mean { "Average" } else { "Max" },
                if ceil { "same" } else { "valid" },
            ),
            _ => format!(
                "nn.{}_pool(x, ({kernel},), strides=({stride},), padding=(({before}, {after}),){})",
                if mean { "avg" } else { "max" },
                flag(format!(", count_include_pad={yes}")),
            ),
        }
    })
}

fn two_lines() -> impl Strategy<Value = (String, String, bool)> {
    any::<bool>().prop_flat_map(|mean| (line(mean), line(mean), Just(mean)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A cell that is not listed has one answer for every input; a mean that is listed has two for almost every.
    #[test]
    fn the_list_is_what_answers_show(
        (first, second, mean) in two_lines(),
        values in prop::collection::vec(0.5f32..9.0, 1..12),
    ) {
        let (a, b) = (read(&first), read(&second));
        let spatial = [values.len()];
        prop_assume!(a.layer(&spatial).unwrap().output_shape(&[1, 1, spatial[0]]).is_ok());
        prop_assume!(b.layer(&spatial).unwrap().output_shape(&[1, 1, spatial[0]]).is_ok());
        let listed: Vec<_> = cells(&a, &b, &spatial).into_iter().map(|(at, _)| at).collect();
        let shown: Vec<_> = answers(&a, &b, &spatial, &values).into_iter().map(|(at, _)| at).collect();
        prop_assert!(shown.iter().all(|at| listed.contains(at)), "{} {}: {:?} {:?}", first, second, shown, listed);
        if mean {
            prop_assert_eq!(&shown, &listed, "{} {}", first, second);
        }
    }
}
