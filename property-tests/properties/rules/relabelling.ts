import type { LearningTask } from "../../../learning/task.js";
import { relabelledSystem } from "../../measures/relabelled-system.js";
import { stateAsGuess } from "../../measures/state-as-guess.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import { lacksJson } from "../systems/json-round-trip.js";
import { ofStableData, type RuleSubject, refusalOf, requireGradient, settledGradient } from "./rule-subject.js";

const NAME = "the gradient does not depend on the order of declaration";
const TOLERANCE = 1e-5;

/** The gradient by name is the same when all blocks are declared in the opposite order. */
export const gradientIgnoresOrder: VerificationProperty<RuleSubject> = {
  name: NAME,
  statement: "every block has the same gradient when the blocks are declared in the opposite order",
  inapplicable(subject) {
    const refusal = refusalOf(subject) ?? lacksJson(subject.task.system);
    if (refusal !== undefined) return refusal;
    return subject.rule.refusal(relabelled(subject.task));
  },
  property(subject, options) {
    const { task, rule } = subject;
    const turned = relabelled(task);
    return ofStableData(subject, options, (data) => {
      const expected = settledGradient(NAME, rule, task, data, options);
      const found = settledGradient(NAME, rule, turned, stateAsGuess(expected, data), options);
      const likely = "blocks are paired by position instead of by name";
      requireGradient(NAME, found, expected, { tolerance: TOLERANCE, likely }, options);
    });
  },
};

/** The cost's symbols are those of the blocks, whatever their order. */
const relabelled = (task: LearningTask): LearningTask => ({ ...task, system: relabelledSystem(task.system) });
