import { describe, expect, test } from "vitest";
import { periodicOrbit } from "../../integrators/solvers/periodic-orbit.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import type { BoundaryName } from "../../learning/lagrangian/boundaries/boundary.js";
import { actionRules } from "../../learning/registry.js";
import type { TaskData } from "../../learning/rule.js";
import { lagrangianEquilibriumPropagation } from "../../learning/rules/lagrangian-equilibrium-propagation.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { lagrangianSystem } from "../../systems/lagrangian-system.js";
import { dampedEchoError } from "../measures/damped-echo.js";
import {
  boundaryErrors,
  differencesOfCost,
  NODES,
  oscillatorData,
  oscillatorDifferences,
  oscillatorTask,
  parameterError,
  quarticOscillators,
} from "../measures/lagrangian-oscillators.js";

const GAMMA = 0.3;
type Fixed = "momentum" | "velocity";
const INSTANCES: readonly (readonly [boundary: BoundaryName, fixed: Fixed | undefined])[] = [
  ["initial value", "velocity"],
  ["initial value", "momentum"],
  ["boundary values", undefined],
  ["periodic", undefined],
  ["free end", undefined],
  ["final value", "momentum"],
  ["final value", "velocity"],
];
const cases = [undefined, GAMMA].flatMap((gamma) =>
  INSTANCES.filter(([boundary]) => boundary !== "periodic" || gamma === undefined).map(
    ([boundary, fixed]) => [boundary, fixed, gamma] as const,
  ),
);
const errorsAt = (boundary: BoundaryName, fixed: Fixed | undefined, gamma: number | undefined, nudge: number) =>
  boundaryErrors({ boundary, ...(fixed === undefined ? {} : { fixed }), nudge }, gamma);

test("every registered boundary condition is among the instances", () => {
  expect(new Set(INSTANCES.map(([boundary]) => boundary))).toEqual(
    new Set(actionRules.map(({ boundary }) => boundary)),
  );
  for (const { make, name, boundary } of actionRules) {
    const data = oscillatorData(boundary);
    const { gradient } = make(0.025).gradient(oscillatorTask(false), data);
    const expected = oscillatorDifferences({ boundary, nudge: 1e-5 });
    expect(parameterError(gradient, expected, Object.keys(data.parameters)), name).toBeLessThan(1e-6);
  }
});

describe("the gradient theorem with every boundary term", () => {
  test.each(cases)("%s, fixed %s, damping %s", { timeout: 60_000 }, (boundary, fixed, gamma) => {
    const swept = [1e-4, 1e-5, 1e-6].map((nudge) => errorsAt(boundary, fixed, gamma, nudge));
    const best = Math.min(...swept.map(({ whole }) => whole));
    expect(best).toBeLessThan(4e-9);
    const { bulk, whole, result } = swept[1]!;
    // What the bulk alone is worth depends on the boundary condition.
    if (boundary === "initial value") expect(bulk).toBeGreaterThan(1);
    else if (fixed === "velocity") expect(bulk).toBeGreaterThan(0.2);
    else expect(bulk).toBe(whole);
    for (const phase of result.phases) {
      expect(phase.converged).toBe(true);
      expect(Math.max(...phase.residual)).toBeLessThan(1e-12);
    }
    const parameters = gamma === undefined ? 9 : 10;
    expect(result.tangentRuns).toBe(boundary === "initial value" ? parameters + 4 : 0);
  });

  test("with the velocity fixed the residual belongs to the masses alone: m_i gains v_i(0) d_b s_i(0)", () => {
    const { result } = errorsAt("final value", "velocity", undefined, 1e-4);
    for (const [name, { data }] of Object.entries(result.boundaryTerm)) {
      for (const value of data) expect(value === 0).toBe(name !== "m");
    }
    const velocity = (oscillatorData("final value").initial as unknown as { q_dot: number[] }).q_dot;
    const masses = (oscillatorData("final value").parameters as unknown as { m: number[] }).m;
    result.boundaryTerm.m!.data.forEach((value, k) => {
      // dC/dv = m dC/dp, and dC/dp = d_b s.
      expect(value).toBeCloseTo((velocity[k]! * result.initialGradient!.q_dot!.data[k]!) / masses[k]!, 10);
    });
  });

  test.each([
    ["final value", "velocity"],
    ["initial value", "velocity"],
    ["boundary values", undefined],
    ["free end", undefined],
    ["periodic", undefined],
  ] as const)("%s: slope 2 centred, slope 1 one-sided", { timeout: 60_000 }, (boundary, fixed) => {
    const slope = (nudging: "centred" | "one-sided", nudges: readonly number[]): number => {
      const [coarse, fine] = nudges.map(
        (nudge) => boundaryErrors({ boundary, ...(fixed === undefined ? {} : { fixed }), nudge, nudging }).whole,
      ) as [number, number];
      return Math.log(coarse / fine) / Math.log((nudges[0] as number) / (nudges[1] as number));
    };
    expect(slope("centred", [1e-1, 1e-2])).toBeCloseTo(2, 0);
    expect(slope("centred", [1e-2, 1e-3])).toBeCloseTo(2, 1);
    expect(slope("one-sided", [1e-2, 1e-3])).toBeCloseTo(1, 1);
    expect(slope("one-sided", [1e-3, 1e-4])).toBeCloseTo(1, 1);
  });
});

