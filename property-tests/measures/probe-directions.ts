import { type Shape, sizeOf } from "../../core/expression/expression.js";
import { RandomStream } from "../../core/random.js";
import { entryName, indexOf } from "../../core/simulation/values.js";
import type { PointValues } from "./point-function.js";

/** A direction with what to call the derivative along it. */
export interface ProbeDirection {
  /** For example `q[1]`, or "direction 3". */
  readonly name: string;
  readonly direction: PointValues;
}

/** So many entries are tried one by one; larger states along so many random directions. */
const MOST_PROBES = 24;

/** Directions that together reach every entry of some blocks: one per entry while there are at most 24, else 24 random ones. */
export function probeDirections(
  blocks: readonly { readonly name: string; readonly shape: Shape }[],
): readonly ProbeDirection[] {
  const zero = (): Record<string, Float64Array> =>
    Object.fromEntries(blocks.map(({ name, shape }) => [name, new Float64Array(sizeOf(shape))]));
  const total = blocks.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (total <= MOST_PROBES) {
    return blocks.flatMap(({ name, shape }) =>
      Array.from({ length: sizeOf(shape) }, (_, k) => {
        const direction = zero();
        (direction[name] as Float64Array)[k] = 1;
        return { name: entryName(name, indexOf(shape, k)), direction };
      }),
    );
  }
  return Array.from({ length: MOST_PROBES }, (_, k) => {
    const random = new RandomStream(k, 1);
    const direction = zero();
    for (const values of Object.values(direction))
      values.forEach((_value, i) => {
        values[i] = random.nextUniform() < 0.5 ? -1 : 1;
      });
    return { name: `direction ${k}`, direction };
  });
}
