// What a network computes, in doubles, layer by layer as each is defined.

/** @param {import("./models.mjs").Model} network @param {Float32Array} x one sample @returns {Float64Array} probabilities */
export function define({ inputShape, layers }, x) {
  let [shape, values] = [inputShape, Float64Array.from(x)];
  for (const layer of layers) {
    if (layer.type === "conv2d") [shape, values] = convolve(layer, shape, values);
    else if (layer.type === "relu") values = values.map((value) => Math.max(value, 0));
    else if (layer.type === "pool") [shape, values] = halve(shape, values);
    else if (layer.type === "linear") values = dense(layer, values);
  }
  const most = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** @param {any} layer @param {number[]} shape @param {Float64Array} x @returns {[number[], Float64Array<ArrayBuffer>]} */
function convolve({ weight, bias, padding }, [channels, height, width], x) {
  const [outputs, , rows, columns] = weight.shape;
  const [[top], [left]] = padding;
  const [high, wide] = [height + 2 * top - rows + 1, width + 2 * left - columns + 1];
  const y = new Float64Array(outputs * high * wide);
  for (let at = 0; at < y.length; at++) {
    const [output, row, column] = [Math.floor(at / (high * wide)), Math.floor(at / wide) % high, at % wide];
    let sum = bias.data[output];
    for (let channel = 0; channel < channels; channel++) {
      for (let tap = 0; tap < rows * columns; tap++) {
        const [from, over] = [row + Math.floor(tap / columns) - top, column + (tap % columns) - left];
        const inside = from >= 0 && from < height && over >= 0 && over < width;
        if (inside) sum += weight.data[(output * channels + channel) * rows * columns + tap] * x[(channel * height + from) * width + over];
      }
    }
    y[at] = sum;
  }
  return [[outputs, high, wide], y];
}

/** @param {number[]} shape @param {Float64Array} x @returns {[number[], Float64Array<ArrayBuffer>]} */
function halve([channels, height, width], x) {
  const [high, wide] = [height >> 1, width >> 1];
  const y = Float64Array.from({ length: channels * high * wide }, (_, at) => {
    const first = (Math.floor(at / (high * wide)) * height + 2 * (Math.floor(at / wide) % high)) * width + 2 * (at % wide);
    return Math.max(x[first], x[first + 1], x[first + width], x[first + width + 1]);
  });
  return [[channels, high, wide], y];
}

/** @param {any} layer @param {Float64Array} x */
function dense({ weight, bias }, x) {
  return Float64Array.from(bias.data, (sum, row) => x.reduce((total, value, at) => total + value * weight.data[row * x.length + at], sum));
}
