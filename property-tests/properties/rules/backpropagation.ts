import type { VerificationProperty } from "../../verification/verification-property.js";
import {
  exactReference,
  ofStableData,
  type RuleSubject,
  refusalOf,
  requireGradient,
  settledGradient,
} from "./rule-subject.js";

const NAME = "the gradient matches backpropagation through time";
/** By the order of the error in the nudge; unknown counts as second. */
const TOLERANCES = { 0: 1e-8, 1: 5e-2, 2: 1e-3 } as const;

/** The rule's gradient against reverse differentiation of every step of the same integrator. */
export const ruleMatchesBackpropagation: VerificationProperty<RuleSubject> = {
  name: NAME,
  statement:
    "the rule's gradient for parameters, inputs and initial state = that of the discrete steps, differentiated",
  inapplicable(subject) {
    if (subject.task.horizon === undefined) return "its cost is one of the stationary state";
    const refusal = refusalOf(subject);
    return refusal ?? exactReference(subject).refusal(subject.task);
  },
  property(subject, options) {
    const { task, rule, order = 2 } = subject;
    const reference = exactReference(subject);
    return ofStableData(subject, options, (data) => {
      const found = settledGradient(NAME, rule, task, data, options);
      const expected = settledGradient(NAME, reference, task, data, options);
      const likely =
        "momenta are not turned round, inputs not replayed in reverse, or a push or an integral has the wrong sign or weight";
      requireGradient(NAME, found, expected, { tolerance: TOLERANCES[order], likely }, options);
    });
  },
};
