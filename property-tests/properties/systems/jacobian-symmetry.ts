import fc from "fast-check";
import type { Expression } from "../../../core/expression/expression.js";
import type { DynamicalSystem } from "../../../core/system.js";
import { arbitraryDirection, arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { hasBranchSwitch } from "../../measures/branch-switch.js";
import { declaredGradient } from "../../measures/declared-gradient.js";
import { directionalDerivative } from "../../measures/directional-derivative.js";
import { innerProduct, largest, pointFunction, roundingOf } from "../../measures/point-function.js";
import { finiteField, stateSymbols, valuesOf } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const TOLERANCE = 1e-9;

/** Which systems have the symmetry, and how it is spoken of. */
interface Symmetry {
  readonly name: string;
  readonly statement: string;
  readonly likely: string;
  inapplicable(system: DynamicalSystem): string | undefined;
}

/**
 * With the metric P of a structure, P times the Jacobian is the Hessian of a scalar, whatever the scalar: v'PJw = w'PJv. The
 * Jacobian is found without the library's derivatives.
 */
function jacobianSymmetry({ name, statement, likely, inapplicable }: Symmetry): VerificationProperty<DynamicalSystem> {
  return {
    name,
    statement,
    inapplicable,
    property(system, options) {
      const weighted = declaredGradient(system) as Expression[];
      const [field, evaluate] = [finiteField(system, options), pointFunction(weighted)];
      const derivative = directionalDerivative(weighted, stateSymbols(system));
      const direction = arbitraryDirection(system.state);
      return fc.property(arbitrarySystemPoint(system), direction, direction, (point, v, w) => {
        field(point);
        const [alongV, alongW] = [derivative(point, v), derivative(point, w)];
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
        const atBranchSwitch = (): boolean => [v, w].some((along) => hasBranchSwitch(evaluate, point, along));
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
  statement: "v'PJw = w'PJv with P = [[0, -1], [1, 0]] and J = dF/dz",
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
