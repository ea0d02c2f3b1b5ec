// Owns a core and pools photographs.
import init, { imageParts, poolGeometry, poolImage } from "./core.js";
import { serve } from "./serve.js";

/** @typedef {import("./core.js").PoolOptions} Options */
/** @typedef {{ image: ImageData, top: number }} Piece  rows of a picture, and the number of the first */
/** @typedef {{ photo: number, top: number, image: ImageData }} Held  rows of the photograph with this number */
/** @typedef {{ layer: Options, photo: number, width: number, height: number, share: number, of: number }} PoolWork  the photograph's number and size; which of how many shares */
/** @typedef {{ needs: [number, number] } | { pieces: Piece[], geometry?: ReturnType<typeof poolGeometry>, milliseconds: number }} Share  the rows that are missing, or what was made */

/** So many of the photograph's pixels are pooled between two reports. */
const STEP = 500_000;
/** Rows that are held beside those that are read, so that a window a little larger needs no others. */
const BESIDE = 128;

/**
 * A share of the pooled photograph. The core says which parts there are and what each reads.
 * @param {PoolWork} work
 * @param {Held | undefined} held
 * @param {(done: number) => void} report
 * @returns {Share}
 */
function poolPhoto({ layer, photo, width, height, share, of }, held, report) {
  const all = imageParts(layer, width, height, of * Math.ceil((width * height) / of / STEP));
  const bound = (/** @type {number} */ at) => Math.floor((at * all.length) / of);
  const parts = all.slice(bound(share), bound(share + 1));
  const first = Math.min(...parts.map(({ reads }) => reads[0]));
  const end = Math.max(...parts.map(({ reads }) => reads[1]));
  if (parts.length > 0 && !(held?.photo === photo && held.top <= first && end <= held.top + held.image.height)) {
    return { needs: [Math.max(0, first - BESIDE), Math.min(height, end + BESIDE)] };
  }
  const geometry = share === 0 ? poolGeometry({ ...layer, shape: [1, 3, height, width] }) : undefined;
  const from = performance.now();
  const pieces = parts.map(({ rows }, done) => {
    report(done / parts.length);
    const { image, top } = /** @type {Held} */ (held);
    return { image: poolImage(image, layer, { rows, top, height }), top: rows[0] };
  });
  return { pieces, geometry, milliseconds: performance.now() - from };
}

serve(init, { pool: poolPhoto });
