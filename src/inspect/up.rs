//! What a cell on a way back up is made of.

use super::formula::{number, short};
use super::reconstruct::WayUp;
use super::{Inspector, Plane, flat};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::AxisPlan;
use crate::pool::linear_neighbours;

/// A cell of a map that went back up, and the cells of the small map that it is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct UpCell {
    /// Its value.
    pub value: f32,
    /// What it is made of, row-major.
    pub sources: Vec<Source>,
    way: WayUp,
}

/// A cell of the small map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Source {
    /// Its flat place in its plane.
    pub at: usize,
    /// Its value.
    pub value: f32,
    /// Its part in the result.
    pub weight: f64,
}

/// The cell at a position of the map that `y` becomes when it goes back up to `output_size`. Unpooling goes by the layer that
/// pooled that map: `pooled`.
///
/// ```
/// use deep_end::inspect::{Inspector, Plane, WayUp, up_cell};
/// use deep_end::{Pool, Pooling, Window};
/// let layer = Pool::new(Pooling::Max, Window::new([3]).stride([2]))?;
/// let pooled = Inspector::new(&layer, Plane::new(vec![1.0, 0.0, 4.0, 0.0, 2.0], [5])?)?;
/// let y = Plane::new(vec![4.0, 4.5], [2])?;
/// let line = |way, at| Ok::<_, deep_end::Error>(up_cell(way, &y, &[5], &[at], Some(&pooled))?.formula());
/// assert_eq!(line(WayUp::MaxUnpool, 2)?, "last of (4, 4.5) = 4.5");
/// assert_eq!(line(WayUp::MaxUnpool, 0)?, "no maximum came from here: 0");
/// assert_eq!(line(WayUp::AverageUnpool, 2)?, "(4 + 4.5) / 2 = 4.25");
/// assert_eq!(line(WayUp::Nearest, 4)?, "copy of 4.5 = 4.5");
/// assert_eq!(line(WayUp::Linear { align_corners: true }, 1)?, "0.75 · 4 + 0.25 · 4.5 = 4.125");
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When `cell` is no position in that map, its axes are not the small map's, or unpooling has no layer that made maps of `y`'s
/// shape from maps of `output_size`.
pub fn up_cell(
    way: WayUp,
    y: &Plane,
    output_size: &[usize],
    cell: &[usize],
    pooled: Option<&Inspector>,
) -> Result<UpCell> {
    if output_size.len() != y.shape().len() || y.cells().is_empty() {
        let rule = "must have an extent for each axis of the small map, which has cells";
        return Err(Error::new(ErrorKind::Shape, "output_size", output_size, rule));
    }
    flat("cell", cell, output_size)?;
    let axes = y.shape().iter().zip(output_size).zip(cell);
    let every = |axis: &dyn Fn(usize, usize, usize) -> Vec<(usize, f64)>| -> Vec<Vec<(usize, f64)>> {
        axes.clone().map(|((&from, &to), &at)| axis(at, from, to)).collect()
    };
    let places = match way {
        WayUp::Nearest => {
            joined(y, &every(&|at, from, to| vec![((at as u128 * from as u128 / to as u128) as usize, 1.0)]))
        }
        WayUp::Linear { align_corners } => {
            joined(y, &every(&|at, from, to| linear_neighbours(at, from, to, align_corners)))
        }
        WayUp::MaxUnpool | WayUp::AverageUnpool => {
            let layer =
                pooled.filter(|layer| layer.plane().shape() == output_size && layer.output_shape() == y.shape());
            let Some(layer) = layer else {
                let rule = "unpooling goes by the layer that made maps of y's shape from maps of this size";
                return Err(Error::new(ErrorKind::Shape, "output_size", output_size, rule));
            };
            if way == WayUp::MaxUnpool {
                let won = layer.readers(cell)?.into_iter().filter(|reader| reader.wins);
                won.map(|reader| (reader.output, 1.0)).collect()
            } else {
                let read = |(axis, &at): (&AxisPlan, &usize)| -> Vec<(usize, f64)> {
                    let reads =
                        |&output: &usize| axis.spans[output].positions(axis.step).any(|position| position == at);
                    (0..axis.spans.len()).filter(reads).map(|output| (output, 1.0)).collect()
                };
                joined(y, &layer.layer.plan().axes().iter().zip(cell).map(read).collect::<Vec<_>>())
            }
        }
    };
    let count = places.len() as f64;
    let source = |(number, (at, weight)): (usize, (usize, f64))| {
        let weight = match way {
            WayUp::AverageUnpool => weight / count,
            // Where windows share their maximum, the last value put there stays.
            WayUp::MaxUnpool if number + 1 < places.len() => 0.0,
            _ => weight,
        };
        Source { at, value: y.cells()[at], weight }
    };
    let sources: Vec<_> = places.iter().copied().enumerate().map(source).collect();
    let counting = sources.iter().filter(|source| source.weight > 0.0);
    let value = counting.map(|source| source.weight * f64::from(source.value)).sum::<f64>() as f32;
    Ok(UpCell { value, sources, way })
}