describe("data at the ends", () => {
  const step = 0.025;
  const shifted = (boundary: BoundaryName, group: "initial" | "boundary", name: string): number[] => {
    const data = oscillatorData(boundary, GAMMA);
    const learner = lagrangianEquilibriumPropagation({ boundary, step, nudge: 1e-4 });
    const given = (data as unknown as Record<string, Record<string, number[]>>)[group]!;
    return differencesOfCost(
      (values) =>
        learner.gradient(oscillatorTask(true), { ...data, [group]: { ...given, ...values } } as TaskData).cost,
      { [name]: given[name]! },
    );
  };

  test.each([
    ["initial value", "q_dot"],
    ["final value", "q"],
    ["final value", "q_dot"],
    ["boundary values", "q"],
    ["free end", "q"],
  ] as const)("%s: the gradient for the initial %s", { timeout: 30_000 }, (boundary, name) => {
    const learner = lagrangianEquilibriumPropagation({ boundary, step, nudge: 1e-4 });
    const { initialGradient } = learner.gradient(oscillatorTask(true), oscillatorData(boundary, GAMMA));
    shifted(boundary, "initial", name).forEach((expected, k) => {
      expect(initialGradient![name]!.data[k]).toBeCloseTo(expected, 7);
    });
  });

  test("boundary values: the gradient for the positions at the end", () => {
    const learner = lagrangianEquilibriumPropagation({ boundary: "boundary values", step, nudge: 1e-4 });
    const { boundaryGradient } = learner.gradient(oscillatorTask(true), oscillatorData("boundary values", GAMMA));
    shifted("boundary values", "boundary", "q").forEach((expected, k) => {
      expect(boundaryGradient!.q!.data[k]).toBeCloseTo(expected, 7);
    });
  });
});

describe("boundary value problems", () => {
  test("a linear one takes one Newton step, also where a cost pulls at its free end", () => {
    const learner = lagrangianEquilibriumPropagation({ boundary: "free end", step: 0.1, nudge: 0.3 });
    const linear = learningTask(
      lagrangianSystem({ name: "linear", coordinates: { q: [] }, lagrangian: "q_dot^2/2 - q^2/2 + q" }),
      { cost: { final: "(q - 2)^2/2", running: "q^2/2" }, horizon: { steps: 12 } },
    ) as unknown as LearningTask;
    const { phases } = learner.gradient(linear, { parameters: {}, initial: { q: 0.5 } } as TaskData);
    for (const { iterations, converged } of phases) {
      expect(converged).toBe(true);
      expect(iterations).toBeLessThanOrEqual(3);
    }
  });

  test("one that has no solution is reported, not passed over", () => {
    const learner = lagrangianEquilibriumPropagation({ boundary: "free end", step: 0.1, nudge: 1e-3 });
    const hardening = learningTask(
      lagrangianSystem({ name: "hardening", coordinates: { q: [] }, lagrangian: "q_dot^2/2 - 0.35*q^2 - q^4/4" }),
      { cost: { running: "q^2" }, horizon: { steps: 12 } },
    ) as unknown as LearningTask;
    // The amplitude that comes to rest at the end would have to be smaller than the one it starts with.
    const { phases, warnings } = learner.gradient(hardening, { parameters: {}, initial: { q: 0.5 } } as TaskData);
    expect(phases[0]!.converged).toBe(false);
    expect(warnings[0]).toMatch(/Forces are left on the path of the free/);
    const fine = learner.gradient(hardening, { parameters: {}, initial: { q: 0.15 } } as TaskData);
    expect(fine.warnings).toEqual([]);
  });
});

