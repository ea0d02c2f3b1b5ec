// What a visitor can set on a pooling layer, as data: the page shows it, the link carries it, the core judges it.

/** @typedef {"max" | "average" | "lp"} Method */
/** @typedef {"sliding" | "adaptive" | "global"} Windows  how windows are laid over the picture */
/**
 * @typedef {object} Settings
 * @property {Method} method
 * @property {Windows} windows
 * @property {number} kernelSize
 * @property {number | null} stride  null follows the kernel size
 * @property {number} padding
 * @property {number} dilation
 * @property {boolean} ceilMode
 * @property {boolean} countIncludePad
 * @property {number} normType
 * @property {number} outputHeight
 * @property {number} outputWidth
 */

/** @type {readonly Method[]} */
export const METHODS = ["max", "average", "lp"];
/** @type {readonly Windows[]} */
export const WINDOWS = ["sliding", "adaptive", "global"];

/** @type {Readonly<Settings>} */
export const DEFAULTS = Object.freeze({
  method: "max",
  windows: "sliding",
  kernelSize: 8,
  stride: null,
  padding: 0,
  dilation: 1,
  ceilMode: false,
  countIncludePad: true,
  normType: 2,
  outputHeight: 32,
  outputWidth: 48,
});

/** The settings that are numbers: what the core can refuse for its value. */
export const NUMERIC = /** @type {const} */ (["normType", "kernelSize", "stride", "padding", "dilation", "outputHeight", "outputWidth"]);

/**
 * The setting that a parameter of the core is set by; null where none is.
 * @param {string} parameter
 */
export function settingOf(parameter) {
  const name = parameter === "outputSize" ? "outputHeight" : parameter;
  return NUMERIC.find((key) => key === name) ?? null;
}

/**
 * The core's options for these settings: only what applies, so that nothing set elsewhere can be refused here.
 * @param {Settings} settings
 * @returns {import("./core.js").PoolOptions}
 */
export function toOptions(settings) {
  const { method, normType } = settings;
  const way = method === "lp" ? { method, normType } : { method };
  if (settings.windows === "global") return { ...way, global: true };
  if (settings.windows === "adaptive") {
    return { ...way, outputSize: [settings.outputHeight, settings.outputWidth] };
  }
  const { kernelSize, padding, dilation, ceilMode, countIncludePad } = settings;
  return {
    ...way,
    kernelSize,
    stride: settings.stride ?? kernelSize,
    padding,
    dilation,
    ceilMode,
    ...(method === "average" ? { countIncludePad } : {}),
  };
}
