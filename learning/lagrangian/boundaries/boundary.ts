import { type SoughtNodes, stationaryPath } from "../../../integrators/solvers/stationary-path.js";
import { PhaseError } from "../../rule.js";
import type { ActionPlan, PhasePoint, Trajectory } from "../action-plan.js";

/** The boundary conditions an action can be stationary under. */
export type BoundaryName = "initial value" | "boundary values" | "periodic" | "free end" | "final value";

/** What the phases of a boundary condition start from. */
export interface BoundaryData {
  /** s_0 and p_0 of the data; where they are not fixed, where the search starts. */
  readonly start: PhasePoint;
  /** The given s_K, where the boundary condition fixes it. */
  readonly lastPosition: Float64Array | undefined;
  /** The nudges after the free phase: one, or one of each sign. */
  readonly nudges: readonly number[];
  /** The most Newton steps of a boundary value problem. */
  readonly iterations: number;
}

/** A phase: a stationary path. */
export interface BoundaryPhase extends Trajectory {
  readonly name: string;
  /** Steps of the march, or of Newton's method. */
  readonly iterations: number;
}

/**
 * A boundary condition of the action: how its phases are found, and which boundary terms of the gradient theorem
 *
 *     dC/dtheta = d/db [d(S + b C)/dtheta] + R(T) - R(0),   R = (d_theta s)' d_b p - (d_theta p)' d_b s
 *
 * are left.
 */
export interface Boundary {
  readonly name: BoundaryName;
  /** What of the initial data is kept in every phase, or, for a final value, is where the free path starts. */
  readonly startsFrom: "nothing" | "positions" | "positions and momenta";
  /** Positions at the end are data. */
  readonly endsAt?: "positions";
  /** R(T) is left in full, and takes tangent runs. */
  readonly needsTangents?: true;
  /** The boundary condition does not hold for damped systems, for this reason. */
  readonly undamped?: string;
  /** The fewest steps a trajectory may have. @defaultValue 1 */
  readonly leastSteps?: number;
  /** The nudged phases run backwards in time. */
  readonly runsBack?: true;
  /** The free phase, then one per nudge. */
  run(compiled: ActionPlan, data: BoundaryData): BoundaryPhase[];
}

/** "nudged" or "nudged back". */
export const nudgedName = (nudge: number): string => (nudge > 0 ? "nudged" : "nudged back");

/**
 * Phases of a boundary value problem: the free one from a guess, the nudged ones from the free path.
 *
 * @throws PhaseError where the search leaves the finite numbers
 */
export function solvedPhases(
  compiled: ActionPlan,
  { nudges, iterations }: BoundaryData,
  guess: Float64Array,
  sought: SoughtNodes,
): BoundaryPhase[] {
  const solve = (name: string, nudge: number, from: Float64Array): BoundaryPhase => {
    const path = from.slice();
    compiled.nudge = nudge;
    const report = stationaryPath(compiled.pathAction, path, sought, iterations);
    const bad = report.residual.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      const remedy = "start the search elsewhere (`initial`), or take a smaller step or nudge";
      throw new PhaseError(name, "the force on the path", bad, report.residual[bad] as number, remedy);
    }
    return { name, path, momenta: compiled.forcesOn(path).momenta, iterations: report.iterations };
  };
  const free = solve("free", 0, guess);
  return [free, ...nudges.map((nudge) => solve(nudgedName(nudge), nudge, free.path))];
}

/** A phase that solves the equations node by node. */
export function marchedPhase(
  compiled: ActionPlan,
  name: string,
  from: PhasePoint,
  nudge: number,
  direction: "forward" | "backward",
): BoundaryPhase {
  return { name, ...compiled.integrate(name, from, nudge, direction), iterations: compiled.nodes - 1 };
}
