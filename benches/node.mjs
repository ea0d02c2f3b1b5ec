// Runs the rows in Node. `cargo xtask bench` reads the lines that begin with `result `.
import { pathToFileURL } from "node:url";
import { bench } from "./harness/bench.mjs";
import { start } from "./harness/setting.mjs";

const { core, peers, quick, ...options } = JSON.parse(process.argv[2]);
const modules = peers && pathToFileURL(`${peers}/`).href;
const report = (/** @type {object} */ result) => console.log(`result ${JSON.stringify(result)}`);
report({ runtime: `Node ${process.version}` });
const failures = await bench(await start({ core: pathToFileURL(`${core}/`).href, peers: modules, quick }), options, report);
process.exit(failures ? 1 : 0);
