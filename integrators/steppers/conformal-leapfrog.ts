import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, multiply } from "../../core/expression/primitives/arithmetic.js";
import { constant } from "../../core/expression/primitives/leaves.js";
import { exp } from "../../core/expression/primitives/transcendental.js";
import type { HamiltonianTerm, Integrator, StateExpressions, StepContext } from "../../core/integrator.js";
import { dependsOn } from "../../core/structure-proofs.js";
import {
  checkStep,
  constantMasses,
  continuousTime,
  coordinatesOf,
  momentaOf,
  type Requirement,
  refusalOf,
  unbounded,
} from "../requirements.js";
import { applyStage, drift } from "../splitting.js";

/** Options of {@link conformalLeapfrog}. */
export interface ConformalLeapfrogOptions {
  /** The step size h > 0. */
  readonly step: number;
}

/**
 * Leapfrog for damping proportional to the momentum, dp/dt = -dV/dq - gamma p, order 2. With a = exp(-gamma h / 2):
 *
 *     p <- a (p - h/2 dV/dq(q)),  q <- q + h dT/dp(p),  p <- a p - h/2 dV/dq(q)
 *
 * It multiplies the symplectic form by exp(-gamma h), as the exact motion does, at any step. The step with -h undoes it, and
 * so does, with momenta reversed, the same step with the damping's sign flipped. It is the discrete Euler-Lagrange equation
 * of the action of exp(gamma t) L, kinetic energy taken at half steps and potential energy at nodes. Inputs at nodes: row k
 * in the first and row k + 1 in the second half kick.
 *
 * Reference: R. I. McLachlan and M. Perlmutter, Conformal Hamiltonian systems, J. Geom. Phys. 39, 276 (2001); the form used
 * here: A. Bhatt, D. Floyd and B. E. Moore, J. Sci. Comput. 66, 1234 (2016).
 *
 * @throws InputError for a step that is not finite and positive
 */
export function conformalLeapfrog({ step }: ConformalLeapfrogOptions): Integrator {
  const name = "conformal leapfrog";
  return {
    name,
    step: checkStep(name, step),
    order: 2,
    symmetric: true,
    preserves: "conformal symplectic",
    stochastic: false,
    reference: "R. I. McLachlan and M. Perlmutter, Conformal Hamiltonian systems, J. Geom. Phys. 39, 276 (2001)",
    refusal: refusalOf(name, [continuousTime, damped, separableBesidesDamping, unbounded]),
    advance: (context) => stagesOf(context).after,
    hamiltonianTerms: (context) => stagesOf(context).terms,
  };
}

const damped: Requirement = ({ damping }) =>
  damping === undefined ? "it declares no damping: use leapfrog where it is separable, else variational" : undefined;

const separableBesidesDamping: Requirement = (system) => {
  const velocities = momentaOf(system);
  if (system.kind !== "lagrangian") {
    const drifts = system.state
      .filter(({ role }) => role === "coordinate")
      .map(({ name }) => system.field.get(name) as Expression);
    return dependsOn(drifts, coordinatesOf(system)) ? "it is not separable: use implicitMidpoint" : undefined;
  }
  const heavy = constantMasses(system);
  if (heavy !== undefined) return heavy;
  const momenta = gradient(system.scalar as Expression, velocities);
  const forces = [...(system.generalisedForce?.values() ?? [])];
  return dependsOn(momenta, coordinatesOf(system)) || dependsOn(forces, velocities)
    ? "its force depends on its velocities, and not by damping alone: use variational"
    : undefined;
};

function stagesOf(context: StepContext): { readonly after: StateExpressions; readonly terms: HamiltonianTerm[] } {
  const { system, state, step } = context;
  const damping = system.parameters.find(({ name }) => name === system.damping)?.symbol as Expression;
  const decay = exp(multiply(multiply(-1 / 2, damping), step));
  const decayed = (from: StateExpressions): StateExpressions => moved(from, (value) => multiply(decay, value));
  const kicked = (from: StateExpressions, fraction: number): StateExpressions => {
    // Without motion there is no damping: the field at rest is the force of the potential alone.
    const rest = moved(from, (value) => constant(0, value.shape));
    const forces = context.at(rest, fraction, system.field);
    return moved(from, (value, name) => add(value, multiply(multiply(1 / 2, step), forces.get(name) as Expression)));
  };
  const half = decayed(kicked(state, 0));
  const drifted = applyStage(context, half, drift(1), 0);
  return {
    after: kicked(decayed(drifted), 1),
    terms: [
      { part: "potential", weight: 1 / 2, state, fraction: 0 },
      { part: "kinetic", weight: 1, state: half, fraction: 1 / 2 },
      { part: "potential", weight: 1 / 2, state: drifted, fraction: 1 },
    ],
  };

  /** A state with its momenta or velocities changed. */
  function moved(from: StateExpressions, change: (value: Expression, name: string) => Expression): StateExpressions {
    const blocks = system.state.map(({ name, role }): [string, Expression] => {
      const value = from.get(name) as Expression;
      return [name, role === "coordinate" ? value : change(value, name)];
    });
    return new Map(blocks);
  }
}
