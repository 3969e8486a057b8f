import { describe, expect, test } from "vitest";
import { InputError } from "../../core/errors.js";
import { RandomStream } from "../../core/random.js";
import { held, nodes } from "../../core/simulation/inputs.js";
import { simulate } from "../../core/simulation/simulate.js";
import { gaussLegendre4 } from "../../integrators/steppers/gauss-legendre.js";
import { iterate } from "../../integrators/steppers/iterate.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import { rungeKutta4 } from "../../integrators/steppers/runge-kutta-4.js";
import { adam } from "../../learning/optimisers/adam.js";
import { classificationAccuracy } from "../../learning/predict.js";
import { PhaseError, type TaskData } from "../../learning/rule.js";
import { backpropagationThroughTime } from "../../learning/rules/backpropagation-through-time.js";
import { hamiltonianStack } from "../../learning/stacks/hamiltonian-stack.js";
import { layerwiseHamiltonianEcho } from "../../learning/stacks/layerwise-rule.js";
import { overSeries } from "../../learning/stacks/series.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { oneHot } from "../../learning/training/examples.js";
import { initialParameters } from "../../learning/training/initial-parameters.js";
import { train } from "../../learning/training/train.js";
import { hamiltonianRecurrentUnit } from "../../systems/catalogue/hamiltonian-recurrent-unit.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";
import { wave } from "./example-tasks.js";

const STEPS = 20;
const unit = hamiltonianRecurrentUnit({ units: 4, inputs: 1, nonlinearity: "log-cosh", seed: 1 });

/** Tells slow waves from fast ones. */
const stack = hamiltonianStack({
  name: "two pitches",
  integrator: leapfrog({ step: 1, first: "drift" }),
  steps: STEPS,
  input: { x: [1] },
  layers: {
    unit: { system: unit.system, input: { u: "x" } },
    score: { parameters: { C: [2, 4] }, mean: "C @ unit_phi^2" },
  },
  target: { label: [2] },
  cost: { final: "log(sum(exp(score))) - dot(label, score)" },
});
const { task, rule, predict } = overSeries(stack, layerwiseHamiltonianEcho({ nudge: 0.01 }), ["x"]);
const parameters = initialParameters(stack.system, { seed: 2 });

function waves(count: number, seed: number) {
  const random = new RandomStream(seed);
  const label = Array.from({ length: count }, (_, k) => k % 2);
  const phase = label.map(() => 2 * Math.PI * random.nextUniform());
  const x = Float64Array.from({ length: count * STEPS }, (_, k) => {
    const [example, step] = [Math.floor(k / STEPS), k % STEPS];
    return Math.sin((0.3 + 0.5 * label[example]!) * step + phase[example]!) + 0.3 * random.nextNormal();
  });
  return { label, x };
}

const [known, unknown] = [waves(60, 1), waves(40, 2)];
const options = {
  ...{ task, rule, parameters, optimiser: adam({ learningRate: 0.05 }), batch: 12, epochs: 6, seed: 3 },
  data: { input: { x: known.x }, target: { label: oneHot(known.label, 2) } },
};

