//! The pooling operators.

use crate::suite::{Case, Tensor};
use deep_end::pool::{Element, Fractional};
use deep_end::{Geometry, Pool, Pooling, Window};
use ndarray::{Array1, ArrayD, Axis, Slice};

type Outcome = Result<(), String>;

fn text(error: deep_end::Error) -> String {
    error.to_string()
}

fn window(case: &Case) -> Result<Window, String> {
    let kernel_size: Vec<usize> = case.param("kernel_size")?;
    let axes = kernel_size.len();
    let window = Window::new(kernel_size.clone())
        .stride(case.param_or::<Vec<usize>>("stride", kernel_size)?)
        .padding(case.param_or::<Vec<[usize; 2]>>("padding", vec![[0, 0]; axes])?)
        .dilation(case.param_or::<Vec<usize>>("dilation", vec![1; axes])?);
    Ok(window.ceil_mode(case.param_or("ceil_mode", false)?))
}

pub fn max(case: &Case) -> Outcome {
    let layer = Pool::new(Pooling::Max, window(case)?).map_err(text)?;
    case.finish_params()?;
    match (case.tensor("input")?, case.tensor("output")?) {
        (Tensor::U8(x), Tensor::U8(theirs)) => max_of_integers(&layer, x, theirs),
        (Tensor::I8(x), Tensor::I8(theirs)) => max_of_integers(&layer, x, theirs),
        _ => check(case, &layer),
    }
}

fn max_of_integers<T: Element + std::fmt::Debug>(layer: &Pool, x: &ArrayD<T>, theirs: &ArrayD<T>) -> Outcome {
    Case::compare_exactly("output", &layer.forward(x.view()).map_err(text)?, theirs)
}

pub fn average(case: &Case) -> Outcome {
    let count_include_pad = case.param_or("count_include_pad", true)?;
    let divisor_override = case.param_or("divisor_override", None)?;
    let method = Pooling::Average { count_include_pad, divisor_override };
    let layer = Pool::new(method, window(case)?).map_err(text)?;
    case.finish_params()?;
    check(case, &layer)
}

pub fn lp(case: &Case) -> Outcome {
    let layer = Pool::new(Pooling::lp(case.param("norm_type")?), window(case)?).map_err(text)?;
    case.finish_params()?;
    check(case, &layer)
}

pub fn adaptive_max(case: &Case) -> Outcome {
    adaptive(case, Pooling::Max)
}

pub fn adaptive_average(case: &Case) -> Outcome {
    adaptive(case, Pooling::average())
}

fn adaptive(case: &Case, method: Pooling) -> Outcome {
    let output_size: Vec<usize> = case.param("output_size")?;
    case.finish_params()?;
    if output_size.iter().all(|&extent| extent == 1) {
        check(case, &Pool::global(method.clone()).map_err(text)?)?;
    }
    check(case, &Pool::adaptive(method, output_size).map_err(text)?)
}

/// Values, and whatever else the case has: indices, the gradient.
fn check(case: &Case, layer: &Pool) -> Outcome {
    let x = case.f32("input")?;
    case.compare("output", &layer.forward(x.view()).map_err(text)?)?;
    if case.has("indices") {
        let (values, indices) = layer.forward_with_indices(x.view()).map_err(text)?;
        case.compare("output", &values)?;
        Case::compare_exactly("indices", &indices.mapv(i64::from), case.i64("indices")?)?;
    }
    if case.has("grad_input") {
        let gradient = layer.backward(x.view(), case.f32("grad_output")?.view()).map_err(text)?;
        case.compare("grad_input", &gradient)?;
    }
    Ok(())
}

/// Every plane has windows of its own, from its samples.
pub fn fractional_max(case: &Case) -> Outcome {
    let layer = Fractional::new(case.param::<Vec<usize>>("kernel_size")?, case.param::<Vec<usize>>("output_size")?)
        .map_err(text)?;
    case.finish_params()?;
    let (x, samples) = (case.f32("input")?, case.f32("random_samples")?);
    let axes = x.ndim() - 2;
    let mut output = case.f32("output")?.clone();
    let mut indices = case.i64("indices")?.clone();
    let mut gradient = ArrayD::zeros(x.shape());
    for n in 0..x.shape()[0] {
        for c in 0..x.shape()[1] {
            let of_plane = samples.index_axis(Axis(0), n).index_axis_move(Axis(0), c).to_owned();
            let mut of_plane = of_plane.into_dimensionality().map(|samples: Array1<f32>| samples.to_vec()).unwrap();
            // PyTorch samples the width first in 2-D, but the depth first in 3-D.
            if axes == 2 {
                of_plane.reverse();
            }
            let geometry: Geometry = layer.geometry(&x.shape()[2..], &of_plane).map_err(text)?;
            let pool = Pool::with_geometry(Pooling::Max, geometry).map_err(text)?;
            let plane = |axis: ndarray::AxisDescription| match axis.axis.index() {
                0 => Slice::from(n..n + 1),
                1 => Slice::from(c..c + 1),
                _ => Slice::from(..),
            };
            let (values, places) = pool.forward_with_indices(x.slice_each_axis(plane)).map_err(text)?;
            output.slice_each_axis_mut(plane).assign(&values);
            indices.slice_each_axis_mut(plane).assign(&places.mapv(i64::from));
            let grad_output = case.f32("grad_output")?.slice_each_axis(plane);
            let grad_input = pool.backward(x.slice_each_axis(plane), grad_output).map_err(text)?;
            gradient.slice_each_axis_mut(plane).assign(&grad_input);
        }
    }
    case.compare("output", &output)?;
    Case::compare_exactly("indices", &indices, case.i64("indices")?)?;
    case.compare("grad_input", &gradient)
}

pub fn max_unpool(case: &Case) -> Outcome {
    let output_size: Vec<usize> = case.param("output_size")?;
    case.finish_params()?;
    let indices = case.i64("indices")?.mapv(|index| i32::try_from(index).unwrap());
    let up = deep_end::pool::max_unpool(case.f32("input")?.view(), indices.view(), &output_size).map_err(text)?;
    case.compare("output", &up)
}
