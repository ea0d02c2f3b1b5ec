//! Whether layers move along when the input moves.

use super::{Look, extents};

impl Look<'_> {
    /// For every layer, how much of it moved along when the input moved by `shift` pixels down and to the right; `after` is
    /// the look at the moved input. 1: the map is the same, only moved; 0: nothing of it is left. `None` where no cell is
    /// left to compare.
    ///
    /// Compared are the moved layer y and the layer before, moved by as many of its own cells as the shift comes to (between
    /// cells it is interpolated linearly), m, over the cells that both have: 1 − Σ|y − m| / Σ(|y| + |m|). A layer whose
    /// cells have no place, after pooling over the whole map or flattening, is to stay as it was. Which layers of a network
    /// are equivariant to shifts was measured by R. Zhang, *Making Convolutional Networks Shift-Invariant Again*, 2019.
    pub fn moved_along(&self, after: &Look, shift: [isize; 2]) -> Vec<Option<f32>> {
        let steps = self.network.steps(&self.shapes);
        let layers = self.values.iter().zip(&after.values).zip(&self.shapes).zip(steps).skip(1);
        layers
            .map(|(((before, after), shape), step)| {
                let [_, height, width] = extents(shape);
                let by = step.map_or([0.0; 2], |step| [0, 1].map(|axis| shift[axis] as f64 / step[axis]));
                let (mut apart, mut sum, mut cells) = (0.0, 0.0, 0);
                let planes = before.chunks_exact(height * width).zip(after.chunks_exact(height * width));
                for (before, after) in planes {
                    for (at, &is) in after.iter().enumerate() {
                        let from = [(at / width) as f64 - by[0], (at % width) as f64 - by[1]];
                        if let Some(was) = between(before, [height, width], from) {
                            apart += (f64::from(is) - was).abs();
                            sum += f64::from(is).abs() + was.abs();
                            cells += 1;
                        }
                    }
                }
                match (cells, sum) {
                    (0, _) => None,
                    (_, 0.0) => Some(1.0),
                    _ => Some((1.0 - apart / sum) as f32),
                }
            })
            .collect()
    }
}

/// The plane at a place between its cells, if it lies among them.
fn between(plane: &[f32], extents: [usize; 2], place: [f64; 2]) -> Option<f64> {
    let along = [0, 1].map(|axis| {
        let (last, at): (usize, f64) = (extents[axis] - 1, place[axis]);
        (0.0..=last as f64).contains(&at).then_some((at as usize, last.min(at as usize + 1), at.fract()))
    });
    let [Some((top, bottom, down)), Some((left, right, across))] = along else { return None };
    let row = |row: usize| {
        let cell = |column: usize| f64::from(plane[row * extents[1] + column]);
        cell(left) * (1.0 - across) + cell(right) * across
    };
    Some(row(top) * (1.0 - down) + row(bottom) * down)
}
