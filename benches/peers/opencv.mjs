// OpenCV.js: morphology is max and min over a window, `blur` is average. One plane; padding as an unbounded window has it.
import { script } from "../harness/script.mjs";

/** @param {URL} modules where npm's packages lie */
export async function opencv(modules) {
  const library = await script(modules, "@techstark/opencv-js", "dist/opencv.js", (page) => page.cv);

  /**
   * The kernel, on matrices that are there already.
   * @param {import("../harness/layer.mjs").Layer} layer one plane, stride 1, padding that keeps the extents
   * @param {Float32Array} x
   */
  function kernel({ shape: [, , height, width], method, kernelSize: [rows, columns] }, x) {
    const [from, to] = [new library.Mat(height, width, library.CV_32F), new library.Mat(height, width, library.CV_32F)];
    from.data32F.set(x);
    const window = library.Mat.ones(rows, columns, library.CV_8U);
    const [extent, middle] = [new library.Size(columns, rows), new library.Point(-1, -1)];
    const call = {
      max: () => library.dilate(from, to, window),
      min: () => library.erode(from, to, window),
      average: () => library.blur(from, to, extent, middle, library.BORDER_CONSTANT),
    }[method];
    if (!call) throw new Error(`OpenCV.js has no ${method}`);
    return { call, result: () => to.data32F, free: () => [from, to, window].forEach((one) => one.delete()) };
  }

  return { kernel };
}
