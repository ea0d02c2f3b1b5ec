// Runs the rows in Chromium, then those that only a browser has. `cargo xtask bench` reads the lines that begin with `result `.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { coldStarts } from "./cold/measure.mjs";
import { launch } from "./harness/browser.mjs";
import { serve } from "./harness/server.mjs";

const { core, peers, ...options } = JSON.parse(process.argv[2]);
const report = (/** @type {object} */ result) => console.log(`result ${JSON.stringify(result)}`);

const server = await serve({ benches: dirname(fileURLToPath(import.meta.url)), core, peers });
const browser = await launch(process.env.CHROME ?? "chromium");
let failures = 0;
try {
  report({ runtime: browser.product });
  failures += await inPage();
  failures += await coldStarts(browser, server.url, options, report);
} finally {
  await browser.close();
  server.close();
}
process.exit(failures ? 1 : 0);

/** The rows that Node has too. @returns {Promise<number>} how many failed */
async function inPage() {
  const { tell, on, close } = await browser.page();
  on("Runtime.bindingCalled", ({ payload }) => report(JSON.parse(payload)));
  on("Runtime.exceptionThrown", ({ exceptionDetails }) => console.log(exceptionDetails.exception?.description ?? exceptionDetails.text));
  await tell("Runtime.enable");
  await tell("Runtime.addBinding", { name: "report" });
  await tell("Page.enable");
  const loaded = new Promise((load) => on("Page.loadEventFired", load));
  await tell("Page.navigate", { url: `${server.url}benches/page.html` });
  await loaded;
  const { result, exceptionDetails } = await tell("Runtime.evaluate", {
    expression: `run(${JSON.stringify(options)})`,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  await close();
  return result.value;
}
