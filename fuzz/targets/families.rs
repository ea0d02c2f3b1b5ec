//! What is no window method: across channels, along time, in pyramids, back up, and questions about single cells.

use super::layer::{built, few_positions, laid, plannable, unit};
use super::methods::Method;
use super::naive::{Laid, Reads, largest};
use super::{MAX_CELLS, MAX_WORK, array, bits, cells, check_message, extent, same};
use arbitrary::{Result, Unstructured};
use deep_end::inspect::{Inspector, Peak, Plane, ReceptiveField, Stack, WayUp, coverage, position};
use deep_end::pool::{
    FractionalMax, KMax, Maxout, SpatialPyramid, average_unpool, average_unpool_backward, dynamic_k, max_over_time,
    max_over_time_backward, upsample_linear, upsample_linear_backward, upsample_nearest, upsample_nearest_backward,
};
use deep_end::{Pool, PoolOptions};
use ndarray::{ArrayD, Dimension};

pub fn run(data: &[u8]) {
    // Fewer bytes than a question takes are no question.
    let _ = any_family(&mut Unstructured::new(data));
}

fn any_family(u: &mut Unstructured) -> Result<()> {
    let family = u.arbitrary::<u8>()?;
    let axes = match u.arbitrary::<u8>()? {
        usual @ 0..0xc0 => 3 + usual % 3,
        any => any % 6,
    };
    let shape: Vec<usize> = (0..axes).map(|_| extent(u)).collect::<Result<_>>()?;
    match family % 7 {
        0 => maxout(u, &shape),
        1 => along_time(u, &shape),
        2 => pyramid(u, &shape),
        3 => fractional(u, &shape),
        4 => unpool(u, &shape),
        5 => upsample(u, &shape),
        _ => inspect(u, &shape),
    }
}

/// The value, or nothing where there is a fitting message.
fn checked<T>(result: deep_end::Result<T>) -> Option<T> {
    result.inspect_err(check_message).ok()
}

/// Neither so many that they take long, nor so few that an allocator would be asked for them.
fn sound(extents: &[usize]) -> bool {
    extents.iter().all(|&extent| extent <= MAX_CELLS || extent > isize::MAX as usize / 24)
}

fn flat(x: &ArrayD<f32>) -> &[f32] {
    x.as_slice().expect("results are in row-major order")
}

/// The gradient of a layer that gives every output the cell at one place: each place at most once.
fn check_scattered(grad_input: &ArrayD<f32>, places: &[usize], gradients: &ArrayD<f32>) {
    let mut expected = vec![0.0; grad_input.len()];
    for (&place, &gradient) in places.iter().zip(gradients) {
        expected[place] = gradient;
    }
    let fits =
        flat(grad_input).iter().zip(&expected).all(|(&ours, &expected)| ours == expected || same(ours, expected));
    assert!(fits, "{grad_input} where {expected:?} is due");
}

fn maxout(u: &mut Unstructured, shape: &[usize]) -> Result<()> {
    let pieces = extent(u)?;
    let Some(layer) = checked(Maxout::new(pieces)) else { return Ok(()) };
    let output = checked(layer.output_shape(shape));
    let Some(x) = array(u, shape) else { return Ok(()) };
    let Some((values, indices)) = checked(layer.forward_with_indices(x.view())) else {
        assert!(output.is_none(), "a shape that was promised is refused");
        return Ok(());
    };
    let output = output.expect("it was pooled");
    assert_eq!((values.shape(), indices.shape()), (output.as_slice(), output.as_slice()));
    let inner = cells(&shape[2..]);
    let mut winners = Vec::new();
    for (number, (&value, &index)) in values.iter().zip(&indices).enumerate() {
        let first = number / inner * pieces * inner + number % inner;
        let group = Reads { cells: (0..pieces).map(|piece| first + piece * inner).collect(), padded: pieces };
        let (expected, at) = largest(flat(&x), &group);
        assert!(same(value, expected) && at as usize == first + index as usize * inner, "{value} of {group:?} in {x}");
        winners.push(at as usize);
    }
    let Some(gradients) = array(u, &output) else { return Ok(()) };
    check_scattered(&layer.backward(x.view(), gradients.view()).expect("the shapes are right"), &winners, &gradients);
    if output != shape {
        check_message(&layer.backward(x.view(), x.view()).expect_err("the gradient has the input's shape"));
    }
    Ok(())
}

