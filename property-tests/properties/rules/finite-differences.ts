import type { VerificationProperty } from "../../verification/verification-property.js";
import { gradientMatchesFiniteDifferences } from "../gradient-matches-finite-differences.js";
import { type RuleSubject, refusalOf } from "./rule-subject.js";

/** One-sided rules err by the nudge times the curvature. */
const FIRST_ORDER_TOLERANCE = 5e-2;

/** {@link gradientMatchesFiniteDifferences} as a property to select. */
export const ruleMatchesFiniteDifferences: VerificationProperty<RuleSubject> = {
  name: "the gradient matches finite differences of the cost",
  statement: "the rule's gradient for parameters and inputs = Richardson-extrapolated differences of the cost",
  inapplicable: refusalOf,
  property: (subject, { inconclusive }) =>
    gradientMatchesFiniteDifferences(subject.task, subject.rule, {
      inconclusive,
      ...(subject.integrator === undefined ? {} : { integrator: subject.integrator }),
      ...(subject.order === 1 ? { tolerance: FIRST_ORDER_TOLERANCE } : {}),
    }),
};
