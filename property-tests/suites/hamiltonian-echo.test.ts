import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { held, nodes } from "../../core/simulation/inputs.js";
import { conformalLeapfrog } from "../../integrators/steppers/conformal-leapfrog.js";
import { explicitEuler } from "../../integrators/steppers/explicit-euler.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import { rungeKutta4 } from "../../integrators/steppers/runge-kutta-4.js";
import { symplecticEuler } from "../../integrators/steppers/symplectic-euler.js";
import type { GradientResult, LearningRule, TaskData } from "../../learning/rule.js";
import { backpropagationThroughTime } from "../../learning/rules/backpropagation-through-time.js";
import { type HamiltonianEchoOptions, hamiltonianEcho } from "../../learning/rules/hamiltonian-echo.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { energySystem } from "../../systems/energy-system.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";
import { allocatedBytes } from "../measures/allocated-bytes.js";
import { wave } from "./example-tasks.js";
import { relativeError } from "./gradient-distance.js";

const STEPS = 20;
const sampled = (count: number, of: (k: number) => number): number[] => Array.from({ length: count }, (_, k) => of(k));
const HAMILTONIAN = "momentum^2/(2*m) + k*phi^2/2 + q*phi^4/4 - b*u*phi";
const INITIAL = { phi: 0.5, momentum: -0.2 };
const targets = held(sampled(STEPS, (k) => 0.3 * Math.cos(0.4 * (k + 1))));

/** The undamped test vector: one quartic oscillator with a held drive. */
const oscillator = learningTask(
  hamiltonianSystem({
    name: "driven quartic oscillator",
    coordinates: { phi: [] },
    momenta: { momentum: [] },
    parameters: { m: [], k: [], q: [], b: [] },
    input: { u: [] },
    hamiltonian: HAMILTONIAN,
  }),
  { target: { y: [] }, cost: { perStep: "(phi - y)^2/2" }, horizon: { steps: STEPS } },
) as unknown as LearningTask;
const oscillatorData = {
  parameters: { m: 1.2, k: 0.8, q: 0.5, b: 1 },
  input: { u: held(sampled(STEPS, (k) => Math.sin(0.5 * k))) },
  target: { y: targets },
  initial: INITIAL,
} as TaskData;

/** The damped one, with its drive at nodes and the damping learned. */
const damped = learningTask(
  hamiltonianSystem({
    name: "damped quartic oscillator",
    coordinates: { phi: [] },
    momenta: { momentum: [] },
    parameters: { m: [], k: [], q: [], b: [], gamma: [] },
    input: { u: [] },
    hamiltonian: HAMILTONIAN,
    damping: "gamma",
  }),
  { target: { y: [] }, cost: { perStep: "(phi - y)^2/2" }, horizon: { steps: STEPS } },
) as unknown as LearningTask;
const dampedData = {
  parameters: { m: 1.2, k: 0.8, q: 0.5, b: 1, gamma: 0.4 },
  input: { u: nodes(sampled(STEPS + 1, (k) => Math.sin(0.5 * k))) },
  target: { y: targets },
  initial: INITIAL,
} as TaskData;

const drift = leapfrog({ step: 0.1, first: "drift" });

/** The cost's central difference along one entry of the data. */
function difference(
  rule: LearningRule,
  task: LearningTask,
  data: TaskData,
  group: "parameters" | "initial",
  name: string,
) {
  const at = (by: number): number => {
    const values = { ...(data[group] as Record<string, number>) };
    values[name] = values[name]! + by;
    return rule.gradient(task, { ...data, [group]: values } as TaskData).cost;
  };
  const coarse = (at(2e-3) - at(-2e-3)) / 4e-3;
  const fine = (at(1e-3) - at(-1e-3)) / 2e-3;
  return (4 * fine - coarse) / 3;
}

