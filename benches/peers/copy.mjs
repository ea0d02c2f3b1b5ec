// The physical limit: WebAssembly's own memory.copy.

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
