import fc from "fast-check";
import type { Expression } from "../../../core/expression/expression.js";
import type { DynamicalSystem } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { largest, pointFunction, roundingOf } from "../../measures/point-function.js";
import { relabelledSystem } from "../../measures/relabelled-system.js";
import { blockEntries, finiteField } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import { lacksJson } from "./json-round-trip.js";

const NAME = "the order of declaration does not matter";

/** The field of a block is the same when all blocks are declared in the opposite order. */
export const orderOfBlocksImmaterial: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "every block has the same field when the blocks are declared in the opposite order",
  inapplicable: lacksJson,
  property(system, options) {
    const turned = relabelledSystem(system);
    const other = pointFunction(system.state.map(({ name }) => turned.field.get(name) as Expression));
    const field = finiteField(system, options);
    return fc.property(arbitrarySystemPoint(system), (point) => {
      const [expected, found] = [field(point), other(point)];
      const rounding = roundingOf(field, point);
      system.state.forEach((block, k) => {
        const values = expected[k] as Float64Array;
        requireAgreement(
          blockEntries((entry) => `d${entry}/dt`, block, found[k] as Float64Array, values),
          {
            property: NAME,
            tolerance: 1e-11,
            scale: largest(values),
            floor: 32 * (rounding[k] as number),
            likely: "blocks are paired by position instead of by name",
          },
          options,
        );
      });
    });
  },
};