describe("test vectors", () => {
  const scalar = (result: GradientResult, name: string): number => result.gradient[name]!.data[0]!;

  test.each([
    ["backpropagation through time", backpropagationThroughTime({ integrator: drift })],
    ["Hamiltonian echo", hamiltonianEcho({ integrator: drift, nudge: 1e-5 })],
  ])("a driven oscillator: %s", (_, rule) => {
    const result = rule.gradient(oscillator, oscillatorData);
    expect(result.cost).toBeCloseTo(1.613961328818, 11);
    const expected = { m: 0.1359982175, k: -0.187691726, q: -0.0496397195, b: 0.4210689366 };
    for (const [name, value] of Object.entries(expected))
      expect(Math.abs(scalar(result, name) - value)).toBeLessThan(1e-9);
    expect(Math.abs(result.initialGradient!.phi!.data[0]! - 4.298164959)).toBeLessThan(1e-9);
    expect(Math.abs(result.initialGradient!.momentum!.data[0]! - 2.046467785)).toBeLessThan(1e-9);
  });

  test.each([
    ["backpropagation through time", backpropagationThroughTime({ integrator: conformalLeapfrog({ step: 0.1 }) })],
    ["Hamiltonian echo", hamiltonianEcho({ integrator: conformalLeapfrog({ step: 0.1 }), nudge: 1e-5 })],
  ])("a damped oscillator whose damping is learned: %s", (_, rule) => {
    const result = rule.gradient(damped, dampedData);
    expect(result.cost).toBeCloseTo(1.687448877, 11);
    const expected = { m: 0.2702951847, k: -0.4344733772, q: -0.0950261996, b: 0.5507934811, gamma: 0.1193892223 };
    for (const [name, value] of Object.entries(expected))
      expect(Math.abs(scalar(result, name) - value)).toBeLessThan(1e-9);
    expect(Math.abs(result.initialGradient!.phi!.data[0]! - 4.504499945)).toBeLessThan(1e-9);
    expect(Math.abs(result.initialGradient!.momentum!.data[0]! - 2.400279506)).toBeLessThan(1e-9);
  });
});

/** Two coupled oscillators, batched, with every kind of cost, a cost of parameters, and an initial state from the input. */
const network = learningTask(
  hamiltonianSystem({
    name: "two oscillators",
    coordinates: { x: [2] },
    momenta: { p: [2] },
    parameters: { K: [2, 2], mass: [2], c: [2], A: [2, 3] },
    input: { drive: [2], image: [3] },
    hamiltonian: "sum(p^2/mass)/2 + sum(x^2)/2 + dot(x, K @ x)/2 + sum(c*x^4)/4 - dot(drive, x) + 0.1*sin(t)*sum(x)",
  }),
  {
    target: { y: [2], z: [2], path: [2] },
    cost: {
      final: "sum((x - z)^2)/2 + 0.1*sum(p^2)",
      perStep: "0.2*sum((p - y)^2) + 0.01*sum(K^2)",
      running: "sum((x - path)^2)/2*(1 + t/5) + 0.02*dot(image, image)*sum(c^2)",
    },
    horizon: { start: 0.3, until: 1.5 },
    initial: { x: "tanh(A @ image)" },
  },
) as unknown as LearningTask;

const networkData = (examples: number, which?: number): TaskData => {
  const rows = (count: number, size: number, phase: number): number[][] | number[][][] => {
    const all = wave(count * examples * size, phase);
    return sampled(count, (k) => k).map((k) => {
      const of = (example: number) => [
        ...all.slice((k * examples + example) * size, (k * examples + example + 1) * size),
      ];
      if (which !== undefined) return of(which);
      return examples === 1 ? of(0) : sampled(examples, (example) => example).map(of);
    }) as number[][];
  };
  const each = (size: number, phase: number): Float64Array => {
    const all = wave(size * examples, phase);
    return which === undefined ? all : all.slice(which * size, (which + 1) * size);
  };
  return {
    parameters: { K: [0.3, -0.1, 0.2, 0.4], mass: [1.1, 0.7], c: [0.5, 0.2], A: wave(6, 2) },
    input: { drive: held(rows(12, 2, 1) as never), image: each(3, 3) },
    target: { y: held(rows(12, 2, 4) as never), z: each(2, 5), path: nodes(rows(13, 2, 6) as never) },
    initial: { p: each(2, 7) },
  } as TaskData;
};

