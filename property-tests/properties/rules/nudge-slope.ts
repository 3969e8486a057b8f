import type { LearningRule, TaskData } from "../../../learning/rule.js";
import { InconclusiveError } from "../../../learning/rules/inconclusive.js";
import { measureExactness } from "../../measures/exactness.js";
import {
  type PropertyOptions,
  PropertyViolation,
  type VerificationProperty,
} from "../../verification/verification-property.js";
import { exactReference, ofStableData, type RuleSubject, refusalOf } from "./rule-subject.js";

const NAME = "the error falls with the nudge as the rule's order says";
/** How much a slope may fall short of the order. */
const SLACK = 0.2;
/** An error that small at the best nudge needs no slope: the rule is exact here. */
const EXACT = 1e-8;
const NUDGES = Array.from({ length: 7 }, (_, k) => 10 ** (-1 - k / 2));

/** d log(error) / d log(nudge) against the exact gradient: 2 for centred rules, 1 for one-sided ones, 0 for wrong ones. */
export const errorFallsWithNudge: VerificationProperty<RuleSubject> = {
  name: NAME,
  statement: "the relative error of the gradient falls as nudge^order over two decades, or is below 1e-8",
  inapplicable(subject) {
    const { atNudge, order } = subject;
    if (atNudge === undefined || order === undefined) return "it is not known how to change its nudge";
    return order === 0 ? "it is exact at any nudge" : refusalOf(subject);
  },
  property(subject, options) {
    const { atNudge, order } = subject;
    const makeRule = atNudge as (nudge: number) => LearningRule;
    return ofStableData(subject, options, (data) => {
      const { slope, best } = measured(subject, makeRule, data, options);
      if (best.error <= EXACT) return;
      if (slope === undefined) return options.inconclusive("the errors do not follow a power of the nudge");
      if (slope >= (order as number) - SLACK) return;
      throw new PropertyViolation({
        property: NAME,
        at: "the slope of the error",
        found: slope,
        expected: order as number,
        error: (order as number) - slope,
        tolerance: SLACK,
        likely: "a slope of 0 is a wrong gradient; a slope of 1 where 2 is expected, nudges that are not centred",
      });
    });
  },
};

function measured(
  subject: RuleSubject,
  makeRule: (nudge: number) => LearningRule,
  data: TaskData,
  { inconclusive }: PropertyOptions,
) {
  try {
    return measureExactness({ task: subject.task, makeRule, data, nudges: NUDGES, reference: exactReference(subject) });
  } catch (error) {
    if (error instanceof InconclusiveError) return inconclusive("the reference has no answer here");
    throw error;
  }
}