fn along_time(u: &mut Unstructured, shape: &[usize]) -> Result<()> {
    let (top, number, layers) = (extent(u)?, extent(u)?, extent(u)?);
    let length = shape.last().copied().unwrap_or(0);
    if let Some(k) = checked(dynamic_k(top, number, layers, length)) {
        assert!(k >= top && k <= top.max(length));
    }
    let Some(x) = array(u, shape) else { return Ok(()) };
    if let Some((values, steps)) = checked(max_over_time(x.view())) {
        assert_eq!((values.shape(), steps.shape()), (&shape[..2], &shape[..2]));
        let mut winners = Vec::new();
        for (row, (&value, &step)) in values.iter().zip(&steps).enumerate() {
            let all = Reads { cells: (row * length..(row + 1) * length).collect(), padded: length };
            let (expected, at) = largest(flat(&x), &all);
            assert!(same(value, expected) && at as usize == row * length + step as usize, "{value} in {x}");
            winners.push(at as usize);
        }
        let gradients = array(u, &shape[..2]).expect("there are fewer than the input has");
        let back = max_over_time_backward(x.view(), gradients.view()).expect("the shapes are right");
        check_scattered(&back, &winners, &gradients);
    } else {
        check_message(&max_over_time_backward(x.view(), x.view()).expect_err("the forward pass was refused"));
    }
    let k = extent(u)?;
    let Some(layer) = checked(KMax::new(k)) else { return Ok(()) };
    let Some((values, steps)) = checked(layer.forward_with_indices(x.view())) else { return Ok(()) };
    let output = [shape[0], shape[1], k];
    assert_eq!((values.shape(), steps.shape()), (output.as_slice(), output.as_slice()));
    let mut places = Vec::new();
    for (number, row) in flat(&x).chunks_exact(length).enumerate() {
        let mut order: Vec<usize> = (0..length).collect();
        // Stable: of equal cells, and of NaNs, the earlier ones are kept.
        order.sort_by(|&a, &b| {
            let nans = row[b].is_nan().cmp(&row[a].is_nan());
            nans.then(row[b].partial_cmp(&row[a]).unwrap_or(std::cmp::Ordering::Equal))
        });
        order.truncate(k);
        order.sort_unstable();
        places.extend(order.iter().map(|step| number * length + step));
    }
    for ((number, (&value, &step)), &place) in values.iter().zip(&steps).enumerate().zip(&places) {
        let at = number / k * length + step as usize;
        assert!(at == place && same(value, flat(&x)[at]), "{value} at step {step} in {x}");
    }
    let Some(gradients) = array(u, &output) else { return Ok(()) };
    check_scattered(&layer.backward(x.view(), gradients.view()).expect("the shapes are right"), &places, &gradients);
    Ok(())
}

fn pyramid(u: &mut Unstructured, shape: &[usize]) -> Result<()> {
    let method = Method::choose(u)?;
    let mut options = method.options(u, 1)?;
    options.insert("global".to_owned(), true.into());
    let options: PoolOptions = serde_json::from_value(options.into()).expect("an object is options");
    let Some(layer) = checked(options.layer(1)) else { return Ok(()) };
    let levels: Vec<usize> = (0..u.arbitrary::<u8>()? % 5).map(|_| extent(u)).collect::<Result<_>>()?;
    let Some(pyramid) = checked(SpatialPyramid::new(layer.method().clone(), levels.clone())) else { return Ok(()) };
    let spatial = shape.get(2..).unwrap_or_default();
    if !sound(&levels) {
        return Ok(());
    }
    let output = checked(pyramid.output_shape(shape));
    let Some(x) = array(u, shape) else { return Ok(()) };
    let reads = |&level: &usize| cells(&spatial.iter().map(|&extent| extent.saturating_add(level)).collect::<Vec<_>>());
    let work = levels.iter().map(reads).fold(0, usize::saturating_add);
    if work.saturating_mul(cells(&shape[..shape.len().min(2)])) > MAX_WORK {
        return Ok(());
    }
    let Some(values) = checked(pyramid.forward(x.view())) else { return Ok(()) };
    let output = output.expect("it was pooled");
    assert_eq!(values.shape(), output);
    // No values may be of more samples than can be gone through.
    if values.is_empty() {
        return Ok(());
    }
    let by_level = |&level: &usize| {
        let pool = Pool::adaptive(layer.method().clone(), vec![level; spatial.len()]).expect("the pyramid has it");
        pool.forward(x.view()).expect("the pyramid has its values")
    };
    let by_level: Vec<_> = levels.iter().map(by_level).collect();
    for (sample, row) in values.outer_iter().enumerate() {
        let parts = by_level
            .iter()
            .flat_map(|values| values.index_axis(ndarray::Axis(0), sample).iter().copied().collect::<Vec<_>>());
        assert!(row.iter().zip(parts).all(|(&value, part)| same(value, part)), "{row} by {levels:?}");
    }
    if let Some((again, indices)) = checked(pyramid.forward_with_indices(x.view())) {
        assert_eq!((bits(&again), indices.shape()), (bits(&values), output.as_slice()));
    }
    let Some(gradients) = array(u, &output) else { return Ok(()) };
    assert_eq!(pyramid.backward(x.view(), gradients.view()).expect("the shapes are right").shape(), shape);
    if output != shape {
        check_message(&pyramid.backward(x.view(), x.view()).expect_err("the gradient has the input's shape"));
    }
    Ok(())
}