describe("costs over a trajectory", () => {
  const integrator = leapfrog({ step: 0.1 });
  const exact = backpropagationThroughTime({ integrator });

  test("backpropagation agrees with differences of the cost", () => {
    const data = networkData(1);
    const result = exact.gradient(network, data);
    const shifted = (name: string, entry: number, by: number): number => {
      const values = { ...(data.parameters as Record<string, number[]>) };
      values[name] = [...values[name]!];
      values[name]![entry]! += by;
      return exact.gradient(network, { ...data, parameters: values } as TaskData).cost;
    };
    for (const [name, entry] of [
      ["K", 1],
      ["mass", 0],
      ["c", 1],
      ["A", 4],
    ] as const) {
      const [fine, coarse] = [1e-3, 2e-3].map((h) => (shifted(name, entry, h) - shifted(name, entry, -h)) / (2 * h));
      expect(result.gradient[name]!.data[entry]!).toBeCloseTo((4 * fine! - coarse!) / 3, 8);
    }
  });

  test("the echo's error falls as the square of the nudge, and reaches 1e-9", () => {
    const expected = exact.gradient(network, networkData(1));
    const error = (nudge: number): number =>
      relativeError(hamiltonianEcho({ integrator, nudge }).gradient(network, networkData(1)), expected);
    const errors = [1e-1, 1e-2, 1e-3].map(error);
    for (const k of [1, 2]) expect(Math.log10(errors[k - 1]! / errors[k]!)).toBeCloseTo(2, 1);
    expect(error(1e-5)).toBeLessThan(1e-9);
  });

  test("one-sided, the error falls as the nudge", () => {
    const expected = exact.gradient(network, networkData(1));
    const errors = [1e-2, 1e-3, 1e-4].map((nudge) =>
      relativeError(
        hamiltonianEcho({ integrator, nudge, nudging: "one-sided" }).gradient(network, networkData(1)),
        expected,
      ),
    );
    for (const k of [1, 2]) expect(Math.log10(errors[k - 1]! / errors[k]!)).toBeCloseTo(1, 1);
  });

  test.each([
    ["backpropagation through time", exact],
    ["Hamiltonian echo", hamiltonianEcho({ integrator, nudge: 1e-4 })],
  ])("a batch is the mean of its examples: %s", (_, rule) => {
    const batch = rule.gradient(network, networkData(3));
    const singles = [0, 1, 2].map((which) => rule.gradient(network, networkData(3, which)));
    expect(batch.cost).toBeCloseTo(singles.reduce((sum, { cost }) => sum + cost, 0) / 3, 12);
    for (const name of ["K", "mass", "c", "A"]) {
      batch.gradient[name]!.data.forEach((value, k) => {
        expect(value).toBeCloseTo(singles.reduce((sum, { gradient }) => sum + gradient[name]!.data[k]!, 0) / 3, 8);
      });
    }
    const { drive } = batch.inputGradient;
    expect(drive!.shape).toEqual([12, 3, 2]);
    drive!.data.forEach((value, k) => {
      const [row, example, entry] = [Math.floor(k / 6), Math.floor(k / 2) % 3, k % 2];
      expect(value).toBeCloseTo(singles[example]!.inputGradient.drive!.data[2 * row + entry]! / 3, 8);
    });
    batch.initialGradient!.p!.data.forEach((value, k) => {
      expect(value).toBeCloseTo(singles[Math.floor(k / 2)]!.initialGradient!.p!.data[k % 2]! / 3, 8);
    });
  });

  test("the gradient for the initial state is that of the cost", () => {
    const rule = hamiltonianEcho({ integrator: drift, nudge: 1e-5 });
    const { initialGradient } = rule.gradient(oscillator, oscillatorData);
    for (const name of ["phi", "momentum"]) {
      expect(initialGradient![name]!.data[0]!).toBeCloseTo(
        difference(rule, oscillator, oscillatorData, "initial", name),
        8,
      );
    }
  });

  test("random parameters: the echo is backpropagation", () => {
    const value = fc.double({ min: 0.3, max: 1.5, noNaN: true });
    const echoes = [1e-4, 1e-5].map((nudge) => hamiltonianEcho({ integrator: drift, nudge }));
    const reference = backpropagationThroughTime({ integrator: drift });
    fc.assert(
      fc.property(
        fc.record({ m: value, k: value, q: value, b: value }),
        fc.record({ phi: value, momentum: value }),
        (parameters, initial) => {
          const data = { ...oscillatorData, parameters, initial } as TaskData;
          const expected = reference.gradient(oscillator, data);
          const errors = echoes.map((rule) => relativeError(rule.gradient(oscillator, data), expected));
          expect(Math.min(...errors)).toBeLessThan(1e-8);
        },
      ),
      { numRuns: 25, seed: 5 },
    );
  });
});

