import { systemOfKind } from "../../core/describe.js";
import type { Expression } from "../../core/expression/expression.js";
import { contrast } from "../estimators/contrast.js";
import type { LearningRule } from "../rule.js";
import { nudged } from "../transformations/nudged.js";
import { checkedNudging } from "./check-nudging.js";
import { type NudgedPhasesOptions, namedByNudging, nudgedPhases } from "./nudged-phases.js";
import { phaseRule } from "./phase-rule.js";
import { listed, smallNudge } from "./reliances.js";

/** Options of {@link equilibriumPropagation}. */
export type EquilibriumPropagationOptions = NudgedPhasesOptions;

/**
 * Equilibrium propagation, for energies E and skew-gradient potentials Phi alike. The free phase settles to a stationary
 * state s_0; nudged phases settle from there to states s_+ (and s_-) of E + nudge * C, with nudge > 0 (and < 0). The
 * gradient is the contrast
 *
 *     dC/dtheta = [d(E + nudge C)/dtheta(s_+) - d(E - nudge C)/dtheta(s_-)] / (2 nudge) + O(nudge^2)   (centred)
 *     dC/dtheta = [d(E + nudge C)/dtheta(s_+) - dE/dtheta(s_0)] / nudge + O(nudge)                     (one-sided)
 *
 * for parameters and inputs alike; a cost that depends on them directly is included. Over several examples it is the
 * gradient of the mean cost. For a skew-gradient system the states are critical points of Phi, which need not be minima,
 * and a cost on an inhibitor v, which climbs Phi, pushes it by +nudge dC/dv: with the other sign the gradient would be
 * the exact negative.
 *
 * The four choices of the rule: transformation nudged, phases relax, functional energy or potential, estimator contrast.
 *
 * Source: Scellier & Bengio 2017; centred nudging: Laborieux et al. 2021; skew-gradient systems: Kendall 2026.
 *
 * @throws InputError for a nudge that is not positive
 */
export function equilibriumPropagation(options: EquilibriumPropagationOptions): LearningRule {
  const nudging = checkedNudging("equilibriumPropagation nudging", options.nudging);
  return phaseRule({
    name: namedByNudging("equilibrium propagation", nudging),
    reference:
      "Scellier & Bengio 2017 (Frontiers in Computational Neuroscience 11:24); centred: Laborieux et al. 2021; skew-gradient: Kendall 2026",
    maker: "equilibriumPropagation",
    options,
    variant: nudging,
    refusal: ({ system }) =>
      system.kind === "energy" || system.kind === "skew-gradient"
        ? undefined
        : `an energy or skew-gradient system, because the rule contrasts a scalar and ${system.name} is ${systemOfKind(system.kind)}`,
    phases: (task) => nudgedPhases(task, nudged(task), nudging),
    estimate: (task, withRespectTo) =>
      contrast(nudged(task).scalar as Expression, task.system.state, withRespectTo, nudging),
    reliesOn: ({ system }) => {
      const climbing = system.state.filter(({ role }) => role === "inhibitor").map(({ name }) => name);
      return [
        system.kind === "energy"
          ? "the energy E: its Hessian is symmetric, so that the answer to the nudge is also what the gradient needs"
          : `the potential Phi: its Hessian is symmetric, and a cost on ${listed(climbing)} pushes with the other sign, because ${climbing.length > 1 ? "they climb" : "it climbs"} Phi`,
        smallNudge(options.nudge, nudging),
      ];
    },
  });
}
