//! Min pooling: −max(−x). Negation is exact, of infinities and NaNs too, so values, ties and places follow from max.

use super::max;
use crate::error::Result;
use crate::pool::arithmetic::{Arithmetic, Back, Gradient, Picked, Room};
use crate::pool::shapes::Shapes;

pub(in crate::pool) struct Min;

impl Arithmetic for Min {
    fn picks(&self) -> bool {
        true
    }

    fn select(&self, cells: &[f32], shapes: &Shapes, picked: Picked<f32>, room: &mut Room) -> Result<()> {
        max::select(true, cells, shapes, picked, room)
    }

    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        max::extremes(true, cells, shapes, values, &mut room.floats, &mut room.winners)
    }
}

impl Gradient for Min {
    fn backward_into(&self, back: Back, shapes: &Shapes, room: &mut Room) -> Result<()> {
        max::back::<true>(self, back, shapes, room)
    }
}
