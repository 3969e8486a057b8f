import fc from "fast-check";
import type { Expression } from "../../../core/expression/expression.js";
import { subtract, symbol } from "../../../core/expression/functions.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { largest, type PointValues } from "../../measures/point-function.js";
import { stepGraph, stepMap } from "../../measures/step-map.js";
import { blockEntries, finiteField } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import type { IntegratedSystem } from "../../verification/verify-subject.js";

const NAME = "a stationary state stays";
const STEPS = [0.05, 0.5];

/**
 * Where the field vanishes a step changes nothing. So that every state may be tried, not only the few that are stationary,
 * the field is taken relative to its value there: F(z) - F(z0), which vanishes at z0.
 */
export const stationaryStatesStay: VerificationProperty<IntegratedSystem> = {
  name: NAME,
  statement: "step(h, z0) = z0 where F(z0) = 0, tried on the field F - F(z0)",
  inapplicable({ system, integrator }) {
    const refusal = integrator.refusal(system);
    if (refusal !== undefined) return refusal;
    if (integrator.stochastic) return "its noise moves every state";
    if (system.time === "discrete") return "it moves in discrete time";
    return system.facts.timeDependent ? "the field depends on the time" : undefined;
  },
  property({ system, integrator }, options) {
    const pulls = system.state.map(({ name, shape }) => symbol(`the field of ${name} at the start`, shape));
    const shifted = new Map(
      system.state.map(({ name }, k) => [name, subtract(system.field.get(name) as Expression, pulls[k] as Expression)]),
    );
    const step = stepMap(stepGraph({ ...system, field: shifted }, integrator));
    const field = finiteField(system, options);
    return fc.property(arbitrarySystemPoint(system), (point) => {
      const rates = field(point);
      const pulled: PointValues = Object.fromEntries(
        system.state.map(({ name }, k) => [`the field of ${name} at the start`, rates[k] as Float64Array]),
      );
      const speed = Math.max(...rates.map(largest));
      for (const h of STEPS) {
        const found = step({ ...point, ...pulled }, h);
        system.state.forEach((block, k) => {
          const expected = point[block.name] as Float64Array;
          requireAgreement(
            blockEntries((entry) => `${entry} after a step of ${h}`, block, found[k] as Float64Array, expected),
            {
              property: NAME,
              tolerance: 1e-13,
              scale: largest(expected) + h * speed,
              likely: "the step adds something that does not vanish with the field",
            },
            options,
          );
        });
      }
    });
  },
};
