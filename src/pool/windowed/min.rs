//! Min pooling: −max(−x). Negation is exact, of infinities and NaNs too, so values, ties and places follow from max.

use super::max;
use crate::error::Result;
use crate::pool::arithmetic::{Arithmetic, Gradient, Picked, Room};
use crate::pool::shapes::{Shapes, reserve};

pub(in crate::pool) struct Min;

impl Arithmetic for Min {
    fn picks(&self) -> bool {
        true
    }

    fn select(&self, cells: &[f32], shapes: &Shapes, picked: Picked<f32>, room: &mut Room) -> Result<()> {
        let Picked { values, places } = picked;
        let largest = Picked { values: &mut *values, places };
        max::select(&negated(cells, shapes)?, shapes, largest, &mut room.winners)?;
        negate(values);
        Ok(())
    }

    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        max::forward(&negated(cells, shapes)?, shapes, values, &mut room.floats, &mut room.winners)?;
        negate(values);
        Ok(())
    }
}

impl Gradient for Min {}

fn negated(cells: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
    let mut copy = reserve(cells.len(), &shapes.plan.input_shape())?;
    copy.extend(cells.iter().map(|cell| -cell));
    Ok(copy)
}

fn negate(values: &mut [f32]) {
    values.iter_mut().for_each(|value| *value = -*value);
}
