// Writes an animated GIF beside everything else: a core of its own, so that it can be stopped.
import init, { GifWriter } from "./core.js";
import { serve } from "../serve.js";

/** @type {GifWriter | null} */
let writer = null;

serve(init, {
  begin({ width, height }) {
    writer?.free();
    writer = new GifWriter(width, height);
    return true;
  },
  add({ image, milliseconds }) {
    writer?.add(image, milliseconds);
    return true;
  },
  finish: () => writer?.finish(),
});
