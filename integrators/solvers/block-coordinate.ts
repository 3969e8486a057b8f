import type { Expression } from "../../core/expression/expression.js";
import { add, multiply } from "../../core/expression/functions.js";
import { substituteOne } from "../../core/expression/transform.js";
import type { DynamicalSystem } from "../../core/system.js";
import { projected } from "../bounds.js";
import { type RelaxationOptions, relaxation } from "./relaxation.js";
import type { StationarySolver } from "./stationary-solver.js";

/** Options of {@link blockCoordinate}. */
export interface BlockCoordinateOptions extends RelaxationOptions {
  /** The step of each block. @defaultValue 1 */
  readonly step?: number;
}

/**
 * Visits the state blocks in the order declared, z_b <- P(z_b + h F_b(z)), each with the latest values of the others
 * (block Gauss-Seidel). In a layered network with step 1 each layer moves to its minimum in turn, which settles in about
 * half the iterations of a synchronous update and does not oscillate.
 *
 * @throws InputError for a step, tolerance or number of iterations that is not positive
 */
export function blockCoordinate(options: BlockCoordinateOptions = {}): StationarySolver {
  const { step = 1 } = options;
  return relaxation(
    { name: "block coordinate", step, followsDynamics: false, next: (system) => sweep(system, step) },
    options,
  );
}

function sweep(system: DynamicalSystem, step: number): Map<string, Expression> {
  const latest = new Map<string, Expression>();
  const replaced = new Map<Expression, Expression>();
  for (const block of system.state) {
    const force = substituteOne(system.field.get(block.name) as Expression, replaced);
    const value = projected(block, add(block.symbol, multiply(step, force)));
    latest.set(block.name, value);
    replaced.set(block.symbol, value);
  }
  return latest;
}
