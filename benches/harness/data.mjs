// Numbers to pool. Random ones, and smooth ones as photographs and feature maps are: JavaScript's branches depend on which.

/** How many numbers a shape has. */
export const size = (/** @type {number[]} */ shape) => shape.reduce((product, extent) => product * extent, 1);

/**
 * Uniform in −1 to 1, the same each time.
 * @param {number[]} shape
 * @param {number} [seed]
 */
export function random(shape, seed = 1) {
  const draw = generator(seed);
  return Float32Array.from({ length: size(shape) }, () => 2 * draw() - 1);
}

/** Numbers from 0 to 1: xorshift32 (G. Marsaglia, *Xorshift RNGs*, 2003). */
export function generator(seed = 1) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Slow waves along the innermost two axes. @param {number[]} shape */
export function smooth(shape) {
  const width = shape.at(-1) ?? 1;
  return Float32Array.from({ length: size(shape) }, (_, at) => Math.sin((at % width) / 40) * Math.cos(Math.floor(at / width) / 60));
}

/**
 * An opaque picture: waves with some noise, as a camera's.
 * @param {number} width
 * @param {number} height
 */
export function picture(width, height) {
  const draw = generator(2);
  const data = new Uint8ClampedArray(4 * width * height);
  for (let at = 0; at < data.length; at++) {
    const [x, y] = [(at >> 2) % width, Math.floor((at >> 2) / width)];
    data[at] = at % 4 === 3 ? 255 : 128 + 90 * Math.sin(x / 97 + (at % 4)) * Math.cos(y / 131) + 24 * (draw() - 0.5);
  }
  return typeof ImageData === "undefined" ? { data, width, height } : new ImageData(data, width, height);
}
