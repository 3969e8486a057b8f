import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { interpreter } from "../../core/compile/interpreter/interpreter.js";
import { InputError } from "../../core/errors.js";
import { blockCoordinate } from "../../integrators/solvers/block-coordinate.js";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import { newton } from "../../integrators/solvers/newton.js";
import { rules } from "../../learning/registry.js";
import { type LearningRule, PhaseError } from "../../learning/rule.js";
import {
  type EquilibriumPropagationOptions,
  equilibriumPropagation,
} from "../../learning/rules/equilibrium-propagation.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { energySystem } from "../../systems/energy-system.js";
import {
  arbitraryEnergyTask,
  carefulSolver,
  type EnergyTaskOptions,
  type Exactness,
  measureExactness,
  relativeError,
  type TaskCase,
} from "../index.js";
import { rateTask, sixUnits, sixUnitsData, skewTask, wave } from "./example-tasks.js";

const settle = carefulSolver();

type Nudging = NonNullable<EquilibriumPropagationOptions["nudging"]>;

const measure = ({ task, data }: TaskCase, nudging: Nudging, nudges?: readonly number[]): Exactness =>
  measureExactness({
    task,
    data,
    makeRule: (nudge) => equilibriumPropagation({ nudge, nudging, settle }),
    ...(nudges === undefined ? {} : { nudges }),
  });

const sample = (options: EnergyTaskOptions, seed: number, count: number): TaskCase[] =>
  fc.sample(arbitraryEnergyTask(options), { seed, numRuns: count });

describe("the error of equilibrium propagation on random energies", () => {
  test.each([
    { states: "unbounded", bounded: false, seed: 21 },
    { states: "bounded", bounded: true, seed: 22 },
  ])(
    "falls with the square of a centred nudge to 1e-8, $states states",
    ({ bounded, seed }) => {
      const found = sample({ bounded }, seed, 24).map((each) => measure(each, "centred"));
      const slopes = found.map(({ slope }) => slope).filter((slope) => slope !== undefined);
      expect(slopes.filter((slope) => Math.abs(slope - 2) > 0.1)).toEqual([]);
      expect(found.filter(({ best }) => best.error > 1e-8)).toEqual([]);
      // Where no slope can be measured the rule is exact as it is: a single free unit under a quadratic cost, or a vanishing gradient.
      expect(slopes.length).toBeGreaterThan(bounded ? 12 : 21);
    },
    60_000,
  );

  test("falls with a one-sided nudge", () => {
    const found = sample({}, 23, 16).map((each) => measure(each, "one-sided"));
    const slopes = found.map(({ slope }) => slope).filter((slope) => slope !== undefined);
    expect(slopes.filter((slope) => Math.abs(slope - 1) > 0.1)).toEqual([]);
    expect(slopes.length).toBeGreaterThan(13);
  }, 60_000);

  test("is that of the mean over a batch, too", () => {
    const nudges = [0.1, 0.1 ** 1.5, 1e-2, 0.1 ** 2.5, 1e-3, 1e-5];
    const found = sample({ examples: 3 }, 24, 8).map((each) => measure(each, "centred", nudges));
    expect(found.filter(({ slope = 2 }) => Math.abs(slope - 2) > 0.1)).toEqual([]);
    expect(found.filter(({ best }) => best.error > 1e-8)).toEqual([]);
  }, 60_000);
});

describe("a batch", () => {
  const examples = 4;
  const batch = sixUnitsData(examples);
  const one = (k: number) => ({
    ...batch,
    input: { x: (batch.input!.x as Float64Array).slice(3 * k, 3 * k + 3) },
    target: { y: (batch.target!.y as Float64Array).slice(2 * k, 2 * k + 2) },
  });

  test.each(rules)("has the mean gradient of its examples: $name", ({ make }) => {
    const rule = make(settle);
    const together = rule.gradient(sixUnits, batch);
    const single = Array.from({ length: examples }, (_, k) => rule.gradient(sixUnits, one(k)));
    const mean = (values: number[]): number => values.reduce((total, value) => total + value, 0) / examples;
    expect(together.cost).toBeCloseTo(mean(single.map(({ cost }) => cost)), 14);
    for (const name of ["W", "V", "b"] as const) {
      together.gradient[name].data.forEach((value, k) => {
        expect(value).toBeCloseTo(mean(single.map(({ gradient }) => gradient[name].data[k]!)), 9);
      });
      expect(together.gradient[name].shape).toEqual(single[0]!.gradient[name].shape);
    }
    expect(together.inputGradient.x.shape).toEqual([examples, 3]);
    expect(single[0]!.inputGradient.x.shape).toEqual([3]);
    together.inputGradient.x.data.forEach((value, k) => {
      const alone = single[Math.floor(k / 3)]!.inputGradient.x.data[k % 3]!;
      expect(value).toBeCloseTo(alone / examples, 9);
    });
  });
});

