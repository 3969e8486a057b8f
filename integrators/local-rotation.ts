import { evaluate } from "../core/compile/interpreter/evaluate.js";
import { gradient } from "../core/expression/derivatives.js";
import type { Expression } from "../core/expression/expression.js";
import { multiply, subtract } from "../core/expression/primitives/arithmetic.js";
import { hamiltonianPart } from "../core/hamiltonian-parts.js";
import { randomBindings } from "../core/structure-proofs.js";
import { coordinatesOf, momentaOf, type Requirement } from "./requirements.js";

/** Looked at in so many random states and parameters. */
const SEEDS = [1, 2, 3];
const ROUNDING = 1e-12;

/**
 * The Hamiltonian is a quadratic part and a function of the local intensities q_j^2 + p_j^2: turning one pair (q_j, p_j) by
 * itself does not change it, p_j dN/dq_j = q_j dN/dp_j for all j.
 */
export const turnsInPlace: Requirement = (system) => {
  const [coordinates, momenta] = [coordinatesOf(system), momentaOf(system)];
  const nonlinear = hamiltonianPart(system, "nonlinear");
  const forces = gradient(nonlinear, coordinates).map((force, k) => multiply(momenta[k] as Expression, force));
  const velocities = gradient(nonlinear, momenta).map((rate, k) => multiply(coordinates[k] as Expression, rate));
  const changes = forces.map((force, k) => subtract(force, velocities[k] as Expression));
  const all = [...changes, ...forces, ...velocities];
  const turns = SEEDS.every((seed) => {
    const values = evaluate(all, randomBindings(all, seed));
    const largest = (arrays: readonly Float64Array[]): number =>
      Math.max(0, ...arrays.map((array) => array.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
    return largest(values.slice(0, changes.length)) <= ROUNDING * largest(values.slice(changes.length));
  });
  return turns
    ? undefined
    : "its Hamiltonian is no quadratic part and a function of the local intensities q^2 + p^2: use gaussLegendre4";
};
