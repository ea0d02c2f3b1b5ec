// Has the site kept for visits without a network, once the page has all it needs itself.

/** Pages call this that a visitor works on for long; the first page does not, so that a glance costs little. */
export function keepForOffline() {
  const connection = /** @type {{ saveData?: boolean } | undefined} */ (Reflect.get(navigator, "connection"));
  if (!("serviceWorker" in navigator) || connection?.saveData) return;
  // Where it is refused, as in some private windows, the page is what it was: it only needs the network.
  const keep = () => navigator.serviceWorker.register(new URL("../offline.js", import.meta.url)).catch(() => {});
  if (document.readyState === "complete") keep();
  else addEventListener("load", keep, { once: true });
}
