import fc from "fast-check";
import { simulate } from "../../../core/simulation/index.js";
import { TIME } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { type AgreementEntry, requireAgreement } from "../../measures/agreement.js";
import { noiseResponse, varianceOf } from "../../measures/noise-response.js";
import { allFinite, largest, type PointValues } from "../../measures/point-function.js";
import { simulationValues } from "../../measures/simulation-values.js";
import { stepGraph, stepMap } from "../../measures/step-map.js";
import { blockEntries, finiteField } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import type { IntegratedSystem } from "../../verification/verify-subject.js";

const NAME = "one step has its mean and variance";
const TRAJECTORIES = 2000;
/** False alarms beyond so many standard errors are rarer than one in 500 million. */
const STANDARD_ERRORS = 6;
/** What a step that is not linear in its noise may add, as a part of the variance. */
const NONLINEARITY = 0.05;

/** Over many trajectories, the state after one step has the mean and variance that its algebra gives standard normal noise. */
export const noiseHasItsMoments: VerificationProperty<IntegratedSystem> = {
  name: NAME,
  statement: `mean and variance of a step over ${TRAJECTORIES} trajectories, to ${STANDARD_ERRORS} standard errors`,
  inapplicable({ system, integrator }) {
    const refusal = integrator.refusal(system);
    if (refusal !== undefined) return refusal;
    if (!integrator.stochastic) return "it is not stochastic";
    return system.state.some(({ bounds }) => bounds !== undefined) ? "the bounds cut the noise off" : undefined;
  },
  property({ system, integrator }, options) {
    const graph = stepGraph(system, integrator);
    const [step, field] = [stepMap(graph), finiteField(system, options)];
    return fc.property(arbitrarySystemPoint(system), fc.nat(), (point, seed) => {
      field(point);
      const plain = step(point, integrator.step);
      const responses = noiseResponse(graph, step, point, integrator.step);
      if (!allFinite(plain) || !responses.every(allFinite)) options.inconclusive("the step is not finite here");
      const variance = varianceOf(responses);
      const wider = varianceOf(noiseResponse(graph, step, point, integrator.step, 2));
      const bends = variance.some((values, k) =>
        values.some((value, i) => Math.abs((wider[k]?.[i] as number) - value) > NONLINEARITY * value),
      );
      if (bends) options.inconclusive("the step is far from linear in its noise");
      const curvature = bend(point, plain);
      const { final } = simulate(system, {
        ...simulationValues(system, point),
        integrator,
        start: point[TIME]?.[0] as number,
        steps: 1,
        seed,
        trajectories: TRAJECTORIES,
      });
      system.state.forEach((block, k) => {
        const expected = variance[k] as Float64Array;
        const size = expected.length;
        const drawn = (final[block.name] as { readonly data: Float64Array }).data;
        const mean = sums(drawn, size, (value) => value / TRAJECTORIES);
        const spread = sums(drawn, size, (value, i) => (value - (mean[i] as number)) ** 2 / (TRAJECTORIES - 1));
        const floorOf = (i: number): number =>
          1e-12 * (1 + largest(plain[k] as Float64Array)) ** 2 + (curvature[k]?.[i] as number);
        const check = (entries: readonly AgreementEntry[], floors: (i: number) => number): void =>
          entries.forEach((entry, i) => {
            const likely = "the noise is not standard normal, is shared between entries, or enters with a wrong factor";
            const excess = Math.abs(entry.found - entry.expected) - floors(i);
            if (excess > 0 || Number.isNaN(excess)) {
              requireAgreement([entry], { property: NAME, tolerance: 0, scale: 1, floor: floors(i), likely }, options);
            }
          });
        check(
          blockEntries((entry) => `the mean of ${entry}`, block, mean, plain[k] as Float64Array),
          (i) => STANDARD_ERRORS * Math.sqrt((expected[i] as number) / TRAJECTORIES) + floorOf(i),
        );
        check(
          blockEntries((entry) => `the variance of ${entry}`, block, spread, expected),
          (i) => (STANDARD_ERRORS * Math.sqrt(2 / TRAJECTORIES) + NONLINEARITY) * (expected[i] as number) + floorOf(i),
        );
      });
    });

    /** How far the mean of a step may lie from the step without noise, because the step bends with its noise. */
    function bend(point: PointValues, plain: readonly Float64Array[]): Float64Array[] {
      const all = (value: number): PointValues =>
        Object.fromEntries(
          Object.entries(graph.bind(point, integrator.step))
            .filter(([name]) => graph.noise.some((row) => row.attributes.name === name))
            .map(([name, row]) => [name, row.map(() => value)]),
        );
      const [plus, minus] = [step(point, integrator.step, all(2)), step(point, integrator.step, all(-2))];
      return plain.map((block, k) =>
        block.map((value, i) => Math.abs((plus[k]?.[i] as number) - 2 * value + (minus[k]?.[i] as number))),
      );
    }
  },
};

/** Adds something of every trajectory, entry by entry. */
function sums(data: Float64Array, size: number, of: (value: number, entry: number) => number): Float64Array {
  const total = new Float64Array(size);
  data.forEach((value, k) => {
    total[k % size] = (total[k % size] as number) + of(value, k % size);
  });
  return total;
}
