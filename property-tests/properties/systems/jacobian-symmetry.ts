import fc from "fast-check";
import type { Expression } from "../../../core/expression/expression.js";
import { broadcast, multiply } from "../../../core/expression/functions.js";
import type { DynamicalSystem } from "../../../core/system.js";
import { twistOf } from "../../../learning/transformations/twisted.js";
import { arbitraryDirection, arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { hasBranchSwitch } from "../../measures/branch-switch.js";
import { declaredGradient } from "../../measures/declared-gradient.js";
import { directionalDerivative, type MeasuredDerivative } from "../../measures/directional-derivative.js";
import { innerProduct, largest, type PointValues, pointFunction, roundingOf } from "../../measures/point-function.js";
import { fieldOf, finiteField, stateSymbols, valuesOf } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const TOLERANCE = 1e-9;

/** Which systems have the symmetry, and how it is spoken of. */
interface Symmetry {
  readonly name: string;
  readonly statement: string;
  readonly likely: string;
  inapplicable(system: DynamicalSystem): string | undefined;
  /** P F by state block, with a constant P. @defaultValue what the structure says is the gradient of its scalar */
  field?(system: DynamicalSystem): Expression[];
  /** The diagonal of a P that depends on the state, by state block; it is not differentiated. @defaultValue 1 */
  metric?(system: DynamicalSystem): Expression[];
}

/**
 * With the metric P of a structure, P times the Jacobian is the Hessian of a scalar, whatever the scalar: v'PJw = w'PJv. The
 * Jacobian is found without the library's derivatives.
 */
function jacobianSymmetry(symmetry: Symmetry): VerificationProperty<DynamicalSystem> {
  const { name, statement, likely, inapplicable, metric } = symmetry;
  const fieldIn = symmetry.field ?? ((system) => declaredGradient(system) as Expression[]);
  return {
    name,
    statement,
    inapplicable,
    property(system, options) {
      const inner = fieldIn(system);
      const outer = metric?.(system) ?? [];
      const weighted = metric === undefined ? inner : inner.map((value, k) => multiply(outer[k] as Expression, value));
      const [field, evaluate, weights] = [finiteField(system, options), pointFunction(weighted), pointFunction(outer)];
      const derivative = directionalDerivative(inner, stateSymbols(system));
      const direction = arbitraryDirection(system.state);
      return fc.property(arbitrarySystemPoint(system), direction, direction, (point, v, w) => {
        field(point);
        const scales = weights(point);
        const largestScale = Math.max(1, ...scales.map(largest));
        const along = (towards: PointValues): MeasuredDerivative => {
          const { values, errors } = derivative(point, towards);
          return {
            values: values.map((slopes, k) => slopes.map((slope, i) => slope * (scales[k]?.[i] ?? 1))),
            errors: errors.map((error) => largestScale * error),
          };
        };
        const [alongV, alongW] = [along(v), along(w)];
        const [left, right] = [valuesOf(v, system.state), valuesOf(w, system.state)];
        const errors = Math.max(...alongV.errors, ...alongW.errors) * left.reduce((sum, { length }) => sum + length, 0);
        const slopes = [...alongV.values, ...alongW.values].map(largest);
        const entries = [
          {
            at: "w'PJv",
            found: innerProduct(right, alongV.values),
            expected: innerProduct(left, alongW.values),
          },
        ];
        const atBranchSwitch = (): boolean => [v, w].some((towards) => hasBranchSwitch(evaluate, point, towards));
        requireAgreement(
          entries,
          {
            property: name,
            tolerance: TOLERANCE,
            scale: Math.max(...slopes),
            floor: errors + 8 * Math.max(...roundingOf(evaluate, point)),
            likely,
            atBranchSwitch,
          },
          options,
        );
      });
    },
  };
}

/** J = J' of a gradient flow. */
export const gradientJacobianSymmetric = jacobianSymmetry({
  name: "the Jacobian of a gradient flow is symmetric",
  statement: "v'Jw = w'Jv for J = dF/dz",
  likely: "an interaction acts in one direction only, or with different strengths",
  inapplicable: ({ facts }) => (facts.gradient ? undefined : "its field is not minus a gradient"),
});

/** Omega J is symmetric. */
export const hamiltonianJacobianSymplectic = jacobianSymmetry({
  name: "the flow of a Hamiltonian is symplectic",
  statement: "v'PJw = w'PJv with P = [[0, -1], [1, 0]] and J = dF/dz, damping left out",
  likely: "the force on one block is not the reaction of the force on another",
  inapplicable: ({ kind }) => (kind === "hamiltonian" ? undefined : "it is no Hamiltonian system"),
});

/** J' = P J P^-1. */
export const skewGradientIdentity = jacobianSymmetry({
  name: "the Jacobian of a skew-gradient system is symmetric up to signs",
  statement: "J' = P J P^-1 with P the time constants, negative for activators",
  likely: "activators and inhibitors do not act on each other with opposite signs, or a time constant is missing",
  inapplicable: ({ kind }) => (kind === "skew-gradient" ? undefined : "it is no skew-gradient system"),
});

/** J' = P J P^-1 with the diagonal matrix P that twisted nudging uses, declared or known from rates. */
export const twistHolds = jacobianSymmetry({
  name: "the Jacobian is symmetric in the metric of the twist",
  statement: "J' = P J P^-1 at every state, with the diagonal P(z) that is declared or follows from rates",
  likely: "the twist is not that of this field (its inverse?), or the couplings are not symmetric",
  inapplicable(system) {
    if (twistOf(system) === undefined) return "no P with J' = P J P^-1 is declared or known";
    return system.facts.gradient && system.twist === undefined ? "it is a gradient flow, whose P is 1" : undefined;
  },
  field: fieldOf,
  metric(system) {
    const twist = twistOf(system) as Map<string, Expression>;
    return system.state.map(({ name, shape }) => broadcast(twist.get(name) as Expression, shape));
  },
});
