//! Parameters and data: any method over any geometry, on any shape and any numbers.

use super::methods::{Holds, Method};
use super::naive::{
    Laid, Reads, check_between, check_cell, check_mean, check_mean_of_largest, check_norm, largest, smallest,
};
use super::{MAX_CELLS, MAX_TAPS, MAX_WORK, array, bits, cells, check_message, extent, number, same};
use arbitrary::{Result, Unstructured};
use deep_end::pool::{FractionalMax, max_unpool, max_unpool_backward};
use deep_end::{Geometry, Pool, PoolOptions, Pooling, PreparedPool};
use ndarray::{ArrayD, ArrayViewD, IxDyn, ShapeBuilder};
use serde_json::{Map, Value, json};
use std::ops::Range;

pub fn run(data: &[u8]) {
    // Fewer bytes than a layer takes are no layer.
    let _ = any_layer(&mut Unstructured::new(data));
}

fn any_layer(u: &mut Unstructured) -> Result<()> {
    let method = Method::choose(u)?;
    let axes = usize::from(u.arbitrary::<u8>()? % 6);
    let shape: Vec<usize> = (0..axes).map(|_| extent(u)).collect::<Result<_>>()?;
    let spatial = shape.get(2..).unwrap_or_default();
    let mut laid = laid(u, spatial)?;
    let taps = if let Laid::Window { kernel_size, .. } = &laid { cells(kernel_size) } else { 1 };
    let options = method.options(u, taps)?;
    if let (Laid::Fractional { seed, .. }, Some(of_method)) = (&mut laid, options.get("seed").and_then(Value::as_u64)) {
        // Options have one seed for both.
        *seed = of_method;
    }
    let Some(layer) = built(&options, &laid, spatial.len()) else { return Ok(()) };
    if !plannable(&laid, spatial) || method.holds == Holds::Blurred && !few_positions(&laid, &shape) {
        return Ok(());
    }
    let output = match layer.output_shape(&shape) {
        Ok(output) => output,
        Err(error) => {
            check_message(&error);
            return Ok(());
        }
    };
    assert_eq!(output[..2], shape[..2]);
    if cells(spatial) > MAX_CELLS || cells(&output[2..]) > MAX_CELLS || cells(&output) > MAX_CELLS {
        return check_nothing_of_everything(u, &layer, &shape);
    }
    for (axis, (&extent, &outputs)) in spatial.iter().zip(&output[2..]).enumerate() {
        assert_eq!(outputs, laid.fitting(axis, extent), "axis {axis} of {laid:?}");
    }
    let plan = layer.geometry().plan(spatial).expect("it was planned for the output's shape");
    let read = plan.axes().iter().map(|axis| axis.spans.iter().map(|span| span.len).sum()).collect::<Vec<usize>>();
    // The definition goes through all taps, those on padding too.
    let longest = plan.axes().iter().flat_map(|axis| &axis.spans).map(|span| span.padded_len).max();
    if cells(&read).saturating_mul(cells(&shape[..2])) > MAX_WORK || longest > Some(MAX_TAPS) {
        return Ok(());
    }
    let Some(x) = array(u, &shape) else { return Ok(()) };
    let laid = laid.drawn(&plan);
    let windows = laid.windows(spatial, &output[2..]);
    check_values(method, &layer, &x, &output, &windows);
    check_integers(&layer, &x, &output);
    check_backward(u, method, &layer, &x, &output, &windows);
    check_unpool(u, &layer, &x)?;
    check_pieces(u, &layer, &x)
}

