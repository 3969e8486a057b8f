import type { Integrator } from "../../core/integrator.js";
import { refusalOf } from "../requirements.js";

/**
 * The steps of a system in discrete time: z <- f(t, z), where t counts the steps; nothing is approximated. A run backwards
 * in time applies the exact inverse map, where the system declares one.
 */
export function iterate(): Integrator {
  return {
    name: "iteration",
    step: 1,
    order: Number.POSITIVE_INFINITY,
    symmetric: false,
    preserves: "none",
    stochastic: false,
    reference: "the map itself",
    refusal: refusalOf("iteration", [
      (system) => (system.time === "discrete" ? undefined : "it moves in continuous time: use rungeKutta4"),
    ]),
    advance: ({ system, state, at }) => at(state, 0, system.field),
    // The inverse is written with the time before the step, which is where a step backwards ends.
    retreat: ({ system, state, at }) => system.inverse && at(state, 1, system.inverse),
  };
}
