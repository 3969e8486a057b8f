import fc from "fast-check";
import type { Expression } from "../../../core/expression/expression.js";
import { subtract } from "../../../core/expression/functions.js";
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

type Decomposition = NonNullable<DynamicalSystem["decomposition"]>;

/** Of the largest slope; complex steps reach 1e-14, differences are judged by their own error bar. */
const TOLERANCE = 1e-9;

/** How one structure is spoken of. */
interface Structure {
  /** Why a system lacks the structure; `undefined` where it has it. */
  inapplicable(system: DynamicalSystem): string | undefined;
  /** @defaultValue the system's scalar */
  scalar?(system: DynamicalSystem): Expression;
  /** What must equal its gradient, by state block. @defaultValue what the structure makes of the field */
  declared?(system: DynamicalSystem): Expression[];
  readonly name: string;
  readonly statement: string;
  /** The scalar's letter. */
  readonly letter: string;
  readonly likely: string;
}

const ofKind =
  (kind: SystemKind) =>
  (system: DynamicalSystem): string | undefined =>
    system.kind === kind ? undefined : `it is no ${kind} system`;

/** The field is what the structure makes of the scalar, whose slopes are found without the library's derivatives. */
function fieldFollowsScalar(structure: Structure): VerificationProperty<DynamicalSystem> {
  const { inapplicable, name, statement, letter, likely } = structure;
  const scalarOf = structure.scalar ?? (({ scalar }) => scalar as Expression);
  const declaredBy = structure.declared ?? ((system) => declaredGradient(system) as Expression[]);
  return {
    name,
    statement,
    inapplicable,
    property(system, options) {
      const scalar = scalarOf(system);
      const gradient = pointFunction(declaredBy(system));
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
  inapplicable: ofKind("energy"),
  name: "the field is minus the gradient of the energy",
  statement: "dz/dt = -dE/dz, and with a rate s = rho(u) du/dt = -dE/ds",
  letter: "E",
  likely: "the force is not that of the energy: look at signs and factors of this block",
});

/** dq/dt = dH/dp, dp/dt = -dH/dq - gamma p. */
export const fieldFollowsHamiltonian = fieldFollowsScalar({
  inapplicable: ofKind("hamiltonian"),
  name: "the field is the symplectic gradient of the Hamiltonian",
  statement: "dq/dt = dH/dp, dp/dt = -dH/dq, and - gamma p with damping",
  letter: "H",
  likely: "the equations are not Hamilton's: look at signs and factors of the block conjugate to this one",
});

/** tau du/dt = -dPhi/du, tau dv/dt = +dPhi/dv. */
export const fieldFollowsPotential = fieldFollowsScalar({
  inapplicable: ofKind("skew-gradient"),
  name: "the field is the skew gradient of the potential",
  statement: "tau du/dt = -dPhi/du for activators, tau dv/dt = +dPhi/dv for inhibitors",
  letter: "Phi",
  likely: "look at the sign of this block (activators descend, inhibitors climb) and at its time constant",
});

/** F = -dU/dz + F_nc. */
export const fieldDecomposes = fieldFollowsScalar({
  inapplicable: ({ decomposition }) =>
    decomposition === undefined ? "it declares no energy besides its force" : undefined,
  scalar: ({ decomposition }) => (decomposition as Decomposition).energy,
  declared: (system) =>
    system.state.map(({ name }) =>
      subtract(
        (system.decomposition as Decomposition).nonConservative.get(name) as Expression,
        system.field.get(name) as Expression,
      ),
    ),
  name: "the field is the descent of the declared energy and the rest of the force",
  statement: "dz/dt = -dU/dz + F_nc",
  letter: "U",
  likely: "the energy is not that of the conservative part, or a term stands in both parts",
});
