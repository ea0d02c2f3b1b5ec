// Keeps the part of the address after the # in step with the playground, both ways.
import { openAddress, openSample, SAMPLES } from "./inputs.js";
import { read, write } from "./link.js";
import { page, WHOLE } from "./state.js";

/** Browsers limit how often a page may rewrite its address; a slider would exceed that. */
const PAUSE = 300;

function follow() {
  const { input, stack, colours, damage } = read(location.hash, SAMPLES.map(({ name }) => name));
  const note = damage && `The link that opened this page is damaged: ${damage}. You see what the page opens with.`;
  const given = input.kind === "sample" || input.kind === "address" ? {} : { input };
  page.set({ ...given, stack, colours, note, past: [], future: [], selected: stack.at(-1)?.id ?? null, viewport: WHOLE, pointed: null, pinned: false, entry: null });
  if (input.kind === "sample") openSample(input.name);
  else if (input.kind === "address") openAddress(input.address);
}

/** The whole address that shows this again, and what it cannot hold. */
export function link() {
  const { hash, whole } = write(page.value);
  return { href: new URL(hash, location.href).href, without: whole ? "" : " It holds the stack; your own input stays here." };
}

/** Reads the address now and whenever it is edited, and writes every change of the state to it. */
export function startAddress() {
  follow();
  const image = new URLSearchParams(location.search).get("image");
  if (image !== null) openAddress(image);
  addEventListener("hashchange", () => /[=]/.test(location.hash) && location.href !== link().href && follow());
  let timer = 0;
  let first = true;
  page.watch(["input", "stack", "colours"], () => {
    clearTimeout(timer);
    if (!first) timer = setTimeout(() => history.replaceState(null, "", link().href), PAUSE);
    first = false;
  });
}