describe("what makes the echo exact", () => {
  const errorOf = (options: Omit<HamiltonianEchoOptions, "nudge">): number => {
    const { integrator } = options;
    const found = hamiltonianEcho({ ...options, nudge: 1e-5, inexact: true }).gradient(oscillator, oscillatorData);
    return relativeError(found, backpropagationThroughTime({ integrator }).gradient(oscillator, oscillatorData));
  };

  test("symmetric and symplectic steps; Runge-Kutta 4 comes near, Euler's methods do not", () => {
    expect(errorOf({ integrator: leapfrog({ step: 0.1 }) })).toBeLessThan(1e-9);
    expect(errorOf({ integrator: rungeKutta4({ step: 0.1 }) })).toBeGreaterThan(1e-7);
    expect(errorOf({ integrator: symplecticEuler({ step: 0.1 }) })).toBeGreaterThan(1e-2);
    expect(errorOf({ integrator: explicitEuler({ step: 0.1 }) })).toBeGreaterThan(3e-2);
  });

  test.each([
    [rungeKutta4({ step: 0.1 }), /symmetric and symplectic, such as leapfrog/],
    [symplecticEuler({ step: 0.1 }), /is not symmetric/],
  ])("others are refused: $name", (integrator, text) => {
    expect(hamiltonianEcho({ integrator, nudge: 1e-3 }).refusal(oscillator)).toMatch(text);
  });

  test("systems without turned momenta are refused in a sentence", () => {
    const magnetic = hamiltonianSystem({
      name: "magnetic",
      coordinates: { q: [2] },
      momenta: { p: [2] },
      hamiltonian: "sum(p^2)/2 + p[0]*q[1] - p[1]*q[0]",
    });
    const task = (system: never) =>
      learningTask(system, { cost: { final: "0" }, horizon: { steps: 1 } }) as LearningTask;
    const rule = hamiltonianEcho({ integrator: rungeKutta4({ step: 0.1 }), nudge: 1e-3, inexact: true });
    expect(rule.refusal(task(magnetic as never))).toMatch(/even in the momenta/);
    const well = energySystem({ name: "well", state: { s: [] }, energy: "s^2" });
    expect(rule.refusal(task(well as never))).toMatch(/^a Hamiltonian system/);
    expect(rule.refusal(learningTask(well, { cost: { final: "s" } }) as LearningTask)).toMatch(/with a horizon/);
  });
});

describe("memory", () => {
  test("an echo of a final cost stores nothing that grows with the steps", () => {
    const bytesOf = (steps: number): number => {
      const task = learningTask(oscillator.system, { cost: { final: "phi^2/2" }, horizon: { steps } }) as LearningTask;
      const rule = hamiltonianEcho({ integrator: leapfrog({ step: 1e-3 }), nudge: 1e-4 });
      return allocatedBytes(() => {
        rule.gradient(task, { ...oscillatorData, target: {}, input: { u: 0.3 } } as TaskData);
      });
    };
    expect(bytesOf(100_000)).toBe(bytesOf(1_000));
  });
});