fn fractional(u: &mut Unstructured, shape: &[usize]) -> Result<()> {
    let spatial = shape.get(2..).unwrap_or_default();
    // Mostly of the input's axes, and mostly fitting them.
    let axes = if u.arbitrary::<u8>()? < 8 { usize::from(u.arbitrary::<u8>()? % 5) } else { spatial.len() };
    let (mut kernel_size, mut output_size) = (Vec::new(), Vec::new());
    for axis in 0..axes {
        let (kernel, outputs) = (extent(u)?, extent(u)?);
        let most = spatial.get(axis).map_or(9, |&extent| extent.clamp(1, 9));
        let fitting = |size: usize, most: usize| if size > 9 || size == 0 { size } else { 1 + (size - 1) % most };
        kernel_size.push(fitting(kernel, most));
        output_size.push(fitting(outputs, (most + 1).saturating_sub(kernel_size[axis]).max(1)));
    }
    let seed = u.arbitrary::<u32>()?;
    let Some(layer) = checked(FractionalMax::new(kernel_size, output_size.clone())) else { return Ok(()) };
    let batch = &shape[..shape.len().min(2)];
    if cells(batch) > MAX_CELLS || cells(&output_size) > MAX_CELLS {
        return Ok(());
    }
    let Some(mut samples) = checked(layer.random_samples(seed.into(), shape)) else { return Ok(()) };
    let one = unit(u)?;
    samples.iter_mut().step_by(3).for_each(|sample| *sample = one);
    let output = [batch, &output_size].concat();
    let Some(x) = array(u, shape).filter(|_| cells(&output) <= MAX_CELLS) else { return Ok(()) };
    let Some((values, indices)) = checked(layer.forward_with_indices(x.view(), samples.view())) else { return Ok(()) };
    assert_eq!((values.shape(), indices.shape()), (output.as_slice(), output.as_slice()));
    let (plane_in, plane_out) = (cells(spatial), cells(&output_size));
    for (number, plane) in flat(&x).chunks_exact(plane_in).enumerate() {
        let samples = &flat(&samples)[number * axes..][..axes];
        let geometry = layer.geometry(spatial, samples).expect("it was pooled");
        let deep_end::Geometry::Regions(regions) = geometry else { panic!("{geometry:?} is not regions") };
        for (at, window) in Laid::Regions(regions).windows(spatial, &output_size).iter().enumerate() {
            let (value, index) = largest(plane, window);
            let at = number * plane_out + at;
            let ours = (flat(&values)[at], indices.as_slice().expect("results are in row-major order")[at]);
            assert!(same(ours.0, value) && ours.1 == index, "{ours:?} for {value} at {index} in {plane:?}");
        }
    }
    let Some(gradients) = array(u, &output) else { return Ok(()) };
    let back = layer.backward(x.view(), samples.view(), gradients.view()).expect("the shapes are right");
    assert_eq!(back.shape(), shape);
    samples.iter_mut().for_each(|sample| *sample = super::number(u));
    checked(layer.forward(x.view(), samples.view()));
    checked(layer.forward(x.view(), x.view()));
    Ok(())
}

