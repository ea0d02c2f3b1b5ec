//! Reading suites, and comparing as they ask.

use ndarray::{ArrayD, IxDyn};
use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::{fs, path::Path, rc::Rc};

/// The cases of one `NAME.json`.
pub struct Suite {
    pub name: String,
    pub cases: Vec<Case>,
}

/// One call of an operator, and what it should give.
pub struct Case {
    pub name: String,
    pub op: String,
    params: RefCell<Map<String, Value>>,
    roles: BTreeMap<String, String>,
    rtol: f64,
    atol: f64,
    tensors: Rc<BTreeMap<String, Tensor>>,
}

/// A tensor in the type that its file has.
#[derive(Clone)]
pub enum Tensor {
    F32(ArrayD<f32>),
    I64(ArrayD<i64>),
    U8(ArrayD<u8>),
    I8(ArrayD<i8>),
}

#[derive(Deserialize)]
struct File {
    cases: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    op: String,
    params: Map<String, Value>,
    tensors: BTreeMap<String, String>,
    rtol: f64,
    atol: f64,
}

impl Suite {
    /// Every suite in a folder, by name. A folder without one is a mistake in the call.
    pub fn in_folder(folder: &Path) -> Vec<Suite> {
        let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        assert!(!files.is_empty(), "{}: no *.json", folder.display());
        files.iter().map(|path| Suite::read(path)).collect()
    }

    fn read(path: &Path) -> Suite {
        let file: File =
            serde_json::from_slice(&fs::read(path).unwrap()).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let tensors = Rc::new(read_tensors(&path.with_extension("safetensors")));
        let case = |entry: Entry| {
            let Entry { name, op, params, tensors: roles, rtol, atol } = entry;
            Case { name, op, params: RefCell::new(params), roles, rtol, atol, tensors: tensors.clone() }
        };
        let cases: Vec<_> = file.cases.into_iter().map(case).collect();
        assert!(!cases.is_empty(), "{path:?}: no cases");
        Suite { name: path.file_stem().unwrap().to_string_lossy().into_owned(), cases }
    }
}

fn read_tensors(path: &Path) -> BTreeMap<String, Tensor> {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tensor = |(name, view): (String, safetensors::tensor::TensorView)| {
        let (shape, data) = (IxDyn(view.shape()), view.data());
        let tensor = match view.dtype() {
            Dtype::F32 => Tensor::F32(array(shape, data, f32::from_le_bytes)),
            Dtype::I64 => Tensor::I64(array(shape, data, i64::from_le_bytes)),
            Dtype::U8 => Tensor::U8(array(shape, data, u8::from_le_bytes)),
            Dtype::I8 => Tensor::I8(array(shape, data, i8::from_le_bytes)),
            other => panic!("{name}: no tests for tensors of {other:?}"),
        };
        (name, tensor)
    };
    file.tensors().into_iter().map(tensor).collect()
}

fn array<T, const SIZE: usize>(shape: IxDyn, data: &[u8], read: fn([u8; SIZE]) -> T) -> ArrayD<T> {
    let values = data.chunks_exact(SIZE).map(|bytes| read(bytes.try_into().unwrap())).collect();
    ArrayD::from_shape_vec(shape, values).unwrap()
}

impl Case {
    /// A parameter, taken out: what is left at the end was not understood.
    pub fn param<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, String> {
        let value = self.params.borrow_mut().remove(name).ok_or_else(|| format!("no parameter {name}"))?;
        serde_json::from_value(value).map_err(|error| format!("parameter {name}: {error}"))
    }

    /// A parameter that not every suite gives.
    pub fn param_or<T: serde::de::DeserializeOwned>(&self, name: &str, default: T) -> Result<T, String> {
        if self.params.borrow().contains_key(name) { self.param(name) } else { Ok(default) }
    }

    /// Fails when a parameter was given that the operator did not read.
    pub fn finish_params(&self) -> Result<(), String> {
        let left: Vec<_> = self.params.borrow().keys().cloned().collect();
        if left.is_empty() { Ok(()) } else { Err(format!("parameters that no test reads: {left:?}")) }
    }

    pub fn tensor(&self, role: &str) -> Result<&Tensor, String> {
        let name = self.roles.get(role).ok_or_else(|| format!("no tensor for {role}"))?;
        self.tensors.get(name).ok_or_else(|| format!("no tensor {name}"))
    }

    pub fn has(&self, role: &str) -> bool {
        self.roles.contains_key(role)
    }

    pub fn f32(&self, role: &str) -> Result<&ArrayD<f32>, String> {
        if let Tensor::F32(array) = self.tensor(role)? { Ok(array) } else { Err(format!("{role} is not f32")) }
    }

    pub fn i64(&self, role: &str) -> Result<&ArrayD<i64>, String> {
        if let Tensor::I64(array) = self.tensor(role)? { Ok(array) } else { Err(format!("{role} is not i64")) }
    }

    /// Whether `ours` is what the suite has for `role`, within the case's tolerances.
    pub fn compare(&self, role: &str, ours: &ArrayD<f32>) -> Result<(), String> {
        let theirs = self.f32(role)?;
        same_shape(role, ours.shape(), theirs.shape())?;
        for (index, (&ours, &theirs)) in ours.iter().zip(theirs).enumerate() {
            let difference = (f64::from(ours) - f64::from(theirs)).abs();
            let close = if self.rtol == 0.0 && self.atol == 0.0 {
                ours.to_bits() == theirs.to_bits() || ours.is_nan() && theirs.is_nan()
            } else {
                ours == theirs
                    || ours.is_nan() && theirs.is_nan()
                    || theirs.is_finite() && difference <= self.atol + self.rtol * f64::from(theirs).abs()
            };
            if !close {
                return Err(format!("{role}[{index}] is {ours}, should be {theirs}"));
            }
        }
        Ok(())
    }

    /// Whether whole numbers are equal to those that the suite has for `role`.
    pub fn compare_exactly<T: Copy + PartialEq + std::fmt::Debug>(
        role: &str,
        ours: &ArrayD<T>,
        theirs: &ArrayD<T>,
    ) -> Result<(), String> {
        same_shape(role, ours.shape(), theirs.shape())?;
        match ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs) {
            Some(index) => {
                let pair = (ours.iter().nth(index).unwrap(), theirs.iter().nth(index).unwrap());
                Err(format!("{role}[{index}] is {:?}, should be {:?}", pair.0, pair.1))
            }
            None => Ok(()),
        }
    }
}

fn same_shape(role: &str, ours: &[usize], theirs: &[usize]) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("{role} has shape {ours:?}, should have {theirs:?}")) }
}
