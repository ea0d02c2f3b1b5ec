// The choice of network and poolings as the address' fragment: `#network=objects&a=max&b=average.own`.
import { NETWORKS, networkOf, offered, OWN, poolingOf, resolve } from "./catalogue.js";
import { page } from "./state.js";

/** @typedef {import("./state.js").Column} Column */

/** Takes the choice from the address, and keeps the address as the choice is. */
export function startLink() {
  read();
  addEventListener("hashchange", read);
  page.watch(["network", "columns"], ({ network, columns }) => {
    const known = networkOf(network);
    const [a, b] = columns.map((column) => (resolve(known, column).own && column.pooling !== known.first ? `${column.pooling}.own` : column.pooling));
    // A file of the visitor's is in no link.
    const plain = network === OWN || columns.length === 1 && network === NETWORKS[0].id && columns[0].pooling === known.first;
    const fragment = plain ? "" : `#network=${network}&a=${a}${b ? `&b=${b}` : ""}`;
    if (location.hash !== fragment) history.replaceState(null, "", fragment || location.pathname + location.search);
  });
}

function read() {
  // Other fragments are places on the page.
  if (!location.hash.includes("=")) return;
  const given = new URLSearchParams(location.hash.slice(1));
  if (!["network", "a", "b"].some((name) => given.has(name))) return;
  const id = given.get("network") ?? NETWORKS[0].id;
  const known = networkOf(id);
  const columns = ["a", "b"].flatMap((name) => (given.has(name) ? [columnOf(given.get(name) ?? "", known)] : []));
  if (known.id !== id || columns.length === 0 || columns.includes(null)) {
    page.set({ note: "The link names a network or a pooling that is not here, so the page opened as usual." });
    return;
  }
  page.set({ note: null, network: id, columns: columns.flatMap((column) => column ?? []), cell: null, source: known.takes === "digit" ? "drawing" : "photo" });
}

/** @param {string} text @param {import("./catalogue.js").Known} known @returns {Column | null} */
function columnOf(text, known) {
  const [pooling, weights = ""] = text.split(".");
  if (!offered(known).some(({ id }) => id === pooling) || !["", "own"].includes(weights)) return null;
  const own = pooling in known.trained && (weights === "own" || !poolingOf(pooling).method || pooling === known.first);
  if (weights === "own" && !own) return null;
  return { pooling, weights: own ? "own" : "same" };
}
