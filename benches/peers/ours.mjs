// Ours, called in each of the ways that there are.

/**
 * @param {typeof import("deep-end")} core
 * @param {import("../harness/layer.mjs").Layer} layer
 * @param {Float32Array} x
 */
export function ours({ FeatureMaps, PoolLayer }, layer, x) {
  const run = new PoolLayer(/** @type {any} */ (layer));
  const make = () => new Float32Array(run.outputShape.reduce((product, extent) => product * extent, 1));

  /** Maps to run on, and what a candidate says of them. */
  function maps() {
    const [from, to] = [new FeatureMaps(x, layer.shape), new FeatureMaps(make(), run.outputShape)];
    return { from, to, result: () => to.read(), free: () => [from, to, run].forEach((one) => one.free()) };
  }

  /** Numbers that stay inside the core: the kernel, and the call. */
  function resident() {
    const { from, to, ...more } = maps();
    return { call: () => run.run(from, to), ...more };
  }

  /** The same, and each output's place. */
  function residentWithIndices() {
    const { from, to, ...more } = maps();
    const indices = new Int32Array(make().length);
    return { call: () => run.runWithIndices(from, to, indices), ...more };
  }

  /** From an array into a given array. */
  function intoArray() {
    const out = make();
    return { call: () => run.run(x, out), result: () => out };
  }

  /** The same, and each output's place into a given array. */
  function intoArrays() {
    const [out, indices] = [make(), new Int32Array(make().length)];
    return { call: () => run.runWithIndices(x, out, indices), result: () => out };
  }

  /** From an array to a new array. */
  function fresh() {
    /** @type {Float32Array} */
    let y = make();
    return { call: () => (y = run.run(x)), result: () => y };
  }

  return { resident, residentWithIndices, intoArray, intoArrays, fresh };
}
