import fc from "fast-check";
import type { Backend } from "../../../core/compile/program.js";
import type { Integrator } from "../../../core/integrator.js";
import { StabilityError } from "../../../integrators/spectrum/stability.js";
import { type GradientResult, type LearningRule, PhaseError, type TaskData } from "../../../learning/rule.js";
import { implicitDifferentiation } from "../../../learning/rules/implicit-differentiation.js";
import { InconclusiveError } from "../../../learning/rules/inconclusive.js";
import type { LearningTask } from "../../../learning/task.js";
import { arbitraryTaskData } from "../../arbitraries/task-data.js";
import { type AgreementEntry, requireAgreement } from "../../measures/agreement.js";
import { carefulSolver } from "../../measures/careful-solver.js";
import { measureConditioning } from "../../measures/conditioning.js";
import { requireMotion } from "../../measures/motion.js";
import { compareGradients, errorNorm, expectedNorm } from "../../measures/relative-error.js";
import { integratorOf, trajectoryReferences } from "../../measures/trajectory-references.js";
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
  /** What integrates the trajectories of a task with a horizon. @defaultValue the rule's own, where it says it */
  readonly integrator?: Integrator;
  /** The rule claims to need no memory that grows with the number of steps. */
  readonly storesNoStates?: boolean;
}

/** What integrates the trajectories of a subject's task; `undefined` for a task of stationary states. */
export const integratorFor = ({ task, rule, integrator }: RuleSubject): Integrator | undefined =>
  task.horizon === undefined ? undefined : (integrator ?? integratorOf(rule));

/** The rule's refusal of the task, or why there is nothing to compare its gradient with. */
export function refusalOf(subject: RuleSubject): string | undefined {
  const { task, rule } = subject;
  const unknown = task.horizon !== undefined && integratorFor(subject) === undefined;
  return rule.refusal(task) ?? (unknown ? "it is not known what integrates its trajectories" : undefined);
}

/** Random data of a subject's task. */
export const dataOf = (subject: RuleSubject, examples = 1): fc.Arbitrary<TaskData> =>
  arbitraryTaskData(subject.task, { examples, integrator: integratorFor(subject) });

/** The gradient a rule is compared with: implicit differentiation, or of a trajectory backpropagation through time. */
export function exactReference(subject: RuleSubject): LearningRule {
  const integrator = integratorFor(subject);
  return integrator === undefined
    ? implicitDifferentiation({ settle: carefulSolver() })
    : trajectoryReferences(integrator).exact;
}

/** Largest condition number and least distance from a kink at which gradients are compared. */
const CONDITION_NUMBER = 30;
const CLEARANCE = 0.02;

/**
 * Passes over data without a stable, well-conditioned state away from every kink, or with a trajectory that magnifies small
 * changes as much.
 */
export function requireStableState(subject: RuleSubject, data: TaskData, { inconclusive }: PropertyOptions): void {
  const { task } = subject;
  const integrator = integratorFor(subject);
  if (integrator !== undefined) {
    requireMotion(task, integrator, data, inconclusive);
    return;
  }
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
    if (error instanceof StabilityError) return inconclusive("the state is not stable");
    if (error instanceof InconclusiveError) return inconclusive("the gradient is not defined here");
    throw error;
  }
  const doubtful = result.phases.some((phase) => phase.warning !== undefined);
  if (doubtful) return inconclusive("rounding may hide the gradient");
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
  subject: RuleSubject,
  options: PropertyOptions,
  check: (data: TaskData) => void,
  examples = 1,
): fc.IRawProperty<unknown> =>
  fc.property(dataOf(subject, examples), (values) => {
    requireStableState(subject, values, options);
    check(values);
  });
