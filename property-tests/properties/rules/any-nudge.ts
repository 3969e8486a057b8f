import { stateAsGuess } from "../../measures/state-as-guess.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import {
  exactReference,
  ofStableData,
  type RuleSubject,
  refusalOf,
  requireGradient,
  settledGradient,
} from "./rule-subject.js";

const NAME = "the gradient is exact at any nudge";
const NUDGES = [10, 1, 1e-2, 1e-4];
const TOLERANCE = 1e-8;

/** A rule whose error is of order 0 in the nudge has none, however strong the nudge: its adjoint state is linear in it. */
export const exactAtAnyNudge: VerificationProperty<RuleSubject> = {
  name: NAME,
  statement: "the gradient equals the exact one to 1e-8 at the nudges 10, 1, 1e-2 and 1e-4",
  inapplicable(subject) {
    const { atNudge, order } = subject;
    if (atNudge === undefined || order === undefined) return "it is not known how to change its nudge";
    return order === 0 ? refusalOf(subject) : "its error grows with the nudge";
  },
  property(subject, options) {
    const { task, atNudge } = subject;
    const rules = NUDGES.map(atNudge as NonNullable<typeof atNudge>);
    const reference = exactReference(subject);
    return ofStableData(subject, options, (data) => {
      const expected = settledGradient(NAME, reference, task, data, options);
      for (const [k, rule] of rules.entries()) {
        const found = settledGradient(NAME, rule, task, stateAsGuess(expected, data), options);
        const likely = `at the nudge ${NUDGES[k]} the state that carries the gradient is not proportional to the nudge`;
        requireGradient(NAME, found, expected, { tolerance: TOLERANCE, likely }, options);
      }
    });
  },
};
