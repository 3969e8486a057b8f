import type { BlockNames } from "../../core/system.js";
import type { LearningRule, TaskData } from "../../learning/rule.js";
import type { LearningTask } from "../../learning/task.js";
import { type Exactness, measureExactness } from "../measures/exactness.js";
import { errorList, type MeasuredQuantity, type Measurement, near } from "./reproduction.js";

/** A task with data. */
export interface Subject {
  readonly task: LearningTask;
  readonly data: TaskData;
}

/** Forgets the names of a task's blocks, so that subjects of several systems are of one type. */
export const subject = <N extends BlockNames, T extends string>(
  task: LearningTask<N, T>,
  data: TaskData<N, T>,
): Subject => ({ task, data }) as unknown as Subject;

/** How the error of a rule is measured against its nudge. */
export interface ErrorCurveOptions {
  /** Examples of one kind, such as several seeds. */
  readonly subjects: readonly Subject[];
  readonly nudges: readonly number[];
  makeRule(nudge: number): LearningRule;
  /** A figure to draw the curve in, and the curve's name there. */
  readonly figure?: string;
  readonly name?: string;
}

/** A slope may differ from its order by this. */
const SLOPE_TOLERANCE = 0.1;

const measureAll = ({ subjects, nudges, makeRule }: ErrorCurveOptions): Exactness[] =>
  subjects.map(({ task, data }) => measureExactness({ task, data, nudges, makeRule }));

/** The largest error over the subjects, by nudge. */
const worstOf = (measured: readonly Exactness[], nudges: readonly number[]): number[] =>
  nudges.map((_, k) => Math.max(...measured.map(({ errors }) => errors[k] as number)));

const curveOf = (
  { figure, name, nudges }: ErrorCurveOptions,
  errors: readonly number[],
): Pick<Measurement, "curves"> =>
  figure === undefined || name === undefined ? {} : { curves: [{ figure, name, x: nudges, y: errors }] };

/**
 * A rule whose error falls with a power of the nudge: the slope on logarithmic axes lies within 0.1 of the order for every
 * subject, and the error at the smallest nudge stays below a bound.
 */
export function powerLaw(options: ErrorCurveOptions & { readonly order: number; readonly most: number }): Measurement {
  const { nudges, order, most } = options;
  const measured = measureAll(options);
  const errors = worstOf(measured, nudges);
  const slopes = measured.map(({ slope }) => slope ?? Number.NaN);
  return {
    summary: `${errorList(errors)}; slope ${slopeRange(slopes)}`,
    quantities: [
      ...slopes.map((slope, k) => near(named("slope", k, slopes), slope, order, SLOPE_TOLERANCE)),
      { name: `error at ${nudges.at(-1)}`, value: errors.at(-1) as number, most },
    ],
    ...curveOf(options, errors),
  };
}

/** A rule that is exact at any nudge: all errors lie below a bound. */
export function exactAtAnyNudge(options: ErrorCurveOptions & { readonly most: number }): Measurement {
  const { nudges, most } = options;
  const errors = worstOf(measureAll(options), nudges);
  return {
    summary: errorList(errors),
    quantities: errors.map((value, k) => ({ name: `error at ${nudges[k]}`, value, most })),
    ...curveOf(options, errors),
  };
}

/** A rule that is wrong at any nudge: for every subject the error stays above a bound, and the same within `spread`. */
export function flatError(
  options: ErrorCurveOptions & { readonly least: number; readonly spread: number },
): Measurement {
  const { nudges, least, spread } = options;
  const measured = measureAll(options);
  const quantities = measured.flatMap(({ errors }, k): MeasuredQuantity[] => [
    { name: named("least error", k, measured), value: Math.min(...errors), least },
    {
      name: named("largest over least", k, measured),
      value: Math.max(...errors) / Math.min(...errors),
      most: 1 + spread,
    },
  ]);
  const ends = measured.map(
    ({ errors }) => `${(errors[0] as number).toFixed(2)} to ${(errors.at(-1) as number).toFixed(2)}`,
  );
  return {
    summary: `from nudge ${nudges[0]} to ${nudges.at(-1)}: ${ends.join("; ")}`,
    quantities,
    ...curveOf(options, worstOf(measured, nudges)),
  };
}

const named = (name: string, k: number, of: readonly unknown[]): string =>
  of.length > 1 ? `${name}, seed ${k}` : name;

function slopeRange(slopes: readonly number[]): string {
  const [low, high] = [Math.min(...slopes).toFixed(2), Math.max(...slopes).toFixed(2)];
  return low === high ? low : `${low} to ${high}`;
}
