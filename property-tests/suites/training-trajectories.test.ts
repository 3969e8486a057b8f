import { describe, expect, it } from "vitest";
import { held, nodes } from "../../core/simulation/inputs.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import { adam } from "../../learning/optimisers/adam.js";
import { stochasticGradientDescent } from "../../learning/optimisers/index.js";
import { evaluate, predict } from "../../learning/predict.js";
import type { LearningRule, TaskData } from "../../learning/rule.js";
import { backpropagationThroughTime } from "../../learning/rules/backpropagation-through-time.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { hamiltonianEcho } from "../../learning/rules/hamiltonian-echo.js";
import { learningTask } from "../../learning/task.js";
import { initialParameters, train } from "../../learning/training/index.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";
import { wave } from "./example-tasks.js";
import { network, settle, task as stationary } from "./training-network.testing.js";

const [EXAMPLES, STEPS] = [5, 10];
const integrator = leapfrog({ step: 0.1 });

const driven = hamiltonianSystem({
  name: "two driven masses",
  coordinates: { x: [2] },
  momenta: { p: [2] },
  parameters: { k: [2], b: [2], c: [] },
  input: { drive: [], image: [2] },
  hamiltonian: "sum(p^2)/2 + sum(k^2*x^2)/2 + c*x[0]*x[1] - drive*dot(b, x) - 0.3*dot(image, x)",
});
const task = learningTask(driven, {
  target: { y: [2], z: [2] },
  cost: { perStep: "sum((x - y)^2)/2", final: "sum((p - z)^2)/2" },
  horizon: { steps: STEPS },
});

const grid = (rows: number, phase: number): number[][] =>
  Array.from({ length: rows }, (_, row) =>
    [...wave(rows * EXAMPLES, phase)].slice(row * EXAMPLES, (row + 1) * EXAMPLES),
  );
const vectors = (rows: number, phase: number): number[][][] =>
  grid(rows, phase).map((row, k) => row.map((value, j) => [value, Math.cos(k + j + phase)]));
const drive = grid(STEPS + 1, 1);
const y = vectors(STEPS, 2);
const image = Float64Array.from(wave(2 * EXAMPLES, 3));
const z = Float64Array.from(wave(2 * EXAMPLES, 4));
const x = Float64Array.from(wave(2 * EXAMPLES, 5));
const data = {
  input: { drive: nodes(drive as never), image },
  target: { y: held(y as never), z },
  initial: { x, p: 0 },
};
const parameters = { k: [1.1, 0.8], b: [0.4, -0.3], c: 0.2 };

/** One example by hand. */
const single = (example: number): TaskData =>
  ({
    parameters,
    input: {
      drive: nodes(drive.map((row) => row[example] as number)),
      image: image.slice(2 * example, 2 * example + 2),
    },
    target: {
      y: held(y.map((row) => row[example]) as never),
      z: z.slice(2 * example, 2 * example + 2),
    },
    initial: { x: x.slice(2 * example, 2 * example + 2), p: 0 },
  }) as TaskData;

const echo = hamiltonianEcho({ integrator, nudge: 1e-3 });
const exact = backpropagationThroughTime({ integrator });

