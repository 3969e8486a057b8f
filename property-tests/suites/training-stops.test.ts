import { describe, expect, it } from "vitest";
import { InputError } from "../../core/errors.js";
import { fixedPoint } from "../../integrators/solvers/fixed-point.js";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import { stochasticGradientDescent } from "../../learning/optimisers/index.js";
import type { LearningRule } from "../../learning/rule.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { learningTask } from "../../learning/task.js";
import { TrainingError, type TrainingOptions, train } from "../../learning/training/index.js";
import { energySystem } from "../../systems/energy-system.js";
import { forceSystem } from "../../systems/force-system.js";
import { network, rule, shortTraining } from "./training-network.testing.js";

type Options = ReturnType<typeof shortTraining>;

/** The error a training stops with. */
async function failureOf(options: Options): Promise<TrainingError> {
  const failure = await train(options).catch((error) => error);
  expect(failure).toBeInstanceOf(TrainingError);
  return failure;
}

/** The rule with one iteration per phase from the given batch on. */
function failingFrom(batch: number): LearningRule {
  const short = equilibriumPropagation({ nudge: 0.01, settle: fixedPoint({ iterations: 1, tolerance: 1e-9 }) });
  let batches = 0;
  return {
    ...rule,
    gradient: (task, data) => (++batches < batch ? rule : short).gradient(task, data),
  };
}

describe("a training whose phases do not settle", () => {
  it("stops after the window, says what to change, and hands out the last good state", async () => {
    // Batch 8 ends a window, but does not settle itself: the last good state is that after batch 4.
    const good = await train({ ...shortTraining(), epochs: 1 });
    const failure = await failureOf({
      ...shortTraining(),
      rule: failingFrom(8),
      settling: { maximumUnsettled: 0.5, over: 4 },
    });
    expect(failure).toMatchObject({ reason: "unsettled", epoch: 3, batch: 2, tolerance: 1e-9, unsettled: 0.75 });
    expect(failure.phase).toBe("free");
    expect(failure.residual).toBeGreaterThan(1e-3);
    expect(failure.message).toMatch(
      /^Training stopped in epoch 3, batch 2: the free phase does not settle \(on average 75 % of the examples over the last 4 batches are above the tolerance 1e-9, the largest residual is \d\.\d+\); allow the solver more iterations or a smaller step, or keep the weights small by a smaller learning rate\.$/,
    );
    expect(failure.checkpoint.parameters).toEqual(good.parameters);
  });

  it("goes on below the limit, and reports", async () => {
    const unsettled: number[] = [];
    const { history } = await train({
      ...shortTraining(),
      rule: failingFrom(9),
      settling: { over: 12 },
      onProgress: (progress) => unsettled.push(progress.unsettled),
    });
    expect(history.map((record) => record.unsettled)).toEqual([0, 0, 1]);
    expect(unsettled[unsettled.length - 1]).toBeCloseTo(4 / 12, 14);
  });

  it("can go on with another solver from where it stopped", async () => {
    const options = { ...shortTraining(), settling: { over: 3 } };
    const { checkpoint } = await failureOf({ ...options, rule: failingFrom(10) });
    expect(await train({ ...options, resume: checkpoint })).toEqual(await train(options));
  });
});