/// A geometry of as many axes, or, one time in sixteen, of another number.
pub(super) fn laid(u: &mut Unstructured, spatial: &[usize]) -> Result<Laid> {
    let choice = u.arbitrary::<u8>()?;
    let axes = if choice >> 4 == 15 { usize::from(u.arbitrary::<u8>()? % 5) } else { spatial.len() };
    let extents = |u: &mut Unstructured| (0..axes).map(|_| extent(u)).collect::<Result<Vec<_>>>();
    Ok(match choice % 16 {
        0..9 => {
            let (kernel_size, stride, dilation) = (extents(u)?, extents(u)?, extents(u)?);
            let side = |u: &mut Unstructured| Ok(extent(u)?.wrapping_sub(1));
            let padding = (0..axes).map(|_| Ok([side(u)?, side(u)?])).collect::<Result<_>>()?;
            Laid::Window { kernel_size, stride, padding, dilation, ceil_mode: u.arbitrary()? }
        }
        9..11 => Laid::Adaptive(extents(u)?),
        11 => Laid::Global,
        12..14 => {
            let region = |u: &mut Unstructured| Ok([extent(u)?.wrapping_sub(1), extent(u)?]);
            let axis = |u: &mut Unstructured| (0..u.arbitrary::<u8>()? % 5).map(|_| region(u)).collect();
            Laid::Regions((0..axes).map(|_| axis(u)).collect::<Result<_>>()?)
        }
        14 => Laid::Fractional {
            output_size: extents(u)?,
            random: u.arbitrary()?,
            overlapping: u.arbitrary()?,
            seed: u.arbitrary::<u32>()?.into(),
        },
        _ => {
            let (kernel_size, output_size) = (extents(u)?, extents(u)?);
            let sample = |u: &mut Unstructured| Ok(if u.arbitrary::<u8>()? < 8 { number(u) } else { unit(u)? });
            let samples: Vec<f32> = (0..axes).map(|_| sample(u)).collect::<Result<_>>()?;
            // It writes every region out, as many as it is asked for.
            if output_size.iter().any(|&outputs| outputs > MAX_CELLS) {
                return Ok(Laid::Global);
            }
            let fractional = FractionalMax::new(kernel_size, output_size);
            match fractional.and_then(|fractional| fractional.geometry(spatial, &samples)) {
                Ok(Geometry::Regions(regions)) => Laid::Regions(regions),
                Ok(other) => unreachable!("{other:?} is not regions"),
                Err(error) => {
                    check_message(&error);
                    Laid::Global
                }
            }
        }
    })
}

/// The layer by the Rust API, its method by options; where options can say all of it, both ways must agree.
pub(super) fn built(options: &Map<String, Value>, laid: &Laid, axes: usize) -> Option<Pool> {
    let read = |more: Value| {
        let mut options = options.clone();
        options.extend(more.as_object().cloned().unwrap_or_default());
        let options: PoolOptions = serde_json::from_value(options.into()).expect("an object is options");
        options.layer(axes)
    };
    let described = match laid {
        Laid::Window { kernel_size, stride, padding, dilation, ceil_mode } => Some(json!({
            "kernelSize": kernel_size, "stride": stride, "padding": padding, "dilation": dilation,
            "ceilMode": ceil_mode,
        })),
        Laid::Adaptive(output_size) => Some(json!({ "outputSize": output_size })),
        Laid::Global => Some(json!({ "global": true })),
        Laid::Fractional { output_size, random, overlapping, seed } => {
            let name = if *random { "random" } else { "pseudorandom" };
            Some(json!({ "outputSize": output_size, "fractional": name, "overlapping": overlapping, "seed": seed }))
        }
        Laid::Regions(_) => None,
    };
    // Some methods need a window. Where options cannot say this geometry, or it is refused, any that has the method.
    let smallest = json!({ "kernelSize": vec![1; axes.max(1)] });
    let ways = described.iter().cloned().chain([json!({ "global": true }), smallest]);
    let method = ways.map(&read).find_map(|layer| layer.inspect_err(check_message).ok())?.method().to_owned();
    let layer = Pool::with_geometry(method, laid.geometry());
    if let Some(described) = described {
        match (&layer, read(described)) {
            (Ok(layer), Ok(described)) => assert_eq!(*layer, described),
            (Err(_), Ok(described)) => panic!("options make {described:?} of what the Rust API refuses"),
            // Options have no numbers above 2⁵³.
            (_, Err(error)) => check_message(&error),
        }
    }
    layer.map_err(|error| check_message(&error)).ok()
}

/// A number in [0, 1).
pub(super) fn unit(u: &mut Unstructured) -> Result<f32> {
    Ok(f32::from(u.arbitrary::<u8>()?) / 256.0)
}

