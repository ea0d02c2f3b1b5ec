//! NumPy's `.npy` files (format 1.0, 2.0 and 3.0 of `numpy.lib.format`): feature maps in, results out.
//!
//! A file may come from anyone. Nothing is allocated for what a header claims before the bytes are counted, and a file
//! holds one array and nothing after it. Every type of number becomes f32, by the rule of NumPy's `astype`: to the
//! nearest, ties to even. Half and single precision, booleans and integers of up to 16 bits are exact; of wider types a
//! number may round, and one that only infinity could stand for is refused.

mod cells;
mod header;

use crate::error::{Error, ErrorKind, Result};
use crate::nn::architecture::count;
use crate::nn::tensor::{Tensor, TensorView};
use crate::shown::Shown;
use cells::Type;
use header::Header;
use std::borrow::Cow;

/// The most axes that NumPy's arrays have (`NPY_MAXDIMS` of NumPy 2).
const MAX_AXES: usize = 64;

/// Reads an array of any shape, as f32 in row-major order whatever the file's order.
///
/// ```
/// use deep_end::{io::npy, nn::tensor::TensorView};
/// let file = npy::write(TensorView::new(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?)?;
/// let array = npy::read(&file)?;
/// assert_eq!((array.shape(), array.values()), (&[2, 3][..], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0][..]));
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When the bytes are not one whole `.npy` file, its numbers are complex or no numbers at all, or one of them is finite
/// but beyond f32's range.
pub fn read(bytes: &[u8]) -> Result<Tensor> {
    let (text, data) = header::split(bytes)?;
    let Header { descr, fortran_order, shape } = Header::read(text)?;
    if shape.len() > MAX_AXES {
        return Err(broken("npy shape", shape, ["at most ", &MAX_AXES.shown(), " axes are allowed"].concat()));
    }
    let cell = Type::read(descr)?;
    let cells = count(&shape);
    let needed = cells.and_then(|cells| cells.checked_mul(cell.width()));
    let (Some(cells), Some(needed)) = (cells, needed) else {
        return Err(broken("npy shape", shape, "the number of values overflows"));
    };
    if needed != data.len() {
        let shape = shape.shown();
        let rule =
            ["shape ", &shape, " of ", &header::excerpt(descr), " needs ", &needed.shown(), ", no more and no less"];
        return Err(broken("number of bytes after the npy header", data.len(), rule.concat()));
    }
    let mut values = reserve(cells, &shape)?;
    cell.decode(data, &mut values)?;
    if fortran_order {
        values = row_major(&values, &shape)?;
    }
    Tensor::new(shape, values)
}

/// The `.npy` file of an array: format 1.0, little-endian f32, row-major. Every bit comes back from [`read`].
///
/// # Errors
/// When the array has more axes than NumPy allows, 64, or the file does not fit into memory.
pub fn write(array: TensorView) -> Result<Vec<u8>> {
    let (shape, values) = (array.shape(), array.values());
    if shape.len() > MAX_AXES {
        return Err(Error::new(ErrorKind::Shape, "shape", shape, "an npy file has at most 64 axes"));
    }
    let header = header::write(shape);
    let size = values.len().checked_mul(size_of::<f32>()).and_then(|size| size.checked_add(header.len()));
    let mut file = reserve(size.unwrap_or(usize::MAX), shape)?;
    file.extend_from_slice(&header);
    file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    Ok(file)
}

/// Cells of the first axis next to each other, as Fortran has them, into an order with those of the last axis there.
fn row_major(values: &[f32], shape: &[usize]) -> Result<Vec<f32>> {
    let mut strides = vec![1; shape.len()];
    for axis in 1..shape.len() {
        // No overflow: the shape was counted.
        strides[axis] = strides[axis - 1] * shape[axis - 1];
    }
    let mut sorted = reserve(values.len(), shape)?;
    let (mut place, mut at) = (vec![0; shape.len()], 0);
    for _ in 0..values.len() {
        sorted.push(values[at]);
        for axis in (0..shape.len()).rev() {
            place[axis] += 1;
            at += strides[axis];
            if place[axis] < shape[axis] {
                break;
            }
            at -= strides[axis] * shape[axis];
            place[axis] = 0;
        }
    }
    Ok(sorted)
}

/// An empty list with room for `count` items, or an error instead of an abort when memory does not hold them.
fn reserve<T>(count: usize, shape: &[usize]) -> Result<Vec<T>> {
    let mut items = Vec::new();
    let rule = "the array does not fit into memory";
    items.try_reserve_exact(count).map_err(|_| Error::new(ErrorKind::Memory, "shape", shape, rule))?;
    Ok(items)
}

#[cold]
fn broken(parameter: impl Into<Cow<'static, str>>, value: impl Shown, rule: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Format, parameter, value, rule)
}
