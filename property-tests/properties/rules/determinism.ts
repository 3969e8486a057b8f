import fc from "fast-check";
import { StabilityError } from "../../../integrators/spectrum/stability.js";
import type { GradientResult, LearningRule, TaskData } from "../../../learning/rule.js";
import { PhaseError } from "../../../learning/rule.js";
import { InconclusiveError } from "../../../learning/rules/inconclusive.js";
import type { LearningTask } from "../../../learning/task.js";
import { requireAgreement } from "../../measures/agreement.js";
import { compareGradients } from "../../measures/relative-error.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import { dataOf, type RuleSubject, refusalOf, requireStableState } from "./rule-subject.js";

const NAME = "the gradient is a function";

/** The gradient is the same to the last bit after other data were given to the same rule. */
export const gradientIsFunction: VerificationProperty<RuleSubject> = {
  name: NAME,
  statement: "the gradient is the same to the last bit before and after the rule is given other data",
  inapplicable: refusalOf,
  property(subject, options) {
    const { task, rule } = subject;
    const data = dataOf(subject);
    return fc.property(data, data, (values, others) => {
      requireStableState(subject, values, options);
      const first = gradientOrNothing(rule, task, values);
      gradientOrNothing(rule, task, others);
      const second = gradientOrNothing(rule, task, values);
      if (first === undefined || second === undefined) return options.inconclusive("the rule has no gradient here");
      const entries = compareGradients(second, first).map(({ name, ...both }) => ({
        at: `dC/d${name} again`,
        ...both,
      }));
      const likely = "the rule remembers something from call to call, such as a state it starts from";
      requireAgreement(entries, { property: NAME, tolerance: 0, likely }, options);
    });
  },
};

function gradientOrNothing(rule: LearningRule, task: LearningTask, data: TaskData): GradientResult | undefined {
  try {
    return rule.gradient(task, data);
  } catch (error) {
    const without = [PhaseError, StabilityError, InconclusiveError];
    if (without.some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}