describe("a training whose numbers end", () => {
  it("names the phase, the entry and the example", async () => {
    const unbounded = energySystem({
      name: "unbounded",
      state: { output: [1] },
      parameters: { W: [1, 2] },
      input: { x: [2] },
      energy: "-sum(output^4) - dot(output, W @ x)",
    });
    const task = learningTask(unbounded, { target: { y: [1] }, cost: { final: "sum((output - y)^2)/2" } });
    const failure = await train({
      task,
      rule: equilibriumPropagation({ nudge: 0.1, settle: gradientFlow({ step: 0.5 }) }),
      optimiser: stochasticGradientDescent({ learningRate: 0.1 }),
      parameters: { W: [1, 1] },
      data: { input: { x: [0, 0, 0, 0, 2, 2, 0, 0] }, target: { y: 0 } },
      batch: 4,
      epochs: 1,
    }).catch((error) => error);
    expect(failure).toMatchObject({ name: "TrainingError", reason: "not finite", phase: "free", epoch: 1, batch: 1 });
    expect(failure.message).toContain("The free phase left the finite numbers: output[0] of example");
    expect(failure.message).toContain("Among all examples it is number 2.");
    expect(failure.message).toContain("A smaller learning rate may keep the weights");
    expect(failure.checkpoint.parameters).toEqual({ W: Float64Array.of(1, 1) });
  });

  it("names the example whose cost is no number", async () => {
    const task = learningTask(network, { target: { y: [1] }, cost: { final: "sum(log(1 - y)) + sum(output^2)" } });
    const x = Float64Array.from({ length: 8 }, () => 0.1);
    const failure = await failureOf({ ...shortTraining(), task, data: { input: { x }, target: { y: [0, 0, 2, 0] } } });
    expect(failure.reason).toBe("not finite");
    expect(failure.message).toMatch(/: the cost of example 2 is NaN; take a smaller learning rate/);
  });

  it("names the gradient or the parameter that is no number, and hands out finite ones", async () => {
    const broken: LearningRule = {
      ...rule,
      gradient(task, data) {
        const result = rule.gradient(task, data);
        (result.gradient as Record<string, { data: Float64Array }>).W1!.data[3] = Number.NaN;
        return result;
      },
    };
    const gradient = await failureOf({ ...shortTraining(), rule: broken });
    expect(gradient.message).toContain("batch 1: the gradient of the cost by W1[1, 1] is NaN;");
    const optimiser = stochasticGradientDescent({
      learningRate: (updates) => (updates < 2 ? 0.01 : 1.7e308),
      weightDecay: 2,
    });
    const overflow = await failureOf({
      ...shortTraining(),
      optimiser,
      settling: { over: 1 },
    });
    expect(overflow.message).toMatch(/epoch 1, batch 3: the parameter \w+\[[\d, ]+\] is -?(Infinity|NaN);/);
    expect(overflow.checkpoint).toMatchObject({ epoch: 0, batch: 2 });
    for (const values of Object.values(overflow.checkpoint.parameters)) {
      expect(values.every((value) => Number.isFinite(value))).toBe(true);
    }
  });

  it("keeps what was learned where the data or a schedule fail", async () => {
    const data = shortTraining().data as { input: { x: Float64Array }; target: { y: Float64Array } };
    const read = (index: number, out: Float64Array, offset: number): void => {
      if (index === 7) throw new Error("image 7 is damaged");
      out.set(data.input.x.subarray(2 * index, 2 * index + 2), offset);
    };
    const failure = await failureOf({
      ...shortTraining(),
      data: { input: { x: { count: 11, size: 2, read } }, target: data.target },
    });
    expect(failure.message).toMatch(/: image 7 is damaged$/);
    expect((failure.cause as Error).message).toBe("image 7 is damaged");
    expect(failure.checkpoint.optimiserState.updates).toBe(failure.batch - 1);
    expect(await train({ ...shortTraining(), resume: failure.checkpoint })).toEqual(await train(shortTraining()));

    const optimiser = stochasticGradientDescent({ learningRate: (updates) => (updates < 2 ? 0.1 : Number.NaN) });
    const schedule = await failureOf({ ...shortTraining(), optimiser });
    expect(schedule.message).toContain("learningRate of W1 at update 2: got NaN");
  });
});

describe("options that do not fit are refused before any work", () => {
  const rotation = forceSystem({
    name: "rotation",
    state: { hidden: [6], output: [1] },
    parameters: { W1: [6, 2], b1: [6], W2: [1, 6], b2: [1] },
    input: { x: [2] },
    force: { hidden: "-hidden + W1 @ x + b1", output: "-output + W2 @ hidden + b2" },
  });
  const cost = { final: "sum((output - y)^2)/2" } as const;
  const { x } = (shortTraining().data as { input: { x: Float64Array } }).input;

  it.each<[string, object]>([
    ["train, batch: got 0, expected a whole number, 1 or more.", { batch: 0 }],
    ["train, epochs: got 1.5, expected a whole number, 1 or more.", { epochs: 1.5 }],
    ["train, checkpointEvery: got 0", { checkpointEvery: 0 }],
    ["train, seed: got -1", { seed: -1 }],
    ['train, lastBatch: got "pad", expected "keep" or "drop".', { lastBatch: "pad" }],
    ['train, batch: got 12, with lastBatch "drop", expected at most 11', { batch: 12, lastBatch: "drop" }],
    ['train, train: got the name "W3", expected some of W1, b1, W2, b2.', { train: ["W3"] }],
    ["train, train: got no name", { train: [] }],
    ["train, settling.over: got 0.5", { settling: { over: 0.5 } }],
    ["parameters.b1: got nothing, expected 6 numbers; initialParameters(system, { seed })", { parameters: { W1: 0 } }],
    ["parameters.W1: got the shape [3]", { parameters: { W1: [1, 2, 3] } }],
    ["parameters.V: got a name the system does not declare", { parameters: { V: 1 } }],
    ["data.input.x: got nothing, expected examples of 2 numbers each.", { data: { input: {}, target: { y: 0 } } }],
    ["data.target.y: got nothing", { data: { input: { x } } }],
    ["data.target.z: got a name the system does not declare", { data: { input: { x }, target: { z: 1 } } }],
    [
      "data.target.y: got 4 examples, expected 11 as in the other blocks",
      { data: { input: { x }, target: { y: [1, 2, 3, 4] } } },
    ],
    [
      "train, equilibrium propagation: got the task of rotation, expected an energy or skew-gradient system",
      { task: learningTask(rotation, { target: { y: [1] }, cost }) },
    ],
  ])("%s", async (text, changed) => {
    let worked = false;
    const options = { ...shortTraining(), ...changed } as TrainingOptions;
    const watching = { ...rule, gradient: () => (worked = true) } as unknown as LearningRule;
    const refused = train({ ...options, rule: watching });
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(text);
    expect(worked).toBe(false);
  });
});
