// ONNX Runtime Web: its WebAssembly backend with one thread.
import { outputShape } from "../harness/layer.mjs";
import { constant, INT64, model, node, value } from "./onnx.mjs";

/** So many poolings in the model that the kernel is timed by. */
const KERNELS = 8;

/** @param {URL} modules where npm's packages lie */
export async function ort(modules) {
  const folder = new URL("onnxruntime-web/dist/", modules);
  const runtime = await import(new URL("ort.wasm.min.mjs", folder).href);
  runtime.env.wasm.numThreads = 1;
  runtime.env.wasm.wasmPaths = folder.href;
  const open = (/** @type {Uint8Array} */ bytes, more = {}) =>
    runtime.InferenceSession.create(bytes, { executionProviders: ["wasm"], ...more });

  /**
   * From an array to an array.
   * @param {Uint8Array} bytes a model that takes `x` and gives `y`
   * @param {number[]} shape
   * @param {Float32Array} x
   */
  async function run(bytes, shape, x) {
    const session = await open(bytes);
    let y = new Float32Array(0);
    async function call() {
      ({ y: { data: y } } = await session.run({ x: new runtime.Tensor("float32", x, shape) }));
    }
    return { call, result: () => y, free: () => session.release() };
  }

  /** Pooling, from an array to an array. @param {import("../harness/layer.mjs").Layer} layer @param {Float32Array} x */
  const pool = (layer, x) => run(pooling(layer), layer.shape, x);

  /**
   * The kernel: several times on numbers that lie in the model, asking for shapes only. A call of ONNX Runtime always
   * copies what it takes and gives; optimisations are off, since they would pool once and for all.
   * @param {import("../harness/layer.mjs").Layer} layer
   * @param {Float32Array} x
   */
  async function kernel(layer, x) {
    const session = await open(kernels(layer, x), { graphOptimizationLevel: "disabled" });
    return { call: () => session.run({}), units: KERNELS, free: () => session.release() };
  }

  return { run, pool, kernel };
}

/** @param {import("../harness/layer.mjs").Layer} layer @param {string} input @param {string} output */
export function poolNode({ method, kernelSize, stride, padding, dilation, countIncludePad = true }, input, output) {
  const pads = [...padding.map(([before]) => before), ...padding.map(([, after]) => after)];
  const window = { kernel_shape: kernelSize, strides: stride, pads };
  if (method === "max") return node("MaxPool", [input], output, { ...window, dilations: dilation });
  if (method !== "average" || dilation.some((step) => step !== 1)) throw new Error(`ONNX 17 has no ${method} like this`);
  return node("AveragePool", [input], output, { ...window, count_include_pad: Number(countIncludePad) });
}

/** A model of one pooling. @param {import("../harness/layer.mjs").Layer} layer */
export function pooling(layer) {
  const [inputs, outputs] = [[value("x", layer.shape)], [value("y", outputShape(layer))]];
  return model({ nodes: [poolNode(layer, "x", "y")], inputs, outputs });
}

/** @param {import("../harness/layer.mjs").Layer} layer @param {Float32Array} x */
function kernels(layer, x) {
  const each = Array.from({ length: KERNELS }, (_, at) => String(at));
  const pools = each.flatMap((at) => [poolNode(layer, "x", `y${at}`), node("Shape", [`y${at}`], `shape${at}`)]);
  const nodes = [...pools, node("Concat", each.map((at) => `shape${at}`), "shapes", { axis: 0 })];
  return model({ nodes, constants: [constant("x", layer.shape, x)], outputs: [value("shapes", undefined, INT64)] });
}
