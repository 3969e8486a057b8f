import fc from "fast-check";
import { interpreter } from "../../../core/compile/interpreter/interpreter.js";
import { javascript } from "../../../core/compile/javascript/javascript.js";
import type { DynamicalSystem } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { pointFunction } from "../../measures/point-function.js";
import { blockEntries, fieldOf, finiteField } from "../../measures/system-measures.js";
import { usableBackends } from "../../measures/usable-backends.js";
import type { VerificationProperty } from "../../verification/verification-property.js";

const NAME = "the field is a function";

/** F(z) is the same to the last bit after F was computed elsewhere. */
export const fieldIsFunction: VerificationProperty<DynamicalSystem> = {
  name: NAME,
  statement: "F(z) is the same to the last bit before and after F is computed at another point",
  inapplicable: () => undefined,
  property(system, options) {
    const evaluations = usableBackends([interpreter, javascript]).map((backend) => ({
      backend: backend.name,
      evaluate: pointFunction(fieldOf(system), backend),
    }));
    const field = finiteField(system, options);
    const points = arbitrarySystemPoint(system);
    return fc.property(points, points, (point, elsewhere) => {
      field(point);
      for (const { backend, evaluate } of evaluations) {
        const first = evaluate(point);
        evaluate(elsewhere);
        const second = evaluate(point);
        const entries = system.state.flatMap((block, k) =>
          blockEntries(
            (entry) => `d${entry}/dt the second time (${backend})`,
            block,
            second[k] as Float64Array,
            first[k] as Float64Array,
          ),
        );
        const likely = "the field remembers something from call to call, or draws random numbers";
        requireAgreement(entries, { property: NAME, tolerance: 0, likely }, options);
      }
    });
  },
};
