//! Layers written in every dialect and read again; and what no dialect can write.

use deep_end::dialect::{Dialect, Layout, rust};
use deep_end::geometry::{AxisPlan, Plan, Span};
use deep_end::{Pool, Pooling, Window};
use proptest::prelude::*;

/// What each output position reads along each axis: first cell, how many, how far apart.
fn reads(plan: &Plan) -> Vec<Vec<(usize, usize, usize)>> {
    let axis = |axis: &AxisPlan| {
        let span = |span: &Span| {
            (if span.len == 0 { 0 } else { span.start }, span.len, if span.len < 2 { 1 } else { axis.step })
        };
        axis.spans.iter().map(span).collect()
    };
    plan.axes().iter().map(axis).collect()
}

/// What each output cell's sum is divided by, row-major; 1 where there is no cell to sum, and every divisor gives 0.
fn divisors(pool: &Pool, plan: &Plan) -> Vec<usize> {
    let Pooling::Average { count_include_pad, divisor_override } = *pool.method() else { return vec![] };
    let count = |span: &Span| if count_include_pad { span.padded_len } else { span.len };
    // Beside each count, how many cells there are.
    let counts = plan.axes().iter().fold(vec![(1, 1)], |outer: Vec<(usize, usize)>, axis| {
        let inner =
            |&(all, cells): &(usize, usize)| axis.spans.iter().map(move |span| (all * count(span), cells * span.len));
        outer.iter().flat_map(inner).collect()
    });
    let divisor =
        |(count, cells)| if cells == 0 { 1 } else { divisor_override.map_or(count, |divisor| divisor as usize) };
    counts.into_iter().map(divisor).collect()
}

/// Whether two layers have one method, and read and divide the same for these extents.
fn same(a: &Pool, b: &Pool, spatial: &[usize]) -> bool {
    let [first, second] = [a, b].map(|pool| pool.geometry().plan(spatial).unwrap());
    let averages = [a, b].map(|pool| matches!(pool.method(), Pooling::Average { .. }));
    (a.method() == b.method() || averages == [true, true])
        && reads(&first) == reads(&second)
        && divisors(a, &first) == divisors(b, &second)
}

/// Kernel, stride, padding, dilation, extent.
type Axis = (usize, usize, [usize; 2], usize, usize);

prop_compose! {
    fn axis()(kernel in 1..5usize, dilation in 1..4usize)(
        kernel in Just(kernel),
        stride in 1..5usize,
        dilation in Just(dilation),
        before in 0..=dilation * (kernel - 1),
        after in 0..=dilation * (kernel - 1),
        extent in 1..14usize,
        plain in 0..4u8,
    ) -> Axis {
        // Most layers that people write are not dilated, and padded alike on both sides.
        let dilation = if plain > 0 { 1 } else { dilation };
        let after = if plain > 1 { before } else { after };
        (kernel, stride, [before, after].map(|side| side.min(dilation * (kernel - 1))), dilation, extent)
    }
}

fn method() -> impl Strategy<Value = Pooling> {
    prop_oneof![
        Just(Pooling::Max),
        Just(Pooling::Min),
        (any::<bool>(), prop::option::of(1..6i32)).prop_map(|(count_include_pad, divisor_override)| {
            Pooling::Average { count_include_pad, divisor_override }
        }),
        prop_oneof![Just(1.0), Just(2.0), Just(3.0), Just(2.5), Just(0.7), Just(f64::INFINITY)].prop_map(Pooling::lp),
    ]
}

