// What the panels begin with. Apart from them: the state has it in it, and they import the state.

/** @type {import("./dialects.js").Dialects} */
export const DIALECTS = Object.freeze({ lines: [], from: "PyTorch", carried: [], to: null, output: null, pasted: null, error: "" });
/** @type {import("./backward.js").Backward} */
export const BACKWARD = Object.freeze({ gradient: null, brush: 1, at: { row: 0, column: 0 }, cell: null, flow: null, slope: null, refused: "", error: "" });
/** @type {import("./compare.js").Compare} */
export const COMPARE = Object.freeze({ methods: ["max", "average", "max-blur", "subsample"], way: "nearest", result: null, curves: [], error: "" });
/** @type {import("./takeaway.js").Take} */
export const TAKE = Object.freeze({ stage: null, progress: null, said: "", wrong: false });
