import { sizeOf } from "../../core/expression/expression.js";
import type { DynamicalSystem } from "../../core/system.js";
import type { SolverPlan } from "./stationary-solver.js";

/**
 * Buffers for one trajectory of a plan, to which each trajectory's values are copied in turn: for methods that treat
 * trajectories one by one, so that each is computed as if it were alone. What all trajectories share is not copied.
 */
export class SingleTrajectory {
  readonly buffers: Readonly<Record<string, Float64Array>>;
  /** The buffers of the state blocks, in the order declared. */
  readonly state: readonly Float64Array[];
  /** Names with one value per trajectory. */
  private readonly own: ReadonlySet<string>;

  constructor(
    private readonly system: DynamicalSystem,
    private readonly plan: SolverPlan,
  ) {
    const { state, parameters, input } = system;
    this.own = new Set([...(plan.perTrajectory ?? []), ...state.map(({ name }) => name)]);
    this.buffers = Object.fromEntries(
      [...state, ...parameters, ...input].map(({ name, shape }) => [
        name,
        this.own.has(name) ? new Float64Array(sizeOf(shape)) : (plan.buffers[name] as Float64Array),
      ]),
    );
    this.state = state.map(({ name }) => this.buffers[name] as Float64Array);
  }

  /** Copies the values of a trajectory from the plan. */
  load(trajectory: number): void {
    for (const name of this.own) {
      const one = this.buffers[name];
      const all = this.plan.buffers[name];
      if (one !== undefined && all !== undefined) {
        one.set(all.subarray(trajectory * one.length, (trajectory + 1) * one.length));
      }
    }
  }

  /** Copies the state back to the plan. */
  storeState(trajectory: number): void {
    this.system.state.forEach(({ name }, k) => {
      const one = this.state[k] as Float64Array;
      this.plan.buffers[name]?.set(one, trajectory * one.length);
    });
  }
}
