import type { Expression } from "../../core/expression/expression.js";
import { add, divide, multiply, negate, sqrt } from "../../core/expression/primitives/arithmetic.js";
import { exp, tanh } from "../../core/expression/primitives/transcendental.js";
import type { Integrator, StateExpressions, StepContext } from "../../core/integrator.js";
import {
  checkNumber,
  checkStep,
  continuousTime,
  quadraticKineticEnergy,
  refusalOf,
  separable,
  unbounded,
} from "../requirements.js";
import { applyStage, drift, kick } from "../splitting.js";

/** Options of {@link baoab}. */
export interface BaoabOptions {
  /** The step size h > 0. */
  readonly step: number;
  /** Temperature T in units of energy (Boltzmann's constant is 1), at least 0. */
  readonly temperature: number;
  /** Friction rate gamma in units of 1/time, at least 0. */
  readonly friction: number;
}

/**
 * BAOAB for Langevin dynamics dq = p/m dt, dp = -dV/dq dt - gamma p dt + sqrt(2 gamma m T) dW, weak order 2:
 *
 *     B  p <- p - h/2 dV/dq
 *     A  q <- q + h/2 p/m
 *     O  p <- e^(-gamma h) p + sqrt(m T (1 - e^(-2 gamma h))) xi
 *     A  q <- q + h/2 p/m
 *     B  p <- p - h/2 dV/dq
 *
 * The momenta are those at the end of the step. On a harmonic oscillator of stiffness k and frequency w the coordinates
 * have their exact variance T/k at any stable step, while these momenta are cold: <p^2> = m T (1 - (w h)^2 / 4).
 * Without friction it is leapfrog; at temperature 0 it is a damped leapfrog.
 *
 * Reference: B. Leimkuhler and C. Matthews, Rational construction of stochastic numerical methods for molecular sampling,
 * Appl. Math. Res. Express 2013, 34 (2013).
 *
 * @throws InputError for a step that is not finite and positive, or a temperature or friction that is not finite or negative
 */
export function baoab({ step, temperature, friction }: BaoabOptions): Integrator {
  const name = "BAOAB";
  checkNumber(name, "temperature", temperature, "not negative");
  checkNumber(name, "friction", friction, "not negative");
  return {
    name,
    step: checkStep(name, step),
    order: 2,
    symmetric: false,
    preserves: "none",
    stochastic: true,
    reference: "B. Leimkuhler and C. Matthews, Appl. Math. Res. Express 2013, 34 (2013)",
    refusal: refusalOf(name, [continuousTime, quadraticKineticEnergy, separable, unbounded]),
    advance(context) {
      let state = applyStage(context, context.state, kick(1 / 2), 0);
      state = applyStage(context, state, drift(1 / 2), 0);
      state = thermostat(context, state, temperature, friction);
      state = applyStage(context, state, drift(1 / 2), 1 / 2);
      return applyStage(context, state, kick(1 / 2), 1);
    },
  };
}

/** The exact Ornstein-Uhlenbeck flow of the momenta over one step. */
function thermostat(
  context: StepContext,
  state: StateExpressions,
  temperature: number,
  friction: number,
): Map<string, Expression> {
  const decay = multiply(friction, context.step);
  // 1 - e^(-2x) as 2 tanh(x) / (1 + tanh(x)), which keeps its digits where x is small.
  const slope = tanh(decay);
  const renewed = divide(multiply(2, slope), add(1, slope));
  const inverseMasses = context.at(state, 1 / 2, context.system.kinetic?.inverseMass ?? new Map());
  const after = new Map(state);
  for (const [block, inverseMass] of inverseMasses) {
    const spread = sqrt(divide(multiply(temperature, renewed), inverseMass));
    const kept = multiply(exp(negate(decay)), state.get(block) as Expression);
    after.set(block, add(kept, multiply(spread, context.noise(block))));
  }
  return after;
}
