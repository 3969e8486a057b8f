import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { held, nodes } from "../../core/simulation/inputs.js";
import { simulate } from "../../core/simulation/simulate.js";
import { iterate } from "../../integrators/steppers/iterate.js";
import type { GradientResult, TaskData } from "../../learning/rule.js";
import { backpropagationThroughTime } from "../../learning/rules/backpropagation-through-time.js";
import { hamiltonianEcho } from "../../learning/rules/hamiltonian-echo.js";
import { hamiltonianStack } from "../../learning/stacks/hamiltonian-stack.js";
import { layerwiseHamiltonianEcho, layerwiseRule } from "../../learning/stacks/layerwise-rule.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { hamiltonianRecurrentUnit } from "../../systems/catalogue/hamiltonian-recurrent-unit.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";
import { decadeSlopes, driftFirst, nudgeErrors, relativeDistance } from "../measures/recurrent-stacks.js";
import { wave } from "./example-tasks.js";

const sampled = <V>(count: number, of: (k: number) => V): V[] => Array.from({ length: count }, (_, k) => of(k));
const unrolled = backpropagationThroughTime({ integrator: iterate() });
const layerwiseBackpropagation = layerwiseRule({
  name: "backpropagation layer by layer",
  reference: "a test",
  maker: "test",
  layerRule: (integrator) => backpropagationThroughTime({ integrator }),
});

const linear = hamiltonianRecurrentUnit({ units: 3, inputs: 2, nonlinearity: "linear", seed: 1 });
const nonlinear = hamiltonianRecurrentUnit({ units: 4, inputs: 4, nonlinearity: "log-cosh", seed: 2 });
const named = (layer: string, parameters: object) =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [`${layer}_${name}`, value]));

const STEPS = 24;

/** Everything at once: skips, momenta read, a learned initial state, a mean, every kind of cost, which depends on parameters too. */
const everything = hamiltonianStack({
  name: "everything",
  integrator: driftFirst(0.3),
  steps: STEPS,
  input: { x: [2], image: [3] },
  layers: {
    normalised: { value: "(x - mean(x))/sqrt(1 + dot(x, x))" },
    low: {
      system: linear.system,
      parameters: { A: [3, 3] },
      input: { u: "normalised" },
      initial: { phi: "tanh(A @ image)*stiffness", momentum: 0.1 },
    },
    mix: { parameters: { W: [4, 3], V: [4, 3], b: [4] }, value: "(W @ low_phi + b) * sigmoid(V @ low_momentum)" },
    high: {
      system: nonlinear.system,
      parameters: { start: [4] },
      input: { u: "mix + 0.3*low_phi[0] + 0.2*x[1]" },
      initial: { phi: "start" },
    },
    third: { system: nonlinear.system, input: { u: "tanh(high_phi) + mix" } },
    readout: { parameters: { C: [2, 4], D: [2, 2] }, value: "C @ third_phi + D @ x + mix[:2] + high_momentum[2:]" },
    score: { parameters: { S: [2, 2] }, mean: "S @ tanh(readout)" },
  },
  target: { y: [2], label: [2], path: [3] },
  cost: {
    perStep: "sum((readout - y)^2)/60 + 0.01*sum(mix_W^2)*third_phi[0]",
    final:
      "log(sum(exp(3*score))) - dot(label, 3*score) + sum(readout^2)/7 + high_phi[1] + 0.1*dot(image, image)*high_alpha",
    running: "sum((low_phi - path)^2) + sum(third_momentum^2)/9 + 0.1*t*low_phi[0] + sum(mix*mix)/5",
  },
});

function dataOf(examples: number, which?: number): TaskData {
  const rows = (count: number, size: number, phase: number): number[][] | number[][][] => {
    const all = wave(count * examples * size, phase);
    const of = (k: number, example: number) => [
      ...all.slice((k * examples + example) * size, (k * examples + example + 1) * size),
    ];
    const one = which ?? (examples === 1 ? 0 : undefined);
    return one !== undefined
      ? sampled(count, (k) => of(k, one))
      : sampled(count, (k) => sampled(examples, (example) => of(k, example)));
  };
  const each = (size: number, phase: number): Float64Array => {
    const all = wave(size * examples, phase);
    return which === undefined ? all : all.slice(which * size, (which + 1) * size);
  };
  return {
    parameters: {
      ...named("low", linear.parameters),
      ...named("high", nonlinear.parameters),
      ...named(
        "third",
        hamiltonianRecurrentUnit({ units: 4, inputs: 4, nonlinearity: "log-cosh", seed: 3 }).parameters,
      ),
      low_A: wave(9, 1),
      mix_W: wave(12, 2),
      mix_V: wave(12, 3),
      mix_b: wave(4, 4),
      high_start: wave(4, 5),
      readout_C: wave(8, 6),
      readout_D: wave(4, 7),
      score_S: wave(4, 8),
    },
    input: { x: held(rows(STEPS, 2, 9) as never), image: each(3, 10) },
    target: { y: held(rows(STEPS, 2, 11) as never), label: [1, 0], path: nodes(rows(STEPS + 1, 3, 12) as never) },
  } as unknown as TaskData;
}
const task = everything as unknown as LearningTask;
const arraysOf = ({ gradient, inputGradient, initialGradient }: GradientResult) =>
  Object.entries({ ...gradient, ...inputGradient, ...initialGradient });

