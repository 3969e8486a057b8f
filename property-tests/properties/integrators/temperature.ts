import fc from "fast-check";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { type AgreementEntry, requireAgreement } from "../../measures/agreement.js";
import { withMomenta } from "../../measures/friction.js";
import { evaluateMasses } from "../../measures/masses.js";
import { noiseResponse, varianceOf } from "../../measures/noise-response.js";
import { allFinite, type PointValues } from "../../measures/point-function.js";
import { stepGraph, stepMap } from "../../measures/step-map.js";
import { blockEntries, finiteField } from "../../measures/system-measures.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import type { IntegratedSystem } from "../../verification/verify-subject.js";

const NAME = "noise and friction belong to one temperature";
/** So small that a step shows its rates: what is neglected is of the order of the step. */
const STEP = 2 ** -16;
const TOLERANCE = 2e-3;
/** A friction that changes by more than this part when the step is halved is hidden by the change of the force. */
const STEADY = 5e-4;

/**
 * Fluctuation and dissipation (Einstein 1905; Kubo 1966). The variance gained per time is 2 T for overdamped entries and
 * 2 gamma m T for momenta under a friction gamma, which the mean of a step shows; the temperature found from each entry must
 * be the same for all entries, states and parameters.
 */
export const oneTemperature: VerificationProperty<IntegratedSystem> = {
  name: NAME,
  statement: "variance per time = 2 T (overdamped) or 2 gamma m T (momenta), with one T for all entries and parameters",
  inapplicable({ system, integrator }) {
    const refusal = integrator.refusal(system);
    if (refusal !== undefined) return refusal;
    if (!integrator.stochastic) return "it is not stochastic";
    return system.state.some(({ bounds }) => bounds !== undefined) ? "the bounds cut the noise off" : undefined;
  },
  property({ system, integrator }, options) {
    const graph = stepGraph(system, integrator);
    const step = stepMap(graph);
    const field = finiteField(system, options);
    const masses = evaluateMasses(system);
    const points = arbitrarySystemPoint(system);
    return fc.property(points, points, (point, other) => {
      const found = [point, other].flatMap(temperatures);
      const reference = found[0]?.found;
      if (reference === undefined) options.inconclusive("the change of the force hides the friction");
      const entries = found.map((entry) => ({ ...entry, expected: reference as number }));
      const likely = "a mass, a factor 2 or a square root is missing in the noise";
      requireAgreement(entries, { property: NAME, tolerance: TOLERANCE, likely }, options);
    });

    /** The temperature each entry that has noise shows at a point. */
    function temperatures(drawn: PointValues): AgreementEntry[] {
      const point = system.kinetic === undefined ? drawn : withMomenta(system, drawn);
      const rates = field(point);
      const [whole, half] = [step(point, STEP), step(point, STEP / 2)];
      if (!allFinite([...whole, ...half])) options.inconclusive("the step is not finite here");
      const variance = varianceOf(noiseResponse(graph, step, point, STEP));
      const mass = masses(point);
      return system.state.flatMap((block, k) => {
        if (system.kinetic !== undefined && block.role !== "momentum") return [];
        const before = point[block.name] as Float64Array;
        const entries = blockEntries((entry) => `the temperature of ${entry}`, block, before, before);
        return entries.flatMap((entry, i) => {
          const spread = (variance[k]?.[i] as number) / STEP;
          if (system.kinetic === undefined) return [{ ...entry, found: spread / 2 }];
          const momentum = before[i] as number;
          const friction = ([after, size]: readonly [readonly Float64Array[], number]): number =>
            ((rates[k]?.[i] as number) - ((after[k]?.[i] as number) - momentum) / size) / momentum;
          const [coarse, fine] = [friction([whole, STEP]), friction([half, STEP / 2])];
          if (!(Math.abs(fine - coarse) <= STEADY * Math.abs(fine))) return [];
          return [{ ...entry, found: spread / (2 * (2 * fine - coarse) * (mass.get(block.name)?.[i] as number)) }];
        });
      });
    }
  },
};
