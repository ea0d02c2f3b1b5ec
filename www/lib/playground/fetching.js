// A file of the same site, by its address. Other sites are not asked for anything.
import { bytesText } from "./facts.js";

/** What cannot be fetched; its message is a sentence for the visitor. */
export class Unfetched extends Error {}

/** More bytes are no picture that could be opened here. */
const MOST_BYTES = 200_000_000;

/** The address as the site has it, or why it is none. @param {string} text */
function checked(text) {
  const given = text.trim();
  if (given === "") throw new Unfetched("Type the address of a picture, a .npy file or a table on this site, as photos/coffee.webp.");
  if (!URL.canParse(given, document.baseURI)) throw new Unfetched(`“${given}” is no address.`);
  const url = new URL(given, document.baseURI);
  if (url.origin !== location.origin) throw new Unfetched(`“${given}” is on another site, and this page asks none but its own. Save the file, and open or drop it here.`);
  return url;
}

/** @param {string} text @param {(part: string) => void} report  hears how much is there @returns {Promise<{ file: File, address: string }>} */
export async function fetched(text, report) {
  const url = checked(text);
  const name = decodeURIComponent(url.pathname.split("/").pop() || "index");
  const answer = await fetch(url, { redirect: "error" }).catch(() => {
    throw new Unfetched(`“${name}” could not be fetched: the site did not answer, or sent the request elsewhere.`);
  });
  if (answer.status === 404) throw new Unfetched(`There is no “${url.pathname}” on this site (404).`);
  if (!answer.ok || !answer.body) throw new Unfetched(`“${name}” could not be fetched: the server answered ${answer.status}.`);
  const type = answer.headers.get("content-type") ?? "";
  if (/^(text\/html|application\/(java|ecma)script|text\/(java|ecma)script|text\/css|application\/wasm)/.test(type)) throw new Unfetched(`“${name}” is no picture, .npy file or table: the server calls it ${type.split(";")[0]}.`);
  const announced = Number(answer.headers.get("content-length") ?? 0);
  const large = (/** @type {number} */ bytes) => new Unfetched(`“${name}” has ${announced ? "" : "more than "}${bytesText(bytes)}; at most ${bytesText(MOST_BYTES)} are opened here.`);
  if (announced > MOST_BYTES) throw large(announced);
  const reader = answer.body.getReader();
  const parts = [];
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    parts.push(read.value);
    bytes += read.value.length;
    if (bytes > MOST_BYTES) {
      reader.cancel();
      throw large(MOST_BYTES);
    }
    // Packed on its way, a file has more bytes than were announced.
    report(announced >= bytes ? `${Math.floor((100 * bytes) / announced)} %` : bytesText(bytes));
  }
  const address = url.href.startsWith(new URL(".", document.baseURI).href) ? url.href.slice(new URL(".", document.baseURI).href.length) : url.pathname + url.search;
  return { file: new File(parts, name, { type: type.split(";")[0] }), address };
}
