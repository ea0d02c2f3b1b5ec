//! Min pooling: −max(−x). Negation is exact, of infinities and NaNs too, so values, ties and places follow from max.

use super::max;
use crate::error::Result;
use crate::pool::method::{Arithmetic, Gradient, Selected};
use crate::pool::shapes::{Shapes, reserve};

pub(in crate::pool) struct Min;

impl Arithmetic for Min {
    fn select(&self, cells: &[f32], shapes: &Shapes) -> Option<Result<Selected>> {
        let select = || {
            let (values, places) = max::select(&negated(cells, shapes)?, shapes)?;
            Ok((negate(values), places))
        };
        Some(select())
    }

    fn forward(&self, cells: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        Ok(negate(max::forward(&negated(cells, shapes)?, shapes)?))
    }
}

impl Gradient for Min {}

fn negated(cells: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
    let mut copy = reserve(cells.len(), &shapes.plan.input_shape())?;
    copy.extend(cells.iter().map(|cell| -cell));
    Ok(copy)
}

fn negate(mut values: Vec<f32>) -> Vec<f32> {
    values.iter_mut().for_each(|value| *value = -*value);
    values
}
