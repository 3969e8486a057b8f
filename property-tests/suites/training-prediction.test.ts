import { describe, expect, it } from "vitest";
import { fixedPoint } from "../../integrators/solvers/fixed-point.js";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import { classificationAccuracy, evaluate, predict } from "../../learning/predict.js";
import { learningTask } from "../../learning/task.js";
import { arrayExamples, initialParameters } from "../../learning/training/index.js";
import { energySystem } from "../../systems/energy-system.js";
import { forceSystem } from "../../systems/force-system.js";
import { network, rule, settle, spiral, task } from "./training-network.testing.js";

const parameters = initialParameters(network, { seed: 4 });
const data = spiral(11);

describe("predict", () => {
  it("gives the free states of a rule, however they are cut into batches", () => {
    const { state } = rule.gradient(task, { parameters, ...data });
    for (const batch of [1, 3, 11, 100]) {
      const prediction = predict(task, { parameters, input: data.input, settle, batch });
      expect(prediction.state.hidden.shape).toEqual([11, 6]);
      expect(prediction.state).toEqual(state);
      expect(prediction.settling).toMatchObject({ unsettled: 0, tolerance: 1e-9 });
      expect(prediction.settling.residual).toBeLessThanOrEqual(1e-9);
      expect(prediction.settling.iterations).toBeGreaterThan(3);
    }
  });

  it("keeps the shape of a single example, and only the blocks asked for", () => {
    const { state } = predict(task, { parameters, input: { x: [0.1, 0.2] }, settle, keep: ["hidden"] });
    expect(Object.keys(state)).toEqual(["hidden"]);
    expect(state.hidden.shape).toEqual([6]);
  });

  it("solves a force system exactly, one input for all and one per example", () => {
    const filter = forceSystem({
      name: "filter",
      state: { output: [2] },
      parameters: { gain: { shape: [], default: 3 } },
      input: { x: [2], shared: [2] },
      force: { output: "gain * x + shared - output" },
    });
    const { state } = predict(learningTask(filter, { cost: { final: "sum(output)" } }), {
      parameters: {},
      input: { x: arrayExamples([1, 2, 3, 4, 5, 6], 3), shared: [10, 20] },
      settle: gradientFlow({ step: 1, tolerance: 1e-12 }),
      batch: 2,
    });
    expect(state.output).toEqual({ data: Float64Array.of(13, 26, 19, 32, 25, 38), shape: [3, 2] });
  });

  it("starts where the guess says", () => {
    const doubleWell = energySystem({ name: "double well", state: { s: [] }, energy: "(s^2 - 1)^2" });
    const wells = learningTask(doubleWell, { cost: { final: "s" } });
    const flow = gradientFlow({ step: 0.05, tolerance: 1e-10 });
    const { state } = predict(wells, { parameters: {}, guess: { s: [0.3, -0.3, 2] }, settle: flow, batch: 2 });
    expect(Array.from(state.s.data, (value) => Math.round(1e6 * value) / 1e6)).toEqual([1, -1, 1]);
  });

  it("tells what did not settle", () => {
    const { settling } = predict(task, {
      parameters,
      input: { x: [0, 0, 1, 1, 0, 0, 0, 0] },
      settle: fixedPoint({ iterations: 1, tolerance: 1e-9 }),
      batch: 2,
    });
    expect(settling.unsettled).toBe(0.25);
    expect(settling.residual).toBeGreaterThan(1e-3);
    expect(settling.iterations).toBe(1);
  });

  it("counts the example that leaves the numbers from the first of all batches", () => {
    const unbounded = energySystem({
      name: "unbounded",
      state: { s: [] },
      input: { x: [] },
      energy: "-s^4 - s*x",
    });
    const options = { parameters: {}, input: { x: [0, 0, 0, 0, 0, 2] }, settle: gradientFlow(), batch: 4 };
    const run = (): unknown => predict(learningTask(unbounded, { cost: { final: "s" } }), options);
    expect(run).toThrow("The free phase left the finite numbers: s of example 5 is");
  });
});

describe("evaluate", () => {
  it("gives the costs of a rule, however they are cut into batches", () => {
    const { cost, costs } = rule.gradient(task, { parameters, ...data });
    for (const batch of [4, 11]) {
      const evaluation = evaluate(task, { parameters, ...data, settle, batch });
      expect(evaluation.costs).toEqual(costs);
      expect(evaluation.cost).toBe(cost);
      expect(evaluation.settling.unsettled).toBe(0);
    }
  });

  it("refuses a cost of a trajectory, missing targets and names that are none", () => {
    const running = learningTask(network, { target: { y: [1] }, cost: { running: "sum((output - y)^2)" } });
    expect(() => evaluate(running, { parameters, ...data, settle })).toThrow(
      "evaluate: got the task of small network with a cost of a trajectory, expected a cost of the stationary state alone",
    );
    const { input } = data;
    expect(() => evaluate(task, { parameters, input, settle })).toThrow("target.y: got nothing");
    expect(() => predict(task, { parameters, input: {} as typeof input, settle })).toThrow("input.x: got nothing");
    expect(() => predict(task, { parameters, input, settle, batch: 0 })).toThrow("batch: got 0");
    expect(() => predict(task, { parameters, input, settle, keep: ["z" as "hidden"] })).toThrow(
      'keep: got the name "z", expected some of hidden, output.',
    );
    expect(() => predict(task, { parameters: {} as typeof parameters, input, settle })).toThrow(
      "parameters.W1: got nothing",
    );
  });
});

describe("classificationAccuracy", () => {
  const outputs = { data: Float64Array.of(0, 1, 0, 3, 2, 1, -3, -2, -1, 5, 5, 0), shape: [4, 3] };

  it("counts the rows whose first largest entry is at the label", () => {
    expect(classificationAccuracy(outputs, [1, 0, 2, 0])).toBe(1);
    expect(classificationAccuracy(outputs, Uint8Array.of(1, 1, 2, 1))).toBe(0.5);
    expect(classificationAccuracy({ data: Float64Array.of(1, 2), shape: [2] }, [1])).toBe(1);
  });

  it("refuses labels of another number", () => {
    expect(() => classificationAccuracy(outputs, [1, 2, 0])).toThrow("got 3 labels, expected 4, one for each row");
  });
});
