// A network of the visitor's: a file that the training page saved, or any other in its format.
import { Client } from "../client.js";
import { offer, OWN } from "./catalogue.js";
import { page, setNetwork } from "./state.js";

/** No file is larger than a page can be expected to hold a few times over. */
const MOST = 64_000_000;

let asked = 0;

/** Opens a network; whatever is wrong with it, what is shown stays. @param {File} file */
export async function openNetwork(file) {
  const request = ++asked;
  page.set({ ownError: null });
  // Reading it is asked of a worker of its own: it may be anything.
  const client = new Client(new URL("./worker.js", import.meta.url), 0);
  try {
    if (file.size > MOST) throw new Error(`it has ${file.size} bytes, which is more than ${MOST}`);
    const bytes = new Uint8Array(await file.arrayBuffer());
    /** @type {{ inputShape: number[] }} */
    const { inputShape } = await client.request("describe", { bytes });
    if (request !== asked) return;
    const digit = inputShape.join() === "1,28,28";
    if (!digit && inputShape[0] !== 3) throw new Error(`it takes inputs of ${inputShape.join(" × ")}, and this page has drawings of 1 × 28 × 28 and pictures of three channels`);
    offer({ id: OWN, title: file.name, takes: digit ? "digit" : "picture", first: "file", trained: { file: `${OWN} ${request}` }, bytes });
    page.set({ own: file.name });
    setNetwork(OWN);
  } catch (reason) {
    if (request === asked) page.set({ ownError: `“${file.name}” cannot be run: ${reason instanceof Error ? reason.message : reason}. What is shown stays.` });
  } finally {
    client.stop();
  }
}
