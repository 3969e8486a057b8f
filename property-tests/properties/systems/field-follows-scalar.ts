import fc from "fast-check";
import type { Expression } from "../../../core/expression/expression.js";
import type { DynamicalSystem, SystemKind } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { hasBranchSwitch } from "../../measures/branch-switch.js";
import { declaredGradient } from "../../measures/declared-gradient.js";
import { directionalDerivative } from "../../measures/directional-derivative.js";
import { innerProduct, pointFunction, roundingOf } from "../../measures/point-function.js";
import { probeDirections } from "../../measures/probe-directions.js";
import { finiteField, stateSymbols, valuesOf } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

/** Of the largest slope; complex steps reach 1e-14, differences are judged by their own error bar. */
const TOLERANCE = 1e-9;

/** How one structure is spoken of. */
interface Structure {
  readonly kind: SystemKind;
  readonly name: string;
  readonly statement: string;
  /** The scalar's letter. */
  readonly letter: string;
  readonly likely: string;
}

/** The field is what the structure makes of the scalar, whose slopes are found without the library's derivatives. */
function fieldFollowsScalar({
  kind,
  name,
  statement,
  letter,
  likely,
}: Structure): VerificationProperty<DynamicalSystem> {
  return {
    name,
    statement,
    inapplicable: (system) => (system.kind === kind ? undefined : `it is no ${kind} system`),
    property(system, options) {
      const scalar = system.scalar as Expression;
      const gradient = pointFunction(declaredGradient(system) as Expression[]);
      const slope = directionalDerivative([scalar], stateSymbols(system));
      const [field, value] = [finiteField(system, options), pointFunction([scalar])];
      const probes = probeDirections(system.state);
      return fc.property(arbitrarySystemPoint(system), (point) => {
        field(point);
        const declared = gradient(point);
        const noise = Math.max(...roundingOf(gradient, point));
        let floor = 32 * noise;
        const entries = probes.map(({ name: at, direction }) => {
          const { values, errors } = slope(point, direction);
          floor = Math.max(floor, errors[0] as number);
          const found = innerProduct(declared, valuesOf(direction, system.state));
          return { at: `d${letter}/d${at} from the field`, found, expected: values[0]?.[0] as number };
        });
        const atBranchSwitch = (): boolean => probes.some(({ direction }) => hasBranchSwitch(value, point, direction));
        requireAgreement(entries, { property: name, tolerance: TOLERANCE, floor, likely, atBranchSwitch }, options);
      });
    },
  };
}

/** dz/dt = -dE/dz. */
export const fieldDescendsEnergy = fieldFollowsScalar({
  kind: "energy",
  name: "the field is minus the gradient of the energy",
  statement: "dz/dt = -dE/dz, and with a rate s = rho(u) du/dt = -dE/ds",
  letter: "E",
  likely: "the force is not that of the energy: look at signs and factors of this block",
});

/** dq/dt = dH/dp, dp/dt = -dH/dq. */
export const fieldFollowsHamiltonian = fieldFollowsScalar({
  kind: "hamiltonian",
  name: "the field is the symplectic gradient of the Hamiltonian",
  statement: "dq/dt = dH/dp, dp/dt = -dH/dq",
  letter: "H",
  likely: "the equations are not Hamilton's: look at signs and factors of the block conjugate to this one",
});

/** tau du/dt = -dPhi/du, tau dv/dt = +dPhi/dv. */
export const fieldFollowsPotential = fieldFollowsScalar({
  kind: "skew-gradient",
  name: "the field is the skew gradient of the potential",
  statement: "tau du/dt = -dPhi/du for activators, tau dv/dt = +dPhi/dv for inhibitors",
  letter: "Phi",
  likely: "look at the sign of this block (activators descend, inhibitors climb) and at its time constant",
});
