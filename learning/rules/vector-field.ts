import { pairedResponse } from "../estimators/pairing.js";
import type { LearningRule } from "../rule.js";
import { nudgedForce } from "../transformations/nudged.js";
import { checkedNudging } from "./check-nudging.js";
import { refuseMovingStructures } from "./moving-structures.js";
import { type NudgedPhasesOptions, namedByNudging, nudgedPhases } from "./nudged-phases.js";
import { phaseRule } from "./phase-rule.js";
import { smallNudge } from "./reliances.js";

/**
 * The vector-field rule: equilibrium propagation read off by the force, without regard to the symmetry of its Jacobian J.
 * Nudged phases settle where F(x) = nudge dC/dx, and
 *
 *     estimate = (direct part) - (dF/dtheta at x_0)' (x_+ - x_-) / (2 nudge).
 *
 * The displacement answers with J^-1 dC/dx where the gradient needs J^-T dC/dx: **the estimate is wrong** by an amount that
 * does not shrink with the nudge wherever the two differ, and is exact only where they agree (J = J' suffices). In a
 * feedforward network it is zero for every hidden layer. It is here as the known-wrong baseline of non-reciprocal systems.
 *
 * The four choices of the rule: transformation nudged, phases relax, functional force, estimator pairing.
 *
 * Source: Scellier, Goyal, Binas, Mesnard & Bengio 2018, arXiv 1808.04873.
 *
 * @throws InputError for a nudge that is not positive
 */
export function vectorFieldRule(options: NudgedPhasesOptions): LearningRule {
  const nudging = checkedNudging("vectorFieldRule nudging", options.nudging);
  return phaseRule({
    name: namedByNudging("vector-field rule", nudging),
    reference: "Scellier, Goyal, Binas, Mesnard & Bengio 2018 (arXiv 1808.04873)",
    maker: "vectorFieldRule",
    options,
    variant: nudging,
    refusal: ({ system }) => refuseMovingStructures(system),
    phases: (task) => nudgedPhases(task, nudgedForce(task), nudging),
    estimate: (task, withRespectTo) => pairedResponse(task, withRespectTo, nudging),
    reliesOn: ({ system }) => [
      system.facts.gradient
        ? "the symmetry of the Jacobian J, which the structure of this system gives"
        : "the symmetry of the Jacobian J, which nothing shows for this system: without it the estimate is wrong at every nudge",
      smallNudge(options.nudge, nudging),
    ],
  });
}
