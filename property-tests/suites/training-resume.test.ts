import { describe, expect, it } from "vitest";
import { InputError } from "../../core/errors.js";
import { adam, stochasticGradientDescent } from "../../learning/optimisers/index.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { learningTask } from "../../learning/task.js";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, train } from "../../learning/training/index.js";
import { energySystem } from "../../systems/energy-system.js";
import { settle, shortTraining, spiral } from "./training-network.testing.js";

/** All checkpoints of a training, one after each update, and its end. */
async function checkpointsOf(
  options: ReturnType<typeof shortTraining>,
): Promise<{ all: Checkpoint[]; end: Checkpoint }> {
  const all: Checkpoint[] = [];
  const { checkpoint } = await train({ ...options, checkpointEvery: 1, onCheckpoint: (taken) => all.push(taken) });
  return { all, end: checkpoint };
}

const validate = (parameters: { readonly b2: Float64Array }): Record<string, number> => ({
  bias: parameters.b2[0] as number,
});

describe("a resumed training", () => {
  it.each([
    ["adam", adam({ learningRate: (updates) => 0.05 / (1 + updates) })],
    ["momentum", stochasticGradientDescent({ learningRate: 0.1, momentum: 0.9, nesterov: true })],
  ])("ends with the same bits from every batch, with %s", async (_, optimiser) => {
    const options = { ...shortTraining(), optimiser, validate };
    const { all, end } = await checkpointsOf(options);
    expect(all).toHaveLength(12);
    expect(all.map(({ epoch, batch }) => 4 * epoch + batch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const bytes = encodeCheckpoint(end);
    for (const checkpoint of all) {
      const resumed = await train({ ...options, resume: decodeCheckpoint(encodeCheckpoint(checkpoint)) });
      expect(resumed.status).toBe("completed");
      expect(encodeCheckpoint(resumed.checkpoint)).toEqual(bytes);
    }
    expect(encodeCheckpoint(all[11] as Checkpoint)).toEqual(bytes);
    expect(encodeCheckpoint(all[10] as Checkpoint)).not.toEqual(bytes);
  });

  it("ends the same after an interruption by signal or by onProgress at any place", async () => {
    const whole = await train({ ...shortTraining(), validate });
    for (let updates = 0; updates < 12; updates++) {
      const controller = new AbortController();
      if (updates === 0) controller.abort();
      const interrupted = await train({
        ...shortTraining(),
        validate,
        signal: controller.signal,
        checkpointEvery: 1,
        onCheckpoint: ({ optimiserState }) => {
          if (optimiserState.updates === updates) controller.abort();
        },
      });
      expect(interrupted.status).toBe("interrupted");
      expect(interrupted.checkpoint.optimiserState.updates).toBe(updates);
      const resumed = await train({ ...shortTraining(), validate, resume: interrupted.checkpoint });
      expect(resumed).toEqual(whole);
    }
    const stopped = await train({ ...shortTraining(), validate, onProgress: ({ epoch }) => epoch < 2 });
    expect(stopped).toMatchObject({ status: "interrupted", checkpoint: { epoch: 2, batch: 0 } });
    expect(await train({ ...shortTraining(), validate, resume: stopped.checkpoint })).toEqual(whole);
  });

  it("needs no initial parameters, and may go on for more epochs", async () => {
    const { parameters: _, ...options } = shortTraining();
    const short = await train({ ...shortTraining(), epochs: 2 });
    const longer = await train({ ...options, resume: short.checkpoint });
    expect(longer).toEqual(await train(shortTraining()));
    expect(await train({ ...options, resume: longer.checkpoint })).toEqual(longer);
  });

  it("does not change the checkpoint it starts from", async () => {
    const { checkpoint } = await train({ ...shortTraining(), epochs: 1 });
    const bytes = encodeCheckpoint(checkpoint);
    await train({ ...shortTraining(), resume: checkpoint });
    expect(encodeCheckpoint(checkpoint)).toEqual(bytes);
  });

  it("goes on after a callback failed, from where it failed", async () => {
    const whole = await train({ ...shortTraining(), validate });
    const broken = await train({
      ...shortTraining(),
      validate: (_, epoch) => {
        if (epoch === 2) throw new Error("the disk is full");
        return validate(_);
      },
    }).catch((error) => error);
    expect(broken).toMatchObject({
      name: "TrainingError",
      reason: "failed",
      message: "Training stopped in epoch 2, batch 4: the disk is full",
    });
    expect(broken.checkpoint).toMatchObject({ epoch: 1, batch: 4 });
    expect(await train({ ...shortTraining(), validate, resume: broken.checkpoint })).toEqual(whole);
  });
});

describe("a checkpoint of another training is refused", () => {
  const otherSystem = energySystem({
    name: "small network",
    state: { hidden: [5], output: [1] },
    parameters: { W1: [5, 2], b1: [5], W2: [1, 5], b2: [1] },
    input: { x: [2] },
    energy: "sum(hidden^2)/2 + sum(output^2)/2 - dot(hidden, W1 @ x + b1) - dot(output, W2 @ tanh(hidden) + b2)",
  });
  const cost = { final: "sum((output - y)^2)/2" } as const;
  const otherTask = learningTask(otherSystem, { target: { y: [1] }, cost });

  it.each<[string, Partial<ReturnType<typeof shortTraining>>]>([
    ["checkpoint task: got small network: state hidden [6]", { task: otherTask }],
    ["checkpoint seed: got 8, expected 9", { seed: 9 }],
    ["checkpoint batchSize: got 3, expected 2", { batch: 2 }],
    ["checkpoint lastBatch: got keep, expected drop", { lastBatch: "drop" }],
    ["checkpoint examples: got 11, expected 12", { data: spiral(12) }],
    ["checkpoint trained: got W1,b1,W2,b2, expected W1", { train: ["W1"] }],
    [
      "checkpoint optimiser: got adam, expected stochastic gradient descent",
      { optimiser: stochasticGradientDescent({ learningRate: 1 }) },
    ],
    [
      "checkpoint rule: got equilibrium propagation, expected one-sided equilibrium propagation",
      { rule: equilibriumPropagation({ nudge: 0.01, nudging: "one-sided", settle }) },
    ],
  ])("%s", async (text, changed) => {
    const { checkpoint } = await train({ ...shortTraining(), epochs: 1 });
    const refused = train({ ...shortTraining(), ...changed, resume: checkpoint });
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(text);
    await expect(refused).rejects.toThrow("start anew with checkpoint.parameters as the initial parameters.");
  });

  it.each<[string, (checkpoint: Checkpoint) => object]>([
    ["checkpoint format: got 2, expected 1", () => ({ format: 2 })],
    ["checkpoint randomStream: got 7, expected 1", () => ({ randomStream: 7 })],
    ["checkpoint batch: got 5, expected a whole number from 0 to 4", () => ({ batch: 5 })],
    ["checkpoint epoch: got -1", () => ({ epoch: -1 })],
    [
      "checkpoint parameters: got W1 (12), W2 (6), b1 (6), expected W1 (12), W2 (6), b1 (6), b2 (1)",
      ({ parameters: { b2: _, ...rest } }) => ({ parameters: rest }),
    ],
    [
      "checkpoint optimiserState.averages.mean: got none, expected W1 (12)",
      ({ optimiserState: { averages } }) => ({
        optimiserState: { updates: 1, averages: { square: averages.square } },
      }),
    ],
  ])("%s", async (text, change) => {
    const { checkpoint } = await train({ ...shortTraining(), epochs: 1 });
    const resume = { ...checkpoint, ...change(checkpoint) } as Checkpoint;
    await expect(train({ ...shortTraining(), resume })).rejects.toThrow(text);
  });
});
