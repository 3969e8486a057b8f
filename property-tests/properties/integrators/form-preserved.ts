import fc from "fast-check";
import { gradient, jacobianProduct } from "../../../core/expression/derivatives.js";
import type { Expression } from "../../../core/expression/expression.js";
import { symbol } from "../../../core/expression/functions.js";
import { arbitraryDirection, arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { hasBranchSwitch } from "../../measures/branch-switch.js";
import { tangentName } from "../../measures/derivative-graphs.js";
import {
  allFinite,
  innerProduct,
  largest,
  type PointValues,
  pointFunction,
  roundingOf,
} from "../../measures/point-function.js";
import { atState, stepGraph } from "../../measures/step-map.js";
import { finiteField, valuesOf } from "../../measures/system-measures.js";
import { shortening } from "../../measures/time-scale.js";
import { fastestBackend } from "../../measures/usable-backends.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import type { IntegratedSystem } from "../../verification/verify-subject.js";

const NAME = "the step preserves the symplectic form";
/** The defect of a method that is not symplectic grows with the step; that of rounding does not. */
const STEPS = [0.05, 0.2, 0.5];

/**
 * omega(J v, J w) = omega(v, w) for the Jacobian J of a step, omega = dq ^ dp; times exp(-damping h) for a method that is
 * conformal symplectic.
 */
export const preservesSymplecticForm: VerificationProperty<IntegratedSystem> = {
  name: NAME,
  statement:
    "J' Omega J = Omega for the Jacobian J of a step (exp(-damping h) Omega where there is damping), at steps up to 0.5, shorter for fast motion",
  inapplicable({ system, integrator }) {
    const refusal = integrator.refusal(system);
    if (refusal !== undefined) return refusal;
    const conformal = integrator.preserves === "conformal symplectic";
    if (integrator.preserves !== "symplectic" && !conformal) return "it does not claim to preserve a form";
    if (system.kind !== "hamiltonian" && system.kind !== "lagrangian") return "the system has no symplectic form";
    const forced = (system.damping !== undefined && !conformal) || system.generalisedForce !== undefined;
    return forced ? "a force or damping changes the form" : undefined;
  },
  property({ system, integrator }, options) {
    const graph = stepGraph(system, integrator);
    const symbols = system.state.map((block) => block.symbol);
    const tangents = system.state.map(({ name, shape }) => symbol(tangentName(name), shape));
    const step = pointFunction([...graph.next, ...jacobianProduct(graph.next, symbols, tangents)], fastestBackend());
    const half = symbols.length / 2;
    // The momenta are the state's own, or dL/dv of the velocities.
    const velocities = symbols.slice(half);
    const momenta = system.kind === "lagrangian" ? gradient(system.scalar as Expression, velocities) : velocities;
    const momentumChange = pointFunction(jacobianProduct(momenta, symbols, tangents));
    const [field, next] = [finiteField(system, options), pointFunction(graph.next, fastestBackend())];
    const bound = (tangent: readonly Float64Array[]): PointValues =>
      Object.fromEntries(system.state.map(({ name }, k) => [tangentName(name), tangent[k] as Float64Array]));
    const form = (at: PointValues, v: readonly Float64Array[], w: readonly Float64Array[]): number => {
      const [changeV, changeW] = [momentumChange({ ...at, ...bound(v) }), momentumChange({ ...at, ...bound(w) })];
      return innerProduct(v.slice(0, half), changeW) - innerProduct(w.slice(0, half), changeV);
    };
    const [direction, shorter] = [arbitraryDirection(system.state), shortening(system)];
    return fc.property(arbitrarySystemPoint(system), direction, direction, (point, along, across) => {
      field(point);
      const [v, w] = [valuesOf(along, system.state), valuesOf(across, system.state)];
      const [before, damping] = [form(point, v, w), point[system.damping ?? ""]?.[0] ?? 0];
      for (const size of STEPS) {
        const h = size * shorter(point);
        const expected = Math.exp(-damping * h) * before;
        const start = graph.bind(point, h);
        const [movedV, movedW] = [step({ ...start, ...bound(v) }), step({ ...start, ...bound(w) })];
        if (!allFinite([...movedV, ...movedW])) options.inconclusive("the step is not finite here");
        const count = symbols.length;
        const end = atState(system, point, movedV.slice(0, count), (point.t?.[0] as number) + h);
        const [afterV, afterW] = [movedV.slice(count), movedW.slice(count)];
        const sizes = [largest, largest].map((size, k) => Math.max(...(k === 0 ? afterV : afterW).map(size)));
        const noise = Math.max(...roundingOf(step, { ...start, ...bound(v) }).slice(count));
        requireAgreement(
          [{ at: `omega(J v, J w) after a step of ${h}`, found: form(end, afterV, afterW), expected }],
          {
            property: NAME,
            tolerance: 1e-12,
            scale: Math.max(Math.abs(expected), (sizes[0] as number) * (sizes[1] as number)),
            floor: 32 * noise * Math.max(...sizes),
            likely: "a kick or a drift is evaluated at the wrong state, so that it is not the flow of a Hamiltonian",
            atBranchSwitch: () => [along, across].some((each) => hasBranchSwitch(next, start, each)),
          },
          options,
        );
      }
    });
  },
};