fn unpool(u: &mut Unstructured, shape: &[usize]) -> Result<()> {
    let spatial = shape.get(2..).unwrap_or_default();
    let laid = laid(u, spatial)?;
    let geometry = laid.geometry();
    if !plannable(&laid, spatial) || cells(spatial) > MAX_CELLS {
        return Ok(());
    }
    let Some(plan) = checked(geometry.plan(spatial)) else {
        if let Some(x) = array(u, shape) {
            check_message(&average_unpool(x.view(), &geometry, spatial).expect_err("the geometry was refused"));
            check_message(&average_unpool_backward(x.view(), &geometry).expect_err("the geometry was refused"));
        }
        return Ok(());
    };
    let pooled = [&shape[..2], &plan.output_shape()].concat();
    let read: Vec<usize> = plan.axes().iter().map(|axis| axis.spans.iter().map(|span| span.len).sum()).collect();
    let absurd = plan.axes().iter().any(|axis| axis.spans[0].taps() > MAX_CELLS) || cells(&shape[..2]) > MAX_CELLS;
    if absurd || cells(&read).saturating_mul(cells(&shape[..2])) > MAX_WORK {
        return Ok(());
    }
    let Some(y) = array(u, &pooled) else { return Ok(()) };
    let Some(up) = checked(average_unpool(y.view(), &geometry, spatial)) else {
        assert!(y.is_empty(), "{geometry:?} of {spatial:?} does not go back");
        return Ok(());
    };
    assert_eq!(up.shape(), shape);
    let windows = laid.drawn(&plan).windows(spatial, &pooled[2..]);
    let mut readers = vec![0.0f64; cells(spatial)];
    windows.iter().flat_map(|window| &window.cells).for_each(|&at| readers[at] += 1.0);
    for (plane, values) in flat(&up).chunks_exact(readers.len()).zip(flat(&y).chunks_exact(windows.len().max(1))) {
        let mut sums = vec![(0.0f64, 0.0f64); readers.len()];
        for (window, &value) in windows.iter().zip(values) {
            for &at in &window.cells {
                sums[at] = (sums[at].0 + f64::from(value), sums[at].1 + f64::from(value).abs());
            }
        }
        for ((&ours, (sum, magnitude)), &readers) in plane.iter().zip(sums).zip(&readers) {
            let readers = readers.max(1.0);
            check_close(ours, sum / readers, magnitude / readers);
        }
    }
    let Some(gradients) = array(u, shape) else { return Ok(()) };
    let back = average_unpool_backward(gradients.view(), &geometry).expect("the geometry fits");
    assert_eq!(back.shape(), pooled);
    for (plane, ours) in
        flat(&gradients).chunks_exact(readers.len()).zip(flat(&back).chunks_exact(windows.len().max(1)))
    {
        for (window, &ours) in windows.iter().zip(ours) {
            let shares = || window.cells.iter().map(|&at| f64::from(plane[at]) / readers[at]);
            check_close(ours, shares().sum(), shares().map(f64::abs).sum());
        }
    }
    checked(average_unpool(gradients.view(), &geometry, spatial));
    Ok(())
}

/// A sum of f64 as f32, where its terms have this magnitude together.
fn check_close(ours: f32, expected: f64, magnitude: f64) {
    if magnitude.is_nan() {
        assert!(ours.is_nan(), "{ours} of a sum with a NaN");
    } else if magnitude <= f64::from(f32::MAX) / 2.0 {
        let bound = expected.abs() * 1e-6 + magnitude * 1e-12 + 2e-45;
        assert!((f64::from(ours) - expected).abs() <= bound, "{ours} where {expected} is due");
    }
}

