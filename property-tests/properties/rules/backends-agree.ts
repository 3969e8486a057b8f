import { interpreter } from "../../../core/compile/interpreter/interpreter.js";
import { javascript } from "../../../core/compile/javascript/javascript.js";
import type { Backend } from "../../../core/compile/program.js";
import type { LearningRule } from "../../../learning/rule.js";
import { usableBackends } from "../../measures/usable-backends.js";
import type { VerificationProperty } from "../../verification/verification-property.js";
import { ofStableData, type RuleSubject, refusalOf, requireGradient, settledGradient } from "./rule-subject.js";

const NAME = "backends agree on one gradient";
/** Rounding of a state, divided by the nudge. */
const TOLERANCE = 1e-7;

/** The gradient by generated code against the interpreter. */
export const backendsAgreeOnGradient: VerificationProperty<RuleSubject> = {
  name: NAME,
  statement: "the gradient computed by generated code equals that computed primitive by primitive",
  inapplicable(subject) {
    if (subject.onBackend === undefined) return "it is not known how to change its backend";
    return usableBackends([javascript]).length > 0 ? refusalOf(subject) : "code generation is forbidden here";
  },
  property(subject, options) {
    const { task, onBackend } = subject;
    const on = onBackend as (backend: Backend) => LearningRule;
    const [oracle, generated] = [on(interpreter), on(javascript)];
    return ofStableData(subject, options, (data) => {
      const expected = settledGradient(NAME, oracle, task, data, options);
      const found = settledGradient(NAME, generated, task, data, options);
      const likely = "a fault of a backend: please report it with the task";
      requireGradient(NAME, found, expected, { tolerance: TOLERANCE, likely }, options);
    });
  },
};
