import fc from "fast-check";
import { javascript } from "../../../core/compile/javascript/javascript.js";
import { sizeOf } from "../../../core/expression/expression.js";
import { symbolName } from "../../../core/expression/primitives/leaves.js";
import { arbitraryArray } from "../../arbitraries/arrays.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { allFinite, largest, type PointValues, pointFunction, roundingOf } from "../../measures/point-function.js";
import { stepGraph } from "../../measures/step-map.js";
import { blockEntries, finiteField } from "../../measures/system-measures.js";
import { usableBackends } from "../../measures/usable-backends.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import type { IntegratedSystem } from "../../verification/verify-subject.js";

const NAME = "backends agree on one step";

/** A step of generated code against the interpreter, under the same noise. */
export const backendsAgreeOnStep: VerificationProperty<IntegratedSystem> = {
  name: NAME,
  statement: "a step computed by generated code equals the step computed primitive by primitive",
  inapplicable({ system, integrator }) {
    const refusal = integrator.refusal(system);
    if (refusal !== undefined) return refusal;
    return usableBackends([javascript]).length > 0 ? undefined : "code generation is forbidden here";
  },
  property({ system, integrator }, options) {
    const graph = stepGraph(system, integrator);
    const [oracle, generated] = [pointFunction(graph.next), pointFunction(graph.next, javascript)];
    const field = finiteField(system, options);
    const noise = fc.record(
      Object.fromEntries(
        graph.noise.map((row) => [symbolName(row) as string, arbitraryArray([sizeOf(row.shape)], -2, 2)]),
      ),
    ) as fc.Arbitrary<PointValues>;
    return fc.property(arbitrarySystemPoint(system), noise, (point, drawn) => {
      field(point);
      const start = graph.bind(point, integrator.step, drawn);
      const [expected, found] = [oracle(start), generated(start)];
      if (!allFinite(expected)) options.inconclusive("the step is not finite here");
      const rounding = roundingOf(oracle, start);
      system.state.forEach((block, k) => {
        const values = expected[k] as Float64Array;
        requireAgreement(
          blockEntries((entry) => `${entry} after a step`, block, found[k] as Float64Array, values),
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
