//! Every form that a line may have, and the refusals.

use deep_end::dialect::{self, Dialect, Layout};
use deep_end::{Pool, Pooling, Window};
use proptest::prelude::*;

fn message(source: &str) -> String {
    dialect::read(source).map(|read| format!("read as {read:?}")).unwrap_err().to_string()
}

#[test]
fn forms_of_one_layer_read_alike() {
    let square = |kernel: usize| Window::new([kernel, kernel]);
    let max = |window| Pool::new(Pooling::Max, window).unwrap();
    let padded = || square(3).stride([2, 2]).padding([[1, 1], [1, 1]]);
    let sides = || square(2).padding([[0, 1], [1, 0]]);
    let counted = |window| Pool::new(Pooling::average(), window).unwrap();
    let expected: &[(&[&str], Pool)] = &[
        (
            &[
                "nn.MaxPool2d(3, stride=2, padding=1)",
                "self.pool = torch.nn.MaxPool2d(kernel_size=(3, 3), stride=(2, 2), padding=(1, 1))  # the stem",
                "(maxpool): MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)",
                "x = F.max_pool2d(F.relu(self.bn1(x)), 3, 2, 1)",
                "nn.MaxPool2d(3, 2, 1)(x),",
                "F.max_pool2d(F.pad(x, (1, 1, 1, 1), value=-float('inf')), 3, stride=2)",
                "tf.nn.max_pool2d(x, ksize=3, strides=2, padding=[[0, 0], [1, 1], [1, 1], [0, 0]])",
                "tf.nn.max_pool(x, [1, 3, 3, 1], [1, 2, 2, 1], [[0, 0], [1, 1], [1, 1], [0, 0]])",
                "keras.ops.max_pool(keras.ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=float('-inf')), 3, 2)",
                "nn.max_pool(x, (3, 3), (2, 2), ((1, 1), (1, 1)))",
                "y = op.MaxPool(x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])",
                "node = onnx.helper.make_node('MaxPool', inputs=['x'], outputs=['y', 'i'], name='pool', kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])",
            ],
            max(padded()),
        ),
        (
            &[
                "F.max_pool2d(F.pad(x, (1, 0, 0, 1), 'constant', float('-inf')), (2, 2))",
                "op.MaxPool(x, kernel_shape=[2, 2], strides=[2, 2], pads=[0, 1, 1, 0])",
                "ops.max_pool(ops.pad(x, [[0, 0], [0, 0], [0, 1], [1, 0]], constant_values=-np.inf), 2, data_format='channels_first')",
            ],
            max(sides()),
        ),
        (
            &[
                "-F.max_pool2d(-x, 2)",
                "nnx.min_pool(x, (2, 2), strides=(2, 2))",
                "-keras.ops.max_pool(-x, pool_size=(2, 2))",
                "op.Neg(op.MaxPool(op.Neg(x), kernel_shape=[2, 2], strides=[2, 2]))",
                "[helper.make_node('Neg', ['x'], ['a']), helper.make_node('MaxPool', ['a'], ['b'], kernel_shape=[2, 2], strides=[2, 2]), helper.make_node('Neg', ['b'], ['y'])]",
            ],
            Pool::new(Pooling::Min, square(2)).unwrap(),
        ),
        (
            &[
                "nn.AvgPool2d(2, padding=1)",
                "F.avg_pool2d(F.pad(x, (1, 1, 1, 1)), 2, count_include_pad=False)",
                "nn.avg_pool(x, (2, 2), (2, 2), [(1, 1), (1, 1)])",
                "op.AveragePool(x, kernel_shape=[2, 2], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)",
            ],
            counted(square(2).padding([[1, 1], [1, 1]])),
        ),
        (
            &[
                "nn.LPPool2d(float('inf'), 2)",
                "F.max_pool2d(x.abs(), 2)",
                "F.max_pool2d(torch.abs(-x), 2)",
                "nn.max_pool(jnp.abs(x), (2, 2), strides=(2, 2))",
                "[make_node('Abs', ['x'], ['a']), make_node('MaxPool', ['a'], ['y'], kernel_shape=[2, 2], strides=[2, 2])]",
            ],
            Pool::new(Pooling::lp(f64::INFINITY), square(2)).unwrap(),
        ),
        (
            &["nn.AdaptiveMaxPool2d((None, 3))", "F.adaptive_max_pool2d(x, (8, 3))"],
            Pool::adaptive(Pooling::Max, [8, 3]).unwrap(),
        ),
        (&["keras.layers.GlobalMaxPool2D(keepdims=True)", "op.GlobalMaxPool(x)"], Pool::global(Pooling::Max).unwrap()),
    ];
    for (sources, layer) in expected {
        for source in *sources {
            let read = dialect::read(source).unwrap_or_else(|error| panic!("{source}: {error}"));
            assert_eq!(read.layer(&[8, 7]).unwrap(), *layer, "{source}");
        }
    }
    let first = dialect::read("layers.AveragePooling1D(2, data_format='channels_first')").unwrap();
    assert_eq!((first.layout(), first.axes(), first.dialect()), (Layout::ChannelsFirst, Some(1), Dialect::Keras));
}

