import { InputError } from "../../core/errors.js";
import type { LearningDynamics, LearningRule } from "../rule.js";
import { type LearningTask, taskName } from "../task.js";

/** What every maker of rules is told of a rule. */
export interface FramedRuleDefinition extends Pick<LearningRule, "name" | "reference"> {
  /** The function a user calls, for error texts. */
  readonly maker: string;
  /** What the rule does with a task that it does not refuse. */
  dynamics?(task: LearningTask): LearningDynamics;
}

/** A rule but for its gradient. */
export type RuleFrame = Omit<LearningRule, "gradient" | "integrator">;

/** What a rule says of itself, with the check that comes before all that it does. */
export function ruleFrame(
  definition: FramedRuleDefinition,
  refusal: LearningRule["refusal"],
): { readonly frame: RuleFrame; checkFit(task: LearningTask): void } {
  const { name, reference, maker } = definition;
  const checkFit = (task: LearningTask): void => {
    const refused = refusal(task);
    if (refused !== undefined) throw new InputError({ field: maker, given: taskName(task), expected: refused });
  };
  const dynamics = (task: LearningTask): LearningDynamics => {
    checkFit(task);
    return definition.dynamics?.(task) as LearningDynamics;
  };
  const frame = { name, reference, refusal, ...(definition.dynamics === undefined ? {} : { dynamics }) };
  return { frame, checkFit };
}
