// The limits: WebAssembly's own memory.copy, loads and stores of 128 bits, and copies between arrays and a core's memory.

/**
 * (module
 *   (memory (export "memory") 1)
 *   (func (export "copy") (param $bytes i32)
 *     (memory.copy (local.get $bytes) (i32.const 0) (local.get $bytes))))
 */
const MODULE = Uint8Array.of(
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // magic, version
  0x01, 5, 1, 0x60, 1, 0x7f, 0, // types: (i32) → ()
  0x03, 2, 1, 0, // functions: one, of type 0
  0x05, 3, 1, 0, 1, // memories: one, from one page
  0x07, 17, 2, 6, ...ascii("memory"), 2, 0, 4, ...ascii("copy"), 0, 0, // exports
  0x0a, 14, 1, 12, 0, 0x20, 0, 0x41, 0, 0x20, 0, 0xfc, 10, 0, 0, 0x0b, // code
);

/** @param {string} word */
function ascii(word) {
  return [...word].map((letter) => letter.charCodeAt(0));
}

/**
 * A copy of half of the bytes that a case reads and writes, between buffers that together are as large as the case's own.
 * @param {number} bytes what the case reads and writes
 * @returns {import("../harness/measure.mjs").Candidate}
 */
export function copy(bytes) {
  const half = Math.ceil(bytes / 2);
  const { memory, copy: run } = /** @type {any} */ (new WebAssembly.Instance(new WebAssembly.Module(MODULE)).exports);
  memory.grow(Math.ceil((2 * half) / 65536));
  new Uint8Array(memory.buffer).fill(7);
  return { call: () => run(half) };
}

/** A number of any size, as WebAssembly's binary format has it (unsigned LEB128). @param {number} value @returns {number[]} */
function leb(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)];
}

/** @param {number} id @param {number[]} bytes */
function section(id, bytes) {
  return [id, ...leb(bytes.length), ...bytes];
}

const [GET, SET, CONST, ADD, LESS, LOOP, IF_SO, END] = [0x20, 0x21, 0x41, 0x6a, 0x49, [3, 0x40], [0x0d, 0], 0x0b];
const [LOAD, STORE, OR] = [0, 0x0b, 0x50].map((code) => [0xfd, code]);

/**
 * (module
 *   (memory (export "memory") 1)
 *   (func (export "pass") (param $from i32) (param $to i32) (param $end i32)
 *     (loop
 *       ;; four times, 16 bytes further on each, with `reads` registers from $from
 *       (v128.store (local.get $to) (v128.or … (v128.load (local.get $from)) …))
 *       (local.set $from (i32.add (local.get $from) (i32.const 64 * reads)))
 *       (local.set $to (i32.add (local.get $to) (i32.const 64)))
 *       (br_if 0 (i32.lt_u (local.get $to) (local.get $end))))))
 * @param {number} reads
 */
function passing(reads) {
  const load = (/** @type {number} */ at) => [GET, 0, ...LOAD, 0, ...leb(16 * at)];
  const stores = [0, 1, 2, 3].flatMap((at) => {
    const [first, ...others] = Array.from({ length: reads }, (_, read) => load(at * reads + read));
    return [GET, 1, ...first, ...others.flatMap((other) => [...other, ...OR]), ...STORE, 0, ...leb(16 * at)];
  });
  // A constant is a signed number: its second byte keeps bit 6 of it apart from the sign.
  const further = (/** @type {number} */ local, /** @type {number} */ by) => [GET, local, CONST, (by & 127) | 128, by >> 7, ADD, SET, local];
  const loop = [...LOOP, ...stores, ...further(0, 64 * reads), ...further(1, 64), GET, 1, GET, 2, LESS, ...IF_SO, END];
  const body = [0, ...loop, END];
  return Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, 0x7f, 0x7f, 0x7f, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, 6, ...ascii("memory"), 2, 0, 4, ...ascii("pass"), 0, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  );
}

/**
 * Every number of a case read once and every result written, 128 bits at a time, and nothing done with them: no kernel of
 * WebAssembly's SIMD can be faster.
 * @param {number} read how many numbers
 * @param {number} written no more than those
 * @returns {import("../harness/measure.mjs").Candidate}
 */
export function registers(read, written) {
  const { memory, pass } = /** @type {any} */ (
    new WebAssembly.Instance(new WebAssembly.Module(passing(Math.round(read / written)))).exports
  );
  const [from, to] = [0, Math.ceil((4 * read) / 256) * 256];
  memory.grow(Math.ceil((to + 4 * written) / 65536) + 1);
  new Uint8Array(memory.buffer).fill(7);
  return { call: () => pass(from, to, to + 4 * written) };
}

/**
 * Numbers copied into a memory and results out of it, and nothing made of them.
 * @param {Float32Array} x
 * @param {number} written how many results
 * @returns {import("../harness/measure.mjs").Candidate}
 */
export function inAndOut(x, written) {
  const memory = new Float32Array(new WebAssembly.Memory({ initial: Math.ceil((4 * (x.length + written)) / 65536) }).buffer);
  const [inside, made, out] = [memory.subarray(0, x.length), memory.subarray(x.length, x.length + written), new Float32Array(written).fill(7)];
  made.set(out);
  return {
    call: () => {
      inside.set(x);
      out.set(made);
    },
  };
}
