// Pooling a picture's pixels in JavaScript, four bytes at a time: bytes 0 and 2 of a pixel in one number, 1 and 3 in
// another, each with eight bits to spare ("SIMD within a register").

const EVEN = 0x00ff00ff;

/**
 * @param {"max" | "average"} method over windows of 2 × 2
 * @param {{ data: Uint8ClampedArray, width: number, height: number }} image
 */
export function picturesInJavaScript(method, { data, width, height }) {
  const x = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const [columns, rows] = [width >> 1, height >> 1];
  const run = { max: maxOfPixels, average: averageOfPixels }[method];
  let made = new Uint8ClampedArray(0);
  function call() {
    made = new Uint8ClampedArray(4 * columns * rows);
    run(x, new Uint32Array(made.buffer), width, columns, rows);
    return typeof ImageData === "undefined" ? made : new ImageData(made, columns, rows);
  }
  return { call, result: () => made };
}

/** The larger of two pairs of bytes. @param {number} a @param {number} b */
function larger(a, b) {
  const mask = ((((a | 0x01000100) - b) >>> 8) & 0x00010001) * 0xff; // bit 8 stays where a is not less
  return (a & mask) | (b & ~mask);
}

/** @param {Uint32Array} x @param {Uint32Array} y @param {number} width @param {number} columns @param {number} rows */
function maxOfPixels(x, y, width, columns, rows) {
  for (let row = 0, to = 0; row < rows; row++) {
    for (let column = 0, at = 2 * row * width; column < columns; column++, at += 2, to++) {
      const [a, b, c, d] = [x[at], x[at + 1], x[at + width], x[at + width + 1]];
      const even = larger(larger(a & EVEN, b & EVEN), larger(c & EVEN, d & EVEN));
      const odd = larger(larger((a >>> 8) & EVEN, (b >>> 8) & EVEN), larger((c >>> 8) & EVEN, (d >>> 8) & EVEN));
      y[to] = even | (odd << 8);
    }
  }
}

/** @param {Uint32Array} x @param {Uint32Array} y @param {number} width @param {number} columns @param {number} rows */
function averageOfPixels(x, y, width, columns, rows) {
  for (let row = 0, to = 0; row < rows; row++) {
    for (let column = 0, at = 2 * row * width; column < columns; column++, at += 2, to++) {
      const [a, b, c, d] = [x[at], x[at + 1], x[at + width], x[at + width + 1]];
      const even = (a & EVEN) + (b & EVEN) + (c & EVEN) + (d & EVEN) + 0x00020002;
      const odd = ((a >>> 8) & EVEN) + ((b >>> 8) & EVEN) + ((c >>> 8) & EVEN) + ((d >>> 8) & EVEN) + 0x00020002;
      y[to] = ((even >>> 2) & EVEN) | (((odd >>> 2) & EVEN) << 8);
    }
  }
}