describe("the gradient", () => {
  const exact = implicitDifferentiation({ settle });
  const rule = equilibriumPropagation({ nudge: 1e-4, settle });
  const costed = (final: string) => learningTask(sixUnits.system, { target: { y: [2] }, cost: { final } });

  test("holds the direct derivative of a cost that depends on parameters and inputs", () => {
    const data = sixUnitsData();
    const plain = rule.gradient(costed("sum((output - y)^2)/2"), data);
    const more = rule.gradient(costed("sum((output - y)^2)/2 + 3*sum(W^2) + dot(x, [1, 2, 3])"), data);
    more.gradient.W.data.forEach((value, k) => {
      expect(value - plain.gradient.W.data[k]!).toBeCloseTo(6 * wave(8, 1)[k]!, 9);
    });
    more.inputGradient.x.data.forEach((value, k) => {
      expect(value - plain.inputGradient.x.data[k]!).toBeCloseTo(k + 1, 9);
    });
    expect(more.gradient.V).toEqual(plain.gradient.V);
  });

  test("is found without that for the inputs on request", () => {
    const found = equilibriumPropagation({ nudge: 1e-4, settle, inputGradient: false }).gradient(
      sixUnits,
      sixUnitsData(),
    );
    expect(found.inputGradient).toEqual({});
    expect(found.gradient).toEqual(rule.gradient(sixUnits, sixUnitsData()).gradient);
  });

  test("is the same on the interpreter", () => {
    const slow = equilibriumPropagation({ nudge: 1e-4, settle, backend: interpreter });
    expect(
      relativeError(slow.gradient(sixUnits, sixUnitsData(2)), exact.gradient(sixUnits, sixUnitsData(2))),
    ).toBeLessThan(1e-8);
  });

  test("comes with reports of its phases", () => {
    const found = rule.gradient(sixUnits, sixUnitsData(3));
    expect(found.phases.map(({ phase }) => phase)).toEqual(["free", "nudged", "nudged back"]);
    expect(found.phases.map(({ converged, unsettled }) => [converged, unsettled])).toEqual(Array(3).fill([true, 0]));
    const [free, ahead, back] = found.phases.map(({ displacement }) => displacement) as [number, number, number];
    expect(free).toBe(0);
    expect(ahead).toBeGreaterThan(1e-6);
    expect(Math.abs(ahead / back - 1)).toBeLessThan(1e-3);
    expect(found.residual).toBe(Math.max(...found.phases.flatMap(({ residual }) => [...residual])));
    expect(found.residual).toBeLessThan(1e-12);
    expect(found.costs.length).toBe(3);
  });

  test("is reported as unsettled where phases had too few iterations", () => {
    const hasty = equilibriumPropagation({ nudge: 0.1, settle: gradientFlow({ iterations: 3 }) });
    const { phases, residual } = hasty.gradient(sixUnits, sixUnitsData(2));
    expect(phases.map(({ converged, unsettled, iterations }) => [converged, unsettled, iterations])).toEqual(
      Array(3).fill([false, 2, 3]),
    );
    expect(residual).toBeGreaterThan(1e-3);
  });
});

describe("a phase that leaves the finite numbers", () => {
  const cliff = learningTask(
    energySystem({
      name: "cliff",
      state: { a: [2], z: [3] },
      parameters: { k: [] },
      input: { x: [3] },
      energy: "sum(a^2)/2 + sum(z^2)/2 - k*sum(z^4) - dot(x, z)",
    }),
    { cost: { final: "sum(z^2)/2" } },
  );
  const rule = equilibriumPropagation({ nudge: 0.1, settle: gradientFlow() });

  test("names the entry and the example", () => {
    const failing = () =>
      rule.gradient(cliff, { parameters: { k: 0.05 }, input: { x: [0.1, 0.2, 0.3, 0.1, 9, 0.1, 0, 0, 0] } });
    expect(failing).toThrow(PhaseError);
    expect(failing).toThrow(/The free phase left the finite numbers: z\[1\] of example 1 is/);
    try {
      failing();
    } catch (error) {
      expect(error).toMatchObject({ phase: "free", component: "z[1]", example: 1 });
    }
  });

  test("names the phase", () => {
    const strong = equilibriumPropagation({ nudge: 30, settle: gradientFlow() });
    expect(() => strong.gradient(cliff, { parameters: { k: 0.05 }, input: { x: 0.1 } })).toThrow(/The nudged/);
  });
});

