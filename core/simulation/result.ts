import type { Integrator } from "../integrator.js";
import type { BlockNames, DynamicalSystem, StateArray } from "../system.js";
import type { Clock } from "./clock.js";
import type { InputSource } from "./inputs.js";

/** How a run ended: at its horizon, by its caller, or at a value that is not finite. */
export type SimulationStatus = "completed" | "interrupted" | "failed";

/** What a run gives. All arrays belong to the result alone. */
export interface SimulationResult<N extends BlockNames = BlockNames, Saved extends string = N["state"]> {
  /** The saved times, [saved]. */
  readonly times: Float64Array;
  /** The number of steps from the start to each saved time, [saved]. */
  readonly savedSteps: Float64Array;
  /** What was saved, by name: [saved, ...shape], with several trajectories [saved, trajectories, ...shape]. */
  readonly states: { readonly [K in Saved]: StateArray };
  /** The last state, whether saved or not: [...shape] or [trajectories, ...shape]. */
  readonly final: { readonly [K in N["state"]]: StateArray };
  readonly status: SimulationStatus;
  /** Steps done. */
  readonly steps: number;
  readonly system: DynamicalSystem<N>;
  readonly integrator: Integrator;
  /** All parameters, defaults filled in; [trajectories, ...shape] where each trajectory had its own. */
  readonly parameters: { readonly [K in N["parameters"]]: StateArray };
  /** The inputs as they were sampled. */
  readonly inputs: ReadonlyMap<string, InputSource>;
  readonly clock: Clock;
  readonly seed: number;
  /** The number of trajectories, `undefined` where results have no axis for them. */
  readonly trajectories: number | undefined;
}
