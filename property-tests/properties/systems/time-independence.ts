import fc from "fast-check";
import { type DynamicalSystem, TIME } from "../../../core/system.js";
import { arbitraryArray } from "../../arbitraries/arrays.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { blockEntries, finiteField } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const NAME = "the field does not depend on the time";

/** F(t, z) = F(t', z), to the last bit. */
export const timeIndependent: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "F(t, z) = F(t', z)",
  inapplicable: ({ facts }) => (facts.timeDependent ? "it depends on the time" : undefined),
  property(system, options) {
    const field = finiteField(system, options);
    return fc.property(arbitrarySystemPoint(system), arbitraryArray([], 0, 10), (point, later) => {
      const [now, then] = [field(point), field({ ...point, [TIME]: later })];
      const entries = system.state.flatMap((block, k) =>
        blockEntries((entry) => `d${entry}/dt at another time`, block, then[k] as Float64Array, now[k] as Float64Array),
      );
      requireAgreement(entries, { property: NAME, tolerance: 0, likely: "the field uses the time" }, options);
    });
  },
};