describe("a stack of three units with every kind of cost", () => {
  test.each([1, 3])("layer by layer is the same as all steps at once, for every array: %d examples", (examples) => {
    const expected = Object.fromEntries(arraysOf(unrolled.gradient(task, dataOf(examples))));
    const result = layerwiseBackpropagation.gradient(task, dataOf(examples));
    const found = arraysOf(result);
    expect(found.length).toBeGreaterThan(30);
    for (const [name, { data, shape }] of found) {
      expect(shape, name).toEqual(expected[name]!.shape);
      const scale = Math.hypot(...expected[name]!.data);
      const difference = Math.hypot(...data.map((value, k) => value - expected[name]!.data[k]!));
      expect(difference, name).toBeLessThanOrEqual(1e-12 * scale);
    }
    expect(Object.keys(result.gradient).filter((name) => result.gradient[name]!.data.every((v) => v === 0))).toEqual(
      [],
    );
  });

  test("echoes: slopes 2 and 1 in the nudge, down to 1e-9", () => {
    const errors = (nudging: "centred" | "one-sided", nudges: number[]) =>
      nudgeErrors({ task, data: dataOf(1) }, unrolled, nudges, (nudge) => layerwiseHamiltonianEcho({ nudge, nudging }));
    const centred = errors("centred", [1e-1, 1e-2, 1e-3, 1e-5]);
    for (const slope of decadeSlopes(centred.slice(0, 3))) expect(slope).toBeCloseTo(2, 1);
    expect(centred[3]).toBeLessThan(1e-9);
    for (const slope of decadeSlopes(errors("one-sided", [1e-2, 1e-3, 1e-4]))) expect(slope).toBeCloseTo(1, 1);
  });

  test("a batch is the mean of its examples", () => {
    const rule = layerwiseHamiltonianEcho({ nudge: 1e-4 });
    const batch = rule.gradient(task, dataOf(3));
    const singles = sampled(3, (which) => rule.gradient(task, dataOf(3, which)));
    expect(batch.cost).toBeCloseTo(singles.reduce((sum, { cost }) => sum + cost, 0) / 3, 12);
    for (const [name, { data }] of Object.entries(batch.gradient)) {
      const mean = data.map((_, k) => singles.reduce((sum, { gradient }) => sum + gradient[name]!.data[k]!, 0) / 3);
      expect(relativeDistance([...data], [...mean]), name).toBeLessThan(1e-8);
    }
    batch.inputGradient.x!.data.forEach((value, k) => {
      const [row, example, entry] = [Math.floor(k / 6), Math.floor(k / 2) % 3, k % 2];
      expect(value).toBeCloseTo(singles[example]!.inputGradient.x!.data[2 * row + entry]! / 3, 8);
    });
  });

  test("its system is the chain of its layers, each simulated alone", () => {
    const { parameters, input } = dataOf(1) as never as { parameters: Record<string, never>; input: { x: never } };
    const values = (layer: string, names: readonly { readonly name: string }[]) =>
      Object.fromEntries(names.map(({ name }) => [name, parameters[`${layer}_${name}`]]));
    const initial = Object.fromEntries(everything.system.state.map(({ name }) => [name, 0]));
    const stacked = simulate(task.system, { integrator: iterate(), steps: STEPS, initial, parameters, input } as never);
    const low = stacked.states.low_phi!.data;
    const normalised = sampled(STEPS, (k) => [...stacked.states.normalised!.data.slice(2 * k + 2, 2 * k + 4)]);
    const alone = simulate(linear.system, {
      integrator: driftFirst(0.3),
      steps: STEPS,
      initial: { phi: 0, momentum: 0 },
      parameters: values("low", linear.system.parameters),
      input: { u: held(normalised) },
    } as never);
    expect(
      relativeDistance([...low], [...(alone.states as Record<string, { data: Float64Array }>).phi!.data]),
    ).toBeLessThan(1e-15);
  });
});

