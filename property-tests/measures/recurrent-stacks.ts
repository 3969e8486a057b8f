import { RandomStream } from "../../core/random.js";
import { held } from "../../core/simulation/inputs.js";
import type { StateArray } from "../../core/system.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import type { GradientResult, LearningRule, TaskData } from "../../learning/rule.js";
import { hamiltonianStack } from "../../learning/stacks/hamiltonian-stack.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { hamiltonianRecurrentUnit } from "../../systems/catalogue/hamiltonian-recurrent-unit.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";
import { richardsonDerivative } from "./richardson-derivative.js";

/** A task with the data it is measured on. */
export interface TrajectoryProblem {
  readonly task: LearningTask;
  readonly data: TaskData;
}

/** Numbers from low to high, by the seed. */
const drawn = (random: RandomStream, count: number, low: number, high: number): Float64Array =>
  Float64Array.from({ length: count }, () => low + (high - low) * random.nextUniform());

const OSCILLATORS = 6;
const PAIRS = Array.from({ length: OSCILLATORS }, (_, i) => i).flatMap((i) =>
  Array.from({ length: OSCILLATORS - 1 - i }, (_, k) => [i, i + 1 + k] as const),
);

/**
 * Six coupled quartic oscillators with 34 parameters (masses, springs, quartic springs, a coupling for each pair, the gain of the
 * drive) over 200 steps, with a squared error after each step.
 *
 * Source of the experiment: Pourcel & Ernoult 2025, equations 9 to 14.
 */
export function quarticOscillators(): TrajectoryProblem {
  const [steps, n] = [200, OSCILLATORS];
  const ends = (side: 0 | 1): string => `gather(x, [${PAIRS.map((pair) => pair[side]).join(", ")}])`;
  const system = hamiltonianSystem({
    name: "six quartic oscillators",
    coordinates: { x: [n] },
    momenta: { p: [n] },
    parameters: { mass: [n], spring: [n], quartic: [n], coupling: [PAIRS.length], gain: [] },
    input: { u: [n] },
    hamiltonian: `sum(p^2/mass)/2 + sum(spring*x^2)/2 + sum(quartic*x^4)/4 + dot(coupling, ${ends(0)}*${ends(1)}) - gain*dot(u, x)`,
  });
  const task = learningTask(system, {
    target: { y: [n] },
    cost: { perStep: "sum((x - y)^2)/2" },
    horizon: { steps },
  }) as unknown as LearningTask;
  const random = new RandomStream(5);
  const data = {
    parameters: {
      mass: drawn(random, n, 0.8, 1.2),
      spring: drawn(random, n, 0.8, 1.2),
      quartic: drawn(random, n, 0.2, 0.5),
      coupling: drawn(random, PAIRS.length, -0.2, 0.2),
      gain: 1,
    },
    input: { u: held(drawn(random, steps * n, -0.5, 0.5)) },
    target: { y: held(drawn(random, steps * n, -0.3, 0.3)) },
    initial: { x: drawn(random, n, -0.6, 0.6), p: drawn(random, n, -0.6, 0.6) },
  };
  return { task, data: data as TaskData };
}

/** The integrator of {@link quarticOscillators}, and of {@link recurrentStack} with another step. */
export const driftFirst = (step: number) => leapfrog({ step, first: "drift" });

const STACK = { steps: 60, inputs: 2, low: 3, high: 4, outputs: 2, step: 0.2 } as const;

/**
 * A linear unit of three neurons, tanh(W phi), a nonlinear unit of four neurons and a readout, over 60 steps, with a squared error
 * after each step. Step sizes, one per neuron, are learned with the rest: nine arrays and the scalar alpha.
 *
 * Source of the experiment: Pourcel & Ernoult 2025, equations 15 to 18.
 */
export function recurrentStack(): TrajectoryProblem {
  const { steps, inputs, low, high, outputs, step } = STACK;
  const task = hamiltonianStack({
    name: "linear and nonlinear unit",
    integrator: driftFirst(step),
    steps,
    input: { x: [inputs] },
    layers: {
      low: {
        system: hamiltonianRecurrentUnit({ units: low, inputs, nonlinearity: "linear" }).system,
        input: { u: "x" },
      },
      mix: { parameters: { W: [high, low] }, value: "tanh(W @ low_phi)" },
      high: {
        system: hamiltonianRecurrentUnit({ units: high, inputs: high, nonlinearity: "log-cosh" }).system,
        input: { u: "mix" },
      },
      readout: { parameters: { C: [outputs, high] }, value: "C @ high_phi" },
    },
    target: { y: [outputs] },
    cost: { perStep: "sum((readout - y)^2)/2" },
  }) as unknown as LearningTask;
  const random = new RandomStream(8);
  const data = {
    parameters: {
      low_stiffness: drawn(random, low, 0.5, 2),
      low_B: drawn(random, low * inputs, -1, 1),
      low_step_logit: drawn(random, low, -1, 1),
      mix_W: drawn(random, high * low, -1, 1),
      high_alpha: 0.9,
      high_slope: drawn(random, high, 0.5, 1.5),
      high_b: drawn(random, high, -0.5, 0.5),
      high_step_logit: drawn(random, high, -1, 1),
      high_B: drawn(random, high * high, -1, 1),
      readout_C: drawn(random, outputs * high, -1, 1),
    },
    input: { x: held(drawn(random, steps * inputs, -1, 1)) },
    target: { y: held(drawn(random, steps * outputs, -1, 1)) },
  };
  return { task, data: data as TaskData };
}

