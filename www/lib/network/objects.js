// Test pictures of CIFAR-10 for the objects network: fetched once, when somebody wants to pick one.
import { page } from "./state.js";

/** What `cargo xtask pack objects` made: of each class the first test pictures, class after class. */
export const OBJECTS = { each: 3, side: 32 };
/** The classes, in their order. */
export const KINDS = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/** @typedef {{ kind: string, image: ImageData }} Picture */

/** Shows the test pictures, and gives the first to the network. Where they cannot be had, the next call tries again. */
export async function openObjects() {
  if (page.value.objects) return;
  try {
    const answer = await fetch(new URL("../../data/objects.bin", import.meta.url));
    if (!answer.ok || !answer.body) throw new Error(`the server answered ${answer.status}`);
    const unpacked = answer.body.pipeThrough(new DecompressionStream("deflate"));
    page.set({ objects: parted(await new Response(unpacked).arrayBuffer()), object: page.value.object ?? 0, photoError: null });
  } catch (reason) {
    page.set({ photoError: `The test pictures could not be fetched: ${reason instanceof Error ? reason.message : reason}. What is shown stays.` });
  }
}

/** @param {ArrayBuffer} bytes  classes, then pictures as a canvas has them @returns {Picture[]} */
function parted(bytes) {
  const { each, side } = OBJECTS;
  const [count, size] = [each * KINDS.length, 4 * side * side];
  if (bytes.byteLength !== count * (1 + size)) throw new Error(`their file has ${bytes.byteLength} bytes where ${count * (1 + size)} were expected`);
  return Array.from(new Uint8Array(bytes, 0, count), (kind, at) => ({ kind: KINDS[kind], image: new ImageData(new Uint8ClampedArray(bytes, count + at * size, size), side) }));
}
