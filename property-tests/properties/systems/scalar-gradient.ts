import fc from "fast-check";
import { gradient } from "../../../core/expression/derivatives.js";
import type { Expression } from "../../../core/expression/expression.js";
import type { DynamicalSystem } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { hasBranchSwitch } from "../../measures/branch-switch.js";
import { differentiable } from "../../measures/derivative-graphs.js";
import { directionalDerivative } from "../../measures/directional-derivative.js";
import { allFinite, innerProduct, pointFunction, roundingOf } from "../../measures/point-function.js";
import { probeDirections } from "../../measures/probe-directions.js";
import { scaledDirection } from "../../measures/scaled-direction.js";
import { finiteField, valuesOf } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const NAME = "the gradient of the scalar is its derivative";

/** dS/d(state, parameters, input) of the energy, Hamiltonian, Lagrangian or potential: what learning rules contrast. */
export const scalarGradientIsDerivative: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "v' grad S = d/ds S(z + s v) for directions of state, parameters and input",
  inapplicable: ({ scalar }) => (scalar === undefined ? "it has no scalar" : undefined),
  property(system, options) {
    const blocks = differentiable(system);
    const symbols = blocks.map(({ symbol }) => symbol);
    const scalar = system.scalar as Expression;
    const slopes = pointFunction(gradient(scalar, symbols));
    const [derivative, value] = [directionalDerivative([scalar], symbols), pointFunction([scalar])];
    const [field, probes] = [finiteField(system, options), probeDirections(blocks)];
    return fc.property(arbitrarySystemPoint(system), (point) => {
      field(point);
      const found = slopes(point);
      let floor = 8 * Math.max(...roundingOf(slopes, point));
      const entries = probes.map(({ name, direction: unit }) => {
        const direction = scaledDirection(point, unit);
        const { values, errors } = derivative(point, direction);
        if (!allFinite(values)) options.inconclusive("the scalar is not finite here");
        floor = Math.max(floor, errors[0] as number);
        return {
          at: `the slope along ${name}`,
          found: innerProduct(found, valuesOf(direction, blocks)),
          expected: values[0]?.[0] as number,
        };
      });
      requireAgreement(
        entries,
        {
          property: NAME,
          tolerance: 1e-9,
          floor,
          likely: "the derivative of a primitive is wrong",
          atBranchSwitch: () =>
            probes.some(({ direction }) => hasBranchSwitch(value, point, scaledDirection(point, direction))),
        },
        options,
      );
    });
  },
};
