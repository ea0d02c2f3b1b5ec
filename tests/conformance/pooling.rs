//! The pooling operators.

use crate::suite::{Case, Tensor};
use deep_end::pool::{self, Element, FractionalMax};
use deep_end::{Pool, Pooling, Window};
use ndarray::ArrayD;

pub type Outcome = Result<(), String>;

pub fn text(error: deep_end::Error) -> String {
    error.to_string()
}

pub fn window(case: &Case) -> Result<Window, String> {
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
pub fn check(case: &Case, layer: &Pool) -> Outcome {
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
    let (kernel_size, output_size): (Vec<usize>, Vec<usize>) = (case.param("kernel_size")?, case.param("output_size")?);
    case.finish_params()?;
    let layer = FractionalMax::new(kernel_size, output_size).map_err(text)?;
    let (x, samples) = (case.f32("input")?.view(), case.f32("random_samples")?.view());
    let (values, indices) = layer.forward_with_indices(x.clone(), samples.clone()).map_err(text)?;
    case.compare("output", &values)?;
    Case::compare_exactly("indices", &indices.mapv(i64::from), case.i64("indices")?)?;
    let gradient = layer.backward(x, samples, case.f32("grad_output")?.view()).map_err(text)?;
    case.compare("grad_input", &gradient)
}

pub fn max_unpool(case: &Case) -> Outcome {
    let output_size: Vec<usize> = case.param("output_size")?;
    case.finish_params()?;
    let indices = case.i64("indices")?.mapv(|index| i32::try_from(index).unwrap());
    let up = pool::max_unpool(case.f32("input")?.view(), indices.view(), &output_size).map_err(text)?;
    case.compare("output", &up)?;
    if case.has("grad_input") {
        let gradient = pool::max_unpool_backward(case.f32("grad_output")?.view(), indices.view()).map_err(text)?;
        case.compare("grad_input", &gradient)?;
    }
    Ok(())
}
