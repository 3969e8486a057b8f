import fc from "fast-check";
import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import type { Expression } from "../../core/expression/expression.js";
import type { Integrator } from "../../core/integrator.js";
import { SimulationError, simulate } from "../../core/simulation/index.js";
import { type DynamicalSystem, TIME } from "../../core/system.js";
import { rungeKutta4 } from "../../integrators/index.js";
import type { LearningRule, TaskData } from "../../learning/rule.js";
import { arbitraryArray } from "../arbitraries/arrays.js";
import { arbitraryTaskData } from "../arbitraries/task-data.js";
import { measureExactness } from "../measures/exactness.js";
import {
  dataOf,
  exactReference,
  type RuleSubject,
  refusalOf,
  requireStableState,
} from "../properties/rules/rule-subject.js";
import type { ErrorCurve } from "./report.js";

/** How many random cases are looked at before a curve is given up. */
const ATTEMPTS = 20;

/**
 * The error of a rule's gradient against its nudge, at the first random data at which it is well determined;
 * `undefined` where none of {@link ATTEMPTS} is.
 */
export function nudgeCurve(
  label: string,
  subject: RuleSubject,
  ruleAt: (nudge: number) => LearningRule,
  seed: number,
): ErrorCurve | undefined {
  if (refusalOf(subject) !== undefined) return undefined;
  const data = fc
    .sample(fc.noBias(dataOf(subject)), { seed, numRuns: ATTEMPTS })
    .find((values) => isDecidable(subject, values));
  if (data === undefined) return undefined;
  const { nudges, errors, slope } = measureExactness({
    task: subject.task,
    makeRule: ruleAt,
    data,
    reference: exactReference(subject),
  });
  return {
    subject: label,
    against: "nudge",
    sizes: nudges,
    errors: errors.map((error) => (Number.isFinite(error) ? error : null)),
    ...(slope === undefined ? {} : { slope }),
  };
}

/** Whether properties of the gradient would not pass over these data. */
function isDecidable(subject: RuleSubject, data: TaskData): boolean {
  const undecided = new Error();
  try {
    requireStableState(subject, data, {
      inconclusive: () => {
        throw undecided;
      },
    });
    return true;
  } catch (error) {
    if (error === undecided) return false;
    throw error;
  }
}

/** Steps over the time a curve spans. */
const STEPS = [8, 16, 32, 64, 128, 256, 512];
const REFERENCE_STEPS = 8192;
/** Errors of trajectories below this are rounding, those above are no longer of the leading order. */
const [FLOOR, CEILING] = [1e-12, 0.3];

/**
 * The error of a trajectory's end against the step, relative to the size of the state, from the first random state from
 * which it falls with a slope. The time is about that in which the state changes by its own size; the reference is a
 * Runge-Kutta method of order 4 with {@link REFERENCE_STEPS} steps. `undefined` for methods with noise, discrete time and
 * blocks with bounds, which have no such order.
 */
export function stepCurve(
  subject: string,
  system: DynamicalSystem,
  integrator: Integrator,
  seed: number,
): ErrorCurve | undefined {
  const bounded = system.state.some(({ bounds }) => bounds !== undefined);
  if (system.time === "discrete" || integrator.stochastic || bounded) return undefined;
  let found: ErrorCurve | undefined;
  for (const { data, initial } of fc.sample(fc.noBias(arbitraryStart(system)), { seed, numRuns: ATTEMPTS })) {
    const time = timeScale(system, data, initial);
    const end = (method: Integrator, steps: number): Float64Array | undefined =>
      endOf(system, { ...method, step: time / steps }, data, initial, steps);
    const exact = end(rungeKutta4({ step: 1 }), REFERENCE_STEPS);
    if (exact === undefined) continue;
    const errors = STEPS.map((steps) => {
      const reached = end(integrator, steps);
      return reached === undefined ? null : distance(reached, exact) / (1 + Math.hypot(...exact));
    });
    const sizes = STEPS.map((steps) => time / steps);
    const slope = fitSlope(sizes, errors);
    if (slope !== undefined) return { subject, against: "step", sizes, errors, slope };
    found ??= { subject, against: "step", sizes, errors };
  }
  return found;
}

type Block = Readonly<Record<string, Float64Array>>;

const arbitraryStart = (system: DynamicalSystem): fc.Arbitrary<{ data: TaskData; initial: Block }> =>
  fc.record({
    data: arbitraryTaskData({ system, target: [], cost: {} }),
    initial: fc.record(Object.fromEntries(system.state.map(({ name, shape }) => [name, arbitraryArray(shape)]))),
  });

const distance = (a: Float64Array, b: Float64Array): number =>
  Math.hypot(...a.map((value, k) => value - (b[k] as number)));

const flat = (arrays: readonly Float64Array[]): Float64Array =>
  Float64Array.from(arrays.flatMap((array) => [...array]));

/** About the time in which the state changes by its own size. */
function timeScale(system: DynamicalSystem, { parameters, input }: TaskData, initial: Block): number {
  const bindings = { ...parameters, ...input, ...initial, [TIME]: 0 } as Record<string, Float64Array | number>;
  const field = system.state.map(({ name }) => system.field.get(name) as Expression);
  const speed = Math.hypot(...flat(evaluate(field, bindings)));
  const size = 1 + Math.hypot(...flat(Object.values(initial)));
  return Number.isFinite(speed) ? Math.min(Math.max(size / (speed + 0.1), 1e-3), 5) : 1;
}

function endOf(
  system: DynamicalSystem,
  integrator: Integrator,
  { parameters, input = {} }: TaskData,
  initial: Block,
  steps: number,
): Float64Array | undefined {
  try {
    const { final, status } = simulate(system, { integrator, initial, parameters, input, steps });
    return status === "completed" ? flat(Object.values(final).map(({ data }) => data)) : undefined;
  } catch (error) {
    if (error instanceof SimulationError) return undefined;
    throw error;
  }
}

/** Least squares through the smallest steps whose errors are neither rounding nor large. */
function fitSlope(sizes: readonly number[], errors: readonly (number | null)[]): number | undefined {
  const points = sizes
    .map((size, k) => ({ x: Math.log(size), error: errors[k] ?? 0 }))
    .filter(({ error }) => error > FLOOR && error < CEILING)
    .slice(-4)
    .map(({ x, error }) => ({ x, y: Math.log(error) }));
  if (points.length < 3) return undefined;
  const mean = (of: (point: { x: number; y: number }) => number): number =>
    points.reduce((total, point) => total + of(point), 0) / points.length;
  const [x0, y0] = [mean(({ x }) => x), mean(({ y }) => y)];
  return mean(({ x, y }) => (x - x0) * (y - y0)) / mean(({ x }) => (x - x0) ** 2);
}
