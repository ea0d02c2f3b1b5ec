// Keeps the part of the address after the # in step with the state, both ways.
import { openSample, SAMPLES } from "./photos.js";
import { page } from "./state.js";
import { read, write } from "./link.js";

/** Browsers limit how often a page may rewrite its address; a slider would exceed that. */
const PAUSE = 300;
const names = SAMPLES.map(({ name }) => name);

function follow() {
  const { settings, photo, damage } = read(location.hash, names);
  page.set({ settings, entry: null, note: damage && `The link that opened this page is damaged: ${damage}. You see the defaults.` });
  const wanted = photo ?? names[0];
  if (page.value.photo?.name !== wanted || page.value.photo.own) openSample(wanted);
}

/** The whole address that shows this again; a visitor's own photograph is not in it. */
export function link() {
  const { settings, photo } = page.value;
  const sample = photo && !photo.own && photo.name !== names[0] ? photo.name : null;
  return new URL(write(settings, sample), location.href).href;
}

/** Reads the address now and whenever it is edited, and writes every change of the state to it. */
export function startAddress() {
  follow();
  addEventListener("hashchange", () => /[=]/.test(location.hash) && location.href !== link() && follow());
  let timer = 0;
  let first = true;
  page.watch(["settings", "photo"], () => {
    clearTimeout(timer);
    if (!first) timer = setTimeout(() => history.replaceState(null, "", link()), PAUSE);
    first = false;
  });
}