/// Whether the lists of windows are short enough to be made, or so long that no allocator is asked for them.
pub(super) fn plannable(laid: &Laid, spatial: &[usize]) -> bool {
    let long = isize::MAX as usize / 24;
    let fine = |outputs: usize| outputs <= MAX_CELLS || outputs > long;
    match laid {
        Laid::Window { stride, padding, .. } => {
            let axes = spatial.iter().zip(stride).zip(padding);
            axes.fold(true, |all, ((&extent, &stride), [before, after])| {
                // The sum of an absurd extent and its padding may be refused or planned: both without wrapping.
                let padded = extent.saturating_add(*before).saturating_add(*after);
                all && fine(padded / stride.max(1))
            })
        }
        Laid::Adaptive(output) => output.iter().all(|&outputs| fine(outputs)),
        Laid::Fractional { output_size, .. } => {
            output_size.iter().all(|&outputs| outputs <= MAX_CELLS || outputs > isize::MAX as usize / 8)
        }
        Laid::Global | Laid::Regions(_) => true,
    }
}

/// Whether a stride of 1 makes few windows too: blur pooling has them all.
pub(super) fn few_positions(laid: &Laid, shape: &[usize]) -> bool {
    let Laid::Window { kernel_size, padding, .. } = laid else { return true };
    let along =
        |(&extent, [before, after]): (&usize, &[usize; 2])| extent.saturating_add(*before).saturating_add(*after);
    let (batch, spatial) = shape.split_at_checked(2).unwrap_or_default();
    let positions: Vec<usize> = spatial.iter().zip(padding).map(along).collect();
    let reads: Vec<usize> = kernel_size.iter().zip(spatial).map(|(&kernel, &extent)| kernel.min(extent)).collect();
    let work = cells(&positions).saturating_mul(cells(&reads)).saturating_mul(cells(batch).max(1));
    cells(&positions) <= MAX_CELLS && work <= MAX_WORK
}

/// No batch of absurdly large maps is an array too, and pooling it must give one or an error.
fn check_nothing_of_everything(u: &mut Unstructured, layer: &Pool, shape: &[usize]) -> Result<()> {
    if let Some(x) = array(u, shape).filter(|x| x.is_empty()) {
        for result in [layer.forward(x.view()), layer.backward(x.view(), x.view())] {
            result.map_or_else(|error| check_message(&error), |array| assert!(array.is_empty()));
        }
    }
    Ok(())
}

fn check_values(method: &Method, layer: &Pool, x: &ArrayD<f32>, output: &[usize], windows: &[Reads]) {
    let values = match layer.forward(x.view()) {
        Ok(values) => values,
        Err(error) if method.refuses => return check_message(&error),
        Err(error) => panic!("{layer:?} of {:?}: {error}", x.shape()),
    };
    assert_eq!(values.shape(), output);
    let columns_first = ArrayD::from_shape_fn(IxDyn(x.shape()).f(), |place| x[place]);
    let again = layer.forward(columns_first.view()).expect("it is the same array in another order");
    assert_eq!(bits(&values), bits(&again), "in another order of memory");
    for (plane, values) in planes(x, values.view()) {
        for (window, &value) in windows.iter().zip(values) {
            match method.holds {
                Holds::Largest => assert!(same(value, largest(plane, window).0), "{value} in {plane:?} at {window:?}"),
                Holds::Smallest => {
                    assert!(same(value, smallest(plane, window).0), "{value} in {plane:?} at {window:?}")
                }
                Holds::Mean => check_mean(layer.method(), plane, window, value),
                Holds::AtLeastLargestMagnitude => check_norm(layer.method(), plane, window, value),
                Holds::Cell => check_cell(layer.method(), plane, window, value),
                Holds::MeanOfLargest => check_mean_of_largest(layer.method(), plane, window, value),
                Holds::Between => check_between(&window.cells.iter().map(|&at| plane[at]).collect::<Vec<_>>(), value),
                Holds::BetweenAtLeast0 => {
                    check_between(
                        &window
                            .cells
                            .iter()
                            .map(|&at| if plane[at] < 0.0 { 0.0 } else { plane[at] })
                            .collect::<Vec<_>>(),
                        value,
                    );
                }
                Holds::Blurred if value == f32::NEG_INFINITY => {}
                Holds::Blurred => check_between(&plane.iter().copied().chain([0.0]).collect::<Vec<_>>(), value),
            }
        }
    }
    match layer.forward_with_indices(x.view()) {
        Ok((again, indices)) => {
            assert_eq!((bits(&again), indices.shape()), (bits(&values), output));
            for ((plane, values), indices) in planes(x, values.view()).zip(of_planes(&indices, windows.len())) {
                for ((window, &value), &index) in windows.iter().zip(values).zip(indices) {
                    assert_eq!(index < 0, window.cells.is_empty(), "index {index} at {window:?}");
                    assert!(index < 0 || same(plane[index as usize], value), "{value} is not at {index} in {plane:?}");
                    match method.holds {
                        Holds::Largest => assert_eq!(index, largest(plane, window).1, "in {plane:?} at {window:?}"),
                        Holds::Smallest => assert_eq!(index, smallest(plane, window).1, "in {plane:?} at {window:?}"),
                        _ => {}
                    }
                }
            }
        }
        Err(error) => {
            check_message(&error);
            let picks = matches!(method.holds, Holds::Largest | Holds::Smallest | Holds::Cell);
            assert!(!picks || method.refuses, "{error}");
        }
    }
}

