//! Top-k pooling: the mean of a window's k largest cells.

use super::walk;
use crate::error::Result;
use crate::pool::method::Arithmetic;
use crate::pool::shapes::Shapes;
use std::cmp::Ordering;

pub(in crate::pool) struct TopK {
    pub k: usize,
}

impl Arithmetic for TopK {
    fn forward(&self, cells: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        walk::check_within("k", self.k, shapes)?;
        let (mut gathered, mut order) = (Vec::new(), Vec::new());
        shapes.each_plane(cells, |_, plane, values| {
            walk::windows(plane, shapes, &mut gathered, |_, _, window| {
                let largest = self.largest(window, &mut order);
                let sum: f64 = largest.iter().map(|&at| f64::from(window[at])).sum();
                values.push((sum / largest.len().max(1) as f64) as f32);
            })
        })
    }

    /// Each of the k largest receives the window's gradient over k.
    fn backward(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        walk::check_within("k", self.k, shapes)?;
        let (mut gathered, mut order) = (Vec::new(), Vec::new());
        shapes.each_gradient(cells, grad_output, |_, plane, gradients, target| {
            walk::windows(plane, shapes, &mut gathered, |number, taps, window| {
                let largest = self.largest(window, &mut order);
                let share = gradients[number] / largest.len() as f32;
                largest.iter().for_each(|&at| target[taps[at].at] += share);
            })
        })
    }
}

impl TopK {
    /// The positions of the k largest cells, in row-major order; a NaN is larger than any number.
    fn largest<'o>(&self, window: &[f32], order: &'o mut Vec<usize>) -> &'o [usize] {
        order.clear();
        order.extend(0..window.len());
        if self.k < window.len() {
            order.select_nth_unstable_by(self.k - 1, |&a, &b| descending(window[a], window[b]).then(a.cmp(&b)));
            order.truncate(self.k);
            // One order of summation, whatever the selection left.
            order.sort_unstable();
        }
        order
    }
}

fn descending(a: f32, b: f32) -> Ordering {
    b.partial_cmp(&a).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}
