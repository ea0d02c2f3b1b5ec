// Sentence and pooling as the address' fragment: `#text=moving+but+bad&over=average.own`.
import { EXAMPLES } from "./examples.js";
import { page, write } from "./state.js";

/** A longer sentence is left out of the address. */
const MOST = 600;

/** Takes sentence and pooling from the address, and keeps the address as they are. */
export function startLink() {
  read();
  addEventListener("hashchange", read);
  page.watch(["text", "column"], ({ text, column: { over, weights } }) => {
    const given = new URLSearchParams();
    if (text !== EXAMPLES[0].text && text.length <= MOST) given.set("text", text);
    if (over !== "max") given.set("over", weights === "own" ? `${over}.own` : over);
    const fragment = given.size > 0 ? `#${given}` : "";
    if (location.hash !== fragment) history.replaceState(null, "", fragment || location.pathname + location.search);
  });
}

function read() {
  // Other fragments are places on the page.
  if (!location.hash.includes("=")) return;
  const given = new URLSearchParams(location.hash.slice(1));
  const [over = "max", weights = "same"] = (given.get("over") ?? "max").split(".");
  if (!["max", "average"].includes(over) || !["same", "own"].includes(weights)) {
    page.set({ note: "The link names a pooling that is not here, so the page opened as usual." });
    return;
  }
  const text = given.get("text");
  page.set({ note: null, column: { over: /** @type {"max" | "average"} */ (over), weights: over === "max" ? "own" : /** @type {"same" | "own"} */ (weights) } });
  if (text !== null && text !== page.value.text) write(text);
}
