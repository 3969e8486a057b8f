import fc from "fast-check";
import { sizeOf } from "../../../core/expression/expression.js";
import type { DynamicalSystem } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { hasBranchSwitch } from "../../measures/branch-switch.js";
import { directionalDerivative } from "../../measures/directional-derivative.js";
import { innerProduct, largest, pointFunction } from "../../measures/point-function.js";
import { probeDirections } from "../../measures/probe-directions.js";
import { fieldOf, finiteField, stateSymbols, valuesOf } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const NAME = "the flow of a Hamiltonian keeps volumes";
/** The trace needs a derivative per entry of the state. */
const LARGEST = 24;

/** div F = 0 for a Hamiltonian system (Liouville); with damping each pair loses volume at the rate gamma. */
export const hamiltonianDivergenceFree: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "the sum of dF_i/dz_i over all entries is 0, or -n gamma with damping of n momenta",
  inapplicable({ kind, state }) {
    if (kind !== "hamiltonian") return "it is no Hamiltonian system";
    const size = state.reduce((total, { shape }) => total + sizeOf(shape), 0);
    return size <= LARGEST ? undefined : `its state has more than ${LARGEST} entries`;
  },
  property(system, options) {
    const [field, derivative] = [
      finiteField(system, options),
      directionalDerivative(fieldOf(system), stateSymbols(system)),
    ];
    const evaluate = pointFunction(fieldOf(system));
    const probes = probeDirections(system.state);
    return fc.property(arbitrarySystemPoint(system), (point) => {
      field(point);
      const gamma = system.damping === undefined ? 0 : (point[system.damping]?.[0] as number);
      const columns = probes.map(({ direction }) => {
        const { values, errors } = derivative(point, direction);
        return {
          diagonal: innerProduct(values, valuesOf(direction, system.state)),
          size: Math.max(...values.map(largest)),
          error: Math.max(...errors),
        };
      });
      const total = columns.reduce((sum, { diagonal }) => sum + diagonal, 0);
      requireAgreement(
        [{ at: "the divergence of the field", found: total, expected: -(probes.length / 2) * gamma }],
        {
          property: NAME,
          tolerance: 1e-9,
          scale: Math.max(...columns.map(({ size }) => size)),
          floor: columns.reduce((sum, { error }) => sum + error, 0),
          likely: "a coordinate or a momentum is damped or driven by itself",
          atBranchSwitch: () => probes.some(({ direction }) => hasBranchSwitch(evaluate, point, direction)),
        },
        options,
      );
    });
  },
};
