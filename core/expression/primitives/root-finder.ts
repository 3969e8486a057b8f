import type { Expression, GraphCompiler } from "../expression.js";
import { symbolName } from "./leaves.js";
import { solveInPlace } from "./solve.js";

/**
 * How a root is found: Newton's method with the exact Jacobian as a dense matrix (any stiffness, up to a few hundred
 * unknowns), or u <- u - r(u), the fixed-point iteration of equations of the form r(u) = u - g(u) (any number of unknowns,
 * where g contracts).
 */
export type RootIteration = "newton" | "fixed-point";

/** Iterations after which a root counts as not found. */
export const LARGEST_ITERATIONS: Readonly<Record<RootIteration, number>> = { newton: 30, "fixed-point": 500 };

/** Equations r(u, a) = 0, closed: they read nothing but u and the arguments a. */
export interface RootEquations {
  readonly unknown: Expression;
  readonly given: readonly Expression[];
  readonly residual: Expression;
  /** dr/du as a matrix, for Newton's method. */
  readonly matrix: Expression | undefined;
}

/** Finds one root; the arrays of `given` and `found` are those of {@link rootFinder}. */
export interface RootFinder {
  /** The arguments, to be written before a call. */
  readonly given: readonly Float64Array[];
  /** The guess, to be written before a call; the root after it, or NaN where none was found. */
  readonly found: Float64Array;
  run(): void;
}

/** Changes below this part of the largest unknown are rounding. */
const ROUNDING = 4 * Number.EPSILON;
/** Newton's method has squared a change of this part of the largest unknown away in the same step. */
const SQUARED_AWAY = 1e-10;
/** Changes that no longer shrink are rounding only below this part of the largest unknown. */
const STAGNATION: Readonly<Record<RootIteration, number>> = { newton: 1e-8, "fixed-point": 1e-11 };

/**
 * Iterates until a change is rounding: below the last digits, or, where rounding in the residual is larger than that, when
 * changes no longer shrink.
 */
export function rootFinder({ unknown, given, residual, matrix }: RootEquations, compile: GraphCompiler): RootFinder {
  const iteration: RootIteration = matrix === undefined ? "fixed-point" : "newton";
  const program = compile(matrix === undefined ? [residual] : [residual, matrix]);
  const bufferOf = (symbol: Expression, size: number): Float64Array =>
    program.inputs[symbolName(symbol) as string] ?? new Float64Array(size);
  const found = bufferOf(unknown, unknown.shape[0] as number);
  const [change, jacobian] = program.outputs as [Float64Array, Float64Array | undefined];
  const near = matrix === undefined ? ROUNDING : SQUARED_AWAY;

  function iterate(): boolean {
    let size = largest(found);
    let before = Number.POSITIVE_INFINITY;
    for (let count = 0; count < LARGEST_ITERATIONS[iteration]; count++) {
      program.run();
      if (jacobian !== undefined) solveInPlace(jacobian, change, 0, found.length, 1);
      for (let k = 0; k < found.length; k++) found[k] = (found[k] as number) - (change[k] as number);
      size = Math.max(size, largest(found));
      const length = largest(change);
      if (!Number.isFinite(size)) return false;
      if (length <= near * size || (length >= before && length <= STAGNATION[iteration] * size)) return true;
      before = length;
    }
    return false;
  }

  return {
    given: given.map((symbol) =>
      bufferOf(
        symbol,
        symbol.shape.reduce((size, extent) => size * extent, 1),
      ),
    ),
    found,
    run() {
      if (!iterate()) found.fill(Number.NaN);
    },
  };
}

/** The largest absolute value; NaN where there is one. */
function largest(values: Float64Array): number {
  let most = 0;
  for (let k = 0; k < values.length; k++) most = Math.max(most, Math.abs(values[k] as number));
  return most;
}