fn upsample(u: &mut Unstructured, shape: &[usize]) -> Result<()> {
    let spatial = shape.get(2..).unwrap_or_default();
    let axes = if u.arbitrary::<u8>()? < 8 { usize::from(u.arbitrary::<u8>()? % 5) } else { spatial.len() };
    let output_size: Vec<usize> = (0..axes).map(|_| extent(u)).collect::<Result<_>>()?;
    let align_corners = u.arbitrary()?;
    let output = [&shape[..shape.len().min(2)], &output_size].concat();
    let work = cells(&output_size).max(cells(spatial));
    if !sound(&output_size) || !sound(spatial) || work > MAX_CELLS || cells(&output) > MAX_CELLS {
        return Ok(());
    }
    let Some(x) = array(u, shape) else { return Ok(()) };
    let nearest = checked(upsample_nearest(x.view(), &output_size));
    let linear = checked(upsample_linear(x.view(), &output_size, align_corners));
    assert_eq!(nearest.is_some(), linear.is_some());
    let (Some(nearest), Some(linear)) = (nearest, linear) else {
        checked(upsample_nearest_backward(x.view(), &output_size));
        checked(upsample_linear_backward(x.view(), &output_size, align_corners));
        return Ok(());
    };
    assert_eq!((nearest.shape(), linear.shape()), (output.as_slice(), output.as_slice()));
    for (at, &value) in nearest.indexed_iter() {
        let mut source = at.clone();
        for axis in 2..shape.len() {
            source[axis] = at[axis] * shape[axis] / output[axis];
        }
        assert!(same(value, x[source.slice()]), "{value} at {at:?} of {x}");
    }
    let planes = flat(&x).chunks_exact(cells(spatial).max(1));
    for (plane, values) in planes.zip(flat(&linear).chunks_exact(cells(&output_size).max(1))) {
        values.iter().for_each(|&value| super::naive::check_between(plane, value));
    }
    let Some(gradients) = array(u, &output) else { return Ok(()) };
    let down = upsample_nearest_backward(gradients.view(), spatial).expect("the shapes are right");
    check_adjoint(&x, &nearest, &gradients, &down);
    let down = upsample_linear_backward(gradients.view(), spatial, align_corners).expect("the shapes are right");
    check_adjoint(&x, &linear, &gradients, &down);
    Ok(())
}

/// ⟨A x, g⟩ = ⟨x, Aᵀ g⟩ for weights between 0 and 1.
fn check_adjoint(x: &ArrayD<f32>, y: &ArrayD<f32>, grad_y: &ArrayD<f32>, grad_x: &ArrayD<f32>) {
    assert_eq!(x.shape(), grad_x.shape());
    let dot = |a: &ArrayD<f32>, b: &ArrayD<f32>| {
        a.iter()
            .zip(b)
            .map(|(&a, &b)| f64::from(a) * f64::from(b))
            .fold((0.0, 0.0), |(sum, of), term| (sum + term, of + term.abs()))
    };
    let most = |a: &ArrayD<f32>| a.iter().map(|a| f64::from(a.abs())).fold(0.0, f64::max);
    let fine = |a: &ArrayD<f32>| a.iter().all(|a| a.is_finite() && a.abs() < 1e30);
    if fine(x) && fine(grad_y) {
        let (there, back) = (dot(y, grad_y), dot(x, grad_x));
        // What subnormal results lose, beside the roundings.
        let bound = (most(x) * most(grad_y) + 1e-40 * (most(x) + most(grad_y)) + 1e-80) * (x.len() + y.len()) as f64;
        assert!((there.0 - back.0).abs() <= bound * 1e-5, "{} there and {} back", there.0, back.0);
    }
}