describe("train on tasks with a horizon", () => {
  it.each([1, 2, 5])("batches of %d: every example is met once, with its own rows, inputs and start", async (batch) => {
    const met: number[] = [];
    const listening: LearningRule = {
      ...exact,
      gradient(ofTask, given) {
        const result = exact.gradient(ofTask, given);
        met.push(...result.costs);
        return result;
      },
    };
    const optimiser = stochasticGradientDescent({ learningRate: 1e-300 });
    await train({ task, rule: listening, optimiser, parameters, data, batch, epochs: 1, seed: 3 });
    const expected = Array.from({ length: EXAMPLES }, (_, k) => exact.gradient(task as never, single(k)).cost);
    met.sort().forEach((cost, k) => {
      expect(cost).toBeCloseTo(expected.sort()[k] as number, 12);
    });
    expect(met.length).toBe(EXAMPLES);
    expect(new Set(met.map((cost) => cost.toFixed(9))).size).toBe(EXAMPLES);
  });

  it("learns by echoes what a teacher of the same kind does, as evaluate finds", async () => {
    const { state } = predict(task, { parameters, input: data.input, initial: data.initial, integrator });
    const end = learningTask(driven, {
      target: { z: [2] },
      cost: { final: "sum((x - z)^2)/2" },
      horizon: { steps: STEPS },
    });
    const rule = hamiltonianEcho({ integrator, nudge: 1e-3 });
    const given = { ...data, target: { z: state.x.data } };
    const start = { k: [0.7, 1.2], b: [0, 0], c: 0 };
    const result = await train({
      task: end,
      rule,
      optimiser: adam({ learningRate: 0.02 }),
      parameters: start,
      data: given,
      batch: 2,
      epochs: 150,
    });
    const cost = (now: typeof start | typeof result.parameters): number =>
      evaluate(end, { ...given, parameters: now, integrator }).cost;
    expect(result.status).toBe("completed");
    expect(cost(result.parameters)).toBeLessThan(cost(start) / 1000);
  });

  it("goes on from a checkpoint bit for bit, and not from that of another horizon", async () => {
    const options = { rule: echo, optimiser: adam({ learningRate: 0.01 }), data, batch: 2, parameters };
    const whole = await train({ ...options, task, epochs: 3 });
    const first = await train({ ...options, task, epochs: 1 });
    const rest = await train({ ...options, task, epochs: 3, resume: first.checkpoint });
    expect(rest.parameters).toEqual(whole.parameters);
    const longer = { ...task, horizon: { steps: STEPS + 1 } };
    await expect(train({ ...options, task: longer, epochs: 3, resume: first.checkpoint })).rejects.toThrow(/horizon/);
  });

  it("refuses missing initial states, rows that do not fit, and rows for a stationary state", async () => {
    const options = { task, rule: echo, optimiser: adam({ learningRate: 0.01 }), parameters, batch: 2, epochs: 1 };
    const { initial, ...without } = data;
    await expect(train({ ...options, data: without })).rejects.toThrow("data.initial.x: got nothing");
    expect(initial).toBeDefined();
    const short = { ...data, input: { ...data.input, drive: nodes(drive.map((row) => row.slice(1)) as never) } };
    await expect(train({ ...options, data: short })).rejects.toThrow("data.input.drive: got 4 examples, expected 5");
    const flat = { ...data, target: { ...data.target, y: held(new Float64Array(2 * STEPS)) } };
    await expect(train({ ...options, data: flat })).rejects.toThrow("data.target.y: got rows of the shape [20]");
    const settled = {
      task: stationary,
      rule: equilibriumPropagation({ nudge: 0.1, settle }),
      optimiser: options.optimiser,
      parameters: initialParameters(network),
      batch: 1,
      epochs: 1,
    };
    const input = { x: held([[1, 2]]) };
    await expect(train({ ...settled, data: { input, target: { y: [1] } } })).rejects.toThrow(
      /data.input.x: got values that vary in time, .* the task has no horizon/,
    );
    await expect(
      train({ ...settled, data: { input: { x: [1, 2] }, target: { y: [1] }, initial: { hidden: 0 } } }),
    ).rejects.toThrow(/data.initial: got initial states, .* the task has no horizon/);
  });
});

describe("predict and evaluate on tasks with a horizon", () => {
  it.each([1, 2, 5])("in batches of %d they give what a rule does, example by example", (batch) => {
    const results = Array.from({ length: EXAMPLES }, (_, k) => exact.gradient(task as never, single(k)));
    const { state, settling } = predict(task, {
      parameters,
      input: data.input,
      initial: data.initial,
      integrator,
      batch,
    });
    const { costs, cost } = evaluate(task, { parameters, ...data, integrator, batch });
    expect(state.x.shape).toEqual([EXAMPLES, 2]);
    expect(settling).toEqual({ unsettled: 0, residual: 0, tolerance: 0, iterations: STEPS });
    results.forEach((result, k) => {
      expect(costs[k]).toBeCloseTo(result.cost, 12);
      const expected = result.state.x as { readonly data: Float64Array };
      expected.data.forEach((value, i) => {
        expect(state.x.data[2 * k + i]).toBeCloseTo(value, 12);
      });
    });
    expect(cost).toBeCloseTo(results.reduce((sum, each) => sum + each.cost, 0) / EXAMPLES, 12);
  });

  it("takes a function of time, and one example without an axis", () => {
    const input = { drive: Math.sin, image: [0.1, 0.2] };
    const { state } = predict(task, { parameters, input, initial: { x: [0.1, 0.2], p: 0 }, integrator, keep: ["p"] });
    expect(state.p.shape).toEqual([2]);
  });

  it("refuses a solver for a horizon, an integrator for none, and a system the integrator refuses", () => {
    const { input, initial } = data;
    expect(() => predict(task, { parameters, input, settle })).toThrow(/^integrator: got nothing, .* has a horizon/);
    const weights = initialParameters(network);
    expect(() => predict(stationary, { parameters: weights, input: { x: [0, 1] }, integrator })).toThrow(
      /^settle: got nothing, .* stationary state/,
    );
    const magnetic = hamiltonianSystem({
      name: "magnetic",
      coordinates: { x: [] },
      momenta: { p: [] },
      hamiltonian: "(p - x)^2/2",
    });
    const turned = learningTask(magnetic, { cost: { final: "x" }, horizon: { steps: 2 } });
    expect(() => predict(turned, { parameters: {}, initial: { x: 1, p: 0 }, integrator })).toThrow(/separable/);
    expect(initial).toBeDefined();
  });

  it("counts the example that leaves the numbers from the first of all batches", () => {
    const falling = hamiltonianSystem({
      name: "falling",
      coordinates: { x: [] },
      momenta: { p: [] },
      hamiltonian: "p^2/2 - x^4",
    });
    const away = learningTask(falling, { cost: { final: "x" }, horizon: { steps: 40 } });
    const initial = { x: [0, 0, 0, 0, 9], p: 0 };
    expect(() => predict(away, { parameters: {}, initial, integrator, batch: 3 })).toThrow(/of example 4 is/);
  });
});
