// A network file as data: the architecture in its metadata, and each layer's weights in f32.

/**
 * A layer as the file's architecture describes it, with its weights.
 * @typedef {{ name: string, type: string, weight?: Tensor, bias?: Tensor, [option: string]: any }} Layer
 * @typedef {{ shape: number[], data: Float32Array }} Tensor
 * @typedef {{ inputShape: number[], labels: string[], layers: Layer[] }} Network
 */

/** @param {Uint8Array} bytes safetensors @returns {Network} */
export function readNetwork(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const { architecture } = JSON.parse(header.__metadata__.deep_end_network);
  /** @param {string} name */
  const tensor = (name) => {
    const { dtype, shape, data_offsets: [from, to] } = header[name] ?? { data_offsets: [] };
    if (!shape) return;
    const size = dtype === "F16" ? 2 : 4;
    const at = (/** @type {number} */ place) => start + from + size * place;
    const number = (/** @type {number} */ place) => (size === 2 ? half(view.getUint16(at(place), true)) : view.getFloat32(at(place), true));
    return { shape, data: Float32Array.from({ length: (to - from) / size }, (_, place) => number(place)) };
  };
  const layers = architecture.layers.map((/** @type {Layer} */ layer) => ({
    ...layer,
    weight: tensor(`${layer.name}.weight`),
    bias: tensor(`${layer.name}.bias`),
  }));
  return { ...architecture, layers };
}

/** A number of half precision: sign, 5 bits of exponent, 10 of fraction. @param {number} bits */
function half(bits) {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24);
}