/// Every combination of the axes' positions, as a flat place, and the product of their weights.
fn joined(y: &Plane, axes: &[Vec<(usize, f64)>]) -> Vec<(usize, f64)> {
    axes.iter().zip(y.shape()).fold(vec![(0, 1.0)], |outer, (axis, &extent)| {
        let inner = |&(place, share): &(usize, f64)| {
            axis.iter().map(move |&(at, weight)| (place * extent + at, share * weight))
        };
        outer.iter().flat_map(inner).collect()
    })
}

impl UpCell {
    /// How the value comes about, in one line.
    pub fn formula(&self) -> String {
        let list =
            |between: &str| self.sources.iter().map(|source| number(source.value)).collect::<Vec<_>>().join(between);
        let left = match (self.way, self.sources.len()) {
            (WayUp::MaxUnpool, 0) => return ["no maximum came from here: ", &number(self.value)].concat(),
            (_, 0) => return ["no window read it: ", &number(self.value)].concat(),
            (_, 1) => ["copy of ", &list("")].concat(),
            (WayUp::MaxUnpool, _) => ["last of (", &list(", "), ")"].concat(),
            (WayUp::AverageUnpool, count) => {
                ["(", &list(" + ").replace("+ −", "− "), ") / ", &number(count as f32)].concat()
            }
            _ => {
                let term = |source: &Source| [&short(source.weight as f32), " · ", &number(source.value)].concat();
                self.sources.iter().map(term).collect::<Vec<_>>().join(" + ")
            }
        };
        [&left, " = ", &number(self.value)].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::position;
    use crate::pool::{average_unpool, max_unpool, upsample_linear, upsample_nearest};
    use crate::{Pool, Pooling, Window};
    use ndarray::{ArrayD, IxDyn};

    #[test]
    fn every_cell_of_every_way_is_that_of_the_whole_map() {
        let cells: Vec<f32> = (0..42u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 28) as f32 - 6.0).collect();
        let layer = Pool::new(Pooling::Max, Window::new([3, 2]).stride([2, 1]).padding([[1, 0]; 2])).unwrap();
        let x = ArrayD::from_shape_vec(IxDyn(&[1, 1, 6, 7]), cells.clone()).unwrap();
        let (y, indices) = layer.forward_with_indices(x.view()).unwrap();
        // As if another layer had changed it meanwhile.
        let y = y.mapv(|cell| cell * 0.5 + 1.0);
        let small = Plane::new(y.as_slice().unwrap().to_vec(), [y.shape()[2], y.shape()[3]]).unwrap();
        let pooled = Inspector::new(&layer, Plane::new(cells, [6, 7]).unwrap()).unwrap();
        let size = [6, 7];
        let wholes = [
            (WayUp::Nearest, upsample_nearest(y.view(), &size)),
            (WayUp::Linear { align_corners: false }, upsample_linear(y.view(), &size, false)),
            (WayUp::Linear { align_corners: true }, upsample_linear(y.view(), &size, true)),
            (WayUp::AverageUnpool, average_unpool(y.view(), layer.geometry(), &size)),
            (WayUp::MaxUnpool, max_unpool(y.view(), indices.view(), &size)),
        ];
        for (way, whole) in wholes {
            for (at, &wanted) in whole.unwrap().iter().enumerate() {
                let cell = up_cell(way, &small, &size, &position(at, &size), Some(&pooled)).unwrap();
                assert!((cell.value - wanted).abs() < 1e-5, "{way:?} {at}: {cell:?}, not {wanted}");
                assert!(cell.sources.iter().all(|source| source.value == small.cells()[source.at]));
                let formula = cell.formula();
                let end = formula.rsplit([' ']).next().unwrap().replace('−', "-");
                assert!((end.parse::<f32>().unwrap() - cell.value).abs() < 1e-4, "{formula}");
            }
        }
    }

    #[test]
    fn what_has_no_such_cell_is_refused() {
        let y = Plane::new(vec![1.0; 4], [2, 2]).unwrap();
        let message = |way, size: &[usize], cell: &[usize]| up_cell(way, &y, size, cell, None).unwrap_err().to_string();
        assert_eq!(message(WayUp::Nearest, &[4, 4], &[4, 0]), "cell is [4, 0]: must lie in the map [4, 4]");
        let rule = "must have an extent for each axis of the small map, which has cells";
        assert_eq!(message(WayUp::Nearest, &[4], &[0]), format!("output_size is [4]: {rule}"));
        let rule = "unpooling goes by the layer that made maps of y's shape from maps of this size";
        assert_eq!(message(WayUp::AverageUnpool, &[4, 4], &[0, 0]), format!("output_size is [4, 4]: {rule}"));
    }
}