/// SAME by TensorFlow's and ONNX's formulas: 5 cells, stride 2 → 3 outputs, which span 4 + e cells.
#[test]
fn same_is_padding_once_there_is_an_input() {
    let expected = [
        ("nn.max_pool(x, (2,), (2,), 'SAME')", [0, 1]),
        ("nn.max_pool(x, (4,), (2,), 'SAME')", [1, 2]),
        ("nn.max_pool(x, (4,), (2,), 'SAME_LOWER')", [2, 1]),
        ("op.MaxPool(x, kernel_shape=[4], strides=[2], auto_pad='SAME_LOWER')", [2, 1]),
        // e = 3: two cells of padding, by the standard's formula.
        ("op.MaxPool(x, kernel_shape=[2], dilations=[2], strides=[2], auto_pad='SAME_UPPER')", [1, 1]),
        ("op.MaxPool(x, kernel_shape=[1], strides=[4], auto_pad='SAME_UPPER')", [0, 0]),
        ("op.MaxPool(x, kernel_shape=[2], strides=[2], auto_pad='VALID')", [0, 0]),
    ];
    for (source, padding) in expected {
        let layer = dialect::read(source).unwrap().layer(&[5]).unwrap();
        let deep_end::Geometry::Window(window) = layer.geometry() else { panic!() };
        let bare = Window::new(window.kernel_size().to_vec());
        let stride = if source.contains("[4], auto") && source.contains("[1]") { 4 } else { 2 };
        let dilation = if source.contains("dilations") { 2 } else { 1 };
        assert_eq!(*window, bare.stride([stride]).dilation([dilation]).padding([padding]), "{source}");
    }
}

