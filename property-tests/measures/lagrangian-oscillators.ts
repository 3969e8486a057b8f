import type { BoundaryName } from "../../learning/lagrangian/boundaries/boundary.js";
import type { LagrangianGradientResult } from "../../learning/lagrangian/lagrangian-result.js";
import type { GradientResult, TaskData } from "../../learning/rule.js";
import {
  type LagrangianEquilibriumPropagationOptions,
  lagrangianEquilibriumPropagation,
} from "../../learning/rules/lagrangian-equilibrium-propagation.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { lagrangianSystem } from "../../systems/lagrangian-system.js";
import { richardsonDerivative } from "./richardson-derivative.js";

/** Nodes of the trajectories. */
export const NODES = 81;
const STEP = 0.025;

const LAGRANGIAN = "sum(m*q_dot^2)/2 - sum(k*q^2)/2 - sum(c*q^4)/4 - coupling*(q[0] - q[1])^2/2 + dot(f, q)*cos(pi*t)";

/** Two coupled quartic oscillators with nine parameters, masses among them, under a drive of the horizon's period. */
export const quarticOscillators = lagrangianSystem({
  name: "two quartic oscillators",
  coordinates: { q: [2] },
  parameters: { m: [2], k: [2], c: [2], coupling: [], f: [2] },
  lagrangian: LAGRANGIAN,
});

/** The same, damped: ten parameters. */
export const dampedOscillators = lagrangianSystem({
  name: "two damped quartic oscillators",
  coordinates: { q: [2] },
  parameters: { m: [2], k: [2], c: [2], coupling: [], f: [2], gamma: [] },
  lagrangian: LAGRANGIAN,
  damping: "gamma",
});

const COST = { running: "sum((q - y)^2)/2 + 0.1*sum(q^4)" };

/** The oscillators with a running cost over the horizon. */
export const oscillatorTask = (damped: boolean): LearningTask =>
  learningTask((damped ? dampedOscillators : quarticOscillators) as never, {
    target: { y: [2] },
    cost: COST as never,
    horizon: { steps: NODES - 1 },
  }) as unknown as LearningTask;

/** Data for {@link oscillatorTask}: initial values, and positions at the end where they are fixed. */
export function oscillatorData(boundary: BoundaryName, gamma?: number): TaskData {
  return {
    parameters: {
      m: [1.2, 0.8],
      k: [0.5, 0.6],
      c: [0.5, 0.3],
      coupling: 0.3,
      f: [0.3, -0.2],
      ...(gamma === undefined ? {} : { gamma }),
    },
    target: { y: [0.6, -0.4] },
    initial: { q: [0.5, -0.3], q_dot: [-0.2, 0.4] },
    ...(boundary === "boundary values" ? { boundary: { q: [0.2, 0.1] } } : {}),
  } as TaskData;
}

type ParameterRecord = Readonly<Record<string, number | readonly number[]>>;

/** The cost's derivatives by every parameter entry, by Richardson differences; in the order of the parameters. */
export function differencesOfCost(costAt: (parameters: ParameterRecord) => number, at: ParameterRecord): number[] {
  return Object.entries(at).flatMap(([name, value]) => {
    const entries = typeof value === "number" ? [value] : value;
    return entries.map((_, entry) => {
      const { values } = richardsonDerivative((length) => {
        const moved = entries.map((each, k) => (k === entry ? each + length : each));
        return [Float64Array.of(costAt({ ...at, [name]: typeof value === "number" ? (moved[0] as number) : moved }))];
      });
      return values[0]?.[0] as number;
    });
  });
}

/** |found - expected| / |expected| over all entries, in the order of the given parameters. */
export function parameterError(
  found: GradientResult["gradient"],
  expected: readonly number[],
  names: readonly string[],
) {
  const entries = names.flatMap((name) => [...(found as Record<string, { data: Float64Array }>)[name]!.data]);
  return Math.hypot(...entries.map((value, k) => value - (expected[k] as number))) / Math.hypot(...expected);
}

/** Errors of one boundary condition, relative to differences of its cost. */
export interface BoundaryErrors {
  /** Of the contrast alone, without boundary terms. */
  readonly bulk: number;
  readonly whole: number;
  readonly result: LagrangianGradientResult;
}

type Options = Omit<LagrangianEquilibriumPropagationOptions, "step">;

/** Measures the gradient of the oscillators under a boundary condition. */
export function boundaryErrors(options: Options, gamma?: number): BoundaryErrors {
  const task = oscillatorTask(gamma !== undefined);
  const data = oscillatorData(options.boundary, gamma);
  const result = oscillatorRule(options).gradient(task, data) as LagrangianGradientResult;
  const names = Object.keys(data.parameters);
  const expected = oscillatorDifferences(options, gamma);
  return {
    bulk: parameterError(result.bulk, expected, names),
    whole: parameterError(result.gradient, expected, names),
    result,
  };
}

const oscillatorRule = (options: Options) => lagrangianEquilibriumPropagation({ step: STEP, ...options });

const known = new Map<string, number[]>();

/** Differences of the cost of the free trajectory under a boundary condition. */
export function oscillatorDifferences({ boundary, fixed }: Options, gamma?: number): number[] {
  const key = `${boundary}, ${fixed}, ${gamma}`;
  const task = oscillatorTask(gamma !== undefined);
  const data = oscillatorData(boundary, gamma);
  // A free trajectory does not depend on the rule's nudge. Given initial values its cost is that of the final value.
  const rule = oscillatorRule({ boundary: boundary === "initial value" ? "final value" : boundary, nudge: 1e-6 });
  const initialMomentum = (data.parameters as unknown as { m: number[] }).m.map(
    (mass, k) => mass * ((data.initial as unknown as { q_dot: number[] }).q_dot[k] as number),
  );
  const found =
    known.get(key) ??
    differencesOfCost((parameters) => {
      const q_dot = (parameters.m as number[]).map((mass, k) => (initialMomentum[k] as number) / mass);
      const initial = fixed === "momentum" ? { ...data.initial, q_dot } : data.initial;
      return rule.gradient(task, { ...data, parameters, initial } as TaskData).cost;
    }, data.parameters as ParameterRecord);
  known.set(key, found);
  return found;
}
