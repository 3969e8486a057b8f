import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Expression, topologicalOrder } from "../../core/expression/expression.js";
import { symbolsOf } from "../../core/expression/primitives/leaves.js";
import type { DynamicalSystem, NumericValue } from "../../core/system.js";
import { newton } from "../../integrators/solvers/newton.js";
import { spectralAbscissa } from "../../integrators/spectrum/spectral-abscissa.js";
import type { TaskData } from "../../learning/rule.js";
import type { FiniteDifferenceResult } from "../../learning/rules/finite-differences.js";
import { finiteDifferences } from "../../learning/rules/finite-differences.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import { energySystem } from "../../systems/energy-system.js";
import { forceSystem } from "../../systems/force-system.js";
import { arbitraryForceTask } from "../arbitraries/force-task.js";
import { ACTIVATIONS, filled, slopeOf } from "../arbitraries/formula-templates.js";
import { arbitrarySkewGradientTask } from "../arbitraries/skew-gradient-task.js";
import type { TaskCase } from "../arbitraries/task-case.js";
import { carefulSolver } from "../measures/careful-solver.js";
import { measureConditioning } from "../measures/conditioning.js";
import { pointFunction } from "../measures/point-function.js";
import { compareGradients, errorNorm, expectedNorm } from "../measures/relative-error.js";
import { stateAsGuess } from "../measures/state-as-guess.js";

const implicit = implicitDifferentiation({ settle: carefulSolver() });
const differences = finiteDifferences({ settle: newton() });

const sample = (cases: fc.Arbitrary<TaskCase>, seed: number, count: number): TaskCase[] =>
  fc.sample(cases, { seed, numRuns: count });

/** How far the two references are apart, relative to the gradient or, where that vanishes, to the cost. */
function disagreement({ task, data }: TaskCase): number {
  const exact = implicit.gradient(task, data);
  const found = differences.gradient(task, stateAsGuess(exact, data)) as FiniteDifferenceResult;
  const entries = compareGradients(found, exact);
  return errorNorm(entries) / Math.max(expectedNorm(entries), 1e-3 * Math.abs(exact.cost), 1e-6);
}

const inputOf = ({ input = {} }: TaskData): Readonly<Record<string, NumericValue>> =>
  input as Readonly<Record<string, NumericValue>>;

/** The state that implicit differentiation settles to, by block. */
const settled = ({ task, data }: TaskCase): Record<string, Float64Array> =>
  Object.fromEntries(
    Object.entries(implicit.gradient(task, data).state).map(([name, { data: values }]) => [name, values]),
  );

/** The abscissa of the activators with the inhibitors held: positive at saddles that fast inhibitors keep stable. */
function activatorsAlone(drawn: TaskCase): number {
  const { system } = drawn.task;
  const [u, v] = [system.state.slice(0, 1), system.state.slice(1)];
  const field = new Map([["u", system.field.get("u") as Expression]]);
  const { u: state, v: held } = settled(drawn) as { u: Float64Array; v: Float64Array };
  const alone: DynamicalSystem = { ...system, state: u, input: [...system.input, ...v], field };
  const input = { ...inputOf(drawn.data), v: held };
  return spectralAbscissa(alone, { state: { u: state }, parameters: drawn.data.parameters, input }).abscissa;
}

const uses = (formula: Expression, name: string): boolean => symbolsOf(topologicalOrder([formula])).has(name);

describe("implicit differentiation equals finite differences", () => {
  test.each([
    ["forces", arbitraryForceTask(), 12],
    ["forces far from symmetric", arbitraryForceTask({ leastAsymmetry: 0.2 }), 6],
    ["forces with bounded states", arbitraryForceTask({ bounded: true }), 6],
    ["batches of forces", arbitraryForceTask({ examples: 3 }), 4],
    ["activators and inhibitors", arbitrarySkewGradientTask({ structure: "network" }), 8],
    ["FitzHugh-Nagumo cells", arbitrarySkewGradientTask({ structure: "cells" }), 8],
    ["batches of activators and inhibitors", arbitrarySkewGradientTask({ examples: 2 }), 4],
  ])("on random %s", (_, cases, count) => {
    const gaps = sample(cases, 5, count).map(disagreement);
    expect(gaps.filter((gap) => !(gap <= 1e-8))).toEqual([]);
  });
});