describe("periodic orbits by shooting", () => {
  test("are those of the cyclic boundary value problem", () => {
    const data = oscillatorData("periodic");
    const orbit = periodicOrbit(quarticOscillators, {
      integrator: leapfrog({ step: 0.025 }),
      steps: NODES - 1,
      parameters: data.parameters as never,
      guess: { q: [0, 0], q_dot: [0, 0] },
    });
    expect(orbit.converged).toBe(true);
    const learner = lagrangianEquilibriumPropagation({ boundary: "periodic", step: 0.025, nudge: 1e-4 });
    const { state, phases } = learner.gradient(oscillatorTask(false), data);
    expect(phases[0]!.converged).toBe(true);
    for (const name of ["q", "q_dot"] as const) {
      orbit.state[name].data.forEach((value, k) => {
        expect(state[name]!.data[k]).toBeCloseTo(value, 10);
      });
    }
    // Started on the orbit there is nothing left to search.
    const given = { q: orbit.state.q.data, q_dot: orbit.state.q_dot.data };
    const again = learner.gradient(oscillatorTask(false), { ...data, initial: given } as TaskData);
    expect(again.phases[0]!.iterations).toBeLessThan(3);
  });
});

const decaying = (force: string, parameters: Record<string, readonly number[]>): LearningTask =>
  learningTask(
    lagrangianSystem({
      name: "oscillators with varying damping",
      coordinates: { q: [2] },
      parameters: { m: [2], k: [2], ...parameters },
      lagrangian: "sum(m*q_dot^2)/2 - sum(k*q^2)/2 - sum(q^4)/4 - (q[0] - q[1])^2/4",
      force: { q: force },
    } as never) as never,
    { cost: { running: "sum((q - 0.3)^2)", final: "q[0]^2" } as never, horizon: { start: 0.5, steps: 60 } },
  ) as unknown as LearningTask;

describe("damping", () => {
  const initial = { q: [0.5, -0.3], q_dot: [-0.2, 0.4] };

  test.each(["final value", "initial value", "free end"] as const)(
    "%s: a rate that varies in time is learned like any parameter",
    { timeout: 30_000 },
    (boundary) => {
      const task = decaying("-(gamma + depth*cos(2*t))*m*q_dot", { gamma: [], depth: [] });
      const data = { parameters: { m: [1.2, 0.8], k: [0.9, 1.3], gamma: 0.3, depth: 0.2 }, initial };
      const options = { boundary, step: 0.025, dampingIntegral: "gamma*t + depth*sin(2*t)/2" } as const;
      const costs = lagrangianEquilibriumPropagation({ ...options, nudge: 1e-6 });
      const expected = differencesOfCost(
        (parameters) => costs.gradient(task, { ...data, parameters } as unknown as TaskData).cost,
        data.parameters,
      );
      const found = lagrangianEquilibriumPropagation({ ...options, nudge: 2e-5 }).gradient(task, data as never);
      expect(parameterError(found.gradient, expected, Object.keys(data.parameters))).toBeLessThan(2e-8);
    },
  );

  test("without weights or without turned damping the echo is wrong, and unequal dampings have none", () => {
    const equal = (rate: number) => [rate, rate, rate, rate];
    for (const rate of [0.1, 0.5]) {
      expect(dampedEchoError(equal(rate), 10, 1e-5)).toBeLessThan(1e-8);
      expect(dampedEchoError(equal(rate), 10, 1e-5, { weights: false })).toBeGreaterThan(0.3);
      expect(dampedEchoError(equal(rate), 10, 1e-5, { flip: false })).toBeGreaterThan(0.3);
    }
    expect(dampedEchoError([0.1, 0.2, 0.3, 0.4], 10, 1e-5)).toBeGreaterThan(0.3);
  });

  test("unequal dampings are refused in a sentence", () => {
    const task = decaying("-gamma*q_dot", { gamma: [2] });
    const plain = lagrangianEquilibriumPropagation({ boundary: "final value", step: 0.025, nudge: 1e-4 });
    expect(plain.refusal(task)).toMatch(/damping by one scalar rate.*do not commute with the second derivatives/);
    const declared = lagrangianEquilibriumPropagation({
      boundary: "final value",
      step: 0.025,
      nudge: 1e-4,
      dampingIntegral: "gamma[0]*t",
    });
    expect(declared.refusal(task)).toMatch(/a force of -rate \* dL\/dv/);
  });

  const atEnd = learningTask(
    lagrangianSystem({
      name: "damped at the end",
      coordinates: { q: [] },
      parameters: { m: [], k: [], gamma: [] },
      lagrangian: "m*q_dot^2/2 - k*q^2/2 - q^4/4 + q",
      damping: "gamma",
    }) as never,
    { cost: { final: "(q - 1)^2/2" } as never, horizon: { until: 10 } },
  ) as unknown as LearningTask;
  const atGamma = (gamma: number): TaskData =>
    ({ parameters: { m: 1.2, k: 0.8, gamma }, initial: { q: 0.5, q_dot: 0.2 } }) as unknown as TaskData;
  const learner = (nudge: number) => lagrangianEquilibriumPropagation({ boundary: "final value", step: 0.05, nudge });

  test("the run back leaves float64's range: a warning says so, and a sweep of nudges shows it", () => {
    const error = (gamma: number): number => {
      const expected = differencesOfCost(
        (parameters) => learner(1).gradient(atEnd, { ...atGamma(gamma), parameters } as TaskData).cost,
        atGamma(gamma).parameters as never,
      );
      const swept = [1e-4, 1e-3, 1e-2, 1e-1].map((nudge) =>
        parameterError(learner(nudge).gradient(atEnd, atGamma(gamma)).gradient, expected, ["m", "k", "gamma"]),
      );
      return Math.min(...swept);
    };
    const errors = [0.5, 1, 2, 3].map(error);
    for (const [k, most] of [2e-9, 2e-9, 5e-6, 0.3].entries()) expect(errors[k]).toBeLessThan(most);
    expect(errors[2]).toBeGreaterThan(1e-8);
    expect(errors[3]).toBeGreaterThan(1e-4);
    expect(learner(1e-3).gradient(atEnd, atGamma(0.9)).warnings).toEqual([]);
    const { warnings } = learner(1e-3).gradient(atEnd, atGamma(2));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/by e\^20 .* 0.000002 at 20/);
  });
});

