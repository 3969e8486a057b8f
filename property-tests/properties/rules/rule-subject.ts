import fc from "fast-check";
import type { Backend } from "../../../core/compile/program.js";
import { type GradientResult, type LearningRule, PhaseError, type TaskData } from "../../../learning/rule.js";
import { InconclusiveError } from "../../../learning/rules/inconclusive.js";
import type { LearningTask } from "../../../learning/task.js";
import { type AgreementEntry, requireAgreement } from "../../measures/agreement.js";
import { measureConditioning } from "../../measures/conditioning.js";
import { compareGradients, errorNorm, expectedNorm } from "../../measures/relative-error.js";
import { type PropertyOptions, PropertyViolation } from "../../verification/verification-property.js";
import type { RuledTask } from "../../verification/verify-subject.js";

/** A task under a rule, and what else is known of the rule; what is not known leaves out the properties that need it. */
export interface RuleSubject extends RuledTask {
  /** The same rule at another nudge. */
  readonly atNudge?: (nudge: number) => LearningRule;
  /** The order of the error in the nudge; 0 where the rule is exact up to rounding. */
  readonly order?: 0 | 1 | 2;
  /** The same rule on another backend. */
  readonly onBackend?: (backend: Backend) => LearningRule;
}

/** The rule's refusal of the task. */
export const refusalOf = ({ task, rule }: RuleSubject): string | undefined => rule.refusal(task);

/** Largest condition number and least distance from a kink at which gradients are compared. */
const CONDITION_NUMBER = 30;
const CLEARANCE = 0.02;

/** Passes over data without a stable, well-conditioned state away from every kink. */
export function requireStableState(task: LearningTask, data: TaskData, { inconclusive }: PropertyOptions): void {
  const { settled, abscissa, conditionNumber, clearance } = measureConditioning(task, data);
  if (!settled || !(abscissa < 0)) inconclusive("there is no stable stationary state");
  if (conditionNumber > CONDITION_NUMBER) inconclusive("the stationary state is badly conditioned");
  if (clearance < CLEARANCE) inconclusive("the stationary state is at the edge of a bound");
}

/**
 * The gradient of a rule.
 *
 * @throws PropertyViolation where a phase does not settle
 */
export function settledGradient(
  property: string,
  rule: LearningRule,
  task: LearningTask,
  data: TaskData,
  { inconclusive }: PropertyOptions,
): GradientResult {
  let result: GradientResult;
  try {
    result = rule.gradient(task, data);
  } catch (error) {
    if (error instanceof PhaseError) return inconclusive("a phase leaves the finite numbers");
    if (error instanceof InconclusiveError) return inconclusive("the gradient is not defined here");
    throw error;
  }
  const unsettled = result.phases.find(({ converged }) => !converged);
  if (unsettled === undefined) return result;
  throw new PropertyViolation({
    property,
    at: `the residual of the ${unsettled.phase} phase`,
    found: Math.max(...unsettled.residual),
    expected: 0,
    error: Math.max(...unsettled.residual),
    tolerance: unsettled.tolerance,
    likely: "the phase did not settle: the solver needs more iterations or a smaller step",
  });
}

/** Demands that two gradients agree in the Euclidean norm over all their entries, and names the entry that is furthest off. */
export function requireGradient(
  property: string,
  found: GradientResult,
  expected: GradientResult,
  { tolerance, likely }: { readonly tolerance: number; readonly likely: string },
  options: PropertyOptions,
): void {
  const entries = compareGradients(found, expected);
  const scale = Math.max(expectedNorm(entries), VANISHING * Math.abs(expected.cost), ROUNDING);
  const error = errorNorm(entries);
  if (error <= tolerance * scale) return;
  const named: AgreementEntry[] = entries.map(({ name, ...values }) => ({ at: `dC/d${name}`, ...values }));
  const share = (tolerance * scale) / Math.sqrt(Math.max(1, named.length));
  requireAgreement(named, { property, tolerance: share / scale, scale, likely }, options);
}

/** A gradient whose norm is below this part of the cost counts as of this size: at an extremum of the cost it vanishes. */
const VANISHING = 1e-2;
/** Gradients below this are rounding. */
const ROUNDING = 1e-9;

/** A property of random data at which the state is stable and well conditioned. */
export const ofStableData = (
  task: LearningTask,
  data: fc.Arbitrary<TaskData>,
  options: PropertyOptions,
  check: (data: TaskData) => void,
): fc.IRawProperty<unknown> =>
  fc.property(data, (values) => {
    requireStableState(task, values, options);
    check(values);
  });
