//! What a method has to offer: its arithmetic forward, and the way back.

use super::shapes::Shapes;
use super::windowed::average::DivisorRoom;
use crate::error::Result;
use crate::kernel::{BlockRoom, Chosen, Networks, Passes, Scratch, SumRoom};

/// Values and the flat places in their plane that they came from.
pub(super) type Selected = (Vec<f32>, Vec<i32>);

/// The same where room for them is given: one for each window.
pub struct Picked<'o, T> {
    pub values: &'o mut [T],
    pub places: &'o mut [i32],
}

/// What goes back: a layer's cells, the gradient by each of its windows' values, and room for the gradient by each cell.
pub struct Back<'b> {
    pub cells: &'b [f32],
    pub grad_output: &'b [f32],
    pub grad_input: &'b mut [f32],
}

/// What a layer that runs again and again keeps between its calls, so that only the first one asks for memory.
#[derive(Default)]
pub struct Room {
    pub(super) floats: Scratch<f32>,
    pub(super) bytes: Scratch<u8>,
    pub(super) winners: Scratch<i64>,
    pub(super) sums: SumRoom,
    pub(super) blocks: BlockRoom,
    pub(super) chosen: Chosen,
    pub(super) networks: Networks,
    pub(super) keys: Vec<u32>,
    /// The cells of a block or of a window.
    pub(super) cells: Vec<f32>,
    /// A few numbers for each window of a block, or for each window.
    pub(super) doubles: Vec<f64>,
    /// What other methods made, for those that are made of them.
    pub(super) values: Vec<f32>,
    /// What a method picks where only the places are asked for, or only the values.
    places: Vec<i32>,
    picked: Vec<f32>,
    /// How much windows count along two axes, and what divides them.
    pub(super) counts: [Vec<f64>; 2],
    pub(super) divisors: DivisorRoom,
    /// For sums that go back.
    pub(super) passes: Passes<f32>,
}

/// A method's arithmetic on row-major planes. A method that picks one of the window's cells says how in `select`, and
/// the rest follows; any other says how in `forward`, and in [`Gradient::backward`].
pub(super) trait Arithmetic {
    /// Whether each value is one of its window's cells.
    fn picks(&self) -> bool {
        false
    }

    /// The picked cells and where they lie, for a method that picks.
    fn select(&self, _: &[f32], _: &Shapes, _: Picked<f32>, _: &mut Room) -> Result<()> {
        unreachable!("only a method that picks a cell is asked for its place")
    }

    /// One value for each window, into `values`.
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        let mut places = std::mem::take(&mut room.places);
        shapes.fill_output(&mut places, 0)?;
        let selected = self.select(cells, shapes, Picked { values, places: &mut places }, room);
        room.places = places;
        selected
    }

    /// The same as a list of its own.
    fn values(&self, cells: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let mut values = shapes.zero_output()?;
        self.forward(cells, shapes, &mut values, &mut Room::default())?;
        Ok(values)
    }

    /// The picked cells and where they lie; `None` for a method that picks none.
    fn selected(&self, cells: &[f32], shapes: &Shapes) -> Option<Result<Selected>> {
        let select = || {
            let (mut values, mut places) = (shapes.zero_output()?, shapes.zero_output()?);
            let picked = Picked { values: &mut values, places: &mut places };
            self.select(cells, shapes, picked, &mut Room::default())?;
            Ok((values, places))
        };
        self.picks().then(select)
    }
}

/// The way back, and what figures ask of a window's cells.
pub(super) trait Gradient: Arithmetic {
    /// The gradient by each input cell, given the gradient by each window's value.
    fn backward(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let mut grad_input = shapes.zero_gradient()?;
        let back = Back { cells, grad_output, grad_input: &mut grad_input };
        self.backward_into(back, shapes, &mut Room::default())?;
        Ok(grad_input)
    }

    /// The same over whatever is in `grad_input`. A method that picks no cell has its own, or its own `backward`.
    fn backward_into(&self, back: Back, shapes: &Shapes, room: &mut Room) -> Result<()> {
        if self.picks() {
            return self.scatter(back, shapes, room);
        }
        back.grad_input.copy_from_slice(&self.backward(back.cells, back.grad_output, shapes)?);
        Ok(())
    }

    /// Every window's gradient to the one cell that it picks.
    fn scatter(&self, back: Back, shapes: &Shapes, room: &mut Room) -> Result<()> {
        let (mut places, mut values) = (std::mem::take(&mut room.places), std::mem::take(&mut room.picked));
        shapes.fill_output(&mut places, 0)?;
        shapes.fill_output(&mut values, 0.0)?;
        self.select(back.cells, shapes, Picked { values: &mut values, places: &mut places }, room)?;
        shapes.scatter(&places, back.grad_output, back.grad_input);
        (room.places, room.picked) = (places, values);
        Ok(())
    }

    /// How many input cells beyond its window, on each side, a window's value depends on.
    fn reach(&self) -> usize {
        0
    }

    /// For a weighted mean (or a draw) whose weights are not its slopes: the weight of each cell that one window reads.
    /// `cells` are that window's alone, row-major.
    fn weights(&self, _cells: &[f32], _shapes: &Shapes) -> Option<Result<Vec<f32>>> {
        None
    }
}
