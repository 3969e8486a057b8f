import type { BlockNames } from "../../core/system.js";
import { type GradientResult, type LearningRule, PhaseError, type TaskData } from "../../learning/rule.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import type { LearningTask } from "../../learning/task.js";
import { carefulSolver } from "./careful-solver.js";
import { relativeError } from "./relative-error.js";
import { stateAsGuess } from "./state-as-guess.js";

/** What {@link measureExactness} takes. */
export interface ExactnessOptions<N extends BlockNames, T extends string> {
  readonly task: LearningTask<N, T>;
  /** The rule at a nudge. Its phases must settle far below the square of the smallest nudge. */
  makeRule(nudge: number): LearningRule;
  readonly data: TaskData<N, T>;
  /** @defaultValue 0.3 down to 1e-6 by half decades */
  readonly nudges?: readonly number[];
  /** What the rule is compared with. @defaultValue implicit differentiation at a state polished to 1e-12 */
  readonly reference?: LearningRule;
}

/** The error of a rule against its nudge. */
export interface Exactness {
  /** From the largest to the smallest. */
  readonly nudges: readonly number[];
  /** The relative error of the gradient (L2, parameters and inputs together); infinite where a phase did not settle. */
  readonly errors: readonly number[];
  /**
   * d log(error) / d log(nudge) over those two decades of nudges where errors lie above rounding and follow a power best: 2
   * for a centred rule, 1 for a one-sided one, 0 for a wrong one. `undefined` where there are no two such decades, as for a
   * rule that is exact at any nudge.
   */
  readonly slope: number | undefined;
  readonly best: { readonly nudge: number; readonly error: number };
  /** The gradient compared with. */
  readonly reference: GradientResult;
}

const HALF_DECADES = Array.from({ length: 12 }, (_, k) => 10 ** (-(k + 1) / 2));
/** Errors below this, divided by the nudge, may be rounding: a contrast divides a difference of states by the nudge. */
const ROUNDING = 1e-13;

/**
 * Measures how the error of a rule's gradient falls with its nudge: a rule is judged by this slope rather than by one value,
 * which a wrong factor may pass by luck.
 *
 * @throws InconclusiveError where the reference has no answer at these data
 */
export function measureExactness<N extends BlockNames, T extends string>(options: ExactnessOptions<N, T>): Exactness {
  const { task, makeRule, data } = options;
  const reference = (options.reference ?? implicitDifferentiation({ settle: carefulSolver() })).gradient(task, data);
  const onBranch = stateAsGuess(reference, data);
  const nudges = [...(options.nudges ?? HALF_DECADES)].sort((a, b) => b - a);
  const errors = nudges.map((nudge) => errorOf(makeRule(nudge), task, onBranch, reference));
  const error = Math.min(...errors);
  return {
    nudges,
    errors,
    slope: fitSlope(nudges, errors),
    best: { nudge: nudges[errors.indexOf(error)] as number, error },
    reference,
  };
}

function errorOf<N extends BlockNames, T extends string>(
  rule: LearningRule,
  task: LearningTask<N, T>,
  data: TaskData<N, T>,
  reference: GradientResult,
): number {
  try {
    const result = rule.gradient(task, data);
    return result.phases.every(({ converged }) => converged) ? relativeError(result, reference) : Infinity;
  } catch (error) {
    if (error instanceof PhaseError) return Infinity;
    throw error;
  }
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The slope of the straightest two decades. */
function fitSlope(nudges: readonly number[], errors: readonly number[]): number | undefined {
  const points = nudges
    .map((nudge, k) => ({ nudge, error: errors[k] as number }))
    .filter(({ nudge, error }) => error < Infinity && error > ROUNDING / nudge)
    .map(({ nudge, error }): Point => ({ x: Math.log10(nudge), y: Math.log10(error) }));
  const lines = points.flatMap((first, start) => {
    const length = points.slice(start).findIndex(({ x }) => first.x - x >= 2 - 1e-9);
    return length < 0 ? [] : [fitLine(points.slice(start, start + length + 1))];
  });
  return lines.sort((a, b) => a.deviation - b.deviation)[0]?.slope;
}

interface Line {
  readonly slope: number;
  readonly deviation: number;
}

/** Least squares. */
function fitLine(points: readonly Point[]): Line {
  const average = (of: (point: Point) => number): number =>
    points.reduce((total, point) => total + of(point), 0) / points.length;
  const [x0, y0] = [average(({ x }) => x), average(({ y }) => y)];
  const slope = average(({ x, y }) => (x - x0) * (y - y0)) / average(({ x }) => (x - x0) ** 2);
  return { slope, deviation: average(({ x, y }) => (y - y0 - slope * (x - x0)) ** 2) };
}