/// Cells of 8 bits: pooled into the same shape, or refused.
fn check_integers(layer: &Pool, x: &ArrayD<f32>, output: &[usize]) {
    match layer.forward(x.mapv(|cell| cell as u8).view()) {
        Ok(values) => assert_eq!(values.shape(), output),
        Err(error) => check_message(&error),
    }
    let signed = x.mapv(|cell| cell as i8);
    match (layer.forward(signed.view()), layer.forward(signed.mapv(f32::from).view())) {
        (Ok(values), Ok(floats)) => {
            // A window without cells is the type's lowest value, where floats have −∞.
            assert!(values.iter().zip(&floats).all(|(&value, &float)| value == float as i8), "{values} for {floats}");
        }
        (Err(error), _) | (_, Err(error)) => check_message(&error),
    }
}

fn check_backward(
    u: &mut Unstructured,
    method: &Method,
    layer: &Pool,
    x: &ArrayD<f32>,
    output: &[usize],
    windows: &[Reads],
) {
    let Some(grad_output) = array(u, output) else { return };
    if output != x.shape() {
        check_message(&layer.backward(x.view(), x.view()).expect_err("the gradient has the input's shape"));
    }
    let grad_input = match layer.backward(x.view(), grad_output.view()) {
        Ok(grad_input) => grad_input,
        Err(error) if method.refuses => return check_message(&error),
        Err(error) => panic!("{layer:?} of {:?}: {error}", x.shape()),
    };
    assert_eq!(grad_input.shape(), x.shape());
    let Some(plane_in) = x.shape().get(2..).map(cells) else { return };
    let mut read = vec![false; plane_in];
    windows.iter().flat_map(|window| &window.cells).for_each(|&at| read[at] = true);
    for ((plane, gradients), grad_plane) in planes(x, grad_output.view()).zip(of_planes(&grad_input, plane_in)) {
        // A blur's filter reads windows that the plan has not.
        let unread = |read: &bool| !*read && method.holds != Holds::Blurred;
        for (&gradient, _) in grad_plane.iter().zip(&read).filter(|(_, read)| unread(read)) {
            assert!(gradient == 0.0, "{gradient} at a cell that no window reads");
        }
        if matches!(method.holds, Holds::Largest) {
            check_winners_gradient(plane, gradients, grad_plane, windows);
        }
    }
}

/// The winner alone gets its window's gradient.
fn check_winners_gradient(plane: &[f32], gradients: &[f32], grad_plane: &[f32], windows: &[Reads]) {
    let mut expected = vec![(0.0f64, 0.0f64); plane.len()];
    for (window, &gradient) in windows.iter().zip(gradients) {
        if let Ok(winner) = usize::try_from(largest(plane, window).1) {
            expected[winner].0 += f64::from(gradient);
            expected[winner].1 += f64::from(gradient).abs();
        }
    }
    for (&ours, (sum, magnitude)) in grad_plane.iter().zip(expected) {
        if magnitude <= f64::from(f32::MAX) / 2.0 {
            let bound = windows.len() as f64 * 2f64.powi(-24) * magnitude;
            assert!((f64::from(ours) - sum).abs() <= bound, "{ours} where the gradients sum to {sum}");
        } else {
            assert!(!magnitude.is_nan() || ours.is_nan(), "{ours} where a gradient is NaN");
        }
    }
}

