import { defaultBackend } from "../../core/compile/choose.js";
import { InputError } from "../../core/errors.js";
import type { Expression } from "../../core/expression/expression.js";
import { abs, add, divide, less, multiply, subtract, sum, symbol } from "../../core/expression/functions.js";
import { constant } from "../../core/expression/primitives/leaves.js";
import type { StateExpressions } from "../../core/integrator.js";
import type { DynamicalSystem } from "../../core/system.js";
import {
  countUnsettled,
  type PreparedSolver,
  refuseMovingTarget,
  residualFunction,
  type SolverPlan,
  type StationarySolver,
} from "./stationary-solver.js";

/** Options all relaxations share. */
export interface RelaxationOptions {
  /**
   * A trajectory stops when the rate of its last step, |dz| / step, is at most this (Euclidean norm).
   * @defaultValue 1e-6
   */
  readonly tolerance?: number;
  /** The most iterations of a phase. @defaultValue 10000 */
  readonly iterations?: number;
}

/** One iteration of a relaxation as algebra, and the step size its rate is measured with. */
export interface RelaxationStep {
  readonly name: string;
  readonly step: number;
  /** See {@link StationarySolver.followsDynamics}. */
  readonly followsDynamics: boolean;
  next(system: DynamicalSystem): StateExpressions;
}

/** The squared rate of the last step, carried beside the state so that stopping costs no extra field. */
const RATE = "[rate]";

/** Checks the options of a relaxation. */
export function checkedRelaxation(
  name: string,
  options: RelaxationOptions & { readonly step?: number },
): {
  readonly tolerance: number;
  readonly iterations: number;
} {
  const { tolerance = 1e-6, iterations = 10000, step = 1 } = options;
  const positive = (field: string, value: number): void => {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new InputError({ field: `${name} ${field}`, given: String(value), expected: "a positive number" });
    }
  };
  positive("tolerance", tolerance);
  positive("step", step);
  if (!Number.isInteger(iterations) || iterations < 1) {
    throw new InputError({
      field: `${name} iterations`,
      given: String(iterations),
      expected: "a whole number, 1 or more",
    });
  }
  return { tolerance, iterations };
}

/** Makes a stationary solver of a step that is repeated until the state rests or is no longer made of numbers. */
export function relaxation(kind: RelaxationStep, options: RelaxationOptions): StationarySolver {
  const { tolerance, iterations } = checkedRelaxation(kind.name, { ...options, step: kind.step });
  return {
    name: kind.name,
    tolerance,
    followsDynamics: kind.followsDynamics,
    refusal: refuseMovingTarget,
    prepare: (system, plan) => prepareRelaxation(kind, tolerance, iterations, system, plan),
  };
}

function prepareRelaxation(
  kind: RelaxationStep,
  tolerance: number,
  iterations: number,
  system: DynamicalSystem,
  plan: SolverPlan,
): PreparedSolver {
  const { trajectories = 1, perTrajectory = new Set<string>(), buffers, backend = defaultBackend() } = plan;
  const next = kind.next(system);
  let moved: Expression = constant(0);
  let magnitude: Expression = constant(0);
  const carried = system.state.map(({ name, symbol: state }) => {
    const value = next.get(name) as Expression;
    const difference = subtract(value, state);
    moved = add(moved, sum(multiply(difference, difference)));
    magnitude = add(magnitude, sum(abs(state)));
    return { symbol: state, next: value };
  });
  const rate = symbol(RATE);
  const loop = backend.compileLoop(
    {
      carried: [...carried, { symbol: rate, next: divide(moved, kind.step ** 2) }],
      // Goes on while it moves and is finite; comparisons with what is not a number are 0.
      until: subtract(1, multiply(less(tolerance ** 2, rate), less(magnitude, Number.POSITIVE_INFINITY))),
    },
    { trajectories, perTrajectory, bind: buffers },
  );
  const residual = residualFunction(system, plan);
  return {
    settle() {
      const taken = loop.run(0, iterations);
      const final = residual();
      return { residual: final, tolerance, iterations: taken, unsettled: countUnsettled(final, tolerance) };
    },
  };
}
