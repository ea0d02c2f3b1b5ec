// The page's address says what is set up: a link opens the page with the same.
import { MOST, POOLINGS } from "./poolings.js";
import { DEFAULTS, LIMITS, page, SIZES } from "./state.js";

/** @typedef {import("./state.js").Setup} Setup */

/** What of a link's fragment holds; anything else in it is left out. @param {string} fragment @returns {Partial<Setup>} */
export function read(fragment) {
  const given = new URLSearchParams(fragment);
  const number = (/** @type {string} */ key) => (given.get(key)?.trim() ? Number(given.get(key)) : NaN);
  const poolings = POOLINGS.map(({ word }) => word).filter((word) => given.get("poolings")?.split(",").includes(word));
  const [images, epochs, seed, learningRate, batchSize] = ["images", "epochs", "seed", "learningRate", "batchSize"].map(number);
  return {
    ...(poolings.length > 0 && poolings.length <= MOST ? { poolings } : {}),
    ...(SIZES.includes(images) ? { images } : {}),
    ...(Number.isInteger(epochs) && epochs >= 1 && epochs <= LIMITS.epochs ? { epochs } : {}),
    ...(Number.isInteger(seed) && seed >= 0 && seed <= LIMITS.seed ? { seed } : {}),
    ...(learningRate > 0 && learningRate < Infinity ? { learningRate } : {}),
    ...([16, 32, 64, 128].includes(batchSize) ? { batchSize } : {}),
  };
}

/** What differs from what the page opens with. @param {Setup} setup */
export function write(setup) {
  const changed = Object.entries(setup).filter(([key, value]) => String(value) !== String(DEFAULTS[/** @type {keyof Setup} */ (key)]));
  return changed.map(([key, value]) => `${key}=${value}`).join("&");
}

/** Takes the setup from the address, and keeps it there. A fragment without settings names a place on the page. */
export function startLink() {
  const fragment = () => location.hash.slice(1);
  const take = () => fragment().includes("=") && page.set({ setup: { ...DEFAULTS, ...read(fragment()) } });
  take();
  addEventListener("hashchange", take);
  page.watch(["setup"], ({ setup }) => {
    const wanted = write(setup);
    if (wanted === fragment() || (wanted === "" && !fragment().includes("="))) return;
    history.replaceState(null, "", wanted ? `#${wanted}` : location.pathname + location.search);
  });
}