describe("refusals", () => {
  const rule = (boundary: BoundaryName, more = {}) =>
    lagrangianEquilibriumPropagation({ boundary, step: 0.1, nudge: 1e-3, ...more });
  const taskOf = (lagrangian: string, running = "sum(q^2)", damping?: "gamma"): LearningTask =>
    learningTask(
      lagrangianSystem({
        name: "wheel",
        coordinates: { q: [2] },
        parameters: { gamma: [] },
        lagrangian,
        ...(damping === undefined ? {} : { damping }),
      }) as never,
      { cost: { running } as never, horizon: { steps: 4 } },
    ) as unknown as LearningTask;

  test("what does not fit is refused in a sentence", () => {
    const free = "sum(q_dot^2)/2";
    expect(rule("final value").refusal(taskOf(`${free} + q[0]*q_dot[1]`))).toMatch(/even in the velocities/);
    expect(rule("boundary values").refusal(taskOf(`${free} + q[0]*q_dot[1]`))).toBeUndefined();
    expect(rule("periodic").refusal(taskOf(free, "sum(q^2)", "gamma"))).toMatch(/without damping.*not periodic/);
    expect(rule("final value").refusal(taskOf(free, "sum(q_dot^2)"))).toMatch(/^a cost of positions/);
    const still = learningTask(quarticOscillators as never, { cost: { final: "q[0]" } as never });
    expect(rule("final value").refusal(still as unknown as LearningTask)).toMatch(/with a horizon/);
  });

  test("options and data", () => {
    expect(() => rule("end value" as never)).toThrow(/"initial value", "boundary values"/);
    expect(() => rule("free end", { fixed: "velocity" })).toThrow(/free end fixes no initial motion/);
    expect(() => rule("final value", { nudge: 0 })).toThrow(/a positive number/);
    const task = taskOf("sum(q_dot^2)/2");
    const data = { parameters: { gamma: 0 }, initial: { q: [1, 0], q_dot: [0, 0] } };
    expect(() => rule("boundary values").gradient(task, data as never)).toThrow(/boundary.q/);
    const short = { ...task, horizon: { steps: 2 } } as LearningTask;
    expect(() => rule("periodic").gradient(short, data as never)).toThrow(/at least 3 for the boundary condition/);
    expect(() => rule("final value").gradient(task, { ...data, boundary: { q: [0, 0] } } as never)).toThrow(
      /boundary.q/,
    );
  });
});
