// Cold start: from navigation to the first answer, over a link of 10 Mbit/s and 40 ms, with empty caches. Everything is sent
// compressed by gzip, as the usual static hosts do, and every page names what it will need beforehand.
import { OURS, weigh } from "../harness/bench.mjs";
import { shuffled } from "../harness/measure.mjs";

const GROUP = "Cold start";
const ROW = "first max pooling, 10 Mbit/s and 40 ms";
const LINK = { offline: false, latency: 40, downloadThroughput: 1e7 / 8, uploadThroughput: 1e7 / 8 };

const NOTHING = "a page without a core";
const PAGES = { [OURS]: "ours.html", [NOTHING]: "nothing.html", "tfjs-wasm": "tfjs.html", "ORT Web": "ort.html" };
const RATIOS = [
  { against: "tfjs-wasm", atLeast: 2.5 },
  { against: "ORT Web", atLeast: 10 },
  { of: NOTHING, against: "tfjs-wasm" },
];

/**
 * @param {Awaited<ReturnType<typeof import("../harness/browser.mjs").launch>>} browser
 * @param {string} address the server's
 * @param {{ rows: string, rounds: number }} options
 * @param {(result: object) => void} report
 * @returns {Promise<number>} how many rows failed
 */
export async function coldStarts(browser, address, { rows, rounds }, report) {
  if (!`${GROUP}: ${ROW}`.toLowerCase().includes(rows.toLowerCase())) return 0;
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(Object.keys(PAGES).map((name) => [name, []]));
  try {
    for (const file of Object.values(PAGES)) await start(browser, `${address}benches/cold/${file}`); // the server compresses
    for (let round = 0; round < rounds; round++) {
      for (const [name, file] of shuffled(Object.entries(PAGES))) times[name].push(await start(browser, `${address}benches/cold/${file}`));
    }
  } catch (error) {
    report({ group: GROUP, row: ROW, error: String(error) });
    return 1;
  }
  for (const weighed of RATIOS) report({ group: GROUP, row: ROW, ...weigh(weighed, times) });
  return 0;
}

/**
 * The milliseconds from navigation to the answer that the page hands to `answered`.
 * @param {Awaited<ReturnType<typeof import("../harness/browser.mjs").launch>>} browser
 * @param {string} url
 */
async function start(browser, url) {
  const { tell, on, close } = await browser.page();
  const answer = new Promise((resolve, reject) => {
    on("Runtime.bindingCalled", ({ payload }) => resolve(JSON.parse(payload)));
    on("Runtime.exceptionThrown", ({ exceptionDetails }) => reject(new Error(`${url}: ${exceptionDetails.exception?.description}`)));
  });
  await tell("Runtime.enable");
  await tell("Runtime.addBinding", { name: "answered" });
  await tell("Network.enable");
  await tell("Network.setCacheDisabled", { cacheDisabled: true });
  await tell("Network.emulateNetworkConditions", LINK);
  await tell("Page.enable");
  await tell("Page.navigate", { url });
  const { milliseconds, values } = await answer;
  await close();
  if (String(values) !== "6,8,14,16") throw new Error(`${url} answered ${values}`);
  return milliseconds;
}
