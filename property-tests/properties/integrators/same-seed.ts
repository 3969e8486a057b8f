import fc from "fast-check";
import { SimulationError, simulate } from "../../../core/simulation/index.js";
import { TIME } from "../../../core/system.js";
import { arbitrarySystemPoint } from "../../arbitraries/system-point.js";
import { requireAgreement } from "../../measures/agreement.js";
import { simulationValues } from "../../measures/simulation-values.js";
import { blockEntries, finiteField } from "../../measures/system-measures.js";
import { PropertyViolation, type VerificationProperty } from "../../verification/verification-property.js";
import type { IntegratedSystem } from "../../verification/verify-subject.js";

const NAME = "the same seed gives the same path";
const STEPS = 8;

/** Runs of one seed agree to the last bit; another seed gives another path where there is noise, and the same where not. */
export const sameSeedSamePath: VerificationProperty<IntegratedSystem> = {
  name: NAME,
  statement:
    "runs of the same seed agree to the last bit; runs of other seeds differ exactly where the method is stochastic",
  inapplicable: ({ system, integrator }) => integrator.refusal(system),
  property({ system, integrator }, options) {
    const field = finiteField(system, options);
    return fc.property(arbitrarySystemPoint(system), fc.nat(), (point, seed) => {
      field(point);
      const run = (from: number) => {
        try {
          return simulate(system, {
            ...simulationValues(system, point),
            integrator,
            start: system.time === "discrete" ? 0 : (point[TIME]?.[0] as number),
            steps: STEPS,
            seed: from,
          }).final;
        } catch (error) {
          if (error instanceof SimulationError) return options.inconclusive("the run leaves the finite numbers");
          throw error;
        }
      };
      const [first, second, other] = [run(seed), run(seed), run(seed + 1)];
      const dataOf = (final: typeof first, name: string): Float64Array =>
        (final[name] as { readonly data: Float64Array }).data;
      const entries = system.state.flatMap((block) =>
        blockEntries(
          (entry) => `${entry} of the second run`,
          block,
          dataOf(second, block.name),
          dataOf(first, block.name),
        ),
      );
      requireAgreement(entries, { property: NAME, tolerance: 0, likely: "something random has no seed" }, options);
      const differs = system.state.some(({ name }) =>
        dataOf(first, name).some((value, i) => value !== dataOf(other, name)[i]),
      );
      if (differs === integrator.stochastic || system.state.some(({ bounds }) => bounds !== undefined)) return;
      throw new PropertyViolation({
        property: NAME,
        at: "paths of two seeds that differ (1 yes, 0 no)",
        found: Number(differs),
        expected: Number(integrator.stochastic),
        error: 1,
        tolerance: 0,
        likely: integrator.stochastic
          ? "the noise does not reach the state"
          : "the seed reaches a method without noise",
      });
    });
  },
};
