import type { Expression } from "../../core/expression/expression.js";
import { add, multiply, sqrt } from "../../core/expression/primitives/arithmetic.js";
import type { Integrator } from "../../core/integrator.js";
import { projectedState } from "../bounds.js";
import { checkNumber, checkStep, continuousTime, gradientField, refusalOf } from "../requirements.js";

/** Options of {@link eulerMaruyama}. */
export interface EulerMaruyamaOptions {
  /** The step size h > 0. */
  readonly step: number;
  /** Temperature in units of energy (Boltzmann's constant is 1), at least 0. */
  readonly temperature: number;
}

/**
 * The Euler-Maruyama method for overdamped Langevin dynamics dz = -dE/dz dt + sqrt(2 T) dW with mobility 1 (the noise is
 * additive, so Ito and Stratonovich agree): z <- z - h dE/dz + sqrt(2 T h) xi, weak and strong order 1. Blocks with bounds
 * are projected into them after each step.
 *
 * It samples exp(-E/T) with an error of order h: on a spring of stiffness k the variance is T / (k (1 - h k / 2)).
 *
 * Reference: G. Maruyama, Continuous Markov processes and stochastic equations, Rend. Circ. Mat. Palermo 4, 48 (1955).
 *
 * @throws InputError for a step that is not finite and positive or a temperature that is not finite or negative
 */
export function eulerMaruyama({ step, temperature }: EulerMaruyamaOptions): Integrator {
  const name = "Euler-Maruyama";
  checkNumber(name, "temperature", temperature, "not negative");
  return {
    name,
    step: checkStep(name, step),
    order: 1,
    symmetric: false,
    preserves: "none",
    stochastic: true,
    reference:
      "G. Maruyama, Continuous Markov processes and stochastic equations, Rend. Circ. Mat. Palermo 4, 48 (1955)",
    refusal: refusalOf(name, [continuousTime, gradientField]),
    advance({ system, step: h, state, at, noise }) {
      const rates = at(state, 0, system.field);
      const amplitude = sqrt(multiply(2 * temperature, h));
      const moved = [...state].map(([block, value]): [string, Expression] => {
        const drifted = add(value, multiply(h, rates.get(block) as Expression));
        return [block, add(drifted, multiply(amplitude, noise(block)))];
      });
      return projectedState(system, new Map(moved));
    },
  };
}
