import { describe, expect, it, vi } from "vitest";
import { adam, cosineSchedule, type Optimiser, stochasticGradientDescent } from "../../learning/optimisers/index.js";
import { evaluate, predict } from "../../learning/predict.js";
import type { LearningRule } from "../../learning/rule.js";
import { type Examples, initialParameters, type TrainingProgress, train } from "../../learning/training/index.js";
import { exclusiveOr, network, rule, settle, shortTraining, spiral, task } from "./training-network.testing.js";

/** The rule, noting the inputs of every batch. */
function listening(batches: number[][]): LearningRule {
  return {
    ...rule,
    gradient(ofTask, data) {
      batches.push([...((data.input as { readonly x: Float64Array }).x as Float64Array)]);
      return rule.gradient(ofTask, data);
    },
  };
}

/** Eleven examples whose first input is their number. */
const numbered: Examples = {
  count: 11,
  size: 2,
  read(index, out, offset) {
    out[offset] = index;
    out[offset + 1] = 1;
  },
};

describe("train", () => {
  it.each<[string, Optimiser]>([
    ["Adam", adam({ learningRate: cosineSchedule({ initial: 0.05, updates: 300 }) })],
    ["momentum", stochasticGradientDescent({ learningRate: 0.2, momentum: 0.9 })],
  ])("learns exclusive or with %s", async (_, optimiser) => {
    const initial = initialParameters(network, { seed: 1 });
    const { parameters, history, status } = await train({
      task,
      rule,
      optimiser,
      parameters: initial,
      data: exclusiveOr,
      batch: 4,
      epochs: 300,
    });
    expect(status).toBe("completed");
    expect(history).toHaveLength(300);
    const before = evaluate(task, { parameters: initial, ...exclusiveOr, settle });
    const after = evaluate(task, { parameters, ...exclusiveOr, settle });
    expect(before.cost).toBeGreaterThan(0.05);
    expect(after.cost).toBeLessThan(1e-4);
    expect(Array.from(after.state.output.data, Math.sign)).toEqual([-1, 1, 1, -1]);
  });

  it("learns what a teacher of the same kind knows", async () => {
    const data = spiral(64);
    const teacher = initialParameters(network, { seed: 23 });
    const y = predict(task, { parameters: teacher, input: data.input, settle }).state.output;
    const target = { y: y.data };
    const { history } = await train({
      task,
      rule,
      optimiser: adam({ learningRate: cosineSchedule({ initial: 0.1, updates: 60 * 8 }) }),
      parameters: initialParameters(network, { seed: 32, scale: 0.5 }),
      data: { input: data.input, target },
      batch: 8,
      epochs: 60,
      validate: (parameters) => ({ cost: evaluate(task, { parameters, input: data.input, target, settle }).cost }),
    });
    const first = history[0]?.validation?.cost as number;
    const last = history[59]?.validation?.cost as number;
    expect(last).toBeLessThan(first / 100);
  });

  it("takes a plain step for a batch of everything", async () => {
    const { data, parameters } = shortTraining();
    const initial = parameters as Record<"W1" | "b1" | "W2" | "b2", Float64Array>;
    const result = await train({
      ...shortTraining(),
      optimiser: stochasticGradientDescent({ learningRate: 0.5 }),
      batch: 11,
      epochs: 1,
    });
    const { gradient, cost } = rule.gradient(task, { parameters: initial, ...(data as ReturnType<typeof spiral>) });
    for (const name of ["W1", "b1", "W2", "b2"] as const) {
      gradient[name].data.forEach((slope, k) => {
        expect(result.parameters[name][k]).toBeCloseTo((initial[name]?.[k] as number) - 0.5 * slope, 12);
      });
    }
    expect(result.history[0]?.cost).toBeCloseTo(cost, 14);
  });

  it("shuffles every epoch anew, and keeps or drops what is left over", async () => {
    const run = async (options: { seed?: number; lastBatch?: "keep" | "drop" }): Promise<number[][]> => {
      const batches: number[][] = [];
      const data = { input: { x: numbered }, target: { y: 0.1 } };
      await train({ ...shortTraining(), ...options, rule: listening(batches), data, epochs: 2 });
      return batches.map((batch) => batch.filter((_, k) => k % 2 === 0));
    };
    const kept = await run({});
    expect(kept.map(({ length }) => length)).toEqual([3, 3, 3, 2, 3, 3, 3, 2]);
    const [first, second] = [kept.slice(0, 4).flat(), kept.slice(4).flat()];
    const all = Array.from({ length: 11 }, (_, k) => k);
    for (const epoch of [first, second]) {
      expect([...epoch].sort((a, b) => a - b)).toEqual(all);
      expect(epoch).not.toEqual(all);
    }
    expect(first).not.toEqual(second);
    expect(await run({})).toEqual(kept);
    expect(await run({ seed: 9 })).not.toEqual(kept);
    const dropped = await run({ lastBatch: "drop" });
    expect(dropped).toEqual([0, 1, 2, 4, 5, 6].map((k) => kept[k]));
  });

  it("fills the same buffers for every batch of a size", async () => {
    const seen = new Set<Float64Array>();
    const watching: LearningRule = {
      ...rule,
      gradient(ofTask, data) {
        seen.add((data.input as { readonly x: Float64Array }).x);
        return rule.gradient(ofTask, data);
      },
    };
    await train({ ...shortTraining(), rule: watching });
    expect([...seen].map(({ length }) => length)).toEqual([6, 4]);
  });

  it("trains only the blocks it is told to, and never the caller's arrays", async () => {
    const initial = initialParameters(network, { seed: 4 });
    const copies = structuredClone(initial);
    const { parameters } = await train({ ...shortTraining(), parameters: initial, train: ["W2", "b1"] });
    expect(initial).toEqual(copies);
    expect(parameters.W1).toEqual(initial.W1);
    expect(parameters.b2).toEqual(initial.b2);
    expect(parameters.W2).not.toEqual(initial.W2);
    expect(parameters.b1).not.toEqual(initial.b1);
  });

  it("reports where it is and how fast", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      const reports: TrainingProgress[] = [];
      const slow: LearningRule = {
        ...rule,
        gradient(ofTask, data) {
          vi.advanceTimersByTime(100);
          return rule.gradient(ofTask, data);
        },
      };
      const { history } = await train({
        ...shortTraining(),
        rule: slow,
        epochs: 2,
        onProgress: (progress) => reports.push(progress),
        validate: (_, epoch) => ({ epoch }),
      });
      expect(reports.map(({ epoch, batch }) => [epoch, batch])).toEqual(
        [1, 2].flatMap((epoch) => [1, 2, 3, 4].map((batch) => [epoch, batch])),
      );
      expect(reports.map(({ examples }) => examples)).toEqual([3, 6, 9, 11, 14, 17, 20, 22]);
      const [, second, , fourth] = reports as [TrainingProgress, TrainingProgress, TrainingProgress, TrainingProgress];
      expect(second).toMatchObject({ epochs: 2, batches: 4, fraction: 6 / 22, unsettled: 0 });
      expect(second.elapsedSeconds).toBeCloseTo(0.2, 10);
      expect(second.examplesPerSecond).toBeCloseTo(30, 8);
      expect(second.remainingSeconds).toBeCloseTo(16 / 30, 10);
      expect(second.residual).toBeGreaterThan(0);
      expect(second.residual).toBeLessThanOrEqual(1e-9);
      expect(fourth.cost).toBe(history[0]?.cost);
      expect(reports.map(({ validation }) => validation?.epoch)).toEqual([
        undefined,
        undefined,
        undefined,
        1,
        undefined,
        undefined,
        undefined,
        2,
      ]);
      expect(history.map(({ epoch, validation }) => [epoch, validation])).toEqual([
        [1, { epoch: 1 }],
        [2, { epoch: 2 }],
      ]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("measures the speed of a resumed training by what it does itself", async () => {
    const { checkpoint } = await train({ ...shortTraining(), epochs: 2 });
    const reports: TrainingProgress[] = [];
    await train({ ...shortTraining(), resume: checkpoint, onProgress: (progress) => reports.push(progress) });
    const { examples, examplesPerSecond, elapsedSeconds } = reports[reports.length - 1] as TrainingProgress;
    expect(examples).toBe(33);
    expect(examplesPerSecond * elapsedSeconds).toBeCloseTo(11, 8);
  });

  it("lets the event loop turn", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const started = performance.now();
    const slow: LearningRule = {
      ...rule,
      gradient(ofTask, data) {
        const until = performance.now() + 20;
        while (performance.now() < until);
        return rule.gradient(ofTask, data);
      },
    };
    await train({ ...shortTraining(), rule: slow, epochs: 5 });
    clearInterval(timer);
    expect(performance.now() - started).toBeGreaterThan(390);
    expect(turns).toBeGreaterThanOrEqual(4);
  });
});
