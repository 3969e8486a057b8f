import { defaultBackend } from "../../core/compile/choose.js";
import type { Backend } from "../../core/compile/program.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, multiply, sqrt, subtract, sum } from "../../core/expression/functions.js";
import type { DynamicalSystem } from "../../core/system.js";
import { projected } from "../bounds.js";

/** How a phase ended. */
export interface SettleReport {
  /** Euclidean norm of the field at the final state, per trajectory; at a bound only what points inwards counts. */
  readonly residual: Float64Array;
  /** The residual at which a trajectory counts as settled. */
  readonly tolerance: number;
  /** Iterations taken, the most over trajectories. */
  readonly iterations: number;
  /** How many trajectories have a residual above the tolerance. */
  readonly unsettled: number;
}

/** Where a prepared solver finds its numbers. */
export interface SolverPlan {
  /** Number of trajectories solved together; 1 by default. */
  readonly trajectories?: number;
  /** Inputs and parameters with one value per trajectory, by name; the state always has. */
  readonly perTrajectory?: ReadonlySet<string>;
  /** One buffer for each state block, parameter and input; the state's hold the guess and receive the result. */
  readonly buffers: Readonly<Record<string, Float64Array>>;
  /** @defaultValue generated JavaScript, or the interpreter where code generation is forbidden */
  readonly backend?: Backend;
}

/** A solver bound to one system and its buffers. */
export interface PreparedSolver {
  /** Moves the state in the buffers to a stationary state. */
  settle(): SettleReport;
}

/**
 * A way to find a stationary state, where the field vanishes (or points out of the bounds). A new solver is one file that
 * returns this object, and one line in the registry.
 */
export interface StationarySolver {
  readonly name: string;
  /** The residual at which a trajectory counts as settled. */
  readonly tolerance: number;
  /**
   * Iterations are explicit Euler steps of the field (projected on the bounds), so that convergence shows local stability:
   * z + h F(z) contracts along a mode of eigenvalue e only where |1 + h e| < 1, a disc within Re e < 0. A start on the
   * stable set of an unstable state, such as that state itself, is the exception. Where this is false (Newton's method,
   * block by block), a settled state may be unstable: see `spectralAbscissa`.
   */
  readonly followsDynamics: boolean;
  /** Why this system cannot be solved, in one sentence; `undefined` where it can. */
  refusal(system: DynamicalSystem): string | undefined;
  prepare(system: DynamicalSystem, plan: SolverPlan): PreparedSolver;
}

/** Common to all stationary solvers: there must be a field in continuous time that does not depend on time. */
export function refuseMovingTarget(system: DynamicalSystem): string | undefined {
  if (system.time === "discrete") {
    return `${system.name} moves in discrete time; a fixed point of a map is found by iterating it`;
  }
  if (system.facts.timeDependent) {
    return `the field of ${system.name} depends on the time t, so that it has no stationary state`;
  }
  return undefined;
}

/** The squared residual per trajectory: |P(z + F) - z|^2 with P the projection on the bounds. */
export function squaredResidual(system: DynamicalSystem): Expression {
  let total: Expression | undefined;
  for (const block of system.state) {
    const moved = projected(block, add(block.symbol, system.field.get(block.name) as Expression));
    const rate =
      block.bounds === undefined ? (system.field.get(block.name) as Expression) : subtract(moved, block.symbol);
    const part = sum(multiply(rate, rate));
    total = total === undefined ? part : add(total, part);
  }
  return total as Expression;
}

/** Compiles the residual of a plan. */
export function residualFunction(system: DynamicalSystem, plan: SolverPlan): () => Float64Array {
  const { trajectories = 1, perTrajectory = new Set<string>(), buffers, backend = defaultBackend() } = plan;
  const own = new Set([...perTrajectory, ...system.state.map(({ name }) => name)]);
  const compiled = backend.compileFunction(
    { outputs: [sqrt(squaredResidual(system))] },
    { trajectories, perTrajectory: own, bind: buffers },
  );
  return () => {
    compiled.run();
    return Float64Array.from(compiled.outputs[0] as Float64Array);
  };
}

/** Counts what is above the tolerance; a residual that is not a number is. */
export const countUnsettled = (residual: Float64Array, tolerance: number): number =>
  residual.reduce((count, value) => (value <= tolerance ? count : count + 1), 0);
