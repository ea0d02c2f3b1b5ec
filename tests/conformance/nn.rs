//! The operators of networks.

use crate::suite::Case;
use deep_end::nn::layers::{BatchNorm2d, Conv2d, Differentiable, Linear, forward};
use deep_end::nn::loss::{cross_entropy, softmax};
use ndarray::{ArrayD, Ix2, arr0};

type Outcome = Result<(), String>;

fn text(error: deep_end::Error) -> String {
    error.to_string()
}

pub fn conv2d(case: &Case) -> Outcome {
    let weight = case.f32("weight")?;
    let [out_channels, depth, height, width] = weight.shape() else { return Err("weight must have four axes".into()) };
    let groups: usize = case.param_or("groups", 1)?;
    let conv = Conv2d {
        stride: case.param_or("stride", [1, 1])?,
        padding: case.param_or("padding", [[0, 0]; 2])?,
        dilation: case.param_or("dilation", [1, 1])?,
        groups,
        bias: case.has("bias"),
        ..Conv2d::new(depth * groups, *out_channels, [*height, *width])
    };
    case.finish_params()?;
    layer(case, &conv)
}

pub fn linear(case: &Case) -> Outcome {
    let [out_features, in_features] = case.f32("weight")?.shape() else { return Err("weight must be a matrix".into()) };
    case.finish_params()?;
    layer(case, &Linear::new(*in_features, *out_features))
}

/// Output and, where the case has them, gradients of a layer whose parameters are called as PyTorch calls them.
fn layer(case: &Case, operator: &dyn Differentiable) -> Outcome {
    let names: Vec<_> = operator.parameters().into_iter().map(|parameter| parameter.name).collect();
    let parameters = names.iter().map(|name| case.f32(name).cloned()).collect::<Result<Vec<_>, _>>()?;
    let x = case.f32("input")?;
    case.compare("output", &forward(operator, x.view(), &parameters).map_err(text)?)?;
    if case.has("grad_output") {
        let grad_output = case.f32("grad_output")?.view();
        let grad_input = operator.grad_input(x.view(), &parameters, grad_output.view()).map_err(text)?;
        case.compare("grad_input", &grad_input)?;
        let mut gradients: Vec<_> = parameters.iter().map(|array| ArrayD::zeros(array.shape())).collect();
        operator.grad_parameters(x.view(), &parameters, grad_output, &mut gradients).map_err(text)?;
        for (name, gradient) in names.iter().zip(&gradients) {
            case.compare(&format!("grad_{name}"), gradient)?;
        }
    }
    Ok(())
}

pub fn batch_norm(case: &Case) -> Outcome {
    let features = case.f32("weight")?.len();
    let norm = BatchNorm2d { eps: case.param_or("eps", 1e-5)?, ..BatchNorm2d::new(features) };
    case.finish_params()?;
    layer(case, &norm)
}

pub fn cross_entropy_loss(case: &Case) -> Outcome {
    case.finish_params()?;
    let logits = case.f32("input")?.view().into_dimensionality::<Ix2>().map_err(|error| error.to_string())?;
    let targets = case.i64("target")?.iter().map(|target| u8::try_from(*target).map_err(|error| error.to_string()));
    let result = cross_entropy(logits, &targets.collect::<Result<Vec<_>, _>>()?).map_err(text)?;
    case.compare("softmax", &softmax(logits).into_dyn())?;
    let loss = arr0(result.loss).into_dyn();
    case.compare(
        "output",
        &loss.into_shape_with_order(case.f32("output")?.shape()).map_err(|error| error.to_string())?,
    )?;
    case.compare("grad_input", &result.gradient.into_dyn())
}
