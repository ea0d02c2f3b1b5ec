// TensorFlow.js: its WebAssembly backend with SIMD and one thread. It lays numbers out as N, height, width, C, and is given
// them so; only results are turned round, to compare them.
import { outputShape } from "../harness/layer.mjs";
import { script } from "../harness/script.mjs";

/** @param {URL} modules where npm's packages lie */
export async function tfjs(modules) {
  const tf = await script(modules, "@tensorflow/tfjs-core", "dist/tf-core.min.js", (page) => page.tf);
  const wasm = await script(modules, "@tensorflow/tfjs-backend-wasm", "dist/tf-backend-wasm.min.js", (page) => page.tf.wasm);
  const folder = new URL("@tensorflow/tfjs-backend-wasm/dist/", modules);
  wasm.setWasmPaths(folder.protocol === "file:" ? decodeURIComponent(folder.pathname) : folder.href);
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  if (!(await tf.setBackend("wasm"))) throw new Error("TensorFlow.js found no wasm backend");

  /** @param {import("../harness/layer.mjs").Layer} layer */
  function operator({ method, kernelSize, stride, padding, dilation, countIncludePad = true }) {
    const pad = padding[0][0];
    const padded = padding.flat().some((side) => side !== 0);
    if (padding.flat().some((side) => side !== pad)) throw new Error("TensorFlow.js is given one padding for all sides");
    if (padded && method === "average" && countIncludePad) throw new Error("TensorFlow.js never counts padding");
    const run = { max: tf.maxPool, average: tf.avgPool }[method];
    if (!run || dilation.some((step) => step !== 1)) throw new Error(`TensorFlow.js has no ${method} like this`);
    return (/** @type {any} */ tensor) => run(tensor, kernelSize, stride, pad, padded ? "floor" : undefined);
  }

  /** On a tensor that is there already. @param {import("../harness/layer.mjs").Layer} layer @param {Float32Array} x */
  function kernel(layer, x) {
    const [run, tensor] = [operator(layer), tf.tensor4d(channelsLast(layer.shape, x), shapeLast(layer.shape))];
    const result = () => {
      const y = run(tensor);
      const data = channelsFirst(outputShape(layer), y.dataSync());
      y.dispose();
      return data;
    };
    return { call: () => run(tensor).dispose(), result, free: () => tensor.dispose() };
  }

  /** From an array to an array. @param {import("../harness/layer.mjs").Layer} layer @param {Float32Array} x */
  function pool(layer, x) {
    const [run, data, shape] = [operator(layer), channelsLast(layer.shape, x), shapeLast(layer.shape)];
    let last = data;
    function call() {
      const tensor = tf.tensor4d(data, shape);
      const y = run(tensor);
      last = y.dataSync();
      tensor.dispose();
      y.dispose();
    }
    return { call, result: () => channelsFirst(outputShape(layer), last) };
  }

  /** A candidate that runs on the processor backend and has gradients. @param {(tf: any) => any} make */
  async function onProcessor(make) {
    await script(modules, "@tensorflow/tfjs-backend-cpu", "dist/tf-backend-cpu.min.js", (page) => page.tf);
    await script(modules, "@tensorflow/tfjs-layers", "dist/tf-layers.min.js", (page) => page.tf); // it registers gradients
    /** @template T @param {() => T} work @returns {T} */
    function there(work) {
      tf.setBackend("cpu");
      try {
        return work();
      } finally {
        tf.setBackend("wasm");
      }
    }
    await tf.setBackend("cpu"); // the first time it takes a turn, later none
    const { call, result, free } = there(() => make(tf));
    return { call: () => there(call), result: () => there(result), free };
  }

  /**
   * From pixels to pixels, windows of 2 × 2; its `fromPixels` makes whole numbers, and clamping rounds.
   * @param {"max" | "average"} method
   * @param {{ data: Uint8ClampedArray<ArrayBuffer>, width: number, height: number }} image
   */
  function poolImage(method, { data, width, height }) {
    const run = { max: tf.maxPool, average: tf.avgPool }[method];
    const pixels = typeof ImageData === "undefined" ? { data: new Uint8Array(data.buffer), width, height } : new ImageData(data, width, height);
    let made = new Uint8ClampedArray(0);
    function call() {
      const whole = tf.browser.fromPixels(pixels, 4);
      const x = tf.cast(whole, "float32");
      const y = run(x, 2, 2, "valid");
      // Halves go up, as ours; a clamped array alone would round them to even.
      const shifted = method === "average" ? tf.floor(tf.add(y, 0.5)) : y;
      made = new Uint8ClampedArray(shifted.dataSync());
      for (const tensor of new Set([whole, x, y, shifted])) tensor.dispose();
      return typeof ImageData === "undefined" ? made : new ImageData(made, width >> 1, height >> 1);
    }
    return { call, result: () => made };
  }

  return { tf, kernel, pool, poolImage, onProcessor };
}

/** @param {number[]} shape */
const shapeLast = ([batch, channels, ...extents]) => [batch, ...extents, channels];

/** @param {number[]} shape N, C and the spatial extents @param {Float32Array} x */
export function channelsLast([batch, channels], x) {
  return turned(x, channels, x.length / batch / channels);
}

/** @param {number[]} shape N, C and the spatial extents @param {Float32Array} x laid out the other way */
export function channelsFirst([batch, channels], x) {
  return turned(x, x.length / batch / channels, channels);
}

/**
 * Each matrix transposed.
 * @param {Float32Array} x
 * @param {number} rows
 * @param {number} columns
 */
function turned(x, rows, columns) {
  const y = new Float32Array(x.length);
  for (let at = 0; at < x.length; at++) {
    const [matrix, place] = [Math.floor(at / (rows * columns)), at % (rows * columns)];
    y[matrix * rows * columns + (place % columns) * rows + Math.floor(place / columns)] = x[at];
  }
  return y;
}
