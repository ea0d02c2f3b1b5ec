//! Pooling a photograph: pixels in, pixels out.

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{AxisPlan, Plan};
use crate::kernel::pixels::{Channels, Counting, Extreme, Picture, extreme, mean};
use crate::kernel::powers::power;
use crate::pool::{Pool, Pooling, product};
use crate::shown::Shown;
use std::ops::Range;

/// A picture: rows of sRGB pixels with straight (not premultiplied) alpha, four bytes each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rgba {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// 4 × width × height bytes.
    pub pixels: Vec<u8>,
}

/// Pools each colour channel of a picture as a feature map of its own.
///
/// A norm or a sum can exceed 255. So that no value is cut off, results are scaled such that white stays white: they
/// are divided by what the method makes of a full window of ones. That factor is 1 for max and for the mean. Halves
/// round up. Padding is black under the mean and the norms. Methods with exponentials see channels from 0 to 1. Max, min and
/// the mean are worked out in whole numbers, exactly.
///
/// Alpha is the mean over the window's input cells, whatever the method, so that an opaque picture stays opaque; a
/// window without input cells is transparent.
///
/// # Errors
/// When the number of bytes is not 4 × width × height, or the layer does not fit the picture.
pub fn pool_photograph(layer: &Pool, width: usize, height: usize, pixels: &[u8]) -> Result<Rgba> {
    check_bytes("image.data.length", pixels.len(), width, height)?;
    let mut photograph = Photograph::new(layer, width, height)?;
    let ([height, out], mut result) = (photograph.output(), Vec::new());
    sized(&mut result, 4 * height * out)?;
    let mut from = 0;
    while from < height {
        let rows = photograph.part_from(from);
        let (read, made) = (photograph.reads(rows.clone()), 4 * out * rows.start..4 * out * rows.end);
        from = rows.end;
        photograph.pool_rows(rows, &pixels[4 * width * read.start..4 * width * read.end], &mut result[made])?;
    }
    Ok(Rgba { width: out, height, pixels: result })
}

/// Whether a picture of this size has so many bytes.
pub(crate) fn check_bytes(name: &'static str, bytes: usize, width: usize, height: usize) -> Result<()> {
    if width.checked_mul(height).and_then(|cells| cells.checked_mul(4)) == Some(bytes) {
        return Ok(());
    }
    let rule = format!("must be 4 × width × height = 4 × {width} × {height}");
    Err(Error::new(ErrorKind::Shape, name, bytes, rule))
}

/// A layer made ready for pictures of one size, which it can pool a part at a time: what rows of its output are is the same
/// whichever others are made with them. See [`pool_photograph`].
///
/// ```
/// use deep_end::render::Photograph;
/// use deep_end::{Pool, Pooling, Window};
/// let layer = Pool::new(Pooling::Max, Window::new([3, 1]).stride([2, 1]))?;
/// let mut photograph = Photograph::new(&layer, 1, 7)?;
/// assert_eq!((photograph.output(), photograph.parts(2)), ([3, 1], vec![0..1, 1..3]));
/// assert_eq!(photograph.reads(1..3), 2..7);
/// let mut pooled = [0; 8];
/// let below = [20, 255, 30, 255, 60, 255, 50, 255, 40, 255].map(|code| [code; 2]).concat(); // gray 20, 30, 60, 50, 40
/// photograph.pool_rows(1..3, &below, &mut pooled)?;
/// assert_eq!(pooled, [60, 60, 255, 255, 60, 60, 255, 255]);
/// # Ok::<(), deep_end::Error>(())
/// ```
pub struct Photograph {
    layer: Pool,
    plan: Plan,
    white: f64,
    /// One channel and what is made of it.
    planes: [Vec<f32>; 2],
}

impl Photograph {
    /// The layer for pictures of this size.
    ///
    /// # Errors
    /// When the layer does not fit such a picture, or its result does not fit into memory.
    pub fn new(layer: &Pool, width: usize, height: usize) -> Result<Self> {
        let output = layer.output_shape(&[1, 1, height, width])?;
        let plan = layer.geometry().plan(&[height, width])?;
        product("shape", &[&[4], &output[2..]].concat())?;
        let white = white(layer.method(), &plan);
        Ok(Self { layer: layer.clone(), plan, white, planes: Default::default() })
    }

    /// The output's height and width.
    pub fn output(&self) -> [usize; 2] {
        let [rows, columns] = self.axes();
        [rows.spans.len(), columns.spans.len()]
    }

    fn axes(&self) -> [&AxisPlan; 2] {
        let [rows, columns] = self.plan.axes() else { unreachable!("a picture has two axes") };
        [rows, columns]
    }

