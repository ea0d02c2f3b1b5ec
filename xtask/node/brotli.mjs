// Prints the bytes that each named file takes on the wire, as a JSON list: brotli at its highest quality, or as it is
// where that is smaller (pictures).
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

const onTheWire = (path) => {
  const bytes = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return Math.min(bytes.length, brotliCompressSync(bytes, { params }).length);
};
console.log(JSON.stringify(process.argv.slice(2).map(onTheWire)));
