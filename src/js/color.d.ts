/** A colour map: two sequential, one diverging. */
export type ColorMap = "deep" | "gray" | "tide";

/** How numbers become colours. Without `min` and `max`, the numbers' own least and greatest. */
export interface ColorizeOptions {
  /** Default: `"deep"`. */
  map?: ColorMap;
  min?: number;
  max?: number;
}

/** Draws numbers as a picture. A NaN is transparent. */
export function colorize(data: Float32Array, width: number, height: number, options?: ColorizeOptions): ImageData;

/** The 256 colours of a map as RGBA bytes. */
export function colorMap(map: ColorMap): Uint8Array;