    /// The output's rows in about equal parts that can be made one by one: as many, where there are so many rows; all
    /// of them where a row depends on its place or on other rows, as under random methods and blurs.
    pub fn parts(&self, count: usize) -> Vec<Range<usize>> {
        let rows = self.output()[0];
        let count = if self.is_whole() { 1 } else { count.clamp(1, rows) };
        let bound = |at: usize| (at as u128 * rows as u128 / count as u128) as usize;
        (0..count).map(|at| bound(at)..bound(at + 1)).collect()
    }

    /// Rows of the output from this one on that read little enough to stay in the processor's cache from a copy of it to the
    /// copy of what is made, so that a picture crosses the memory's bus once; but so much that little is read twice.
    pub(crate) fn part_from(&self, from: usize) -> Range<usize> {
        const BYTES: usize = 1 << 19;
        let [rows, columns] = self.axes();
        if self.is_whole() {
            return 0..rows.spans.len();
        }
        from..from + rows.lot(from, BYTES / columns.extent / 4)
    }

    /// The picture's rows that these rows of the output are made of; none where the output has no such rows.
    pub fn reads(&self, rows: Range<usize>) -> Range<usize> {
        if self.check_rows(&rows).is_err() {
            return 0..0;
        }
        if self.is_whole() {
            return 0..self.axes()[0].extent;
        }
        let cells = self.plan.cells_of(&[[rows.start, rows.end]]);
        cells[0][0]..cells[0][1]
    }

    /// Makes these rows of the output of the rows that they [read](Self::reads).
    ///
    /// # Errors
    /// When there are no such rows, or the method makes none without the others; when either list has not their number of
    /// bytes, or memory does not hold what is kept beside them.
    pub fn pool_rows(&mut self, rows: Range<usize>, pixels: &[u8], out: &mut [u8]) -> Result<()> {
        self.check_rows(&rows)?;
        let [down, columns] = self.axes();
        let part = (!self.is_whole()).then(|| down.part([rows.start, rows.end]));
        let down = part.as_ref().unwrap_or(down);
        check_bytes("image.data.length", pixels.len(), columns.extent, down.extent)?;
        check_bytes("out.length", out.len(), self.output()[1], rows.len())?;
        let picture = Picture::new(down, columns, pixels);
        match *self.layer.method() {
            Pooling::Average { divisor_override, count_include_pad } => {
                let counting = match divisor_override {
                    // White is divided by it too.
                    Some(_) => Counting::Most(self.axes().map(AxisPlan::longest)),
                    None if count_include_pad => Counting::Padding,
                    None => Counting::Cells,
                };
                return mean(counting, Channels::All, picture, out);
            }
            Pooling::Max if extreme(Extreme::Largest, picture, out)? => return Ok(()),
            Pooling::Min if extreme(Extreme::Smallest, picture, out)? => return Ok(()),
            Pooling::Max | Pooling::Min => {}
            _ => {
                mean(Counting::Cells, Channels::Alpha, picture, out)?;
                return self.by_floats(part, pixels, out);
            }
        }
        mean(Counting::Cells, Channels::Alpha, picture, out)
    }

    /// Whether there are such rows, and they can be made without the others.
    pub(crate) fn check_rows(&self, rows: &Range<usize>) -> Result<()> {
        let [height, _] = self.output();
        let rule = if rows.is_empty() || rows.end > height {
            ["must be rows of the output, which has ", &height.shown()].concat()
        } else if self.is_whole() && rows.len() < height {
            [self.layer.method().name(), " pooling makes no row without the others"].concat()
        } else {
            return Ok(());
        };
        Err(Error::new(ErrorKind::Parameter, "rows", [rows.start, rows.end].as_slice(), rule))
    }

    /// The colours under a method that has no way of its own for bytes.
    fn by_floats(&mut self, rows: Option<AxisPlan>, pixels: &[u8], out: &mut [u8]) -> Result<()> {
        let mut ready = match rows {
            Some(rows) => self.layer.prepare_plan(self.plan.with_outermost(rows))?,
            None => self.layer.prepare(&[&[1, 1], self.plan.input_shape().as_slice()].concat())?,
        };
        // For most methods a picture twice as bright pools to one twice as bright, and whole numbers sum exactly.
        let unit = if is_homogeneous(self.layer.method()) { 1.0 } else { 255.0 };
        let [cells, values] = &mut self.planes;
        sized(cells, pixels.len() / 4)?;
        sized(values, out.len() / 4)?;
        for channel in 0..3 {
            cells
                .iter_mut()
                .zip(pixels.chunks_exact(4))
                .for_each(|(cell, pixel)| *cell = f32::from(pixel[channel]) / unit);
            ready.forward_into(cells, values)?;
            let code = |value: f32| (f64::from(value) * f64::from(unit) / self.white + 0.5) as u8;
            out.chunks_exact_mut(4).zip(&*values).for_each(|(pixel, &value)| pixel[channel] = code(value));
        }
        Ok(())
    }