type Arrays = Readonly<Record<string, ArrayLike<number>>>;

/** The cost of {@link recurrentStack} by plain loops over numbers, which share nothing with the library. */
export function handWrittenStackCost(
  parameters: Arrays,
  inputs: ArrayLike<number>,
  targets: ArrayLike<number>,
): number {
  const { steps, step } = STACK;
  const get = (name: string, k: number): number => (parameters[name] as ArrayLike<number>)[k] as number;
  const pace = (name: string, k: number): number => step / (1 + Math.exp(-get(name, k)));
  const product = (name: string, row: number, values: readonly number[]): number =>
    values.reduce((sum, value, k) => sum + get(name, row * values.length + k) * value, 0);
  const [phi, momentum] = [new Array<number>(STACK.low).fill(0), new Array<number>(STACK.low).fill(0)];
  const [upper, upperMomentum] = [new Array<number>(STACK.high).fill(0), new Array<number>(STACK.high).fill(0)];
  let cost = 0;
  for (let k = 0; k < steps; k++) {
    const x = Array.from({ length: STACK.inputs }, (_, i) => inputs[k * STACK.inputs + i] as number);
    for (let i = 0; i < phi.length; i++) {
      const h = pace("low_step_logit", i);
      const middle = (phi[i] as number) + (h / 2) * (momentum[i] as number);
      const kicked = (momentum[i] as number) + h * (product("low_B", i, x) - get("low_stiffness", i) * middle);
      momentum[i] = kicked;
      phi[i] = middle + (h / 2) * kicked;
    }
    const mix = upper.map((_, i) => Math.tanh(product("mix_W", i, phi)));
    for (let i = 0; i < upper.length; i++) {
      const h = pace("high_step_logit", i);
      const middle = (upper[i] as number) + (h / 2) * (upperMomentum[i] as number);
      const field = Math.tanh(get("high_slope", i) * middle + product("high_B", i, mix) + get("high_b", i));
      const kicked = (upperMomentum[i] as number) - h * (get("high_alpha", 0) * middle + field);
      upperMomentum[i] = kicked;
      upper[i] = middle + (h / 2) * kicked;
    }
    for (let i = 0; i < STACK.outputs; i++) {
      cost += (product("readout_C", i, upper) - (targets[k * STACK.outputs + i] as number)) ** 2 / 2;
    }
  }
  return cost;
}

/** The gradient of {@link handWrittenStackCost} for all parameters, by Richardson differences, in the order of the names given. */
export function stackDifferences({ data }: TrajectoryProblem, names: readonly string[]): number[] {
  const rows = (group: unknown, name: string) =>
    (group as Readonly<Record<string, { readonly rows: Float64Array }>>)[name]?.rows as Float64Array;
  const [inputs, targets] = [rows(data.input, "x"), rows(data.target, "y")];
  const parameters = Object.fromEntries(
    Object.entries(data.parameters as Readonly<Record<string, Float64Array | number>>).map(([name, value]) => [
      name,
      typeof value === "number" ? Float64Array.of(value) : value,
    ]),
  );
  return names.flatMap((name) => {
    const values = parameters[name] as Float64Array;
    return Array.from(values, (value, k) => {
      const slope = richardsonDerivative((length) => {
        const moved = values.map((other, i) => (i === k ? value + length : other));
        return [Float64Array.of(handWrittenStackCost({ ...parameters, [name]: moved }, inputs, targets))];
      });
      return slope.values[0]?.[0] as number;
    });
  });
}

/** All entries of a gradient: parameters, inputs, initial state. */
export const trajectoryGradientEntries = (result: GradientResult): number[] =>
  [result.gradient, result.inputGradient, result.initialGradient ?? {}].flatMap((group) =>
    Object.keys(group)
      .sort()
      .flatMap((name) => [...((group as Readonly<Record<string, StateArray>>)[name] as StateArray).data]),
  );

/** |found - expected| / |expected| in the Euclidean norm over all entries. */
export const relativeDistance = (found: readonly number[], expected: readonly number[]): number =>
  found.length === expected.length
    ? Math.hypot(...found.map((value, k) => value - (expected[k] as number))) / Math.hypot(...expected)
    : Number.NaN;

/** The error of a rule's gradient at each nudge, against a reference rule, over parameters, inputs and initial state. */
export function nudgeErrors(
  { task, data }: TrajectoryProblem,
  reference: LearningRule,
  nudges: readonly number[],
  makeRule: (nudge: number) => LearningRule,
): number[] {
  const expected = trajectoryGradientEntries(reference.gradient(task, data));
  return nudges.map((nudge) =>
    relativeDistance(trajectoryGradientEntries(makeRule(nudge).gradient(task, data)), expected),
  );
}

/** How many decades errors fall from each to the next, at nudges that fall by one decade each: the order in the nudge. */
export const decadeSlopes = (errors: readonly number[]): number[] =>
  errors.slice(1).map((error, k) => Math.log10((errors[k] as number) / error));
