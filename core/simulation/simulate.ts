import type { BlockNames, DynamicalSystem } from "../system.js";
import { march } from "./march.js";
import type { SimulateAsyncOptions, SimulateOptions } from "./options.js";
import type { SimulationResult } from "./result.js";
import { prepareRun, type RunOptions } from "./run.js";

/** Work between two pauses that let the event loop turn. */
const PAUSE_MILLISECONDS = 16;

/**
 * Integrates a system in time with a fixed step h: state k + 1 is the integrator's step from state k, at t = start + k h.
 *
 *     const swing = simulate(pendulum, {
 *       integrator: leapfrog({ step: 0.01 }),
 *       initial: { q: 2, p: 0 },
 *       parameters: { mass: 1, gravity: 9.81 },
 *       until: 20,
 *     });
 *     swing.times; swing.states.q.data;
 *
 * Inputs: a constant; `held(rows)`, row k during the whole of step k; `nodes(rows)`, row k at state k and linear within a
 * step; or a function of t. Rows follow the run, also when it goes backwards in time.
 *
 * Noise comes from Philox with the counter (trajectory, step, block, component): the same seed gives the same numbers
 * however the run is divided, and each trajectory of a batch equals the same trajectory run alone (`firstTrajectory`).
 *
 * @returns the saved states (by default all, the initial one included), the last state and how the run ended:
 * "completed", or "interrupted" where `onProgress` returned `false`
 * @throws InputError before the first step, where an option does not fit
 * @throws SimulationError where a state becomes NaN or infinite, with the step, the entry, the likely cause and everything
 * computed before
 */
export function simulate<N extends BlockNames, Saved extends string = N["state"]>(
  system: DynamicalSystem<N>,
  options: SimulateOptions<N, Saved>,
): SimulationResult<N, Saved> {
  const steps = march(prepareRun(system, options as unknown as RunOptions));
  let turn = steps.next(false);
  while (turn.done !== true) turn = steps.next(false);
  return turn.value as unknown as SimulationResult<N, Saved>;
}

/**
 * {@link simulate} that lets the event loop turn while it works, and stops where `signal` is aborted: the result then has
 * the status "interrupted" and what was computed. The numbers are those of `simulate`.
 *
 * @throws InputError and SimulationError, as a rejection
 */
export async function simulateAsync<N extends BlockNames, Saved extends string = N["state"]>(
  system: DynamicalSystem<N>,
  options: SimulateAsyncOptions<N, Saved>,
): Promise<SimulationResult<N, Saved>> {
  const { signal } = options;
  const steps = march(prepareRun(system, options as unknown as RunOptions));
  let lastPause = performance.now();
  let turn = steps.next(false);
  while (turn.done !== true) {
    if (performance.now() - lastPause > PAUSE_MILLISECONDS) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      lastPause = performance.now();
    }
    turn = steps.next(signal?.aborted === true);
  }
  return turn.value as unknown as SimulationResult<N, Saved>;
}