describe("refusals, in a sentence", () => {
  const rule = equilibriumPropagation({ nudge: 0.1, settle: gradientFlow() });
  const of = (task: unknown): string => rule.refusal(task as LearningTask) ?? "";

  test("forces, which have no scalar to contrast", () => {
    expect(of(rateTask)).toBe(
      "an energy or skew-gradient system, because the rule contrasts a scalar and rate network is a force system",
    );
    expect(of(skewTask)).toBe("");
    const gradient = () => rule.gradient(rateTask, { parameters: { W: 0, b: 0 }, input: { x: 0 }, target: { y: 0 } });
    expect(gradient).toThrow(InputError);
    expect(gradient).toThrow(
      "equilibriumPropagation: got the task of rate network, expected an energy or skew-gradient system, because the rule contrasts a scalar",
    );
  });

  test("costs of a trajectory, and energies that depend on time", () => {
    const well = energySystem({ name: "well", state: { x: [] }, energy: "x^2/2" });
    const swaying = energySystem({ name: "swaying well", state: { x: [] }, energy: "(x - sin(t))^2/2" });
    expect(of(learningTask(well, { cost: { running: "x^2" } }))).toBe(
      "a cost of the stationary state alone (cost.final)",
    );
    expect(of(learningTask(well, { cost: { final: "x", perStep: "x^2" } }))).toMatch(/cost\.final/);
    expect(of(learningTask(swaying, { cost: { final: "x^2" } }))).toMatch(/depends on the time t/);
    expect(of(learningTask(well, { cost: { final: "x^2" } }))).toBe("");
  });

  test("a block that takes the nudge's name", () => {
    const taken = energySystem({ name: "taken", state: { x: [] }, parameters: { nudge: [] }, energy: "nudge*x^2" });
    const task = learningTask(taken, { cost: { final: "x" } });
    expect(() => rule.gradient(task, { parameters: { nudge: 1 } })).toThrow(/another name for nudge/);
  });

  test.each([0, -0.1, Number.NaN, Number.POSITIVE_INFINITY])("a nudge of %s", (nudge) => {
    expect(() => equilibriumPropagation({ nudge, settle: newton() })).toThrow(
      /nudge: got .*, expected a positive number/,
    );
  });

  test("a nudging that does not exist", () => {
    const nudging = "both" as unknown as Nudging;
    expect(() => equilibriumPropagation({ nudge: 0.1, nudging, settle: newton() })).toThrow(/"centred" or "one-sided"/);
  });

  test("data that are not the task's", () => {
    const good = sixUnitsData(2);
    const failing = (data: object) => () => rule.gradient(sixUnits, { ...good, ...data });
    expect(failing({ parameters: { W: 0, V: 0 } })).toThrow(/parameters\.b: got nothing/);
    expect(failing({ parameters: { ...good.parameters, U: 1 } })).toThrow(
      /parameters\.U: got a name the system does not/,
    );
    expect(failing({ input: { x: new Float64Array(5) } })).toThrow(/input\.x: got the shape \[5\], expected \[3\]/);
    expect(failing({ target: { y: new Float64Array(6) } })).toThrow(/input\.x: got the shape \[6\]/);
    expect(failing({ parameters: { ...good.parameters, b: [0, 0, Number.NaN, 0] } })).toThrow(
      /parameters\.b\[2\]: got NaN/,
    );
    const flat = Float64Array.from({ length: 8 }, (_, k) => (k === 5 ? Infinity : 0));
    expect(failing({ parameters: { ...good.parameters, W: flat } })).toThrow(/parameters\.W\[1, 1\]: got Infinity/);
    expect(failing({ guess: { hidden: "no" } })).toThrow(InputError);
  });
});

test("plans are kept: the same data give the same bits, whatever came between", () => {
  const rule: LearningRule = equilibriumPropagation({ nudge: 0.1, settle: blockCoordinate() });
  const first = rule.gradient(sixUnits, sixUnitsData(2));
  rule.gradient(sixUnits, { ...sixUnitsData(2), parameters: { W: 0.1, V: 0.2, b: 0.3 } });
  rule.gradient(sixUnits, sixUnitsData(3));
  expect(rule.gradient(sixUnits, sixUnitsData(2))).toEqual(first);
});
