import type { Expression } from "../../core/expression/expression.js";
import { printFormula } from "../../core/formula/index.js";
import { pairedResponse } from "../estimators/pairing.js";
import type { LearningRule } from "../rule.js";
import { twistAtFree, twisted, twistOf } from "../transformations/twisted.js";
import { checkedNudging } from "./check-nudging.js";
import { refuseMovingStructures } from "./moving-structures.js";
import { type NudgedPhasesOptions, namedByNudging, nudgedPhases } from "./nudged-phases.js";
import { phaseRule } from "./phase-rule.js";
import { smallNudge } from "./reliances.js";

/**
 * Equilibrium propagation in another metric: for systems whose Jacobian is symmetric up to a known diagonal matrix,
 * J' = P J P^-1. The nudged phases push with P^-1 dC/dx instead of dC/dx, and the displacement times P is read as the adjoint
 * state:
 *
 *     dx/dt = F(x) -+ nudge P^-1 dC/dx,
 *     dC/dtheta = (direct part) - (dF/dtheta at x_0)' P (x_+ - x_-) / (2 nudge) + O(nudge^2).
 *
 * No correction of the dynamics is needed. P is 1 for an energy, the time constants with the inhibitors' sign turned for a
 * skew-gradient system, rho'(x_0) for a rate network -x + W rho(x) + b with W = W'; force systems declare theirs as `twist`.
 *
 * The four choices of the rule: transformation twisted, phases relax, functional force, estimator pairing.
 *
 * Source: the common form of equilibrium propagation and Kendall 2026; derived in docs/learning-rules.md.
 *
 * @throws InputError for a nudge that is not positive
 */
export function twistedEquilibriumPropagation(options: NudgedPhasesOptions): LearningRule {
  const nudging = checkedNudging("twistedEquilibriumPropagation nudging", options.nudging);
  return phaseRule({
    name: namedByNudging("twisted equilibrium propagation", nudging),
    reference: "the common form of Scellier & Bengio 2017 and Kendall 2026 (arXiv 2605.21568)",
    maker: "twistedEquilibriumPropagation",
    options,
    variant: nudging,
    refusal: ({ system }) =>
      refuseMovingStructures(system) ??
      (twistOf(system) === undefined
        ? `a system with a known P in J' = P J P^-1 (energy, skew-gradient, or a force with a declared \`twist\`), and none is known of ${system.name}`
        : undefined),
    phases: (task) => nudgedPhases(task, twisted(task), nudging),
    estimate: (task, withRespectTo) => pairedResponse(task, withRespectTo, nudging, twistAtFree(task)),
    reliesOn: (task) => {
      const diagonal = task.system.state.map(
        ({ name }, k) => `${printFormula(twistAtFree(task)[k] as Expression)} for ${name}`,
      );
      const known = task.system.twist === undefined ? "known from the structure" : "declared by the system";
      return [`J' = P J P^-1 with the diagonal P ${known}: ${diagonal.join(", ")}`, smallNudge(options.nudge, nudging)];
    },
  });
}
