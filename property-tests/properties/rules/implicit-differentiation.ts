import { implicitDifferentiation } from "../../../learning/rules/implicit-differentiation.js";
import { carefulSolver } from "../../measures/careful-solver.js";
import { stateAsGuess } from "../../measures/state-as-guess.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import { ofStableData, type RuleSubject, refusalOf, requireGradient, settledGradient } from "./rule-subject.js";

const NAME = "the gradient matches implicit differentiation";
/** By the order of the error in the nudge; unknown counts as second. */
const TOLERANCES = { 0: 1e-6, 1: 5e-2, 2: 1e-3 } as const;

/** The rule's gradient against dC/dtheta - (dF/dtheta)' J^-T dC/dz at the rule's own free state. */
export const ruleMatchesImplicitDifferentiation: VerificationProperty<RuleSubject> = {
  name: NAME,
  statement: "the rule's gradient = dC/dtheta - (dF/dtheta)' J^-T dC/dz at the stationary state",
  inapplicable: (subject) =>
    refusalOf(subject) ?? implicitDifferentiation({ settle: carefulSolver() }).refusal(subject.task),
  property(subject, options) {
    const { task, rule, order = 2 } = subject;
    const reference = implicitDifferentiation({ settle: carefulSolver() });
    return ofStableData(subject, options, (data) => {
      const found = settledGradient(NAME, rule, task, data, options);
      const expected = settledGradient(NAME, reference, task, stateAsGuess(found, data), options);
      const likely = "a nudge has the wrong sign or size, a term of the gradient is missing, or J stands for J'";
      requireGradient(NAME, found, expected, { tolerance: TOLERANCES[order], likely }, options);
    });
  },
};
