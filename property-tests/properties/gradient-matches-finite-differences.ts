import fc from "fast-check";
import type { Integrator } from "../../core/integrator.js";
import type { BlockNames } from "../../core/system.js";
import { newton } from "../../integrators/solvers/newton.js";
import type { GradientResult, LearningRule, TaskData } from "../../learning/rule.js";
import {
  type FiniteDifferenceResult,
  type FiniteDifferencesRule,
  finiteDifferences,
} from "../../learning/rules/finite-differences.js";
import { InconclusiveError } from "../../learning/rules/inconclusive.js";
import type { LearningTask } from "../../learning/task.js";
import { arbitraryTaskData } from "../arbitraries/task-data.js";
import { measureConditioning } from "../measures/conditioning.js";
import { requireMotion } from "../measures/motion.js";
import { compareGradients, errorNorm, expectedNorm } from "../measures/relative-error.js";
import { stateAsGuess } from "../measures/state-as-guess.js";
import { integratorOf, trajectoryReferences } from "../measures/trajectory-references.js";

/** Options of {@link gradientMatchesFiniteDifferences}. */
export interface GradientMatchOptions<N extends BlockNames = BlockNames, T extends string = string> {
  /** Where the gradient is tried. @defaultValue `arbitraryTaskData(task)` */
  readonly data?: fc.Arbitrary<TaskData<N, T>>;
  /**
   * The largest relative error of the gradient (L2, parameters and inputs together). A rule with a nudge has a bias: of
   * the order of its square where it is centred, of the nudge where it is one-sided.
   * @defaultValue 1e-3
   */
  readonly tolerance?: number;
  /**
   * The largest condition number of the Jacobian at which the gradient is tried. The bias of a centred nudge grows with the
   * square of both, about as (nudge * condition number)^2.
   * @defaultValue 30
   */
  readonly conditionNumber?: number;
  /** How far from a kink, where a bound begins or ceases to hold an entry, it is tried. @defaultValue 0.02 */
  readonly clearance?: number;
  /**
   * What integrates the trajectories of a task with a horizon, on which condition number and clearance have no bearing.
   * @defaultValue that of the rule, where it says it
   */
  readonly integrator?: Integrator;
  /** Passes over data at which no gradient is defined; never returns. @defaultValue fast-check's precondition */
  readonly inconclusive?: (reason: string) => never;
}

/** A gradient whose norm is below this part of the cost counts as of this size: at an extremum of the cost it vanishes. */
const VANISHING = 1e-2;
/** Gradients below this are rounding, also where the cost vanishes. */
const ROUNDING = 1e-9;
/** The part of the tolerance that the reference's own error may take. */
const REFERENCE_SHARE = 0.1;

/**
 * The learned gradient is the true one: at random parameters, inputs and targets it equals Richardson-extrapolated finite
 * differences of the cost. Those of a settled cost start from the rule's own free state, so that both follow the same branch;
 * those of a trajectory's are of the same discrete steps. It includes the gradients for inputs and the initial state, where the
 * rule gives them, and the cost.
 *
 * Data at which no gradient is defined are passed over (fast-check counts them as skipped): no stable stationary state, one
 * that is badly conditioned or at a kink, a trajectory that magnifies small changes more than thirtyfold, or differences that leave their branch or have too large an error of their own.
 */
export function gradientMatchesFiniteDifferences<N extends BlockNames, T extends string>(
  task: LearningTask<N, T>,
  rule: LearningRule,
  options: GradientMatchOptions<N, T> = {},
): fc.IProperty<[TaskData<N, T>]> {
  const integrator = task.horizon === undefined ? undefined : (options.integrator ?? integratorOf(rule));
  const { data = arbitraryTaskData(task, { integrator }), tolerance = 1e-3, inconclusive = skip } = options;
  const reference =
    integrator === undefined
      ? finiteDifferences({ settle: newton({ tolerance: 1e-12 }) })
      : trajectoryReferences(integrator).differences;
  return fc.property(data, (values) => {
    if (integrator === undefined) requireConditioning(task, values, options, inconclusive);
    else requireMotion(task as LearningTask, integrator, values as TaskData, inconclusive);
    const found = rule.gradient(task, values);
    const unsettled = found.phases.find(({ converged }) => !converged);
    if (unsettled !== undefined) {
      throw new Error(
        `${rule.name}: the ${unsettled.phase} phase did not settle; its residual is ${Math.max(...unsettled.residual)}.`,
      );
    }
    compare(rule.name, found as GradientResult, expectedAt(reference, task, values, found, inconclusive), {
      tolerance,
      inconclusive,
    });
  });
}

function requireConditioning<N extends BlockNames, T extends string>(
  task: LearningTask<N, T>,
  data: TaskData<N, T>,
  { conditionNumber = 30, clearance = 0.02 }: GradientMatchOptions<N, T>,
  inconclusive: (reason: string) => never,
): void {
  const measured = measureConditioning(task, data);
  if (!(measured.settled && measured.abscissa < 0)) inconclusive("there is no stable stationary state");
  if (!(measured.conditionNumber <= conditionNumber)) inconclusive("the stationary state is badly conditioned");
  if (!(measured.clearance >= clearance)) inconclusive("the stationary state is at the edge of a bound");
}

/** Lets fast-check pass over a case. */
function skip(reason: string): never {
  fc.pre(false);
  throw new Error(reason);
}

/** The reference gradient on the branch of a state; the case is skipped where there is none. */
function expectedAt<N extends BlockNames, T extends string>(
  reference: FiniteDifferencesRule,
  task: LearningTask<N, T>,
  data: TaskData<N, T>,
  found: GradientResult<N>,
  inconclusive: (reason: string) => never,
): FiniteDifferenceResult {
  try {
    return reference.gradient(task, stateAsGuess(found, data)) as FiniteDifferenceResult;
  } catch (error) {
    if (error instanceof InconclusiveError) return inconclusive("the differences leave their branch");
    throw error;
  }
}

function compare(
  name: string,
  found: GradientResult,
  expected: FiniteDifferenceResult,
  { tolerance, inconclusive }: Required<Pick<GradientMatchOptions, "tolerance" | "inconclusive">>,
): void {
  const entries = compareGradients(found, expected);
  const scale = Math.max(expectedNorm(entries), VANISHING * Math.abs(expected.cost), ROUNDING);
  const bars = [...Object.values(expected.errors), ...Object.values(expected.inputErrors)];
  if (!(Math.hypot(...bars.flatMap(({ data }) => [...data])) <= REFERENCE_SHARE * tolerance * scale)) {
    inconclusive("the differences have too large an error of their own");
  }
  const error = errorNorm(entries) / scale;
  if (!(error <= tolerance)) {
    const worst = entries.reduce((a, b) =>
      Math.abs(b.found - b.expected) > Math.abs(a.found - a.expected) || Number.isNaN(b.found) ? b : a,
    );
    throw new Error(
      `The gradient of ${name} is not that of the cost: its relative error is ${error.toExponential(1)}, more than ${tolerance}; ` +
        `worst at ${worst.name}, which is ${worst.found} and should be ${worst.expected}.`,
    );
  }
  if (!(Math.abs(found.cost - expected.cost) <= tolerance * Math.abs(expected.cost) + 1e-9)) {
    throw new Error(`${name} reports the cost ${found.cost}, which should be ${expected.cost}.`);
  }
}
