import type { Backend } from "../../core/compile/program.js";
import { sizeOf } from "../../core/expression/expression.js";
import type { DynamicalSystem } from "../../core/system.js";
import type { SettleReport, StationarySolver } from "../../integrators/solvers/stationary-solver.js";

/** Values of every trajectory, flat; shared ones are given once. */
export interface SettleData {
  /** State guesses and inputs, [trajectories, ...shape]. */
  readonly each?: Readonly<Record<string, ArrayLike<number>>>;
  readonly shared?: Readonly<Record<string, ArrayLike<number>>>;
  readonly trajectories?: number;
}

/** Where a solver went. */
export interface Settled extends SettleReport {
  /** By state block, [trajectories, ...shape]. */
  readonly state: Readonly<Record<string, Float64Array>>;
}

/** Settles trajectories of a system; state blocks that are not given start at 0. */
export function settleSystem(
  system: DynamicalSystem,
  solver: StationarySolver,
  { each = {}, shared = {}, trajectories = 1 }: SettleData,
  backend?: Backend,
): Settled {
  const buffers: Record<string, Float64Array> = {};
  for (const { name, shape } of system.state) buffers[name] = new Float64Array(trajectories * sizeOf(shape));
  for (const [name, values] of Object.entries({ ...each, ...shared })) buffers[name] = Float64Array.from(values);
  const report = solver
    .prepare(system, {
      trajectories,
      perTrajectory: new Set(Object.keys(each)),
      buffers,
      ...(backend === undefined ? {} : { backend }),
    })
    .settle();
  return {
    ...report,
    state: Object.fromEntries(system.state.map(({ name }) => [name, buffers[name] as Float64Array])),
  };
}
