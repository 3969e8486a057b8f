import fc from "fast-check";
import type { DynamicalSystem } from "../../../core/system.js";
import { arbitraryDirection, arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { hasBranchSwitch } from "../../measures/branch-switch.js";
import { derivativeGraph, differentiable, lacksDerivative } from "../../measures/derivative-graphs.js";
import { directionalDerivative } from "../../measures/directional-derivative.js";
import { allFinite, innerProduct, pointFunction, roundingOf } from "../../measures/point-function.js";
import { probeDirections } from "../../measures/probe-directions.js";
import { scaledDirection } from "../../measures/scaled-direction.js";
import { fieldOf, finiteField, valuesOf } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import { boundTangents } from "./jacobian-product.js";

const NAME = "the transposed product is the derivative of the field";

/** J' w of the library, or written by hand, entry by entry against a complex step or Richardson differences. */
export const transposedProductIsDerivative: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "v'(J'w) = w' d/ds F(z + s v) for directions v of state, parameters and input",
  inapplicable: (system) => lacksDerivative(system, "transposed"),
  property(system, options) {
    const blocks = differentiable(system);
    const transposed = derivativeGraph(system, "transposed");
    const derivative = directionalDerivative(
      fieldOf(system),
      blocks.map(({ symbol }) => symbol),
    );
    const [field, evaluate] = [finiteField(system, options), pointFunction(fieldOf(system))];
    const probes = probeDirections(blocks);
    return fc.property(arbitrarySystemPoint(system), arbitraryDirection(system.state), (point, cotangent) => {
      field(point);
      const bound = { ...point, ...boundTangents(cotangent) };
      const pulled = transposed(bound);
      const weights = valuesOf(cotangent, system.state);
      let floor = 8 * Math.max(...roundingOf(transposed, bound));
      const entries = probes.map(({ name, direction: unit }) => {
        const direction = scaledDirection(point, unit);
        const { values, errors } = derivative(point, direction);
        if (!allFinite(values)) options.inconclusive("the derivative of the field is not finite here");
        floor = Math.max(
          floor,
          errors.reduce((sum, error, k) => sum + error * (weights[k]?.length as number), 0),
        );
        const found = innerProduct(pulled, valuesOf(direction, blocks));
        return { at: `(J'w) of ${name}`, found, expected: innerProduct(weights, values) };
      });
      requireAgreement(
        entries,
        {
          property: NAME,
          tolerance: 1e-9,
          floor,
          likely: "a hand-written transposed product forgets a term, or a matrix is not transposed",
          atBranchSwitch: () =>
            probes.some(({ direction }) => hasBranchSwitch(evaluate, point, scaledDirection(point, direction))),
        },
        options,
      );
    });
  },
};
