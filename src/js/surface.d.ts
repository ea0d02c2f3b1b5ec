/** A picture: an `ImageData`, or an object of its form where there is none (Node). */
export interface Picture {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** What every function here throws: an `Error` that says which parameter broke which rule. */
export interface PoolError extends Error {
  /** The parameter, in camelCase. */
  parameter: string;
  kind: "parameter" | "shape" | "format" | "memory" | "io";
}