/// Back up with the winners' places, and with any places at all.
fn check_unpool(u: &mut Unstructured, layer: &Pool, x: &ArrayD<f32>) -> Result<()> {
    let max = Pool::with_geometry(Pooling::Max, layer.geometry().clone()).expect("the geometry was taken before");
    let (values, mut indices) = max.forward_with_indices(x.view()).expect("max pooling takes every array");
    let up = max_unpool(values.view(), indices.view(), &x.shape()[2..]).expect("every index is of the plane");
    assert_eq!(up.shape(), x.shape());
    let back = max_unpool_backward(up.view(), indices.view()).expect("the shapes are the same");
    for ((&value, &back), &index) in values.iter().zip(&back).zip(&indices) {
        assert!(if index < 0 { back == 0.0 } else { same(value, back) }, "{back} came back for {value}");
    }
    let output: Vec<usize> = (0..u.arbitrary::<u8>()? % 5).map(|_| extent(u)).collect::<Result<_>>()?;
    indices.iter_mut().try_for_each(|index| u.arbitrary().map(|any: i8| *index = any.into()))?;
    let planes = cells(values.shape().get(..2).unwrap_or_default());
    if planes.saturating_mul(cells(&output)) <= MAX_CELLS {
        match max_unpool(values.view(), indices.view(), &output) {
            Ok(up) => assert_eq!(up.shape()[2..], output),
            Err(error) => check_message(&error),
        }
    }
    Ok(())
}

/// A piece at a time, the values and places of all at once.
fn check_pieces(u: &mut Unstructured, layer: &Pool, x: &ArrayD<f32>) -> Result<()> {
    let (near, cells) = (u.arbitrary::<u8>()?.into(), x.as_slice().expect("it was made in row-major order"));
    let Ok(values) = layer.forward(x.view()) else { return Ok(()) };
    let mut ready = layer.prepare(x.shape()).expect("it has pooled this shape");
    let mut pieces = vec![0.0; values.len()];
    ready
        .by_pieces(near, &mut |ready, read, made| ready.forward_into(&cells[read], &mut pieces[made]))
        .expect("it pools");
    assert!(values.iter().zip(&pieces).all(|(&value, &piece)| same(value, piece)), "{pieces:?} for {values} by {near}");
    if let Ok((values, indices)) = layer.forward_with_indices(x.view()) {
        let mut places = vec![0; indices.len()];
        let mut run = |ready: &mut PreparedPool, read: Range<usize>, made: Range<usize>| {
            ready.select_into(&cells[read], &mut pieces[made.clone()], &mut places[made])
        };
        ready.by_pieces(near, &mut run).expect("it pools");
        assert!(
            values.iter().zip(&pieces).all(|(&value, &piece)| same(value, piece)),
            "{pieces:?} for {values} by {near}"
        );
        assert!(indices.iter().eq(&places), "{places:?} for {indices} by {near}");
    }
    Ok(())
}

/// Every plane of `x`, with the values that belong to it.
fn planes<'a>(x: &'a ArrayD<f32>, values: ArrayViewD<'a, f32>) -> impl Iterator<Item = (&'a [f32], &'a [f32])> {
    let values: &'a [f32] = values.to_slice().expect("results are in row-major order");
    let count = cells(&x.shape()[..2]).max(1);
    let cut = |cells: &'a [f32]| cells.chunks_exact((cells.len() / count).max(1));
    cut(x.as_slice().expect("it was made in row-major order")).zip(cut(values))
}

pub(super) fn of_planes<T>(array: &ArrayD<T>, plane: usize) -> impl Iterator<Item = &[T]> {
    array.as_slice().expect("results are in row-major order").chunks_exact(plane.max(1))
}
