// Photograph and settings in, pooled picture or the core's refusal out: the page's one way to its first result.
import { Client } from "./client.js";
import { page } from "./state.js";
import { toOptions } from "./settings.js";

/** After this many milliseconds the page says that it is working, and offers to stop. */
const SLOW = 300;
/** What a running request is granted once a newer one waits. */
const PATIENCE = 250;

const client = new Client(PATIENCE);
let newest = 0;

/** Starts answering to every change of photograph or settings. */
export function startPooling() {
  client.start();
  page.watch(["photo", "settings"], ({ photo, settings }) => {
    if (photo) answer(photo, settings);
  });
}

/** Ends a running request; the last result stays. */
export function stopPooling() {
  newest++;
  client.stop();
  page.set({
    slow: false,
    pooling: page.value.pooled ? "ready" : "idle",
    poolingsDone: page.value.poolingsDone + 1,
    refusal: { parameter: "", message: "Stopped. The pooled picture is still the one before." },
  });
}

/**
 * @param {import("./image.js").Photo} photo
 * @param {import("./settings.js").Settings} settings
 */
async function answer(photo, settings) {
  const request = ++newest;
  page.set({ pooling: "working" });
  const timer = setTimeout(() => request === newest && page.set({ slow: true }), SLOW);
  try {
    /** @type {import("./worker.js").Pooled | null} */
    const result = await client.request("pool", toOptions(settings), photo.image);
    if (!result) return;
    const rows = result.image.height;
    const columns = result.image.width;
    const { cell, pooled } = page.value;
    // At first a cell a little off the middle, where photographs tend to have something to see.
    const row = pooled ? Math.min(cell.row, rows - 1) : Math.floor(rows * 0.66);
    const column = pooled ? Math.min(cell.column, columns - 1) : Math.floor(columns * 0.6);
    page.set({ pooled: { ...result, photo, settings }, cell: { row, column } });
    if (request === newest) page.set({ refusal: null });
  } catch (reason) {
    const { message = String(reason), parameter = "" } = reason instanceof Error ? /** @type {Partial<import("./client.js").Refused>} */ (reason) : {};
    if (request === newest) page.set({ refusal: { parameter, message } });
  } finally {
    clearTimeout(timer);
    if (request === newest) {
      const pooling = page.value.refusal ? "error" : "ready";
      page.set({ pooling, slow: false, poolingsDone: page.value.poolingsDone + 1 });
    }
  }
}
