import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { symbolName } from "../../core/expression/primitives/leaves.js";
import type { PointValues } from "./point-function.js";
import type { StepGraph, StepMap } from "./step-map.js";

/**
 * How a step answers each independent normal number: per number, half the difference of the states after it is `unit` and
 * -`unit`, divided by `unit`. The variance of an entry over many steps is the sum of the squares of its
 * answers, as far as a step is linear in its noise.
 */
export function noiseResponse(
  graph: StepGraph,
  step: StepMap,
  at: PointValues,
  size: number,
  unit = 1,
): Float64Array[][] {
  return graph.noise.flatMap((row) =>
    Array.from({ length: sizeOf(row.shape) }, (_, k) => {
      const [plus, minus] = [unit, -unit].map((value) => step(at, size, unitNoise(row, k, value))) as [
        Float64Array[],
        Float64Array[],
      ];
      return plus.map((block, j) => block.map((value, i) => (value - (minus[j]?.[i] as number)) / (2 * unit)));
    }),
  );
}

function unitNoise(row: Expression, entry: number, value: number): PointValues {
  const drawn = new Float64Array(sizeOf(row.shape));
  drawn[entry] = value;
  return { [symbolName(row) as string]: drawn };
}

/** The variance of every entry of the state from {@link noiseResponse}. */
export const varianceOf = (responses: readonly (readonly Float64Array[])[]): Float64Array[] =>
  (responses[0] ?? []).map((block, j) =>
    block.map((_value, i) => responses.reduce((sum, answer) => sum + (answer[j]?.[i] as number) ** 2, 0)),
  );
