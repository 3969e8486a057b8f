import { hessianProduct } from "./expression/derivatives.js";
import { apply, type Expression, isNode, sameShape } from "./expression/expression.js";
import { add, broadcast, constant, negate, subtract } from "./expression/functions.js";
import {
  addPrimitive,
  dividePrimitive,
  multiplyPrimitive,
  negatePrimitive,
  subtractPrimitive,
} from "./expression/primitives/arithmetic.js";
import { sumPrimitive } from "./expression/primitives/sum.js";
import { substituteOne } from "./expression/transform.js";
import type { HamiltonianPartName } from "./integrator.js";
import { dependsOn, directionSymbols } from "./structure-proofs.js";
import type { DynamicalSystem } from "./system.js";

/**
 * A part of a system's Hamiltonian, as a function of the state that has its partial derivatives by parameters and inputs.
 *
 * - kinetic: the summands of the momenta alone; potential: the others. For separable systems.
 * - linear: the summands up to second order in the state (their motion is linear); nonlinear: the others.
 * - whole: H.
 *
 * A Lagrangian system gives minus the parts of its Lagrangian: dH/dtheta at fixed momenta is -dL/dtheta at fixed velocities.
 */
export function hamiltonianPart(system: DynamicalSystem, part: HamiltonianPartName): Expression {
  if (system.scalar === undefined) throw new Error(`${system.name} has no Hamiltonian`);
  const scalar = system.kind === "lagrangian" ? negate(system.scalar) : system.scalar;
  if (part === "whole") return scalar;
  const state = system.state.map(({ symbol }) => symbol);
  const summands = summandsOf(scalar, state);
  if (part === "linear" || part === "nonlinear") {
    return total(summands.filter((summand) => isQuadratic(summand, state) === (part === "linear")));
  }
  const coordinates = system.state.filter(({ role }) => role === "coordinate").map(({ symbol }) => symbol);
  const moving = state.filter((symbol) => !coordinates.includes(symbol));
  const mixed = summands.some((summand) => dependsOn([summand], coordinates) && dependsOn([summand], moving));
  if (!mixed) return total(summands.filter((summand) => dependsOn([summand], moving) === (part === "kinetic")));
  // A sum that is separable, but written so that its summands do not show it.
  const atRest = substituteOne(scalar, new Map(moving.map((symbol) => [symbol, constant(0, symbol.shape)])));
  return part === "potential" ? atRest : subtract(scalar, atRest);
}

const total = (summands: readonly Expression[]): Expression => summands.reduce(add, constant(0));

/** Whether a scalar is a polynomial of the state of at most second order, as far as its graph shows it. */
function isQuadratic(scalar: Expression, state: readonly Expression[]): boolean {
  return !dependsOn(hessianProduct(scalar, state, directionSymbols(state)), state);
}

/** What a scalar is the sum of: through sums of arrays and factors that do not depend on the state. */
function summandsOf(expression: Expression, state: readonly Expression[]): Expression[] {
  const { primitive, operands, shape } = expression;
  const [a, b] = operands as [Expression, Expression];
  const within = (operand: Expression): Expression[] =>
    summandsOf(operand, state).map((part) => (sameShape(part.shape, shape) ? part : broadcast(part, shape)));
  if (primitive === addPrimitive) return [...within(a), ...within(b)];
  if (primitive === subtractPrimitive) return [...within(a), ...within(b).map(negate)];
  if (primitive === negatePrimitive) return within(a).map(negate);
  const rebuilt = (parts: readonly Expression[], at: number): Expression[] =>
    parts.map((part) =>
      apply(
        primitive,
        operands.map((each, k) => (k === at ? part : each)),
        expression.attributes,
      ),
    );
  if (isNode(expression, sumPrimitive)) return rebuilt(summandsOf(a, state), 0);
  if (primitive === dividePrimitive && !dependsOn([b], state)) return rebuilt(summandsOf(a, state), 0);
  if (primitive === multiplyPrimitive && !dependsOn([a], state)) return rebuilt(summandsOf(b, state), 1);
  if (primitive === multiplyPrimitive && !dependsOn([b], state)) return rebuilt(summandsOf(a, state), 0);
  return [expression];
}
