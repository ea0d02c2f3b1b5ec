// Sentences as the worker's core reads them, against a naive definition on the file that ships; what it says to nonsense.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

const CORE = pathToFileURL(`${process.env.DEEP_END_CORE}/`);
const FILE = readFileSync(new URL("../../www/networks/words.safetensors", import.meta.url));
/** @type {typeof import("../../www/lib/network/core.js")} */
let core;
/** @type {import("../../www/lib/network/core.js").Network} */
let network;

before(async () => {
  core = await import(new URL("lib/network/core.js", CORE).href);
  await core.default();
  network = core.Network.fromBytes(new Uint8Array(FILE));
});

const [PLACES, DIM, FILTERS, SPAN] = [56, 24, 64, 3];

/** The file's numbers, read here: bytes times the scale of their channel. */
function numbers() {
  const length = Number(FILE.readBigUInt64LE(0));
  const header = JSON.parse(FILE.toString("utf8", 8, 8 + length));
  const part = (/** @type {string} */ name) => FILE.subarray(...header[name].data_offsets.map((/** @type {number} */ at) => at + 8 + length));
  const floats = (/** @type {string} */ name) => Array.from({ length: part(name).length / 4 }, (_, at) => part(name).readFloatLE(4 * at));
  const halves = (/** @type {string} */ name) =>
    Array.from({ length: part(name).length / 2 }, (_, at) => {
      const bits = part(name).readUInt16LE(2 * at);
      const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, (bits & 1023) / 1024];
      return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
    });
  const bytes = (/** @type {string} */ name) => [...new Int8Array(part(name))];
  const [embed, conv, linear] = ["embedding_1", "conv2d_1", "linear_1"].map((name) => floats(`${name}.weight_scale`));
  return {
    words: JSON.parse(header.__metadata__.deep_end_network).architecture.vocabulary.split(" "),
    table: bytes("embedding_1.weight").map((byte, at) => byte * embed[at % DIM]),
    kernel: bytes("conv2d_1.weight").map((byte, at) => byte * conv[Math.floor(at / DIM / SPAN)]),
    bias: halves("conv2d_1.bias"),
    rows: bytes("linear_1.weight").map((byte, at) => byte * linear[Math.floor(at / FILTERS)]),
    last: halves("linear_1.bias"),
  };
}

/** Everything by its definition, for words that are written in small letters with blanks between. */
function naive(/** @type {string} */ text, lead = 0, average = false) {
  const { words, table, kernel, bias, rows, last } = numbers();
  const written = text.split(" ");
  const tokens = Array.from({ length: PLACES }, (_, at) => {
    const word = written[at - lead];
    return word === undefined ? 0 : words.indexOf(word) < 0 ? 1 : words.indexOf(word) + 2;
  });
  /** What the word at a place adds to a filter's answer at another. */
  const reads = (/** @type {number} */ filter, /** @type {number} */ place, /** @type {number} */ from) => {
    const tap = from - place + 1;
    if (tap < 0 || tap >= SPAN || from < 0 || from >= PLACES) return 0;
    return Array.from({ length: DIM }, (_, dim) => kernel[(filter * DIM + dim) * SPAN + tap] * table[tokens[from] * DIM + dim]).reduce((a, b) => a + b);
  };
  const filters = bias.map((start, filter) => {
    const cells = Array.from({ length: PLACES }, (_, place) => Math.max(0, start + reads(filter, place, place - 1) + reads(filter, place, place) + reads(filter, place, place + 1)));
    const place = cells.indexOf(Math.max(...cells));
    return { cells, place, value: average ? cells.reduce((a, b) => a + b) / PLACES : cells[place] };
  });
  const logits = last.map((start, label) => start + filters.reduce((sum, { value }, filter) => sum + rows[label * FILTERS + filter] * value, 0));
  const parts = written.map((_, at) =>
    logits.map((_, label) => {
      const through = (/** @type {number} */ filter, /** @type {number} */ place) => (filters[filter].cells[place] > 0 ? rows[label * FILTERS + filter] * reads(filter, place, at + lead) : 0);
      return filters.reduce((sum, { place }, filter) => sum + (average ? Array.from({ length: PLACES }, (_, at) => through(filter, at)).reduce((a, b) => a + b) / PLACES : through(filter, place)), 0);
    }),
  );
  return { filters, logits, parts };
}

