import { hessianProduct } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, multiply, sqrt, subtract } from "../../core/expression/primitives/arithmetic.js";
import { constant, symbol } from "../../core/expression/primitives/leaves.js";
import { cos, sin } from "../../core/expression/primitives/trigonometric.js";
import { substitute } from "../../core/expression/transform.js";
import { hamiltonianPart } from "../../core/hamiltonian-parts.js";
import type { HamiltonianTerm, Integrator, StateExpressions, StepContext } from "../../core/integrator.js";
import type { DynamicalSystem } from "../../core/system.js";
import { linearFlow } from "../linear-flow.js";
import { turnsInPlace } from "../local-rotation.js";
import {
  checkStep,
  continuousTime,
  coordinatesOf,
  hamiltonian,
  momentaOf,
  refusalOf,
  unbounded,
  undamped,
} from "../requirements.js";

/** Options of {@link splitStep}. */
export interface SplitStepOptions {
  /** The step size h > 0. */
  readonly step: number;
  /**
   * The flow of the linear part: exact by a matrix exponential, or the midpoint rule's (Cayley transform), which is less
   * accurate but has a quadrature of the Hamiltonian that generates its dependence on parameters exactly, as gradients by an
   * echo need.
   *
   * @defaultValue "exact"
   */
  readonly linear?: "exact" | "midpoint";
}

/**
 * Strang's split-step method for complex fields psi = (q + i p)/sqrt(2) whose Hamiltonian is a quadratic part and a function
 * of the local intensities q_j^2 + p_j^2, such as coupled Kerr resonators, order 2:
 *
 *     psi <- e^(-i h/2 W(|psi|^2)) psi,  psi <- e^(h L) psi,  psi <- e^(-i h/2 W(|psi|^2)) psi
 *
 * Both flows are exact: the nonlinear part turns each psi_j in place by a rate W_j that it does not change, the quadratic part
 * is linear. Symmetric and symplectic; every step is stable, however strong the couplings. Which terms of the Hamiltonian
 * belong to which part is read off its graph. The propagator is a dense matrix, computed once per run unless the couplings
 * depend on the time or on inputs that change. The nonlinear part sees the times and inputs at both ends of the step, the
 * linear part those of its middle.
 *
 * Reference: G. Strang, SIAM J. Numer. Anal. 5, 506 (1968); J. A. C. Weideman and B. M. Herbst, SIAM J. Numer. Anal. 23, 485
 * (1986).
 *
 * @throws InputError for a step that is not finite and positive
 */
export function splitStep({ step, linear = "exact" }: SplitStepOptions): Integrator {
  const name = linear === "exact" ? "split-step" : "split-step (midpoint)";
  return {
    name,
    step: checkStep(name, step),
    order: 2,
    symmetric: true,
    preserves: "symplectic",
    stochastic: false,
    reference: "G. Strang, SIAM J. Numer. Anal. 5, 506 (1968)",
    refusal: refusalOf(name, [continuousTime, hamiltonian, undamped, turnsInPlace, unbounded]),
    advance: (context) => stagesOf(context, linear).after,
    ...(linear === "midpoint" ? { hamiltonianTerms: (context) => stagesOf(context, linear).terms } : {}),
  };
}

function stagesOf(
  context: StepContext,
  linear: "exact" | "midpoint",
): { readonly after: StateExpressions; readonly terms: readonly HamiltonianTerm[] } {
  const { state } = context;
  const turned = rotated(context, state, 0);
  const moved = linearFlow(context, turned, linear);
  const after = rotated(context, moved, 1);
  const middle = new Map(
    [...turned].map(([name, value]) => [name, multiply(1 / 2, add(value, moved.get(name) as Expression))]),
  );
  return {
    after,
    terms: [
      { part: "nonlinear", weight: 1 / 2, state, fraction: 0 },
      { part: "linear", weight: 1, state: middle, fraction: 1 / 2 },
      { part: "nonlinear", weight: 1 / 2, state: moved, fraction: 1 },
    ],
  };
}

/** Half a step of the nonlinear part, taken at a fraction of the step. */
function rotated(context: StepContext, state: StateExpressions, fraction: number): StateExpressions {
  const { system, step, at } = context;
  const rates = at(state, fraction, rotationRates(system));
  const after = new Map(state);
  const [coordinates, momenta] = pairsOf(system);
  coordinates.forEach((coordinate, k) => {
    const momentum = momenta[k] as string;
    const angle = multiply(multiply(1 / 2, step), rates.get(coordinate) as Expression);
    const [q, p] = [state.get(coordinate), state.get(momentum)] as [Expression, Expression];
    after.set(coordinate, add(multiply(cos(angle), q), multiply(sin(angle), p)));
    after.set(momentum, subtract(multiply(cos(angle), p), multiply(sin(angle), q)));
  });
  return after;
}

function pairsOf({ state }: DynamicalSystem): [string[], string[]] {
  const names = (role: string): string[] => state.filter((block) => block.role === role).map(({ name }) => name);
  return [names("coordinate"), names("momentum")];
}

/**
 * The rates W_j = 2 dN/dI_j of the nonlinear part N of the intensities I_j = q_j^2 + p_j^2, by coordinate block. They are
 * the second derivatives of N by q_j where all q vanish and each p_j has the intensity there is, so that no quotient is
 * left undefined in the dark.
 */
function rotationRates(system: DynamicalSystem): Map<string, Expression> {
  const [coordinates, momenta] = [coordinatesOf(system), momentaOf(system)];
  const ones = coordinates.map(({ shape }) => constant(1, shape));
  const curvatures = hessianProduct(hamiltonianPart(system, "nonlinear"), coordinates, ones);
  const intensities = coordinates.map(({ shape }, k) => symbol(`intensity ${k}`, shape));
  const turned = new Map<Expression, Expression>();
  coordinates.forEach((coordinate, k) => {
    const [momentum, intensity] = [momenta[k], intensities[k]] as [Expression, Expression];
    turned.set(coordinate, constant(0, coordinate.shape));
    turned.set(multiply(momentum, momentum), intensity);
    turned.set(momentum, sqrt(intensity));
  });
  const present = coordinates.map((coordinate, k) => {
    const momentum = momenta[k] as Expression;
    return add(multiply(coordinate, coordinate), multiply(momentum, momentum));
  });
  const rates = substitute(
    substitute(curvatures, turned),
    new Map(intensities.map((intensity, k) => [intensity, present[k] as Expression])),
  );
  return new Map(pairsOf(system)[0].map((name, k) => [name, rates[k] as Expression]));
}