fn inspect(u: &mut Unstructured, shape: &[usize]) -> Result<()> {
    let method = Method::choose(u)?;
    let spatial = shape.get(2..).unwrap_or_default();
    let laid = laid(u, spatial)?;
    let taps = if let Laid::Window { kernel_size, .. } = &laid { cells(kernel_size) } else { 1 };
    let options = method.options(u, taps)?;
    let Some(pool) = built(&options, &laid, spatial.len()) else { return Ok(()) };
    if !plannable(&laid, spatial) || !few_positions(&laid, shape) || cells(spatial) > MAX_CELLS {
        return Ok(());
    }
    let (Some(x), n, c) = (array(u, shape), extent(u)?, extent(u)?) else { return Ok(()) };
    // Mostly a plane that there is.
    let within =
        |at: usize, axis: usize| if at > 9 { at } else { at % shape.get(axis).map_or(1, |&extent| extent.max(1)) };
    let (n, c) = (within(n, 0), within(c, 1));
    let Some(plane) = checked(Plane::of(&x.view(), n, c)) else { return Ok(()) };
    let Some(inspector) = checked(Inspector::new(&pool, plane.clone())) else { return Ok(()) };
    let output = inspector.output_shape().to_vec();
    let plan = pool.geometry().plan(spatial).expect("the inspector has it");
    // A window is told tap by tap, on padding or not.
    let taps: Vec<usize> = plan.axes().iter().map(|axis| axis.spans[0].taps()).collect();
    if cells(&output) > MAX_CELLS / 4 || cells(&taps) > MAX_CELLS {
        return Ok(());
    }
    check_geometry(u, &laid, &[pool.geometry().clone(), pool.geometry().clone()], spatial)?;
    let Some(pooled) = checked(inspector.output()) else { return Ok(()) };
    let all = pool.forward(x.view()).expect("the plane was pooled");
    let number = n * shape[1] + c;
    let of_plane = &flat(&all)[number * pooled.cells().len()..][..pooled.cells().len()];
    let equal = pooled.cells().iter().zip(of_plane).all(|(&a, &b)| same(a, b));
    assert!(equal, "{pooled:?} where the layer has {of_plane:?}");
    for _ in 0..3 {
        let at = usize::from(u.arbitrary::<u8>()?);
        if let Some(cell) = checked(inspector.output_cell(&position(at % (pooled.cells().len() + 1), &output))) {
            let value = of_plane[at % (pooled.cells().len() + 1)];
            let close = (cell.value - value).abs() <= value.abs() * 1e-4 || value.is_infinite();
            let equal = same(cell.value, value) || cell.value == value;
            assert!(equal || close, "{} where the layer has {value}", cell.value);
        }
        let input = usize::from(u.arbitrary::<u8>()?) % (cells(spatial) + 1);
        for reader in checked(inspector.readers(&position(input, spatial))).into_iter().flatten() {
            assert!(reader.output < of_plane.len());
        }
    }
    for way in [
        WayUp::MaxUnpool,
        WayUp::AverageUnpool,
        WayUp::Nearest,
        WayUp::Linear { align_corners: false },
        WayUp::Linear { align_corners: true },
    ] {
        let peak = if u.arbitrary()? { Peak::Range } else { Peak::Of(super::number(u).into()) };
        if let Some(up) = checked(inspector.reconstruct(way, peak)) {
            assert_eq!(up.plane.shape(), spatial);
        }
    }
    let pools = [pool.clone(), pool.clone()];
    let Some(stack) = checked(Stack::run(&pools, plane)) else { return Ok(()) };
    let at = usize::from(u.arbitrary::<u8>()?) % (stack.output().cells().len() + 1);
    if let Some(maps) = checked(stack.trace(&position(at, stack.output().shape()))) {
        assert_eq!((maps.len(), maps[0].shape.as_slice()), (3, spatial));
    }
    Ok(())
}

/// Coverage as a walk over the windows counts it, and receptive fields in the input.
fn check_geometry(
    u: &mut Unstructured,
    laid: &Laid,
    geometries: &[deep_end::Geometry],
    spatial: &[usize],
) -> Result<()> {
    let plan = geometries[0].plan(spatial).expect("the inspector has it");
    let map = coverage(&geometries[0], spatial).expect("the windows are few");
    let mut counts = vec![0u32; cells(spatial)];
    let windows = laid.clone().drawn(&plan).windows(spatial, &plan.output_shape());
    windows.iter().flat_map(|window| &window.cells).for_each(|&at| counts[at] += 1);
    assert_eq!(map.counts, counts);
    assert_eq!(map.unread + map.once + map.repeatedly, counts.len());
    let Some(field) = checked(ReceptiveField::of(geometries, spatial)) else { return Ok(()) };
    let last: Vec<usize> = field.maps[geometries.len()].iter().map(|axis| axis.pixels.len()).collect();
    let at = usize::from(u.arbitrary::<u8>()?) % (cells(&last).saturating_add(1));
    if let Some(pixels) = checked(field.pixels(&position(at, &last))) {
        assert!(pixels.iter().zip(spatial).all(|([start, end], extent)| start <= end && end <= extent));
    }
    field
        .maps
        .iter()
        .flatten()
        .filter_map(|axis| axis.regular)
        .for_each(|regular| assert!(regular.centre().is_finite()));
    Ok(())
}