/// A layer and spatial extents that it fits.
fn layer() -> impl Strategy<Value = (Pool, Vec<usize>)> {
    let window = (method(), prop::collection::vec(axis(), 1..4), any::<bool>()).prop_map(|(method, axes, ceil)| {
        let pick = |value: fn(&Axis) -> usize| axes.iter().map(value).collect::<Vec<_>>();
        let window = Window::new(pick(|axis| axis.0)).stride(pick(|axis| axis.1)).dilation(pick(|axis| axis.3));
        let window = window.padding(axes.iter().map(|axis| axis.2).collect::<Vec<_>>()).ceil_mode(ceil);
        (Pool::new(method, window).unwrap(), pick(|axis| axis.4))
    });
    let regions = (method(), prop::collection::vec((1..6usize, 1..14usize), 1..4), any::<bool>());
    let regions = regions.prop_map(|(method, axes, global)| {
        let (sizes, extents): (Vec<_>, Vec<_>) = axes.into_iter().unzip();
        let pool = if global { Pool::global(method) } else { Pool::adaptive(method, sizes) };
        (pool.unwrap(), extents)
    });
    prop_oneof![4 => window, 1 => regions]
        .prop_filter("the layer fits", |(pool, spatial)| pool.geometry().plan(spatial).is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_written_reads_as_the_same_layer((pool, spatial) in layer()) {
        for dialect in Dialect::ALL {
            for layout in [Layout::ChannelsFirst, Layout::ChannelsLast] {
                let Ok(source) = dialect.write(&pool, &spatial, layout) else { continue };
                let read = dialect.read(&source).unwrap_or_else(|error| panic!("{source}: {error}"));
                prop_assert_eq!(read.layout(), layout, "{}", source);
                prop_assert!(same(&read.layer(&spatial).unwrap(), &pool, &spatial), "{} for {:?}", source, spatial);
                prop_assert_eq!(deep_end::dialect::read(&source).unwrap(), read, "{}", source);
            }
        }
        prop_assert!(rust(&pool).is_ok());
    }

    /// Layers that every framework has an operator for are not refused: no padding, one size, whole windows.
    #[test]
    fn plain_layers_are_written_in_every_dialect(
        axes in prop::collection::vec((1..5usize, 1..5usize, 5..14usize), 1..4), mean in any::<bool>(),
    ) {
        let pick = |value: fn(&(usize, usize, usize)) -> usize| axes.iter().map(value).collect::<Vec<_>>();
        let window = Window::new(pick(|axis| axis.0)).stride(pick(|axis| axis.1));
        let pool = Pool::new(if mean { Pooling::average() } else { Pooling::Max }, window).unwrap();
        for dialect in Dialect::ALL {
            prop_assert!(dialect.write(&pool, &pick(|axis| axis.2), dialect.layout()).is_ok());
        }
    }
}

fn write(dialect: Dialect, pool: &Pool, spatial: &[usize]) -> String {
    dialect.write(pool, spatial, dialect.layout()).unwrap_or_else(|error| error.to_string())
}

/// The lines that a practitioner would write, from the frameworks' documentation.
#[test]
fn lines_are_the_plainest_that_mean_the_layer() {
    let same = |kernel: usize, stride: usize, after: usize| {
        Window::new([kernel, kernel]).stride([stride, stride]).padding([[0, after], [0, after]])
    };
    let max = |window| Pool::new(Pooling::Max, window).unwrap();
    let uncounted = Pooling::Average { count_include_pad: false, divisor_override: None };
    let resnet = max(Window::new([3, 3]).stride([2, 2]).padding([[1, 1], [1, 1]]));
    let from_keras = max(same(3, 2, 1));
    let mean_from_keras = Pool::new(uncounted, same(3, 2, 1)).unwrap();
    let ceil = max(Window::new([2, 2]).ceil_mode(true));
    let expected = [
        (Dialect::PyTorch, &resnet, "nn.MaxPool2d(3, stride=2, padding=1)"),
        (
            Dialect::Onnx,
            &resnet,
            r#"helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])"#,
        ),
        (
            Dialect::Keras,
            &resnet,
            r#"keras.ops.max_pool(keras.ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=float("-inf")), pool_size=3, strides=2)"#,
        ),
        (Dialect::Flax, &resnet, "nn.max_pool(x, window_shape=(3, 3), strides=(2, 2), padding=((1, 1), (1, 1)))"),
        // On 8 × 8 the odd cell of SAME is what ceil_mode hangs over.
        (Dialect::PyTorch, &from_keras, "nn.MaxPool2d(3, stride=2, ceil_mode=True)"),
        (Dialect::Keras, &from_keras, r#"keras.layers.MaxPooling2D(pool_size=3, strides=2, padding="same")"#),
        (Dialect::PyTorch, &mean_from_keras, "nn.AvgPool2d(3, stride=2, ceil_mode=True)"),
        (Dialect::Keras, &mean_from_keras, r#"keras.layers.AveragePooling2D(pool_size=3, strides=2, padding="same")"#),
        (Dialect::Keras, &ceil, "keras.layers.MaxPooling2D(pool_size=2)"),
    ];
    for (dialect, pool, source) in expected {
        assert_eq!(write(dialect, pool, &[8, 8]), source);
    }
    let first = max(same(2, 1, 1));
    assert_eq!(
        write(Dialect::PyTorch, &first, &[4, 4]),
        r#"F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=float("-inf")), 2, stride=1)"#
    );
    let min = Pool::new(Pooling::Min, Window::new([2])).unwrap();
    assert_eq!(write(Dialect::PyTorch, &min, &[4]), "-F.max_pool1d(-x, 2)");
    assert_eq!(write(Dialect::Flax, &min, &[4]), "nnx.min_pool(x, window_shape=(2,), strides=(2,))");
    let cube = Pool::new(Pooling::lp(3.0), Window::new([2]).padding([[1, 0]])).unwrap();
    assert_eq!(write(Dialect::PyTorch, &cube, &[4]), "F.lp_pool1d(F.pad(torch.abs(x), (1, 0)), 3, 2)");
    // 5 cells into 2 regions are [0, 3) and [2, 5): one window.
    let adaptive = Pool::adaptive(Pooling::Max, [2]).unwrap();
    assert_eq!(write(Dialect::Flax, &adaptive, &[5]), "nn.max_pool(x, window_shape=(3,), strides=(2,))");
    let global = Pool::global(Pooling::average()).unwrap();
    assert_eq!(write(Dialect::Flax, &global, &[5, 6]), "nn.avg_pool(x, window_shape=(5, 6), strides=(5, 6))");
    assert_eq!(write(Dialect::PyTorch, &global, &[5, 6]), "nn.AdaptiveAvgPool2d(1)");
    assert_eq!(write(Dialect::Keras, &global, &[5, 6]), "keras.layers.GlobalAveragePooling2D(keepdims=True)");
}

#[test]
fn what_cannot_be_written_says_why() {
    let window = |method: Pooling, window: Window| Pool::new(method, window).unwrap();
    let uncounted = Pooling::Average { count_include_pad: false, divisor_override: None };
    let dilated = window(uncounted.clone(), Window::new([2]).stride([1]).dilation([2]));
    let one_sided = window(uncounted, Window::new([2]).stride([1]).padding([[0, 1]]));
    let overhang = window(Pooling::average(), Window::new([3]).stride([2]).padding([[1, 1]]).ceil_mode(true));
    let thirds = window(Pooling::lp(2.5), Window::new([2]));
    let divisor = window(Pooling::Average { count_include_pad: true, divisor_override: Some(5) }, Window::new([2]));
    let soft = window(Pooling::Soft, Window::new([2]));
    let uneven = Pool::adaptive(Pooling::Max, [4]).unwrap();
    let expected = [
        (Dialect::PyTorch, &dilated, 8, "dilation is [2]: PyTorch, but for the maximum, pools without dilation"),
        (Dialect::Keras, &dilated, 8, "dilation is [2]: Keras pools without dilation"),
        (Dialect::PyTorch, &one_sided, 8, "padding is [0, 1]: PyTorch pads both sides of an axis alike"),
        (Dialect::Flax, &overhang, 4, "ceil_mode is true: Flax has no ceil_mode: a partial window is dropped"),
        (Dialect::Onnx, &thirds, 8, "norm_type is 2.5: ONNX's p is a whole number, 1 or above"),
        (Dialect::Keras, &thirds, 8, "method is lp: Keras has no Lp pooling"),
        (Dialect::Onnx, &divisor, 8, "divisor_override is 5: ONNX's means have no other divisor"),
        (Dialect::PyTorch, &soft, 8, "method is softpool: PyTorch has no pooling operator for this method"),
        (
            Dialect::Onnx,
            &uneven,
            10,
            "output_size is [4]: ONNX has no adaptive pooling by this method, and these regions are no even window",
        ),
    ];
    for (dialect, pool, extent, message) in expected {
        assert_eq!(write(dialect, pool, &[extent]), message);
    }
}
