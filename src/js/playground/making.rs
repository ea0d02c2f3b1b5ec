//! Stages made some cells at a time.

use super::cells::way_up;
use super::input::options;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{AxisPlan, Plan, Sample};
use crate::js::arguments::extent;
use crate::js::error::JsResult;
use crate::js::options::read;
use crate::js::pooling::maps::{self, FeatureMaps, Held, freed, running};
use crate::js::results::{list, set};
use crate::options::Options;
use crate::pool::{PoolOptions, reserve};
use crate::stages::{Border, StackPart, Stage, StagePart, Up};
use js_sys::{Array, Float32Array, Object, Uint32Array};
use std::cell::RefCell;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// A stage, and the shape of what it is applied to.
fn stage_and_shape(value: &JsValue) -> JsResult<(Stage, Vec<usize>)> {
    let how = read(value)?;
    how.only(&["shape", "pool", "filter", "relu", "up"])?;
    let shape = how.required("shape", how.wholes("shape")?)?;
    if shape.len() != 4 {
        return Err(Error::new(ErrorKind::Shape, "shape", shape, "a stage takes N, C, height and width").into());
    }
    Ok((stage_of(&how)?, shape))
}

fn stage_of(how: &Options) -> Result<Stage> {
    Ok(if let Some(layer) = how.object("pool")? {
        Stage::Pool(PoolOptions::from(layer.clone()).layer(2)?)
    } else if let Some(filter) = how.object("filter")? {
        filter.only(&["kernel", "border"])?;
        let kernel = filter.required("kernel", filter.numbers("kernel")?)?;
        Stage::Filter { kernel, border: filter.text("border")?.map_or(Ok(Border::Edge), Border::named)? }
    } else if how.flag("relu")? == Some(true) {
        Stage::Relu
    } else if let Some(up) = how.object("up")? {
        Stage::Up(up_of(up)?)
    } else {
        let rule = "must be given, or filter, relu or up";
        return Err(Error::new(ErrorKind::Parameter, "pool", "missing", rule));
    })
}

fn up_of(how: &Options) -> Result<Up> {
    how.only(&["way", "output_size", "layer"])?;
    let output_size = how.required("output_size", how.axes("output_size")?)?;
    let way = way_up(how.required("way", how.text("way")?)?)?;
    let pooled = how.object("layer")?.map(|layer| PoolOptions::from(layer.clone()).layer(2)).transpose()?;
    Ok(Up { way, output_size, pooled })
}

/// The extents of what a stage makes.
fn output_of(stage: &Stage, shape: &[usize]) -> Result<Vec<usize>> {
    Ok([&shape[..2], &stage.output_size(&shape[2..])?].concat())
}

/// Has max-unpooling take what it needs of the maps that were pooled.
fn take_pooled(part: &mut StagePart, pooled: Option<usize>) -> Result<()> {
    let Some(shape) = part.pooled_shape() else { return Ok(()) };
    let rule = "must be the maps that were pooled: max-unpooling looks for the winners in them";
    let handle = pooled.ok_or_else(|| Error::new(ErrorKind::Parameter, "pooled", "missing", rule))?;
    maps::with_shape("pooled", handle, &shape, |cells| part.take_pooled(cells))
}

/// `stageGeometry`; see `surface.d.ts`.
#[wasm_bindgen(js_name = stageGeometry, skip_typescript)]
pub fn stage_geometry(stage: &JsValue) -> JsResult<Object> {
    let (stage, shape) = stage_and_shape(stage)?;
    let plan = stage.plan(&shape[2..])?;
    let result = Object::new();
    set(&result, "shape", list(&output_of(&stage, &shape)?).into());
    set(&result, "axes", plan.iter().flat_map(Plan::axes).map(axis).collect::<Array>().into());
    Ok(result)
}

