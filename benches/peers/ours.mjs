// Ours, called in each of the ways that there are.

/**
 * @param {typeof import("deep-end")} core
 * @param {import("../harness/layer.mjs").Layer} layer
 * @param {Float32Array} x
 */
export function ours({ FeatureMaps, PoolLayer }, layer, x) {
  const run = new PoolLayer(/** @type {any} */ (layer));
  const make = () => new Float32Array(run.outputShape.reduce((product, extent) => product * extent, 1));

  /** Numbers that stay inside the core: the kernel, and the call. */
  function resident() {
    const [maps, out] = [new FeatureMaps(x, layer.shape), new FeatureMaps(make(), run.outputShape)];
    return { call: () => run.run(maps, out), result: () => out.read(), free: () => [maps, out].forEach((one) => one.free()) };
  }

  /** The same, and each output's place. */
  function residentWithIndices() {
    const { free, result } = resident();
    free();
    const [maps, out] = [new FeatureMaps(x, layer.shape), new FeatureMaps(make(), run.outputShape)];
    const indices = new Int32Array(make().length);
    return { call: () => run.runWithIndices(maps, out, indices), result: () => out.read() };
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
    let y = make();
    return { call: () => (y = run.run(x)), result: () => y };
  }

  return { resident, residentWithIndices, intoArray, intoArrays, fresh };
}
