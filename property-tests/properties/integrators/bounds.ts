import fc from "fast-check";
import { symbolName } from "../../../core/expression/primitives/leaves.js";
import { entryName, indexOf } from "../../../core/simulation/values.js";
import { arbitraryArray } from "../../arbitraries/arrays.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import type { PointValues } from "../../measures/point-function.js";
import { stepGraph, stepMap } from "../../measures/step-map.js";
import { finiteField } from "../../measures/system-measures.js";
import { PropertyViolation, type VerificationProperty } from "../../verification/verification-property.js";
import type { IntegratedSystem } from "../../verification/verify-subject.js";

const NAME = "the state stays in its bounds";
/** From small ones to such as throw the state far out. */
const STEPS = [0.1, 3, 100];

/** low <= z <= high after any step. */
export const stateStaysInBounds: VerificationProperty<IntegratedSystem> = {
  name: NAME,
  statement: "low <= step(h, z) <= high for every entry of a block with bounds, also at large steps",
  inapplicable({ system, integrator }) {
    const refusal = integrator.refusal(system);
    if (refusal !== undefined) return refusal;
    return system.state.some(({ bounds }) => bounds !== undefined) ? undefined : "no block has bounds";
  },
  property({ system, integrator }, options) {
    const graph = stepGraph(system, integrator);
    const [step, field] = [stepMap(graph), finiteField(system, options)];
    const noise = fc.record(
      Object.fromEntries(graph.noise.map((row) => [symbolName(row) as string, arbitraryArray(row.shape, -3, 3)])),
    ) as fc.Arbitrary<PointValues>;
    return fc.property(arbitrarySystemPoint(system, { margin: 0 }), noise, (point, drawn) => {
      field(point);
      for (const h of STEPS) {
        const after = step(point, h, drawn);
        system.state.forEach(({ name, shape, bounds }, k) => {
          if (bounds === undefined) return;
          after[k]?.forEach((value, i) => {
            const expected = Math.min(Math.max(value, bounds[0]), bounds[1]);
            if (value === expected) return;
            throw new PropertyViolation({
              property: NAME,
              at: `${entryName(name, indexOf(shape, i))} after a step of ${h}`,
              found: value,
              expected,
              error: Math.abs(value - expected),
              tolerance: 0,
              likely: "the step is not projected into the bounds",
            });
          });
        });
      }
    });
  },
};