describe("training on series", () => {
  test("echoes learn to tell waves apart, and a training resumes bit for bit", async () => {
    const whole = await train(options);
    expect(whole.history.at(-1)!.cost).toBeLessThan(0.5 * whole.history[0]!.cost);
    const right = (now: typeof parameters) =>
      classificationAccuracy(predict({ parameters: now, input: { x: unknown.x } }).score, unknown.label);
    expect(right(parameters)).toBeLessThan(0.75);
    expect(right(whole.parameters)).toBeGreaterThan(0.9);
    const half = await train({ ...options, epochs: 3 });
    const resumed = await train({ ...options, resume: half.checkpoint });
    expect(resumed.parameters).toEqual(whole.parameters);
  });

  test("a series is its rows: the gradient is that of held inputs, steps first", () => {
    const two = waves(2, 4);
    const label = [1, 0, 0, 1];
    const series = rule.gradient(task, { parameters, input: { x: two.x }, target: { label } });
    const rows = Array.from({ length: STEPS }, (_, k) => [[two.x[k]!], [two.x[STEPS + k]!]]);
    const held_ = { parameters, input: { x: held(rows as never) }, target: { label } } as TaskData;
    const direct = layerwiseHamiltonianEcho({ nudge: 0.01 }).gradient(stack as unknown as LearningTask, held_);
    expect(series.cost).toBe(direct.cost);
    expect(series.gradient.score_C).toEqual(direct.gradient.score_C);
    expect(series.inputGradient.x).toEqual(direct.inputGradient.x);
    expect(series.inputGradient.x!.shape).toEqual([STEPS, 2, 1]);
  });

  test("a matrix of each step, series of targets, and a single example", () => {
    const wide = hamiltonianStack({
      name: "wide",
      integrator: leapfrog({ step: 0.5 }),
      steps: 4,
      input: { x: [2, 3], gain: [] },
      layers: { unit: { system: unit.system, input: { u: "gain*(x[0] @ x[1])*[1]" } } },
      target: { y: [] },
      cost: { perStep: "(sum(unit_phi) - y)^2" },
    });
    const learning = overSeries(wide, layerwiseHamiltonianEcho({ nudge: 1e-3 }), ["x", "y"]);
    const given = (count: number) => ({
      parameters: initialParameters(wide.system, { seed: 1 }),
      input: { x: wave(count * 24, 1), gain: 0.7 },
      target: { y: wave(count * 4, 2) },
    });
    const all = learning.rule.gradient(learning.task, given(2));
    const first = learning.rule.gradient(learning.task, given(1));
    expect(all.inputGradient.x!.shape).toEqual([4, 2, 2, 3]);
    expect(first.inputGradient.x!.shape).toEqual([4, 2, 3]);
    expect(all.costs[0]).toBeCloseTo(first.costs[0]!, 14);
    expect(all.inputGradient.x!.data.slice(0, 6).map((value) => 2 * value)).toSatisfy((found: Float64Array) =>
      found.every((value, k) => Math.abs(value - first.inputGradient.x!.data[k]!) < 1e-12),
    );
    expect(all.inputGradient.gain!.shape).toEqual([2]);
  });

  test("predictions are the simulated map's last state", () => {
    const { x } = unknown;
    const found = predict({ parameters, input: { x } }).score;
    expect(found.shape).toEqual([40, 2]);
    const rows = Array.from({ length: STEPS }, (_, k) => Array.from({ length: 40 }, (__, e) => [x[e * STEPS + k]!]));
    const run = simulate(stack.system, {
      ...{ integrator: iterate(), steps: STEPS, trajectories: 40, parameters },
      initial: { unit_phi: 0, unit_momentum: 0, score: 0 },
      input: { x: held(rows as never) },
    } as never);
    expect((run.final as Record<string, unknown>).score).toEqual(found);
  });

  test("names and lengths of series are checked", () => {
    expect(() => overSeries(stack, rule, ["z" as never])).toThrow(
      'overSeries, series: got the name "z", expected some of',
    );
    const short = { parameters, input: { x: wave(STEPS + 1, 1) }, target: { label: [1, 0] } };
    expect(() => rule.gradient(task, short)).toThrow(
      "the series x: got 21 numbers, expected flat numbers, a multiple of 20",
    );
    expect(() => predict({ parameters, input: { x: held(wave(STEPS, 1)) as never } })).toThrow(
      /the series x: got \{"timing"/,
    );
  });
});

type Loose = Record<string, unknown>;
const build = (layers: Loose, more: Loose = {}) =>
  hamiltonianStack({
    ...{ name: "s", integrator: leapfrog({ step: 0.1 }), steps: 5, input: { x: [1] }, layers: layers as never },
    ...{ cost: { perStep: "sum(unit_phi)" } },
    ...more,
  } as never);
const driven = { system: unit.system, input: { u: "x" } };

describe("what is refused, before any work starts", () => {
  test.each<[string, Loose, Loose, string]>([
    ["no steps", { unit: driven }, { steps: 0 }, 'hamiltonianStack "s", steps: got 0'],
    ["no system", { a: { value: "x" } }, { cost: { final: "sum(a)" } }, "layers: got no layer with a system"],
    ["no layer", { unit: 3 }, {}, "layers.unit: got 3, expected a layer: { system, ... }, { value } or { mean }"],
    ["an unknown option", { unit: { ...driven, drive: "x" } }, {}, 'layers.unit: got the option "drive"'],
    ["an input nothing drives", { unit: { system: unit.system } }, {}, "layers.unit, input.u: got nothing"],
    ["an unknown input", { unit: { ...driven, input: { u: "x", v: "x" } } }, {}, 'input: got the unknown block "v"'],
    ["an unknown state", { unit: { ...driven, initial: { psi: 1 } } }, {}, 'initial: got the unknown block "psi"'],
    [
      "another shape",
      { unit: { ...driven, input: { u: "[x[0], 1]" } } },
      {},
      "input.u: got an expression of the shape [2]",
    ],
    ["a layer above", { a: { value: "unit_phi" }, unit: driven }, {}, "layers.a, value:"],
    ["a name twice", { x: { value: "x" }, unit: driven }, {}, 'the name "x"'],
    [
      "a parameter called as an input",
      { a: { parameters: { x: [1] }, value: "x" }, unit: driven },
      {},
      'layers.a, parameters: got the name "x"',
    ],
    [
      "a mean per step",
      { unit: driven, m: { mean: "unit_phi" } },
      { cost: { perStep: "sum(m)" } },
      "cost.perStep: got a cost of m, the mean",
    ],
    ["a mean below a layer", { unit: driven, m: { mean: "unit_phi" }, a: { value: "m" } }, {}, "layers.a, value:"],
    [
      "a wrong integrator",
      { unit: driven },
      { integrator: iterate() },
      'hamiltonianStack "s", integrator: got iteration',
    ],
    ["a cost that is no scalar", { unit: driven }, { cost: { final: "unit_phi" } }, "cost.final"],
    ["a layer of a reserved name", { mean: { value: "x" }, unit: driven }, {}, 'the name "mean"'],
  ])("%s", (_, layers, more, message) => {
    expect(() => build(layers, more)).toThrow(message);
    expect(() => build(layers, more)).toThrow(InputError);
  });

  test("the echo, for tasks and layers it does not fit", () => {
    const echo = layerwiseHamiltonianEcho({ nudge: 1e-3 });
    const plain = learningTask(unit.system, { cost: { final: "sum(phi)" }, horizon: { steps: 3 } });
    expect(echo.refusal(plain as unknown as LearningTask)).toMatch(/^a stack of layers/);
    const steps = build({ unit: driven }, { integrator: rungeKutta4({ step: 0.1 }) }) as unknown as LearningTask;
    expect(echo.refusal(steps)).toMatch(/^for the layer unit an integrator that is symmetric and symplectic/);
    expect(() => layerwiseHamiltonianEcho({ nudge: 0 })).toThrow("layerwiseHamiltonianEcho");
    const magnetic = hamiltonianSystem({
      ...{ name: "magnetic", coordinates: { q: [2] }, momenta: { p: [2] } },
      hamiltonian: "sum(p^2)/2 + p[0]*q[1] - p[1]*q[0]",
    });
    const layers = { low: { system: magnetic }, unit: driven };
    const odd = build(layers, { integrator: gaussLegendre4({ step: 0.1 }) }) as unknown as LearningTask;
    expect(echo.refusal(odd)).toMatch(/^for the layer low .*even in the momenta/);
  });

  test("a running cost of a function of inputs that vary, which has no value at the start", () => {
    const skip = { unit: driven, out: { value: "sum(unit_phi) + x[0]" } };
    const running = build(skip, { cost: { running: "out^2" } }) as unknown as LearningTask;
    const data = { parameters: initialParameters(running.system), input: { x: held(wave(5, 1)) } } as TaskData;
    expect(() => layerwiseHamiltonianEcho({ nudge: 1e-3 }).gradient(running, data)).toThrow(/cost of x, which varies/);
    const constant = { ...data, input: { x: [0.3] } } as TaskData;
    const [found, expected] = [
      layerwiseHamiltonianEcho({ nudge: 1e-4 }),
      backpropagationThroughTime({ integrator: iterate() }),
    ].map((one) => one.gradient(running, constant).inputGradient.x!.data[0]!);
    expect(found).toBeCloseTo(expected!, 8);
  });

  test("a cost that is no number, and an echo that leaves the numbers", () => {
    const echo = layerwiseHamiltonianEcho({ nudge: 1e-3 });
    const data = (task_: LearningTask) =>
      ({ parameters: initialParameters(task_.system), input: { x: held(wave(5, 1)) } }) as TaskData;
    const logarithm = build(
      { unit: driven },
      { cost: { final: "log(-1 - sum(unit_phi^2))" } },
    ) as unknown as LearningTask;
    expect(() => echo.gradient(logarithm, data(logarithm))).toThrow(PhaseError);
    expect(() => echo.gradient(logarithm, data(logarithm))).toThrow("the cost of example 0 is NaN");
  });
});

describe("inputs", () => {
  test("at nodes: a step takes the row at its start", () => {
    const task_ = build({ unit: driven }) as unknown as LearningTask;
    const given = (x: unknown) =>
      ({ parameters: initialParameters(task_.system, { seed: 1 }), input: { x } }) as TaskData;
    const rows = wave(6, 1);
    const echo = layerwiseHamiltonianEcho({ nudge: 1e-4 });
    const [atNodes, inSteps] = [nodes(rows), held(rows.slice(0, 5))].map((x) => echo.gradient(task_, given(x)));
    expect(atNodes!.cost).toBe(inSteps!.cost);
    expect([...atNodes!.inputGradient.x!.data]).toEqual([...inSteps!.inputGradient.x!.data, 0]);
  });

  test("as functions of t, which counts steps: no gradient for them", () => {
    const task_ = build({ unit: driven }) as unknown as LearningTask;
    const given = (x: unknown) =>
      ({ parameters: initialParameters(task_.system, { seed: 1 }), input: { x } }) as TaskData;
    const echo = layerwiseHamiltonianEcho({ nudge: 1e-4 });
    const found = echo.gradient(task_, given(Math.sin));
    const expected = echo.gradient(task_, given(held([0, 1, 2, 3, 4].map(Math.sin))));
    expect(found.gradient).toEqual(expected.gradient);
    expect(found.inputGradient).toEqual({});
  });
});

describe("names", () => {
  test("are known to the compiler", () => {
    const given = { parameters, input: { x: held(wave(STEPS, 1)) }, target: { label: [1, 0] } };
    const result = layerwiseHamiltonianEcho({ nudge: 0.1 }).gradient(stack, given);
    expect(result.gradient.score_C.shape).toEqual([2, 4]);
    expect(result.state.unit_phi.shape).toEqual([4]);
    // @ts-expect-error the layer is called score
    expect(result.gradient.scores_C).toBeUndefined();
    // @ts-expect-error the unit has the parameter B
    expect(result.gradient.unit_C).toBeUndefined();
    // @ts-expect-error the input is called x
    expect(result.inputGradient.u).toBeUndefined();
  });
});
