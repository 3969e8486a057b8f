import fc from "fast-check";
import { javascript } from "../../../core/compile/javascript/javascript.js";
import type { DynamicalSystem } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { largest, pointFunction, roundingOf } from "../../measures/point-function.js";
import { blockEntries, fieldOf, finiteField } from "../../measures/system-measures.js";
import { usableBackends } from "../../measures/usable-backends.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const NAME = "backends agree on the field";

/** Generated code against the interpreter. */
export const backendsAgreeOnField: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "F computed by generated code equals F computed primitive by primitive",
  inapplicable: () => (usableBackends([javascript]).length > 0 ? undefined : "code generation is forbidden here"),
  property(system, options) {
    const outputs = fieldOf(system);
    const [generated, field] = [pointFunction(outputs, javascript), finiteField(system, options)];
    return fc.property(arbitrarySystemPoint(system), (point) => {
      const [expected, found] = [field(point), generated(point)];
      const rounding = roundingOf(field, point);
      system.state.forEach((block, k) => {
        const values = expected[k] as Float64Array;
        requireAgreement(
          blockEntries((entry) => `d${entry}/dt`, block, found[k] as Float64Array, values),
          {
            property: NAME,
            tolerance: 1e-13,
            scale: largest(values),
            floor: 8 * (rounding[k] as number),
            likely: "a fault of a backend: please report it with the system",
          },
          options,
        );
      });
    });
  },
};