/// As lists of numbers: an object for each window would take longer than pooling what is seen.
fn axis(axis: &AxisPlan) -> Object {
    let numbers = |numbers: Vec<u32>| JsValue::from(Uint32Array::from(numbers.as_slice()));
    let of = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let object = Object::new();
    for (name, value) in
        [("input", axis.extent), ("output", axis.spans.len()), ("overhang", axis.overhang), ("step", axis.step)]
    {
        set(&object, name, (value as f64).into());
    }
    set(&object, "padding", list(&axis.padding).into());
    set(&object, "unread", numbers(axis.unread().into_iter().map(of).collect()));
    set(&object, "starts", numbers(axis.spans.iter().map(|span| of(span.start)).collect()));
    set(&object, "lengths", numbers(axis.spans.iter().map(|span| of(span.len)).collect()));
    object
}

/// `sampleStage`; see `surface.d.ts`.
#[wasm_bindgen(js_name = sampleStage, skip_typescript)]
pub fn sample_stage(x: &JsValue, stage: &JsValue, how: &JsValue, pooled: &JsValue) -> JsResult<Object> {
    let (stage, shape) = stage_and_shape(stage)?;
    let how = options(how, &["part", "most", "most_cells", "then"])?;
    let mut stages = vec![stage];
    for next in how.objects("then")?.unwrap_or_default() {
        next.only(&["pool", "filter", "relu", "up"])?;
        stages.push(stage_of(&next)?);
    }
    let mut output = shape.clone();
    for stage in &stages {
        output = output_of(stage, &output)?;
    }
    let part = part_of(&how, [output[2], output[3]])?;
    let most = how.required("most", how.wholes("most")?)?;
    let &[tall, wide] = most.as_slice() else {
        return Err(Error::new(ErrorKind::Parameter, "most", most, "must be how many rows and columns").into());
    };
    let most_cells = how.required("most_cells", how.whole("most_cells")?)?;
    let samples = StackPart::spread(&stages, &shape, part, [tall, wide], most_cells)?;
    let mut part = StackPart::new(&stages, &shape, samples)?;
    let handle = maps::handle(x).ok_or_else(|| maps::no_maps("x", x))?;
    maps::with_shape("x", handle, &shape, |cells| part.parts[0].take(cells))?;
    for part in &mut part.parts {
        take_pooled(part, maps::handle(pooled))?;
    }
    let values = part.make()?;
    let result = Object::new();
    set(&result, "data", Float32Array::from(values.as_slice()).into());
    set(&result, "shape", list(&[&output[..2], &samples.map(|sample| sample.count)].concat()).into());
    set(&result, "outputShape", list(&output).into());
    set(&result, "first", list(&samples.map(|sample| sample.first)).into());
    set(&result, "every", list(&samples.map(|sample| sample.every)).into());
    set(&result, "cells", (part.cells() as f64).into());
    Ok(result)
}

/// The rows and columns that lie at least partly between these parts of the whole.
fn part_of(how: &Options, extents: [usize; 2]) -> Result<[[usize; 2]; 2]> {
    let ends = how.numbers("part")?.unwrap_or_else(|| vec![0.0, 0.0, 1.0, 1.0]);
    let &[top, left, bottom, right] = ends.as_slice() else {
        return Err(Error::new(ErrorKind::Parameter, "part", ends, "must be top, left, bottom and right"));
    };
    let within = |start: f32, end: f32, extent: usize| {
        let at = |part: f32| f64::from(part.clamp(0.0, 1.0)) * extent as f64;
        let start = (at(start).floor() as usize).min(extent - 1);
        [start, (at(end).ceil() as usize).clamp(start + 1, extent)]
    };
    if ends.iter().any(|end| !(0.0..=1.0).contains(end)) {
        return Err(Error::new(ErrorKind::Parameter, "part", ends, "must be from 0 to 1, parts of the whole"));
    }
    Ok([within(top, bottom, extents[0]), within(left, right, extents[1])])
}

/// `StageMaker`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub struct StageMaker(RefCell<Option<Making>>);

struct Making {
    stage: Stage,
    /// The number of the maps that it reads, and their shape; of those that were pooled, where values go back up by them.
    x: usize,
    shape: Vec<usize>,
    pooled: Option<usize>,
    made: Held,
    /// How many cells of each plane are made, row-major.
    done: usize,
    band: Vec<f32>,
    extents: Vec<f32>,
}

impl Making {
    /// How many cells a plane has.
    fn size(&self) -> usize {
        self.made.shape[2] * self.made.shape[3]
    }

