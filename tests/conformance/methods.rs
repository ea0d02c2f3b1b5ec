//! The methods that come from papers, and the ways back up.

use crate::pooling::{Outcome, check, text, window};
use crate::suite::Case;
use deep_end::pool::{
    KMax, Maxout, upsample_linear, upsample_linear_backward, upsample_nearest, upsample_nearest_backward,
};
use deep_end::{Pool, Pooling};

/// A windowed method; `method` reads its own parameters.
pub fn windowed(case: &Case, method: impl Fn(&Case) -> Result<Pooling, String>) -> Outcome {
    let layer = Pool::new(method(case)?, window(case)?).map_err(text)?;
    case.finish_params()?;
    check(case, &layer)
}

pub fn maxout(case: &Case) -> Outcome {
    let layer = Maxout::new(case.param("pieces")?).map_err(text)?;
    case.finish_params()?;
    let x = case.f32("input")?.view();
    case.compare("output", &layer.forward(x.clone()).map_err(text)?)?;
    let gradient = layer.backward(x, case.f32("grad_output")?.view()).map_err(text)?;
    case.compare("grad_input", &gradient)
}

pub fn k_max(case: &Case) -> Outcome {
    let layer = KMax::new(case.param("k")?).map_err(text)?;
    case.finish_params()?;
    let x = case.f32("input")?.view();
    case.compare("output", &layer.forward(x.clone()).map_err(text)?)?;
    let gradient = layer.backward(x, case.f32("grad_output")?.view()).map_err(text)?;
    case.compare("grad_input", &gradient)
}

pub fn nearest(case: &Case) -> Outcome {
    let output_size: Vec<usize> = case.param("output_size")?;
    case.finish_params()?;
    let x = case.f32("input")?;
    case.compare("output", &upsample_nearest(x.view(), &output_size).map_err(text)?)?;
    let grad_output = case.f32("grad_output")?.view();
    case.compare("grad_input", &upsample_nearest_backward(grad_output, &x.shape()[2..]).map_err(text)?)
}

pub fn linear(case: &Case) -> Outcome {
    let (output_size, align_corners) = (case.param::<Vec<usize>>("output_size")?, case.param("align_corners")?);
    case.finish_params()?;
    let x = case.f32("input")?;
    case.compare("output", &upsample_linear(x.view(), &output_size, align_corners).map_err(text)?)?;
    let grad_output = case.f32("grad_output")?.view();
    let gradient = upsample_linear_backward(grad_output, &x.shape()[2..], align_corners).map_err(text)?;
    case.compare("grad_input", &gradient)
}