describe("random forces", () => {
  const drawn = sample(arbitraryForceTask(), 1, 40);

  test("cover rate and Hopfield units, depths, feedback, energies, gates, and costs beyond the last layer", () => {
    const names = drawn.map(({ task }) => task.system.name);
    expect(names.filter((name) => name.includes("rate")).length).toBeGreaterThan(10);
    expect(names.filter((name) => name.includes("Hopfield")).length).toBeGreaterThan(10);
    const layers = drawn.map(({ task }) => task.system.state.length);
    expect(new Set(layers)).toEqual(new Set([1, 2, 3]));
    for (const parameter of ["W2", "B1", "B2", "L1", "M1", "S", "G", "stiffness1"]) {
      const having = drawn.filter(({ task }) => task.system.parameters.some(({ name }) => name === parameter));
      expect([parameter, having.length > 1]).toEqual([parameter, true]);
    }
    for (const name of ["s1", "b", "V", "x"]) {
      const deep = drawn.filter(({ task }) => task.system.state.length > 1);
      expect(deep.some(({ task }) => uses(task.cost.final as Expression, name))).toBe(true);
    }
  });

  test("are stable, well conditioned and no gradients", () => {
    const measured = drawn.map(({ task, data }) => measureConditioning(task, data));
    expect(
      measured.every(({ settled, abscissa, conditionNumber }) => settled && abscissa < 0 && conditionNumber <= 100),
    ).toBe(true);
    expect(measured.filter(({ asymmetry }) => asymmetry > 0.1).length).toBeGreaterThan(24);
    expect(drawn.filter(({ task }) => task.system.facts.gradient).length).toBeLessThan(12);
  });

  test("have the asymmetry that was asked for, which is that of the Jacobian", () => {
    const asymmetric = sample(arbitraryForceTask({ leastAsymmetry: 0.25 }), 2, 8);
    const measured = asymmetric.map(({ task, data }) => measureConditioning(task, data));
    expect(Math.min(...measured.map(({ asymmetry }) => asymmetry))).toBeGreaterThanOrEqual(0.25);
    expect(asymmetric.every(({ task }) => task.system.kind === "force" && !task.system.facts.gradient)).toBe(true);
  });

  test("shrink to the plainest network, and print its formulas", () => {
    const found = fc.check(
      fc.property(arbitraryForceTask(), ({ task }) => task.system.state.length < 2),
      { seed: 7, numRuns: 20 },
    );
    const [{ task, data }] = found.counterexample as [TaskCase];
    expect(task.system.state.map(({ shape }) => shape)).toEqual([[1], [1]]);
    expect(data.input?.x).toHaveLength(1);
    const [printed] = found.counterexample!.map((each) => fc.stringify(each)) as [string];
    expect(printed).toMatch(
      /^random rate network 1-1-1 of s1: \[1\], s2: \[1\]\n {2}ds1\/dt .*- s1.*\n {2}ds2\/dt .*- s2.*\n {2}cost /,
    );
    expect(printed).toMatch(/\n {2}at \{.*"W2"/);
  });
});

describe("random activators and inhibitors", () => {
  const drawn = sample(arbitrarySkewGradientTask(), 3, 50);

  test("cover networks, lattices, chains and graphs, and time constants of all kinds", () => {
    const names = drawn.map(({ task }) => task.system.name.replace(/ *\[.*\]| \d.*/, ""));
    expect(new Set(names)).toEqual(
      new Set([
        "random activators and inhibitors",
        ...["ring", "chain", "lattice", "graph"].map((kind) => `FitzHugh-Nagumo cells on a ${kind}`),
      ]),
    );
    const parameters = new Set(drawn.flatMap(({ task }) => task.system.parameters.map(({ name }) => name)));
    for (const name of ["tau_u", "tau_us", "tau_v", "tau_vs", "L", "M", "H", "stiffness", "g"]) {
      expect(parameters).toContain(name);
    }
  });

  test.each(["activators", "inhibitors", "both"] as const)("have a cost on %s on request", (cost) => {
    for (const { task } of sample(arbitrarySkewGradientTask({ cost }), 4, 6)) {
      const on = ["u", "v"].filter((name) => uses(task.cost.final as Expression, name));
      expect(on).toEqual({ activators: ["u"], inhibitors: ["v"], both: ["u", "v"] }[cost]);
    }
  });

  test("are stable, some of them only for their time constants", () => {
    const measured = drawn.map(({ task, data }) => measureConditioning(task, data));
    expect(
      measured.every(({ settled, abscissa, conditionNumber }) => settled && abscissa < 0 && conditionNumber <= 100),
    ).toBe(true);
    expect(measured.filter(({ asymmetry }) => asymmetry > 0.1).length).toBeGreaterThan(36);
    const saddles = drawn.slice(0, 20).filter((each) => activatorsAlone(each) > 0);
    expect(saddles.length).toBeGreaterThan(1);
  });

  test("have no gradient for their time constants, which do not move a stationary state", () => {
    const slow = drawn.filter(({ task }) => task.system.parameters.some(({ name }) => name.startsWith("tau_")));
    expect(slow.length).toBeGreaterThan(20);
    for (const { task, data } of slow) {
      const { gradient } = implicit.gradient(task, data);
      const constants = Object.entries(gradient).filter(([name]) => name.startsWith("tau_"));
      expect(Math.max(...constants.flatMap(([, { data: values }]) => [...values].map(Math.abs)))).toBeLessThan(1e-10);
    }
  });

  test("shrink to the plainest network, and print its potential and time constants", () => {
    const found = fc.check(
      fc.property(
        arbitrarySkewGradientTask({ structure: "cells" }),
        ({ task }) => task.system.timeConstants?.size === 0,
      ),
      { seed: 7, numRuns: 50 },
    );
    const [printed] = found.counterexample!.map((each) => fc.stringify(each)) as [string];
    expect(printed).toMatch(
      /^FitzHugh-Nagumo cells on a \w+ \[[23]\].*\n {2}potential .*\n {2}time constant of [uv] .*\n {2}cost /,
    );
  });
});

test("the abscissa that is asked for equals the measured one at random states", () => {
  const cases = [...sample(arbitraryForceTask({ bounded: true }), 8, 4), ...sample(arbitrarySkewGradientTask(), 8, 4)];
  for (const { task, data } of cases) {
    const state = settled({ task, data });
    for (const method of ["dense", "iterative"] as const) {
      const { abscissa } = spectralAbscissa(task.system, {
        state,
        parameters: data.parameters,
        input: inputOf(data),
        method,
      });
      expect(abscissa).toBeCloseTo(measureConditioning(task, data).abscissa, 6);
    }
  }
});

test.each(ACTIVATIONS)("the slope of the activation %s is its derivative", (activation) => {
  const shape = { s: [3] };
  const energy = energySystem({ name: "activation", state: shape, energy: `-sum(${filled(activation, "s")})` });
  const slope = forceSystem({ name: "slope", state: shape, force: { s: filled(slopeOf(activation), "s") } });
  const [derivative, stated] = [energy, slope].map(
    ({ field }) => pointFunction([...field.values()])({ s: Float64Array.of(-1.3, 0.2, 0.9) })[0] as Float64Array,
  );
  stated!.forEach((value, k) => {
    expect(value).toBeCloseTo(derivative![k]!, 14);
  });
});
