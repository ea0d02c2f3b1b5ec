//! IDX, the format of MNIST: a magic number, the sizes of the axes, then bytes. Plain or compressed by gzip.

use crate::error::{Error, ErrorKind, Result};
use crate::nn::dataset::Dataset;
use crate::shown::Shown;
use flate2::read::GzDecoder;
use ndarray::{Array4, ArrayD, IxDyn};
use std::{fs, io::Read, path::Path};

/// The most bytes that a file may unpack to: MNIST's largest has 47 MB, a bomb of 10 MB gzip could have 10 GB.
const MAX_BYTES: u64 = 1 << 30;
/// The most axes: pictures have three, colour pictures four.
const MAX_AXES: u8 = 4;

/// Where the data can be had, for those who lack them.
const MNIST_SOURCE: &str = "get MNIST's four files train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, \
    t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz from https://ossci-datasets.s3.amazonaws.com/mnist/ \
    (the originals of http://yann.lecun.com/exdb/mnist/) and give their folder by --data";

/// One of MNIST's two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// 60,000 digits to learn from.
    Train,
    /// 10,000 digits to test with.
    Test,
}

/// Reads a part of MNIST from a folder that has its files, compressed or not.
///
/// # Errors
/// When a file is missing or broken, or labels and images do not agree; a missing file's error says where to get it.
pub fn read_mnist(folder: &Path, part: Part) -> Result<Dataset> {
    let prefix = match part {
        Part::Train => "train",
        Part::Test => "t10k",
    };
    let images = read_file(folder, &format!("{prefix}-images-idx3-ubyte"))?;
    let labels = read_file(folder, &format!("{prefix}-labels-idx1-ubyte"))?;
    let (shape, axes) = (images.shape().to_vec(), labels.ndim());
    let [count, height, width] = shape[..] else {
        return Err(broken("shape of the images", format!("{shape:?}"), "they must have three axes".into()));
    };
    if axes != 1 {
        return Err(broken("shape of the labels", format!("{:?}", labels.shape()), "they must have one axis".into()));
    }
    let labels = labels.into_raw_vec_and_offset().0;
    if let Some(label) = labels.iter().find(|label| **label > 9) {
        return Err(broken("label", label, "a digit's label is from 0 to 9".into()));
    }
    let images = Array4::from_shape_vec((count, 1, height, width), images.into_raw_vec_and_offset().0)
        .map_err(|error| broken("shape of the images", format!("{shape:?}"), error.to_string()))?;
    Dataset::new(images, labels)
}

/// Reads `folder/name.gz` or `folder/name`.
fn read_file(folder: &Path, name: &str) -> Result<ArrayD<u8>> {
    let packed = folder.join(format!("{name}.gz"));
    let path = if packed.exists() { packed } else { folder.join(name) };
    let bytes = fs::read(&path).map_err(|error| {
        Error::new(
            ErrorKind::Io,
            "data",
            path.display().to_string(),
            format!("cannot be read ({error}); {MNIST_SOURCE}"),
        )
    })?;
    read(&bytes).map_err(|error| {
        let parameter = format!("{} in {}", error.parameter(), path.display());
        Error::new(error.kind(), parameter, error.value(), error.rule().to_owned())
    })
}

/// Reads an IDX file of unsigned bytes, unpacking it first if it is gzip.
///
/// # Errors
/// When the magic number, the sizes or the number of bytes are not IDX's.
pub fn read(bytes: &[u8]) -> Result<ArrayD<u8>> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        let unpacking = GzDecoder::new(bytes).take(MAX_BYTES + 1).read_to_end(&mut unpacked);
        unpacking.map_err(|error| broken("gzip data", "not readable", error.to_string()))?;
        if unpacked.len() as u64 > MAX_BYTES {
            return Err(broken("size", format!("over {MAX_BYTES} bytes"), "that is no data set for this".into()));
        }
        parse(&unpacked)
    } else {
        parse(bytes)
    }
}

fn parse(bytes: &[u8]) -> Result<ArrayD<u8>> {
    let short = |rule: &str| broken("IDX file size", bytes.len(), rule.into());
    let Some(([zero, also_zero, kind, axes], mut rest)) = bytes.split_first_chunk::<4>() else {
        return Err(short("the magic number alone takes 4 bytes"));
    };
    if (zero, also_zero, kind) != (&0, &0, &8) || !(1..=MAX_AXES).contains(axes) {
        let magic = format!("{:02x} {:02x} {:02x} {:02x}", zero, also_zero, kind, axes);
        return Err(broken(
            "IDX magic number",
            magic,
            format!("it must be 00 00 08 and the number of axes, 1 to {MAX_AXES}"),
        ));
    }
    let mut shape = Vec::new();
    for _ in 0..*axes {
        let Some((size, after)) = rest.split_first_chunk::<4>() else {
            return Err(short("it ends within the sizes of its axes"));
        };
        shape.push(u32::from_be_bytes(*size) as usize);
        rest = after;
    }
    let cells = crate::nn::architecture::count(&shape);
    if cells != Some(rest.len()) {
        let needed = cells.map_or("an overflowing number of".to_owned(), |cells| cells.to_string());
        let rule = format!("its axes {shape:?} need {needed} bytes: the file is cut off or has bytes too many");
        return Err(broken("IDX data size", rest.len(), rule));
    }
    ArrayD::from_shape_vec(IxDyn(&shape), rest.to_vec())
        .map_err(|error| broken("IDX axes", format!("{shape:?}"), error.to_string()))
}

fn broken(parameter: &'static str, value: impl Shown, rule: String) -> Error {
    Error::new(ErrorKind::Format, parameter, value, rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    const MATRIX: &[u8] = &[0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn plain_and_gzip_are_the_same() {
        let expected = ndarray::array![[1, 2, 3], [4, 5, 6]].into_dyn();
        assert_eq!(read(MATRIX).unwrap(), expected);
        assert_eq!(read(&gzip(MATRIX)).unwrap(), expected);
    }

    #[test]
    fn every_truncation_is_refused() {
        for length in 0..MATRIX.len() {
            assert_eq!(read(&MATRIX[..length]).unwrap_err().kind(), ErrorKind::Format, "{length} bytes");
        }
        let packed = gzip(MATRIX);
        for length in 0..packed.len() {
            assert!(read(&packed[..length]).is_err(), "{length} bytes of gzip");
        }
        let longer = [MATRIX, &[7]].concat();
        assert_eq!(read(&longer).unwrap_err().parameter(), "IDX data size");
    }

    #[test]
    fn a_wrong_magic_number_is_named() {
        for magic in [[0, 0, 9, 2], [1, 0, 8, 2], [0, 0, 8, 0], [0, 0, 8, 5]] {
            let error = read(&[&magic, &MATRIX[4..]].concat()).unwrap_err();
            assert_eq!(error.parameter(), "IDX magic number", "{error}");
        }
    }

    #[test]
    fn absurd_sizes_allocate_nothing() {
        let huge = [&[0, 0, 8, 4][..], &[0xff; 16]].concat();
        assert_eq!(read(&huge).unwrap_err().parameter(), "IDX data size");
    }

    #[test]
    fn a_folder_without_the_files_says_where_to_get_them() {
        let error = read_mnist(Path::new("no/such/folder"), Part::Test).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().contains("train-images-idx3-ubyte.gz"), "{error}");
    }
}
