import type { LearningRule } from "../../../learning/rule.js";
import { equilibriumPropagation } from "../../../learning/rules/equilibrium-propagation.js";
import { requireAgreement } from "../../measures/agreement.js";
import { carefulSolver } from "../../measures/careful-solver.js";
import { stateAsGuess } from "../../measures/state-as-guess.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import { ofStableData, type RuleSubject, refusalOf, requireGradient, settledGradient } from "./rule-subject.js";

const NAME = "in the conservative limit it is equilibrium propagation";
const NUDGE = 1e-2;
/** What is left of the phases, as a part of their displacement. */
const SAME_PHASE = 1e-8;
/** Both gradients err by the order of the nudge. */
const TOLERANCES = { 0: 5e-2, 1: 0.2, 2: 5e-2 } as const;

/**
 * On an energy every correction for what is not conservative vanishes: phases of the same name move as far from the free
 * state as those of equilibrium propagation, and the gradients agree up to the order of the nudge.
 */
export const conservativeLimit: VerificationProperty<RuleSubject> = {
  name: NAME,
  statement:
    "on an energy nudged phases are those of equilibrium propagation, and gradients agree to the nudge's order",
  inapplicable(subject) {
    const { task, atNudge } = subject;
    if (task.system.kind !== "energy" || task.system.rates !== undefined) return "its system is no plain energy";
    return atNudge === undefined ? "it is not known how to change its nudge" : refusalOf(subject);
  },
  property(subject, options) {
    const { task, atNudge, order = 2 } = subject;
    const rule = (atNudge as (nudge: number) => LearningRule)(NUDGE);
    const limit = equilibriumPropagation({ nudge: NUDGE, settle: carefulSolver() });
    return ofStableData(subject, options, (data) => {
      const expected = settledGradient(NAME, limit, task, data, options);
      const found = settledGradient(NAME, rule, task, stateAsGuess(expected, data), options);
      for (const { phase, displacement } of expected.phases) {
        const same = found.phases.find((other) => other.phase === phase);
        if (same === undefined) continue;
        requireAgreement(
          [{ at: `the displacement of the ${phase} phase`, found: same.displacement, expected: displacement }],
          {
            property: NAME,
            tolerance: SAME_PHASE,
            floor: 1e-11,
            likely: "what corrects for non-reciprocal forces does not vanish where there are none",
          },
          options,
        );
      }
      const likely = "the gradient is read off otherwise than by the energy's own derivative";
      requireGradient(NAME, found, expected, { tolerance: TOLERANCES[order], likely }, options);
    });
  },
};
