import { InputError } from "../../core/errors.js";
import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, divide, multiply, negate, subtract } from "../../core/expression/primitives/arithmetic.js";
import { constant, symbol } from "../../core/expression/primitives/leaves.js";
import { rootOf } from "../../core/expression/primitives/root.js";
import { exp } from "../../core/expression/primitives/transcendental.js";
import { substitute } from "../../core/expression/transform.js";
import type { Integrator, StateExpressions, StepContext } from "../../core/integrator.js";
import { checkStep, continuousTime, lagrangian, refusalOf, unbounded } from "../requirements.js";

/** A node of the quadrature of the action over a step. */
export interface ActionNode {
  /** Where in the step, from 0 (its start) to 1 (its end). */
  readonly at: number;
  /** The weight; those of all nodes add up to 1. */
  readonly weight: number;
}

/** Options of {@link variational}. */
export interface VariationalOptions {
  /** The step size h > 0. */
  readonly step: number;
  /**
   * How the action over a step is approximated: at its ends, in its middle, or at nodes of one's own.
   *
   * @defaultValue "trapezoid"
   */
  readonly discreteLagrangian?: "trapezoid" | "midpoint" | readonly ActionNode[];
}

const NODES: Readonly<Record<"trapezoid" | "midpoint", readonly ActionNode[]>> = {
  trapezoid: [
    { at: 0, weight: 1 / 2 },
    { at: 1, weight: 1 / 2 },
  ],
  midpoint: [{ at: 1 / 2, weight: 1 }],
};

/**
 * The variational integrator of a discrete Lagrangian, for every Lagrangian system: masses may depend on the position, and
 * forces on the velocity. The path within a step is straight, q(c) = (1 - c) q_0 + c q_1 with v = (q_1 - q_0)/h, and
 *
 *     L_d(q_0, q_1) = h sum_i w_i L(q(c_i), v, t + c_i h)
 *
 * A step solves p_0 = -dL_d/dq_0 for q_1, takes p_1 = dL_d/dq_1, and finds the velocity with dL/dv(q_1, v_1) = p_1. The
 * trapezoid rule on a separable system is leapfrog. Symplectic; symmetric and of order 2 where the nodes are symmetric, else
 * of order 1. Generalised forces enter by the discrete Lagrange-d'Alembert principle at the same nodes, damping as the factor
 * exp(damping t) of the action.
 *
 * Reference: J. E. Marsden and M. West, Discrete mechanics and variational integrators, Acta Numerica 10, 357 (2001).
 *
 * @throws InputError for a step that is not finite and positive, and for nodes outside of [0, 1] or whose weights do not add
 * up to 1
 */
export function variational({ step, discreteLagrangian = "trapezoid" }: VariationalOptions): Integrator {
  const nodes = typeof discreteLagrangian === "string" ? NODES[discreteLagrangian] : checkedNodes(discreteLagrangian);
  const name = `variational${typeof discreteLagrangian === "string" ? ` (${discreteLagrangian})` : ""}`;
  const symmetric = isSymmetric(nodes);
  return {
    name,
    step: checkStep(name, step),
    order: symmetric ? 2 : 1,
    symmetric,
    preserves: "symplectic",
    stochastic: false,
    reference:
      "J. E. Marsden and M. West, Discrete mechanics and variational integrators, Acta Numerica 10, 357 (2001)",
    refusal: refusalOf(name, [continuousTime, lagrangian, unbounded]),
    advance: (context) => discreteStep(context, nodes).after,
    hamiltonianTerms(context) {
      const { path } = discreteStep(context, nodes);
      return nodes.map(({ at, weight }) => ({ part: "whole", weight, state: path(at), fraction: at }));
    },
  };
}

const isSymmetric = (nodes: readonly ActionNode[]): boolean =>
  nodes.every(({ at, weight }) =>
    nodes.some((other) => Math.abs(other.at + at - 1) < 1e-12 && Math.abs(other.weight - weight) < 1e-12),
  );

function checkedNodes(nodes: readonly ActionNode[]): readonly ActionNode[] {
  const sum = nodes.reduce((total, { weight }) => total + weight, 0);
  if (nodes.every(({ at }) => at >= 0 && at <= 1) && Math.abs(sum - 1) < 1e-12) return nodes;
  throw new InputError({
    field: "discreteLagrangian of variational",
    given: `nodes at ${nodes.map(({ at }) => at).join(", ")} with weights that add up to ${sum}`,
    expected: "nodes from 0 to 1 with weights that add up to 1",
  });
}

