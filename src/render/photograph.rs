//! Pooling a photograph: pixels in, pixels out.

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Span;
use crate::kernel::powers::power;
use crate::pool::{Pool, Pooling};

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
/// round up. Padding is black under the mean and the norms. Methods with exponentials see channels from 0 to 1.
///
/// Alpha is the mean over the window's input cells, whatever the method, so that an opaque picture stays opaque; a
/// window without input cells is transparent.
///
/// # Errors
/// When the number of bytes is not 4 × width × height, or the layer does not fit the picture.
pub fn pool_photograph(layer: &Pool, width: usize, height: usize, pixels: &[u8]) -> Result<Rgba> {
    let expected = width.checked_mul(height).and_then(|cells| cells.checked_mul(4));
    if expected != Some(pixels.len()) {
        let rule = format!("must be 4 × width × height = 4 × {width} × {height}");
        return Err(Error::new(ErrorKind::Shape, "image.data.length", pixels.len(), rule));
    }
    let shape = [1, 1, height, width];
    let output = layer.output_shape(&shape)?;
    let (height_out, width_out) = (output[2], output[3]);
    let mut result = zeros(width_out * height_out * 4, &output)?;
    let coverage = Pooling::Average { count_include_pad: false, divisor_override: None };
    let alpha = Pool::with_geometry(coverage, layer.geometry().clone())?;
    let white = white(layer, height, width)?;
    for channel in 0..4 {
        let layer = if channel == 3 { &alpha } else { layer };
        let target = result[channel..].iter_mut().step_by(4);
        if matches!(layer.method(), Pooling::Max | Pooling::Min) {
            let plane = plane(pixels, channel, &shape, |code| code)?;
            target.zip(layer.forward_flat(&plane, &shape)?.0).for_each(|(pixel, code)| *pixel = code);
        } else {
            let white = if channel == 3 { 1.0 } else { white };
            // For most methods a picture twice as bright pools to one twice as bright, and whole numbers sum exactly.
            let unit = if is_homogeneous(layer.method()) { 1.0 } else { 255.0 };
            let plane = plane(pixels, channel, &shape, |code| f32::from(code) / unit)?;
            let code = |value: f32| (f64::from(value) * f64::from(unit) / white + 0.5) as u8;
            target.zip(layer.forward_flat(&plane, &shape)?.0).for_each(|(pixel, value)| *pixel = code(value));
        }
    }
    Ok(Rgba { width: width_out, height: height_out, pixels: result })
}

/// Whether the method's result grows in proportion to the cells. One that raises e to their power depends on their
/// unit: such a method sees cells from 0 to 1, as networks do.
fn is_homogeneous(method: &Pooling) -> bool {
    !matches!(method, Pooling::LogSumExp { .. } | Pooling::Soft | Pooling::Gated { .. })
}

/// What the method makes of the fullest window, were all its cells 1.
fn white(layer: &Pool, height: usize, width: usize) -> Result<f64> {
    let axes = layer.geometry().plan(&[height, width])?;
    let fullest = |spans: &[Span]| spans.iter().map(|span| span.len).max().unwrap_or(0).max(1);
    let cells: f64 = axes.axes().iter().map(|axis| fullest(&axis.spans) as f64).product();
    Ok(match *layer.method() {
        Pooling::Average { divisor_override: Some(divisor), .. } => cells / f64::from(divisor),
        Pooling::Lp { norm_type } => power(cells, 1.0 / norm_type),
        _ => 1.0,
    })
}

/// One channel as a feature map.
fn plane<T>(pixels: &[u8], channel: usize, shape: &[usize], cell: impl Fn(u8) -> T) -> Result<Vec<T>> {
    let mut values = Vec::new();
    let rule = "one channel of the picture does not fit into memory";
    let reserved = values.try_reserve_exact(pixels.len() / 4);
    reserved.map_err(|_| Error::new(ErrorKind::Memory, "image", shape, rule))?;
    values.extend(pixels[channel..].iter().step_by(4).map(|&code| cell(code)));
    Ok(values)
}

fn zeros(count: usize, shape: &[usize]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let rule = "the pooled picture does not fit into memory";
    let reserved = bytes.try_reserve_exact(count);
    reserved.map_err(|_| Error::new(ErrorKind::Memory, "image", shape, rule))?;
    bytes.resize(count, 0);
    Ok(bytes)
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
