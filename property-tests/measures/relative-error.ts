import { entryName, indexOf } from "../../core/simulation/values.js";
import type { StateArray } from "../../core/system.js";
import type { GradientResult } from "../../learning/rule.js";

/** One entry of a gradient, found and expected. */
export interface ComparedEntry {
  /** For example `W[1, 2]`. */
  readonly name: string;
  readonly found: number;
  readonly expected: number;
}

type Arrays = Readonly<Record<string, StateArray>>;

function compareArrays(found: Arrays, expected: Arrays): ComparedEntry[] {
  return Object.entries(found).flatMap(([block, { data, shape }]) =>
    Array.from(data, (value, k) => ({
      name: entryName(block, indexOf(shape, k)),
      found: value,
      expected: expected[block]?.data[k] ?? Number.NaN,
    })),
  );
}

/**
 * The entries of two gradients side by side: all parameters, the inputs where the first has a gradient for them, and the
 * blocks of the initial state where both have.
 */
export function compareGradients(found: GradientResult, expected: GradientResult): ComparedEntry[] {
  const { initialGradient: known = {} } = expected;
  const initial = Object.entries(found.initialGradient ?? {}).filter(([name]) => known[name] !== undefined);
  return [
    ...compareArrays(found.gradient, expected.gradient),
    ...compareArrays(found.inputGradient, expected.inputGradient),
    ...compareArrays(Object.fromEntries(initial), known).map((entry) => ({ ...entry, name: `initial ${entry.name}` })),
  ];
}

/** Euclidean norm of the differences. */
export const errorNorm = (entries: readonly ComparedEntry[]): number =>
  Math.hypot(...entries.map(({ found, expected }) => found - expected));

/** Euclidean norm of what is expected. */
export const expectedNorm = (entries: readonly ComparedEntry[]): number =>
  Math.hypot(...entries.map(({ expected }) => expected));

/** |found - expected| / |expected|, in the Euclidean norm over all that {@link compareGradients} compares; 0 where both vanish. */
export function relativeError(found: GradientResult, expected: GradientResult): number {
  const entries = compareGradients(found, expected);
  const error = errorNorm(entries);
  return error === 0 ? 0 : error / expectedNorm(entries);
}
