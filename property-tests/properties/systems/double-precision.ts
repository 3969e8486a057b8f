import fc from "fast-check";
import type { DynamicalSystem } from "../../../core/system.js";
import { arbitraryDirection, arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { hasBranchSwitch } from "../../measures/branch-switch.js";
import { largest, moved, pointFunction, roundingOf } from "../../measures/point-function.js";
import { scaledDirection } from "../../measures/scaled-direction.js";
import { blockEntries, fieldOf, finiteField } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const NAME = "the field is computed in double precision";
/** Second differences of a smooth function over this part of its scale are rounding. */
const STEP = 2 ** -22;

/** F is smooth down to rounding: F(z + s) - 2 F(z) + F(z - s) vanishes with s as s^2, where single precision leaves 1e-8. */
export const fieldInDoublePrecision: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "F(z + s) - 2 F(z) + F(z - s) is O(s^2) down to the rounding of doubles",
  inapplicable: () => undefined,
  property(system, options) {
    const [field, evaluate] = [finiteField(system, options), pointFunction(fieldOf(system))];
    return fc.property(arbitrarySystemPoint(system), arbitraryDirection(system.state), (point, units) => {
      const direction = scaledDirection(point, units);
      const middle = field(point);
      const [above, below, wideAbove, wideBelow] = [STEP, -STEP, 2 ** 10 * STEP, -(2 ** 10) * STEP].map((length) =>
        evaluate(moved(point, direction, length)),
      ) as [Float64Array[], Float64Array[], Float64Array[], Float64Array[]];
      const rounding = roundingOf(evaluate, point);
      system.state.forEach((block, k) => {
        const values = middle[k] as Float64Array;
        const sum = values.map((_value, i) => (above[k]?.[i] as number) + (below[k]?.[i] as number));
        const bend = largest(
          values.map((value, i) => (wideAbove[k]?.[i] as number) - 2 * value + (wideBelow[k]?.[i] as number)),
        );
        requireAgreement(
          blockEntries(
            (entry) => `the mean of d${entry}/dt beside the point`,
            block,
            sum.map((each) => each / 2),
            values,
          ),
          {
            property: NAME,
            tolerance: 1e-12,
            scale: largest(values),
            // A thousandfold step bends a smooth function a millionfold.
            floor: bend / 2 ** 18 + 8 * (rounding[k] as number),
            likely: "a number passes through single precision, or is rounded",
            atBranchSwitch: () => hasBranchSwitch(evaluate, point, direction),
          },
          options,
        );
      });
    });
  },
};
