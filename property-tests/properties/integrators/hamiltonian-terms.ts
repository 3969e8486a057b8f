import fc from "fast-check";
import { gradient, jacobianProduct } from "../../../core/expression/derivatives.js";
import type { Expression } from "../../../core/expression/expression.js";
import { add, constant, dot, exp, multiply, subtract, symbol } from "../../../core/expression/functions.js";
import { hamiltonianPart } from "../../../core/hamiltonian-parts.js";
import type { StateExpressions, StepContext } from "../../../core/integrator.js";
import { stepProgram } from "../../../core/simulation/step-program.js";
import type { DynamicalSystem } from "../../../core/system.js";
import { arbitraryDirection, arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { hasBranchSwitch } from "../../measures/branch-switch.js";
import { tangentName } from "../../measures/derivative-graphs.js";
import { allFinite, type PointValues, pointFunction, roundingOf } from "../../measures/point-function.js";
import { stepGraph } from "../../measures/step-map.js";
import { finiteField, stateSymbols } from "../../measures/system-measures.js";
import { shortening } from "../../measures/time-scale.js";
import { fastestBackend } from "../../measures/usable-backends.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import type { IntegratedSystem } from "../../verification/verify-subject.js";

const NAME = "the Hamiltonian's terms generate the step";
const STEPS = [0.05, 0.2];
const other = (name: string): string => `other ${tangentName(name)}`;

/**
 * omega(d z_1, w z_1) - omega(d z_0, w z_0) = h sum_i weight_i w[d_theta H_i], for a variation d of the state and of all
 * parameters and inputs and a variation w of the state: what the step does when parameters change follows from dH/dtheta at
 * the terms' nodes alone.
 */
export const termsGenerateStep: VerificationProperty<IntegratedSystem> = {
  name: NAME,
  statement:
    "omega(d z_1, w z_1) - omega(d z_0, w z_0) = h sum weight w[dH/dtheta d theta], the weights of each part adding up to 1",
  inapplicable({ system, integrator }) {
    const refusal = integrator.refusal(system);
    if (refusal !== undefined) return refusal;
    if (integrator.hamiltonianTerms === undefined) return "it declares no terms";
    if (system.kind !== "hamiltonian" && system.kind !== "lagrangian") return "the system has no Hamiltonian";
    const forced = system.damping !== undefined && integrator.preserves !== "conformal symplectic";
    return forced || system.generalisedForce !== undefined ? "a force or damping adds to the Hamiltonian" : undefined;
  },
  property({ system, integrator }, options) {
    const varied = [...system.parameters, ...system.input].filter(({ name }) => name !== system.damping);
    let sides: readonly Expression[] = [];
    stepProgram(system, integrator, {
      observe(context, next) {
        sides = identity(context, next);
        return sides;
      },
    });
    const graph = stepGraph(system, integrator);
    const [evaluate, field, next] = [
      pointFunction(sides, fastestBackend()),
      finiteField(system, options),
      pointFunction(graph.next, fastestBackend()),
    ];
    const blocks = [...system.state, ...varied];
    const shorter = shortening(system);
    return fc.property(
      arbitrarySystemPoint(system),
      arbitraryDirection(blocks),
      arbitraryDirection(system.state),
      (point, along, across) => {
        field(point);
        const named = (direction: PointValues, rename: (name: string) => string): PointValues =>
          Object.fromEntries(Object.entries(direction).map(([name, values]) => [rename(name), values]));
        for (const size of STEPS) {
          const h = size * shorter(point);
          const start = { ...graph.bind(point, h), ...named(along, tangentName), ...named(across, other) };
          const values = evaluate(start);
          if (!allFinite(values)) options.inconclusive("the step is not finite here");
          const [found, expected, before, after] = values.map(([value]) => value) as [number, number, number, number];
          requireAgreement(
            [{ at: `the change of omega over a step of ${h}`, found, expected }],
            {
              property: NAME,
              tolerance: 1e-12,
              scale: Math.abs(before) + Math.abs(after),
              floor: 32 * Math.max(...roundingOf(evaluate, start)),
              likely: "a term is taken at the wrong state or time, or has a wrong weight",
              atBranchSwitch: () => [along, across].some((each) => hasBranchSwitch(next, graph.bind(point, h), each)),
            },
            options,
          );
        }
      },
    );

    /** Both sides, and the two values of omega. */
    function identity(context: StepContext, next: StateExpressions): Expression[] {
      const state = stateSymbols(system);
      const parameters = varied.map((block) => block.symbol);
      const first = system.state.map(({ name, shape }) => symbol(tangentName(name), shape));
      const second = system.state.map(({ name, shape }) => symbol(other(name), shape));
      const change = varied.map(({ name, shape }) => symbol(tangentName(name), shape));
      const d = (of: readonly Expression[]): Expression[] =>
        jacobianProduct(of, [...state, ...parameters], [...first, ...change]);
      const w = (of: readonly Expression[]): Expression[] => jacobianProduct(of, state, second);
      const omega = (q: readonly Expression[], p: readonly Expression[]): Expression => {
        const [dq, dp, wq, wp] = [d(q), d(p), w(q), w(p)];
        const pairs = dq.map((each, k) =>
          subtract(dot(each, wp[k] as Expression), dot(wq[k] as Expression, dp[k] as Expression)),
        );
        return pairs.reduce(add, constant(0));
      };
      const [start, end] = [context.state, next].map((each, k) => canonical(context, each, k)) as [
        Canonical,
        Canonical,
      ];
      const growth = dampingFactor(system, context.step);
      const before = omega(start.q, start.p);
      const after = multiply(growth(1), omega(end.q, end.p));
      const terms = integrator.hamiltonianTerms?.(context) ?? [];
      const pairings = terms.map(({ part, weight, state: node, fraction }) => {
        const [byParameters] = jacobianProduct([hamiltonianPart(system, part)], parameters, change) as [Expression];
        const value = context.at(node, fraction, new Map([["change", byParameters]])).get("change") as Expression;
        return multiply(multiply(weight, growth(fraction)), w([value])[0] as Expression);
      });
      const right = multiply(context.step, pairings.reduce(add, constant(0)));
      return [subtract(after, before), right, before, after];
    }
  },
};

interface Canonical {
  readonly q: readonly Expression[];
  readonly p: readonly Expression[];
}

/** Coordinates and momenta of a state; momenta of velocities are dL/dv. */
function canonical({ system, at }: StepContext, state: StateExpressions, fraction: number): Canonical {
  const q = system.state.filter(({ role }) => role === "coordinate").map(({ name }) => state.get(name) as Expression);
  const moving = system.state.filter(({ role }) => role !== "coordinate");
  if (system.kind === "hamiltonian") return { q, p: moving.map(({ name }) => state.get(name) as Expression) };
  const momenta = gradient(
    system.scalar as Expression,
    moving.map((block) => block.symbol),
  );
  return { q, p: [...at(state, fraction, new Map(momenta.map((each, k) => [`${k}`, each]))).values()] };
}

/** exp(damping h c), by which the action of a damped system grows. */
function dampingFactor(system: DynamicalSystem, step: Expression): (fraction: number) => Expression {
  const damping = system.parameters.find(({ name }) => name === system.damping)?.symbol;
  return (fraction) => (damping === undefined ? constant(1) : exp(multiply(multiply(fraction, damping), step)));
}