describe("random stacks", () => {
  const size = fc.integer({ min: 1, max: 3 });
  const sizes = fc.record({
    inputs: size,
    low: size,
    high: size,
    examples: size,
    steps: fc.integer({ min: 1, max: 5 }),
  });

  test("of any sizes: layer by layer is all steps at once, and so is the echo", () => {
    fc.assert(
      fc.property(
        sizes,
        fc.boolean(),
        fc.integer({ min: 0, max: 100 }),
        ({ inputs, low, high, examples, steps }, skip, seed) => {
          const units = { nonlinearity: "log-cosh", seed } as const;
          const [lower, upper] = [
            hamiltonianRecurrentUnit({ ...units, units: low, inputs }),
            hamiltonianRecurrentUnit({ ...units, units: high, inputs: high }),
          ];
          const random = hamiltonianStack({
            ...{ name: "random", integrator: driftFirst(0.4), steps, input: { x: [inputs] }, target: { y: [] } },
            layers: {
              low: { system: lower.system, input: { u: "x" } },
              mix: { parameters: { W: [high, low] }, value: skip ? "W @ low_phi + sum(x)" : "tanh(W @ low_phi)" },
              high: { system: upper.system, input: { u: "mix" } },
              square: { mean: "high_phi^2" },
            },
            cost: {
              ...{ perStep: "(sum(high_phi) - y)^2", running: "dot(low_momentum, low_momentum)" },
              final: "sum(square)",
            },
          }) as unknown as LearningTask;
          const data = {
            parameters: {
              ...named("low", lower.parameters),
              ...named("high", upper.parameters),
              mix_W: wave(high * low, seed),
            },
            input: { x: held(sampled(steps, (k) => sampled(examples, (e) => [...wave(inputs, k + 7 * e)])) as never) },
            target: { y: sampled(examples, (e) => 0.3 * e) },
          } as TaskData;
          const one = {
            ...data,
            input: { x: held(sampled(steps, (k) => [...wave(inputs, k)]) as never) },
            target: { y: 0.3 },
          };
          const problem = { task: random, data: (examples === 1 ? one : data) as TaskData };
          expect(nudgeErrors(problem, unrolled, [0], () => layerwiseBackpropagation)[0]).toBeLessThan(1e-12);
          const [echo] = nudgeErrors(problem, unrolled, [1e-5], (nudge) => layerwiseHamiltonianEcho({ nudge }));
          expect(echo).toBeLessThan(1e-8);
        },
      ),
      { numRuns: 12, seed: 3 },
    );
  });
});

describe("a stack of one unit", () => {
  const driven = hamiltonianSystem({
    name: "driven oscillator",
    coordinates: { q: [] },
    momenta: { p: [] },
    parameters: { m: [], k: [] },
    input: { u: [] },
    hamiltonian: "p^2/(2*m) + k*q^2/2 + q^4/4 - (u + sin(2*t))*q",
  });
  const integrator = driftFirst(0.3);
  const costs = (q: string, p: string) => ({
    running: `${q}^2 + 0.1*${p}`,
    perStep: `0.2*(${q} - y)^2`,
    final: `${p}^2`,
  });
  const alone = learningTask(driven, { target: { y: [] }, cost: costs("q", "p"), horizon: { steps: STEPS } });
  const stack = hamiltonianStack({
    ...{ name: "one", integrator, steps: STEPS, input: { x: [] }, target: { y: [] } },
    layers: { unit: { system: driven, input: { u: "x" }, initial: { q: 0.4, p: -0.2 } } },
    cost: costs("unit_q", "unit_p"),
  });
  const [rows, target] = [held(wave(STEPS, 1)), { y: held(wave(STEPS, 2)) }];

  test("is the unit itself: time, costs and gradient", () => {
    const initial = { q: 0.4, p: -0.2 };
    const single = hamiltonianEcho({ integrator, nudge: 1e-3 }).gradient(alone, {
      ...{ parameters: { m: 1.1, k: 0.7 }, input: { u: rows }, target, initial },
    });
    const stacked = layerwiseHamiltonianEcho({ nudge: 1e-3 }).gradient(stack, {
      ...{ parameters: { unit_m: 1.1, unit_k: 0.7 }, input: { x: rows }, target },
    });
    expect(stacked.cost).toBeCloseTo(single.cost, 13);
    const entries = ({ gradient, inputGradient, initialGradient }: GradientResult) =>
      [gradient, inputGradient, initialGradient!].flatMap((group) =>
        Object.values(group as Record<string, { data: Float64Array }>).flatMap(({ data }) => [...data]),
      );
    // The echoes of the cost's slopes and of the cost itself differ by nothing: slopes are those at the free states.
    expect(relativeDistance(entries(stacked as never), entries(single as never))).toBeLessThan(1e-11);
  });
});

describe("linear units", () => {
  const stack = hamiltonianStack({
    name: "two linear units",
    integrator: driftFirst(0.3),
    steps: STEPS,
    input: { x: [2] },
    layers: {
      low: { system: linear.system, input: { u: "x" } },
      mix: { parameters: { W: [2, 3] }, value: "tanh(W @ low_phi)" },
      high: { system: linear.system, input: { u: "mix" } },
    },
    target: { y: [3] },
    cost: { perStep: "sum((high_phi - y)^4)" },
  }) as unknown as LearningTask;
  const data = {
    parameters: { ...named("low", linear.parameters), ...named("high", linear.parameters), mix_W: wave(6, 1) },
    input: { x: held(wave(2 * STEPS, 2)) },
    target: { y: held(wave(3 * STEPS, 3)) },
  } as TaskData;
  const error = (nudge: number, nudging: "centred" | "one-sided" = "centred") =>
    nudgeErrors({ task: stack, data }, unrolled, [nudge], () => layerwiseHamiltonianEcho({ nudge, nudging }))[0];

  test("centred, the gradient is exact at any nudge, whatever lies between the units and the cost", () => {
    for (const nudge of [1e-3, 1, 100]) expect(error(nudge)).toBeLessThan(1e-9);
    expect(error(1, "one-sided")).toBeGreaterThan(1e-3);
  });
});