    /// About as many cells: whole rows, or what is left of one.
    fn step(&mut self, cells: usize) -> Result<()> {
        let [_, _, height, width] = self.made.shape[..] else { return Ok(()) };
        if self.done == height * width || self.made.values.is_empty() {
            self.done = height * width;
            return Ok(());
        }
        let (row, column) = (self.done / width, self.done % width);
        let rows = if column == 0 { (cells / width).clamp(1, height - row) } else { 1 };
        let columns = if rows == 1 { cells.clamp(1, width - column) } else { width };
        let samples = [Sample::range([row, row + rows]), Sample::range([column, column + columns])];
        let mut part = self.stage.part(&self.shape, samples)?;
        let count = part.output_shape().iter().product();
        if self.band.len() < count {
            self.band = reserve(count, &self.made.shape)?;
            self.band.resize(count, 0.0);
        }
        let band = &mut self.band[..count];
        maps::with_shape("x", self.x, &self.shape, |cells| part.take(cells))?;
        take_pooled(&mut part, self.pooled)?;
        part.make(band)?;
        let planes = self.made.values.chunks_exact_mut(height * width).zip(self.extents.chunks_exact_mut(2));
        for ((plane, ends), band) in planes.zip(band.chunks_exact(rows * columns)) {
            let lines = plane[row * width..].chunks_mut(width).zip(band.chunks_exact(columns));
            lines.for_each(|(line, cells)| line[column..][..columns].copy_from_slice(cells));
            for &cell in band.iter().filter(|cell| cell.is_finite()) {
                ends[0] = ends[0].min(cell);
                ends[1] = ends[1].max(cell);
            }
        }
        self.done += rows * columns;
        Ok(())
    }
}

#[wasm_bindgen]
impl StageMaker {
    /// Plans the stage; nothing is made yet.
    #[wasm_bindgen(constructor, skip_typescript)]
    pub fn new(x: &JsValue, stage: &JsValue, pooled: &JsValue) -> JsResult<StageMaker> {
        let (stage, shape) = stage_and_shape(stage)?;
        let x = maps::handle(x).ok_or_else(|| maps::no_maps("x", x))?;
        let made = Held::of(output_of(&stage, &shape)?)?;
        let extents = [f32::INFINITY, f32::NEG_INFINITY].repeat(shape[0] * shape[1]);
        let pooled = maps::handle(pooled);
        Ok(Self(RefCell::new(Some(Making { stage, x, shape, pooled, made, done: 0, band: vec![], extents }))))
    }

    /// Makes some more cells.
    #[wasm_bindgen(skip_typescript)]
    pub fn step(&self, cells: &JsValue) -> JsResult<f64> {
        let cells = extent("cells", cells)?;
        self.with(|making| {
            making.step(cells)?;
            Ok(making.done as f64 / making.size().max(1) as f64)
        })
    }

    /// The ends of each plane so far.
    #[wasm_bindgen(getter, skip_typescript)]
    pub fn extents(&self) -> JsResult<Float32Array> {
        self.with(|making| Ok(Float32Array::from(making.extents.as_slice())))
    }

    /// What was made.
    #[wasm_bindgen(skip_typescript)]
    pub fn finish(&self) -> JsResult<FeatureMaps> {
        let making = self.0.try_borrow_mut().map_err(|_| running("StageMaker"))?.take();
        let making = making.ok_or_else(|| freed("StageMaker"))?;
        if making.done < making.size() {
            return Err(Error::new(ErrorKind::Parameter, "StageMaker", "unfinished", "must have made all cells").into());
        }
        Ok(making.made.kept()?)
    }

    /// Gives the memory back; replaces wasm-bindgen's own, as `FeatureMaps` does.
    #[wasm_bindgen(skip_typescript)]
    pub fn free(&self) -> JsResult<()> {
        *self.0.try_borrow_mut().map_err(|_| running("StageMaker"))? = None;
        Ok(())
    }

    fn with<T>(&self, run: impl FnOnce(&mut Making) -> Result<T>) -> JsResult<T> {
        let mut making = self.0.try_borrow_mut().map_err(|_| running("StageMaker"))?;
        Ok(run(making.as_mut().ok_or_else(|| freed("StageMaker"))?)?)
    }
}
