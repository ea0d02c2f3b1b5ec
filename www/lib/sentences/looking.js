// The sentence out, what the network makes of it in. The newest request counts.
import { Client, Refused } from "../client.js";
import { ordered } from "./edit.js";
import { page } from "./state.js";

/** An answer takes a millisecond; one that lasts is loading a network, which another worker would have to do again. */
const PATIENCE = 10_000;
/** The same words are tried otherwise once nothing has changed for so many milliseconds. */
const PAUSE = 300;
/** How far the table's second row is moved. */
const LATER = 10;

const client = new Client(new URL("./worker.js", import.meta.url), PATIENCE);
const trying = new Client(new URL("./worker.js", import.meta.url), PATIENCE);
let newest = 0;
let timer = 0;

/** Answers to every change from now on. */
export function startLooking() {
  page.watch(["text", "lead", "column"], look);
  page.watch(["status", "done"], ({ status, done }) => Object.assign(document.body.dataset, { state: status, finished: String(done) }));
  page.watch(["answer", "compared"], ({ answer, compared, trials }) => {
    if (!answer || !compared || answer.text === trials?.text) return;
    clearTimeout(timer);
    timer = setTimeout(tryOthers, PAUSE);
  });
}

/** Asks again: after a failure. */
export const lookAgain = () => look(page.value);

/** @param {import("./state.js").Page} state */
async function look({ text, lead, column }) {
  const request = ++newest;
  page.set({ status: "working" });
  try {
    /** @type {import("./worker.js").Looked | null} */
    const looked = await client.request("look", { text, lead, column });
    if (looked && request === newest) page.set({ answer: { text, lead, looked }, status: "ready", error: null, done: page.value.done + 1 });
  } catch (reason) {
    if (request !== newest) return;
    const error = { message: message(reason), refused: reason instanceof Refused && reason.parameter.startsWith("text") };
    page.set({ status: "error", error, done: page.value.done + 1 });
  }
}

/** The sentence's words otherwise, under both poolings. */
async function tryOthers() {
  const { answer } = page.value;
  if (!answer) return;
  const { text, looked } = answer;
  const { words } = looked.reading;
  const otherwise = (/** @type {(words: string[]) => string[]} */ order) => ordered(text, words, order);
  const sentences = [
    { title: "As it is written", text, lead: 0 },
    { title: "Ten places later", text, lead: LATER },
    { title: "Backwards", text: otherwise((list) => list.reverse()), lead: 0 },
    { title: "In the order of the alphabet", text: otherwise((list) => list.sort((a, b) => a.localeCompare(b, "en"))), lead: 0 },
    { title: "Said twice", text: `${text} ${text}`, lead: 0 },
  ];
  try {
    /** @type {import("./worker.js").Trial[] | null} */
    const rows = await trying.request("trials", { sentences });
    if (rows && page.value.answer?.text === text) page.set({ trials: { text, rows }, trialsError: null });
  } catch (reason) {
    if (page.value.answer?.text === text) page.set({ trialsError: message(reason) });
  }
}

/** @param {unknown} reason */
const message = (reason) => (reason instanceof Error ? reason.message : String(reason));
