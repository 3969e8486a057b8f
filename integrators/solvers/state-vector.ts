import { sizeOf } from "../../core/expression/expression.js";
import type { DynamicalSystem } from "../../core/system.js";

/** All state entries of one trajectory as one vector, block after block in the order declared. */
export class StateVector {
  readonly size: number;
  /** Bounds entry by entry; infinite where there are none. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  private readonly sizes: readonly number[];

  constructor({ state }: Pick<DynamicalSystem, "state">) {
    this.sizes = state.map(({ shape }) => sizeOf(shape));
    this.size = this.sizes.reduce((total, size) => total + size, 0);
    const bound = (side: 0 | 1, none: number): Float64Array =>
      Float64Array.from(state.flatMap(({ shape, bounds }) => new Array(sizeOf(shape)).fill(bounds?.[side] ?? none)));
    this.low = bound(0, Number.NEGATIVE_INFINITY);
    this.high = bound(1, Number.POSITIVE_INFINITY);
  }

  /** Joins one trajectory's part of each block's array, [trajectories, ...shape], into one vector. */
  read(arrays: readonly Float64Array[], trajectory = 0): Float64Array {
    const vector = new Float64Array(this.size);
    let start = 0;
    this.sizes.forEach((size, block) => {
      vector.set((arrays[block] as Float64Array).subarray(trajectory * size, (trajectory + 1) * size), start);
      start += size;
    });
    return vector;
  }

  /** Writes a vector back into one trajectory's part of each block's array. */
  write(vector: Float64Array, arrays: readonly Float64Array[], trajectory = 0): void {
    let start = 0;
    this.sizes.forEach((size, block) => {
      (arrays[block] as Float64Array).set(vector.subarray(start, start + size), trajectory * size);
      start += size;
    });
  }

  /** Whether entry k rests at a bound because the field points outwards there. */
  isHeld(state: Float64Array, field: Float64Array, k: number): boolean {
    const [value, force] = [state[k] as number, field[k] as number];
    return (value <= (this.low[k] as number) && force < 0) || (value >= (this.high[k] as number) && force > 0);
  }

  /** The entries that can move: those not held. */
  free(state: Float64Array, field: Float64Array): number[] {
    return Array.from({ length: this.size }, (_, k) => k).filter((k) => !this.isHeld(state, field, k));
  }
}
