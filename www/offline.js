// A service worker: keeps the site for visits without a network. All files of one release are kept together and answered
// from there, so that old and new ones never mix; a new release takes over once no page of the old one is open.

/**
 * `cargo xtask dist` names the release before this line. Without it every request goes to the server.
 * @type {{ version: string, files: string[] }}
 */
const RELEASE = Reflect.get(self, "release") ?? { version: "", files: [] };

const PREFIX = "deep-end ";
const kept = PREFIX + RELEASE.version;

/** @typedef {Event & { waitUntil(work: Promise<unknown>): void }} Due */
/** @typedef {Event & { request: Request, respondWith(answer: Promise<Response>): void }} Asked */

async function keep() {
  if (RELEASE.files.length === 0) return;
  const cache = await caches.open(kept);
  // From the server: the browser's own cache may hold files of another release.
  await cache.addAll(RELEASE.files.map((file) => new Request(file, { cache: "reload" })));
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== kept).map((name) => caches.delete(name)));
}

/** @param {Request} request */
async function answer(request) {
  const found = RELEASE.files.length > 0 && (await (await caches.open(kept)).match(request, { ignoreSearch: true }));
  return found || fetch(request);
}

self.addEventListener("install", (event) => /** @type {Due} */ (event).waitUntil(keep()));
self.addEventListener("activate", (event) => /** @type {Due} */ (event).waitUntil(forgetOthers()));
self.addEventListener("fetch", (event) => {
  const { request } = /** @type {Asked} */ (event);
  if (request.method === "GET") /** @type {Asked} */ (event).respondWith(answer(request));
});