    /// Whether rows are made only all together.
    fn is_whole(&self) -> bool {
        matches!(
            self.layer.method(),
            Pooling::Stochastic { .. } | Pooling::MaxBlur { .. } | Pooling::AverageBlur { .. }
        )
    }
}

/// Whether a method's result grows in proportion to the cells. One that raises e to their power depends on their
/// unit: such a method sees cells from 0 to 1, as networks do.
fn is_homogeneous(method: &Pooling) -> bool {
    !matches!(method, Pooling::LogSumExp { .. } | Pooling::Soft | Pooling::Gated { .. })
}

/// What the method makes of the fullest window, were all its cells 1.
fn white(method: &Pooling, plan: &Plan) -> f64 {
    let cells: f64 = plan.axes().iter().map(|axis| axis.longest().max(1) as f64).product();
    match *method {
        Pooling::Lp { norm_type } => power(cells, 1.0 / norm_type),
        _ => 1.0,
    }
}

/// Makes a list as long as that.
fn sized<T: Copy + Default>(list: &mut Vec<T>, count: usize) -> Result<()> {
    list.clear();
    let rule = "a channel of the picture does not fit into memory";
    list.try_reserve_exact(count).map_err(|_| Error::new(ErrorKind::Memory, "image", count, rule))?;
    list.resize(count, T::default());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Geometry, Window};

    fn gray(codes: &[u8]) -> Vec<u8> {
        codes.iter().flat_map(|&code| [code, code, code, 255]).collect()
    }

    fn pool(method: Pooling, window: Window, width: usize, codes: &[u8]) -> Rgba {
        pool_photograph(&Pool::new(method, window).unwrap(), width, codes.len() / width, &gray(codes)).unwrap()
    }

    #[test]
    fn channels_are_pooled_one_by_one() {
        let pixels = [[10, 200, 0, 255], [30, 100, 1, 255]].concat();
        let layer = |method| Pool::new(method, Window::new([1, 2])).unwrap();
        let max = pool_photograph(&layer(Pooling::Max), 2, 1, &pixels).unwrap();
        assert_eq!(max, Rgba { width: 1, height: 1, pixels: vec![30, 200, 1, 255] });
        let mean = pool_photograph(&layer(Pooling::average()), 2, 1, &pixels).unwrap();
        assert_eq!(mean.pixels, [20, 150, 1, 255]); // 0.5 rounds up
    }

    #[test]
    fn white_stays_white_under_every_method() {
        let override_one = Pooling::Average { count_include_pad: true, divisor_override: Some(1) };
        for method in [
            Pooling::Max,
            Pooling::average(),
            override_one,
            Pooling::lp(1.0),
            Pooling::lp(2.0),
            Pooling::lp(f64::INFINITY),
            Pooling::Min,
            Pooling::GeneralizedMean { norm_type: 3.0 },
            Pooling::LogSumExp { sharpness: 4.0 },
            Pooling::Soft,
            Pooling::StochasticMean,
            Pooling::Stochastic { seed: 1 },
            Pooling::Mixed { alpha: 0.5 },
            Pooling::Gated { weights: vec![1.0; 4] },
            Pooling::Median,
            Pooling::MaxBlur { filter_size: 3 },
        ] {
            assert_eq!(pool(method.clone(), Window::new([2, 2]), 2, &[255; 4]).pixels, [255; 4], "{method:?}");
        }
        // The norm of (255, 0, 0, 0) is 255, half of white's 510.
        assert_eq!(pool(Pooling::lp(2.0), Window::new([2, 2]), 2, &[255, 0, 0, 0]).pixels, [128, 128, 128, 255]);
        // Cells 1, 0, 0, 0 weigh e, 1, 1, 1: the result is e / (e + 3) of white, 121.2.
        assert_eq!(pool(Pooling::Soft, Window::new([2, 2]), 2, &[255, 0, 0, 0]).pixels, [121, 121, 121, 255]);
    }

    #[test]
    fn padding_darkens_the_mean_but_an_opaque_picture_stays_opaque() {
        let window = Window::new([2, 2]).padding([[1, 0], [0, 0]]).stride([1, 1]);
        let pooled = pool(Pooling::average(), window, 2, &[200; 4]);
        assert_eq!((pooled.width, pooled.height), (1, 2));
        assert_eq!(pooled.pixels, gray(&[100, 200]));
    }

    #[test]
    fn a_wrong_number_of_bytes_is_named() {
        let layer = Pool::with_geometry(Pooling::Max, Geometry::Global).unwrap();
        let error = pool_photograph(&layer, 3, 1, &[0; 8]).unwrap_err();
        assert_eq!(error.to_string(), "image.data.length is 8: must be 4 × width × height = 4 × 3 × 1");
    }
}
