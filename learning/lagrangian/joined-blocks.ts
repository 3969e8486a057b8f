import { formatShape, InputError } from "../../core/errors.js";
import { type Shape, sizeOf } from "../../core/expression/expression.js";
import { blockValues, checkNames } from "../../core/simulation/values.js";
import type { NumericValue, StateBlock } from "../../core/system.js";

/** The values of one block, [examples, ...shape]. */
export interface BlockArray {
  readonly name: string;
  readonly shape: Shape;
  readonly values: Float64Array;
}

/** The blocks of vectors [examples, size] in which they are joined one after the other. */
export function splitBlocks(blocks: readonly StateBlock[], joined: Float64Array, examples: number): BlockArray[] {
  const size = joined.length / examples;
  let first = 0;
  return blocks.map(({ name, shape }) => {
    const count = sizeOf(shape);
    const values = new Float64Array(examples * count);
    for (let example = 0; example < examples; example++) {
      const from = example * size + first;
      values.set(joined.subarray(from, from + count), example * count);
    }
    first += count;
    return { name, shape, values };
  });
}

/**
 * Reads given values of all blocks and joins them to vectors [examples, size].
 *
 * @throws InputError for a missing or unknown name, or a value that does not fit
 */
export function joinGiven(
  field: string,
  blocks: readonly StateBlock[],
  given: Readonly<Record<string, NumericValue | undefined>>,
  examples: number,
): Float64Array {
  checkNames(
    field,
    given,
    blocks.map(({ name }) => name),
  );
  const size = blocks.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const joined = new Float64Array(examples * size);
  let first = 0;
  for (const { name, shape } of blocks) {
    const value = given[name];
    if (value === undefined) {
      const expected = `a value of the shape ${formatShape(shape)}`;
      throw new InputError({ field: `${field}.${name}`, given: "nothing", expected });
    }
    const { data, perTrajectory } = blockValues(`${field}.${name}`, value, shape, examples);
    const count = sizeOf(shape);
    for (let example = 0; example < examples; example++) {
      const from = perTrajectory ? example * count : 0;
      joined.set(data.subarray(from, from + count), example * size + first);
    }
    first += count;
  }
  return joined;
}
