import fc from "fast-check";
import { TIME } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { allFinite, largest, type PointValues } from "../../measures/point-function.js";
import { atState, type StepMap, stepGraph, stepMap } from "../../measures/step-map.js";
import { blockEntries, finiteField } from "../../measures/system-measures.js";
import { shortening } from "../../measures/time-scale.js";
import { fastestBackend } from "../../measures/usable-backends.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import type { IntegratedSystem } from "../../verification/verify-subject.js";

const NAME = "a run returns after time reversal";
const STEPS = 100;
const STEP = 0.02;
/** The state at the far end is moved by so many rounding units, to see what rounding on the way becomes. */
const ROUNDING = 2 ** -50;

/** A hundred steps and a hundred steps back return to the start. */
export const runReturns: VerificationProperty<IntegratedSystem> = {
  name: NAME,
  statement: "100 steps of 0.02, shorter for fast motion, and 100 steps back lead to the start",
  inapplicable({ system, integrator }) {
    const refusal = integrator.refusal(system);
    if (refusal !== undefined) return refusal;
    if (!integrator.symmetric) return "it does not claim to be symmetric";
    const mechanical = system.kind === "hamiltonian" || system.kind === "lagrangian";
    return mechanical ? undefined : "the motion may contract, and rounding then grows on the way back";
  },
  property({ system, integrator }, options) {
    const backend = fastestBackend();
    const forward = stepMap(stepGraph(system, integrator), backend);
    const backward = stepMap(stepGraph(system, integrator, true), backend);
    const [field, shorter] = [finiteField(system, options), shortening(system)];
    const tried = (step: StepMap, start: PointValues, size: number): PointValues | undefined => {
      let at = start;
      for (let k = 1; k <= STEPS; k++) {
        const next = step(at, size);
        if (!allFinite(next)) return undefined;
        at = atState(system, at, next, (start[TIME]?.[0] as number) + k * size);
      }
      return at;
    };
    const run = (step: StepMap, start: PointValues, size: number): PointValues =>
      tried(step, start, size) ?? options.inconclusive("the run leaves the finite numbers");
    return fc.property(arbitrarySystemPoint(system), (point) => {
      field(point);
      // A motion that ends within a run, in a collision or at infinity, is followed over a shorter time.
      let size = STEP * shorter(point);
      if (tried(forward, point, size) === undefined) size /= 16;
      const far = run(forward, point, size);
      const back = run(backward, far, -size);
      const nudged = system.state.map(({ name }) =>
        (far[name] as Float64Array).map((value, i) => value * (1 + (i % 2 === 0 ? ROUNDING : -ROUNDING))),
      );
      const other = run(backward, atState(system, far, nudged, far[TIME]?.[0] as number), -size);
      const change = (name: string): number =>
        largest((other[name] as Float64Array).map((value, i) => value - (back[name]?.[i] as number)));
      const spread = Math.max(...system.state.map(({ name }) => change(name)));
      for (const block of system.state) {
        const [found, expected] = [back[block.name], point[block.name]] as [Float64Array, Float64Array];
        requireAgreement(
          blockEntries((entry) => `${entry} after ${STEPS} steps and ${STEPS} back`, block, found, expected),
          {
            property: NAME,
            tolerance: 1e-12,
            scale: Math.max(largest(expected), largest(far[block.name] as Float64Array)),
            floor: 16 * spread,
            likely: "the stages of the step do not read the same from both ends",
          },
          options,
        );
      }
    });
  },
};