interface DiscreteStep {
  readonly after: StateExpressions;
  /** The state on the straight path, at a fraction of the step. */
  path(at: number): StateExpressions;
}

function discreteStep(context: StepContext, nodes: readonly ActionNode[]): DiscreteStep {
  const { system, state, step, at } = context;
  const coordinates = system.state.filter(({ role }) => role === "coordinate");
  const velocities = system.state.filter(({ role }) => role === "velocity");
  const scalar = new Map([["L", system.scalar as Expression]]);
  const momentum = new Map(
    gradient(
      system.scalar as Expression,
      velocities.map((block) => block.symbol),
    ).map((each, k) => [`${k}`, each]),
  );
  const damping = system.parameters.find(({ name }) => name === system.damping)?.symbol;
  const growth = (fraction: number): Expression =>
    damping === undefined ? constant(1) : exp(multiply(multiply(fraction, damping), step));

  const from = coordinates.map(({ name, shape }) => symbol(`first ${name}`, shape));
  const to = coordinates.map(({ name, shape }) => symbol(`last ${name}`, shape));
  const straight = (first: readonly Expression[], last: readonly Expression[], fraction: number): StateExpressions =>
    new Map(
      coordinates.flatMap(({ name }, k) => {
        const [a, b] = [first[k] as Expression, last[k] as Expression];
        const between = add(multiply(1 - fraction, a), multiply(fraction, b));
        const moving = velocities[k] as (typeof velocities)[number];
        return [
          [name, between],
          [moving.name, divide(subtract(b, a), step)],
        ] as const;
      }),
    );
  const summed = (term: (node: ActionNode) => Expression): Expression => nodes.map(term).reduce(add);
  const action = multiply(
    step,
    summed(({ at: fraction, weight }) => {
      const value = at(straight(from, to, fraction), fraction, scalar).get("L") as Expression;
      return multiply(multiply(weight, growth(fraction)), value);
    }),
  );
  /** The impulse of the generalised forces that belongs to one end of the step. */
  const impulses = (end: "first" | "last"): Expression[] =>
    coordinates.map(({ name, shape }) => {
      const force = system.generalisedForce?.get(name);
      if (force === undefined) return constant(0, shape);
      const sum = summed(({ at: fraction, weight }) => {
        const share = multiply(weight * (end === "first" ? 1 - fraction : fraction), growth(fraction));
        return multiply(
          share,
          at(straight(from, to, fraction), fraction, new Map([["F", force]])).get("F") as Expression,
        );
      });
      return multiply(step, sum);
    });
  const plus = (a: readonly Expression[], b: readonly Expression[]): Expression[] =>
    a.map((each, k) => add(each, b[k] as Expression));
  const pushed = plus(gradient(action, from), impulses("first"));
  const carried = plus(gradient(action, to), impulses("last"));

  const starts = coordinates.map(({ name }) => state.get(name) as Expression);
  const before = [...at(state, 0, momentum).values()];
  const ends = rootOf(
    substitute(plus(before, pushed), new Map(from.map((each, k) => [each, starts[k] as Expression]))),
    {
      unknowns: to,
      guesses: starts.map((start, k) => {
        const velocity = state.get((velocities[k] as (typeof velocities)[number]).name) as Expression;
        return add(start, multiply(step, velocity));
      }),
    },
  );
  const known = new Map([...from, ...to].map((each, k) => [each, [...starts, ...ends][k] as Expression]));
  const impulse = substitute(carried, known).map((each) => multiply(growth(-1), each));
  const path = (fraction: number): StateExpressions => straight(starts, ends, fraction);
  const arrived = (speeds: readonly Expression[]): StateExpressions =>
    new Map([
      ...coordinates.map(({ name }, k) => [name, ends[k] as Expression] as const),
      ...velocities.map(({ name }, k) => [name, speeds[k] as Expression] as const),
    ]);
  const unknown = velocities.map(({ name, shape }) => symbol(`last ${name}`, shape));
  const speeds = rootOf(plus([...at(arrived(unknown), 1, momentum).values()], impulse.map(negate)), {
    unknowns: unknown,
    guesses: velocities.map(({ name }) => path(1).get(name) as Expression),
  });
  return { after: arrived(speeds), path };
}
