/** A stationary state of layers that could not be found, or that left the finite numbers. */
export class LayerError extends Error {
  /** The layer where it went wrong, 0 being the clamped one. */
  readonly layer: number;
  /** What to change, as a clause. */
  readonly remedy: string;

  constructor(what: string, layer: number, remedy: string) {
    super(`${what}; ${remedy}.`);
    this.name = "LayerError";
    this.layer = layer;
    this.remedy = remedy;
  }
}