const near = (/** @type {ArrayLike<number>} */ got, /** @type {ArrayLike<number>} */ wanted, what = "") => {
  assert.equal(got.length, wanted.length, what);
  for (let at = 0; at < got.length; at++) assert.ok(Math.abs(got[at] - wanted[at]) < 2e-5, `${what} ${at}: ${got[at]} for ${wanted[at]}`);
};

describe("a sentence", () => {
  for (const [text, lead, average] of /** @type {const} */ ([
    ["a gorgeous witty and moving film", 0, false],
    ["the plot is dull and the acting is zorbulous", 3, false],
    ["moving but bad", 53, false],
    ["not good not good at all !", 1, true],
  ])) {
    test(`is read as defined: ${text}, ${lead} places on${average ? ", the mean over time" : ""}`, () => {
      const asked = average ? network.withGlobalPooling({ method: "average" }) : network;
      const reading = asked.readSentence(text, { lead });
      const wanted = naive(text, lead, average);
      near(reading.logits, wanted.logits, "logit");
      for (const [at, { filter, cells, place, value, contributions }] of reading.filters.entries()) {
        assert.equal(filter, at);
        near(cells, wanted.filters[at].cells, `filter ${at}, cell`);
        near([value], [wanted.filters[at].value], `filter ${at}`);
        if (wanted.filters[at].value > 0) assert.equal(place, wanted.filters[at].place, `filter ${at}`);
        assert.equal(contributions.length, 2);
      }
      for (const [at, { contributions }] of reading.words.entries()) near(contributions, wanted.parts[at], `word ${at}`);
      // What no word gave is the rest; filters and the last layer's biases make the logits too.
      for (const label of [0, 1]) {
        const sum = reading.words.reduce((sum, { contributions }) => sum + contributions[label], reading.rest[label]);
        near([sum], [reading.logits[label]], "words and rest");
      }
      assert.ok(Math.abs(reading.probabilities[0] + reading.probabilities[1] - 1) < 1e-6);
      if (average) asked.free();
    });
  }

  test("keeps its maxima when it is moved along, but for its ends", () => {
    const [here, there] = [5, 20].map((lead) => network.readSentence("a gorgeous, witty and moving film", { lead }));
    assert.deepEqual(there.filters.map(({ value }) => value), here.filters.map(({ value }) => value));
    assert.deepEqual(there.filters.map(({ words }) => words), here.filters.map(({ words }) => words));
    assert.deepEqual(there.probabilities, here.probabilities);
    const found = here.filters.filter(({ value }) => value > 0);
    assert.deepEqual(found.map(({ place }) => place + 15), there.filters.filter(({ value }) => value > 0).map(({ place }) => place));
  });

  test("says where its words are written, which it knows and which it reads", () => {
    const text = "“It’s” 🎬 Zorbulous!";
    const { words } = network.readSentence(text);
    assert.deepEqual(words.map(({ start, end }) => text.slice(start, end)), ["It’s", "Zorbulous", "!"]);
    assert.deepEqual(words.map(({ known }) => known), [true, false, true]);
    const long = network.readSentence("good ".repeat(60), { lead: 2 });
    assert.deepEqual(long.words.slice(52, 56).map(({ place }) => place), [54, 55, null, null]);
    assert.deepEqual([...long.words[59].contributions], [0, 0]);
  });

  test("that is none is refused", () => {
    for (const nonsense of [undefined, null, 3, ["good"], {}, new String("good")]) {
      assert.throws(() => network.readSentence(/** @type {any} */ (nonsense)), { parameter: "text" });
    }
    for (const empty of ["", "  ", "–, …"]) assert.throws(() => network.readSentence(empty), { parameter: "text", message: /must have a word at least/ });
    assert.throws(() => network.readSentence("a".repeat(10_001)), { parameter: "text.length", message: /10001: must be at most 10000 bytes/ });
    for (const [options, parameter] of /** @type {[any, string][]} */ ([[{ lead: 56 }, "lead"], [{ lead: -1 }, "lead"], [{ lead: 0.5 }, "lead"], [{ led: 1 }, "led"], [3, "options"], [null, "options"]])) {
      assert.throws(() => network.readSentence("good", options), { parameter }, JSON.stringify(options));
    }
    assert.throws(() => network.withGlobalPooling({ method: "most" }), { message: /^method of layer "pool_1" is "most"/ });
  });
});
