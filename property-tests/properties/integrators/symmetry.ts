import fc from "fast-check";
import { TIME } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { allFinite, largest, type PointFunction, type PointValues, roundingOf } from "../../measures/point-function.js";
import { atState, stepGraph, stepMap } from "../../measures/step-map.js";
import { blockEntries, finiteField } from "../../measures/system-measures.js";
import { shortening } from "../../measures/time-scale.js";
import { fastestBackend } from "../../measures/usable-backends.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import type { IntegratedSystem } from "../../verification/verify-subject.js";

const NAME = "a step back undoes a step";

/** The step with -h, or the integrator's own step backwards, returns to the start. */
export const stepBackUndoesStep: VerificationProperty<IntegratedSystem> = {
  name: NAME,
  statement: "step(-h, step(h, z)) = z",
  inapplicable({ system, integrator }) {
    const refusal = integrator.refusal(system);
    if (refusal !== undefined) return refusal;
    if (integrator.symmetric) return undefined;
    const retreats = integrator.retreat !== undefined && system.inverse !== undefined;
    return retreats ? undefined : "it does not claim to be symmetric, nor has it a step backwards";
  },
  property({ system, integrator }, options) {
    const steps = system.time === "discrete" ? [1] : [0.05, 0.3];
    const forward = stepMap(stepGraph(system, integrator), fastestBackend());
    const backward = stepMap(stepGraph(system, integrator, true), fastestBackend());
    const [field, shorter] = [finiteField(system, options), shortening(system)];
    return fc.property(arbitrarySystemPoint(system), (point) => {
      field(point);
      for (const size of steps) {
        const h = system.time === "discrete" ? size : size * shorter(point);
        const start = system.time === "discrete" ? { ...point, [TIME]: Float64Array.of(0) } : point;
        const there = (at: PointValues): PointValues => {
          const state = forward(at, h);
          if (!allFinite(state)) options.inconclusive("the step is not finite here");
          return atState(system, at, state, (at[TIME]?.[0] as number) + h);
        };
        const reached = there(start);
        const back: PointFunction = (at) => backward(at, -h);
        const found = back(reached);
        // A step may throw the state far out, where its rounding is large; a step back brings that rounding home.
        const [near, far] = [roundingOf((at) => back(there(at)), start), roundingOf(back, reached)];
        system.state.forEach((block, k) => {
          const expected = start[block.name] as Float64Array;
          requireAgreement(
            blockEntries(
              (entry) => `${entry} after a step of ${h} and one back`,
              block,
              found[k] as Float64Array,
              expected,
            ),
            {
              property: NAME,
              tolerance: 1e-12,
              scale: Math.max(largest(expected), largest(reached[block.name] as Float64Array)),
              floor: 16 * Math.max(near[k] as number, far[k] as number),
              likely: "the stages of the step do not read the same from both ends",
            },
            options,
          );
        });
      }
    });
  },
};