#[test]
fn refusals_name_the_argument_and_the_rule() {
    let expected = [
        (
            "nn.MaxPool2d(3, strides=2)",
            "strides is 2: nn.MaxPool2d has no such parameter; there are kernel_size, stride, padding, dilation, return_indices, ceil_mode",
        ),
        ("nn.MaxPool2d(3, kernel_size=2)", "kernel_size is 2: the parameter is given twice"),
        (
            "nn.AvgPool1d(3, 2, 1, False, True, 2)",
            "arguments is 2: nn.AvgPool1d takes 5 arguments: kernel_size, stride, padding, ceil_mode, count_include_pad",
        ),
        ("nn.MaxPool2d()", "kernel_size is missing: must be given"),
        ("layers.AveragePooling2D()", "pool_size is missing: must be given"),
        (
            "nn.MaxPool2d(3.5)",
            "kernel_size is 3.5: must be a whole number, 0 or above, or a list with one for each axis",
        ),
        ("nn.MaxPool2d(-3)", "kernel_size is -3: must be a whole number, 0 or above, or a list with one for each axis"),
        ("nn.MaxPool2d((3, 3, 3))", "kernel_size is 3 values: must have one value for each of 2 spatial axes"),
        ("nn.MaxPool2d(2, padding=2)", "padding is 2: PyTorch takes at most half of the kernel, 1"),
        ("nn.MaxPool2d(2, ceil_mode=2)", "ceil_mode is 2: must be True or False"),
        ("nn.max_pool(x, 2)", "window_shape is 2: must be a list with one value for each spatial axis"),
        (
            "nn.max_pool(x, (2,), padding='half')",
            r#"padding is "half": must be VALID or SAME (in ONNX SAME_UPPER or SAME_LOWER, in Flax also SAME_LOWER)"#,
        ),
        ("layers.MaxPooling2D(2, padding=1)", r#"padding is 1: must be "valid" or "same""#),
        (
            "layers.MaxPooling2D(2, data_format='first')",
            r#"data_format is "first": must be channels_last or channels_first (in tf.nn NHWC or NCHW, and so on)"#,
        ),
        (
            "op.MaxPool(x, kernel_shape=[2], pads=[1])",
            "pads is [1]: must be a list: the padding before every axis, then after every axis",
        ),
        (
            "op.MaxPool(x, kernel_shape=[2], pads=[2, 0])",
            "pads is [2, 0]: ONNX Runtime takes less than the kernel_shape, 2",
        ),
        (
            "op.MaxPool(x, kernel_shape=[2], pads=[1, 1], auto_pad='VALID')",
            "pads is [1, 1]: does not go with auto_pad, which decides the padding",
        ),
        (
            "op.MaxPool(x, kernel_shape=[2], ceil_mode=1, auto_pad='VALID')",
            "ceil_mode is 1: does not go with auto_pad VALID, where the standard rounds down and ONNX Runtime up: write pads",
        ),
        ("F.max_pool1d(F.pad(x, (1, 1)), 2)", "value is 0: padding is -inf under the maximum: any other value may win"),
        (
            "F.max_pool1d(F.pad(x, (1, 1), 'reflect'), 2)",
            r#"mode is "reflect": must be "constant": a pooling layer's padding is one value"#,
        ),
        ("F.max_pool1d(F.max_pool1d(x, 2), 2)", "source is F.max_pool1d: one layer at a time"),
        ("F.max_pool1d(-x, 2)", "source is negated: a minus belongs to the minimum alone, on both sides: -max(-x)"),
        ("-F.avg_pool1d(-x, 2)", "source is negated: a minus belongs to the minimum alone, on both sides: -max(-x)"),
        ("nn.MaxPool2d", "source is nn.MaxPool2d: must be a pooling layer: a call such as nn.MaxPool2d(2)"),
        (
            "[helper.make_node('MaxPool', ['x'], ['y'], kernel_shape=[2]), helper.make_node('MaxPool', ['x'], ['z'], kernel_shape=[2])]",
            "source is nodes: every node but the last must feed the next",
        ),
    ];
    for (source, text) in expected {
        assert_eq!(message(source), text, "{source}");
    }
    assert!(
        message("nn.Conv2d(3, 8, 3)").starts_with(
            "layer is \"nn.Conv2d\": is no pooling layer; there are, with 1, 2 or 3 for #, nn.MaxPool#d, "
        )
    );
    let three = dialect::read("nn.MaxPool3d(2)").unwrap().layer(&[4, 4]).unwrap_err();
    assert_eq!(three.to_string(), "shape is [4, 4]: the layer has 3 spatial axes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Lines that are nearly right reach further than noise does.
    #[test]
    fn no_line_panics(
        which in 0..12usize, cut in 0..200usize, into in r#"[-0-9a-z(\[\]),='" .]{0,6}"#, length in 0..4usize, extent in 1..9usize,
    ) {
        let lines = [
            "nn.MaxPool2d((3, 2), stride=2, padding=(1, 0), dilation=1, ceil_mode=True)",
            "nn.AvgPool3d(9223372036854775807, stride=9223372036854775807, padding=4611686018427387903)",
            "nn.MaxPool1d(3, dilation=9223372036854775807)",
            "F.max_pool2d(F.pad(x, (1, 0, 0, 1), value=float('-inf')), (2, 2))",
            "F.avg_pool1d(F.pad(x, (9223372036854775807, 9223372036854775807)), 9223372036854775807, ceil_mode=True)",
            "nn.LPPool2d(2.5, 2, ceil_mode=True)",
            "nn.AdaptiveAvgPool2d((None, 3))",
            "layers.AveragePooling2D(pool_size=(3, 2), strides=2, padding='same', data_format='channels_first')",
            "tf.nn.max_pool(x, [1, 3, 3, 1], [1, 2, 2, 1], [[0, 0], [1, 1], [1, 1], [0, 0]])",
            "nn.avg_pool(x, (3, 3), (2, 2), ((1, 1), (0, 2)), count_include_pad=False)",
            "[helper.make_node('Abs', ['x'], ['a']), helper.make_node('LpPool', ['a'], ['y'], kernel_shape=[2, 2], p=3)]",
            "op.AveragePool(x, kernel_shape=[2, 2], auto_pad='SAME_LOWER', dilations=[2, 1], count_include_pad=1)",
        ];
        let characters: Vec<char> = lines[which].chars().collect();
        let cut = cut.min(characters.len());
        let end = (cut + length).min(characters.len());
        let source: String = characters[..cut].iter().copied().chain(into.chars()).chain(characters[end..].iter().copied()).collect();
        if let Ok(read) = dialect::read(&source) {
            for axes in 1..4 {
                let spatial = vec![extent; axes];
                for to in Dialect::ALL {
                    if let Ok(differences) = to.differences_from(&read, &spatial) {
                        let _ = (differences.cells().take(50).count(), differences.by_value());
                    }
                    if let Ok(layer) = read.layer(&spatial) {
                        let _ = (to.write(&layer, &spatial, to.layout()), dialect::rust(&layer));
                    }
                }
            }
        }
    }
}
