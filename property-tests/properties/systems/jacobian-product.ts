import fc from "fast-check";
import type { DynamicalSystem } from "../../../core/system.js";
import { arbitraryDirection, arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { hasBranchSwitch } from "../../measures/branch-switch.js";
import { derivativeGraph, differentiable, lacksDerivative, tangentName } from "../../measures/derivative-graphs.js";
import { directionalDerivative } from "../../measures/directional-derivative.js";
import { allFinite, largest, type PointValues, pointFunction, roundingOf } from "../../measures/point-function.js";
import { scaledDirection } from "../../measures/scaled-direction.js";
import { blockEntries, fieldOf, finiteField } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const NAME = "the Jacobian product is the derivative of the field";

/** Tangents as a graph's symbols name them. */
export const boundTangents = (direction: PointValues): PointValues =>
  Object.fromEntries(Object.entries(direction).map(([name, values]) => [tangentName(name), values]));

/** J v of the library, or written by hand, against a complex step or Richardson differences. */
export const jacobianProductIsDerivative: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "J v = d/ds F(z + s v) for directions of state, parameters and input",
  inapplicable: (system) => lacksDerivative(system, "product"),
  property(system, options) {
    const blocks = differentiable(system);
    const product = derivativeGraph(system, "product");
    const derivative = directionalDerivative(
      fieldOf(system),
      blocks.map(({ symbol }) => symbol),
    );
    const [field, evaluate] = [finiteField(system, options), pointFunction(fieldOf(system))];
    return fc.property(arbitrarySystemPoint(system), arbitraryDirection(blocks), (point, units) => {
      field(point);
      const direction = scaledDirection(point, units);
      const bound = { ...point, ...boundTangents(direction) };
      const found = product(bound);
      const { values, errors } = derivative(point, direction);
      if (!allFinite(values)) options.inconclusive("the derivative of the field is not finite here");
      const rounding = roundingOf(product, bound);
      system.state.forEach((block, k) => {
        const expected = values[k] as Float64Array;
        requireAgreement(
          blockEntries((entry) => `(J v) of d${entry}/dt`, block, found[k] as Float64Array, expected),
          {
            property: NAME,
            tolerance: 1e-9,
            scale: largest(expected),
            floor: (errors[k] as number) + 8 * (rounding[k] as number),
            likely: "a hand-written Jacobian product forgets a term, or has it for another entry",
            atBranchSwitch: () => hasBranchSwitch(evaluate, point, direction),
          },
          options,
        );
      });
    });
  },
};
