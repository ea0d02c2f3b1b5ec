//! Geometries of every kind, for the tests of kernels.

use crate::geometry::{Geometry, Window};
use proptest::prelude::*;

/// A geometry and an input's extents that it fits.
pub(super) fn geometry() -> impl Strategy<Value = (Geometry, Vec<usize>)> {
    let axis = (0..12usize, 1..5usize, 1..4usize, prop_oneof![2 => Just(1usize), 1 => 2..4usize]).prop_flat_map(
        |(more, kernel, stride, dilation)| {
            let reach = dilation * (kernel - 1) + 1;
            (Just(more.max(1)), Just(kernel), Just(stride), Just(dilation), 0..reach, 0..reach)
        },
    );
    let axes = prop::collection::vec(axis, 1..=3);
    (axes, any::<bool>(), 0..4u8).prop_filter_map("a window larger than the padded input", |(axes, ceil_mode, kind)| {
        let extents: Vec<usize> = axes.iter().map(|axis| axis.0).collect();
        let window = Window {
            kernel_size: axes.iter().map(|axis| axis.1).collect(),
            stride: axes.iter().map(|axis| axis.2).collect(),
            dilation: axes.iter().map(|axis| axis.3).collect(),
            padding: axes.iter().map(|axis| [axis.4, axis.5]).collect(),
            ceil_mode,
        };
        let adaptive = Geometry::Adaptive { output_size: axes.iter().map(|axis| axis.1).collect() };
        let geometry = if kind == 0 { adaptive } else { window.into() };
        geometry.plan(&extents).is_ok().then_some((geometry, extents))
    })
}
