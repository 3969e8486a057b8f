import type { Backend } from "../../core/compile/program.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { symbolName } from "../../core/expression/primitives/leaves.js";
import type { Integrator } from "../../core/integrator.js";
import { START_TIME, STEP_SIZE, type StepProgram, stepProgram } from "../../core/simulation/step-program.js";
import { type DynamicalSystem, TIME } from "../../core/system.js";
import { type PointFunction, type PointValues, pointFunction } from "./point-function.js";

/** One step of an integrator on a system as expressions, for any step size. */
export interface StepGraph {
  /** The state after the step, by state block. */
  readonly next: readonly Expression[];
  /** The symbols of the noise, without it in deterministic methods. */
  readonly noise: readonly Expression[];
  /** A point with what a step needs besides: the step size and, where it is not given, no noise. */
  bind(at: PointValues, step: number, noise?: PointValues): PointValues;
}

/** The graph of one step; a step backwards takes a negative step size. */
export function stepGraph(system: DynamicalSystem, integrator: Integrator, backwards = false): StepGraph {
  const { loop, noiseRows }: StepProgram = stepProgram(system, integrator, { backwards });
  const next = loop.carried.map((carried) => carried.next);
  const noise = noiseRows.map(({ symbol }) => symbol);
  const stepNumber = loop.stepIndex === undefined ? [] : [[nameOf(loop.stepIndex), Float64Array.of(0)]];
  const silence = Object.fromEntries([
    ...noise.map((row) => [nameOf(row), new Float64Array(sizeOf(row.shape))]),
    ...stepNumber,
  ]) as PointValues;
  return {
    next,
    noise,
    bind: (at, step, drawn) => ({
      ...at,
      ...silence,
      ...drawn,
      [nameOf(STEP_SIZE)]: Float64Array.of(step),
      [nameOf(START_TIME)]: at[TIME] as Float64Array,
    }),
  };
}

const nameOf = (expression: Expression): string => symbolName(expression) as string;

/** The state after one step from a point. */
export type StepMap = (at: PointValues, step: number, noise?: PointValues) => Float64Array[];

/** A step compiled. */
export function stepMap(graph: StepGraph, backend?: Backend): StepMap {
  const evaluate: PointFunction = pointFunction(graph.next, backend);
  return (at, step, noise) => evaluate(graph.bind(at, step, noise));
}

/** A point with another state and time. */
export const atState = (
  system: DynamicalSystem,
  point: PointValues,
  state: readonly Float64Array[],
  time: number,
): PointValues => ({
  ...point,
  ...Object.fromEntries(system.state.map(({ name }, k) => [name, state[k] as Float64Array])),
  [TIME]: Float64Array.of(time),
});
