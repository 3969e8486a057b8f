import fc from "fast-check";
import { EigenvalueDecomposition } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import { InputError } from "../../core/errors.js";
import type { DynamicalSystem } from "../../core/system.js";
import { blockCoordinate } from "../../integrators/solvers/block-coordinate.js";
import { denseJacobian } from "../../integrators/solvers/dense-jacobian.js";
import { fixedPoint } from "../../integrators/solvers/fixed-point.js";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import { newton } from "../../integrators/solvers/newton.js";
import { solvers } from "../../integrators/solvers/registry.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import { duffing, hopfieldNetwork, standardMap } from "../../systems/catalogue/index.js";
import { energySystem } from "../../systems/energy-system.js";
import { forceSystem } from "../../systems/force-system.js";
import { arbitraryEnergyTask } from "../index.js";
import { wave } from "./example-tasks.js";
import { type SettleData, settleSystem } from "./settle-system.js";

type Values = Readonly<Record<string, Float64Array>>;

const flat = (state: Values): number[] => Object.values(state).flatMap((values) => [...values]);
const distance = (a: Values, b: Values): number => {
  const other = flat(b);
  return Math.hypot(...flat(a).map((value, k) => value - other[k]!));
};

/** The field at a state by the interpreter: independent of the solvers' own residual. */
const fieldAt = (system: DynamicalSystem, state: Values, { each, shared }: SettleData): number[] =>
  evaluate([...system.field.values()], { ...each, ...shared, ...state } as Values).flatMap((values) => [...values]);

const tooLong = { iterations: 100_000 };

/** A layered network with an input, and weights small enough for the synchronous update not to oscillate. */
function network(
  activation: "tanh" | "sigmoid" | "hard-sigmoid",
  { seed = 1, layers = [4, 5, 3, 2] } = {},
): { system: DynamicalSystem; data: SettleData } {
  const { system, parameters, input } = hopfieldNetwork({ layers, activation, seed });
  const weights = Object.entries(parameters as unknown as Values).map(([name, values]) => [
    name,
    values.map((value) => 0.3 * value),
  ]);
  return {
    system: system as DynamicalSystem,
    data: { shared: { ...Object.fromEntries(weights), ...(input as unknown as Values) } },
  };
}

describe("all solvers find the same state", () => {
  const tolerance = 1e-10;

  test.each(["tanh", "sigmoid", "hard-sigmoid"] as const)("of a layered network: %s", (activation) => {
    for (const seed of [1, 2, 3, 4]) {
      const { system, data } = network(activation, { seed });
      const exact = settleSystem(system, newton({ tolerance: 1e-13, after: gradientFlow() }), data);
      expect(exact.unsettled).toBe(0);
      for (const { name, make } of solvers.filter((each) => each.name !== "newton")) {
        const found = settleSystem(system, make(tolerance), data);
        expect([name, found.unsettled]).toEqual([name, 0]);
        expect(Math.max(...found.residual)).toBeLessThanOrEqual(tolerance);
        expect(distance(found.state, exact.state)).toBeLessThan(100 * tolerance);
      }
    }
  });

  test.each([false, true])("of random energies, with bounded states: %s", (bounded) => {
    for (const { task, data } of fc.sample(arbitraryEnergyTask({ bounded }), { seed: 31, numRuns: 12 })) {
      const shared = { ...data.parameters, ...data.input } as unknown as Values;
      const flow = settleSystem(task.system, gradientFlow({ step: 0.2, tolerance, ...tooLong }), { shared });
      const polished = settleSystem(task.system, newton({ after: gradientFlow({ step: 0.2 }) }), { shared });
      expect([flow.unsettled, polished.unsettled]).toEqual([0, 0]);
      expect(distance(flow.state, polished.state)).toBeLessThan(1e-8);
    }
  });

  test("of a force without an energy", () => {
    const rate = forceSystem({
      name: "rate network",
      state: { r: [3], s: [2] },
      parameters: { A: [3, 2], B: [2, 3] },
      force: { r: "-r + A @ tanh(s) + 0.3", s: "-s + B @ tanh(r) - 0.2" },
    });
    const data = { shared: { A: wave(6, 1), B: wave(6, 4) } };
    const [first, ...rest] = solvers.map(({ make }) => settleSystem(rate, make(1e-11), data));
    expect(first!.unsettled).toBe(0);
    for (const each of rest) expect(distance(each.state, first!.state)).toBeLessThan(1e-9);
  });
});

describe("the order of convergence", () => {
  const { system, data } = network("tanh");
  const residualAfter = (solver: StationarySolver, more: SettleData = data): number =>
    settleSystem(system, solver, more).residual[0]!;

  test("of Newton's method is 2: the residual squares", () => {
    const near = settleSystem(system, gradientFlow({ iterations: 2 }), data);
    const start = { ...data, each: near.state };
    const residuals = [1, 2, 3, 4, 5]
      .map((iterations) => residualAfter(newton({ iterations, tolerance: 1e-15 }), start))
      .filter((residual) => residual > 1e-14);
    expect(residuals.length).toBeGreaterThanOrEqual(3);
    const [before, here, after] = residuals.slice(-3).map(Math.log) as [number, number, number];
    expect((after - here) / (here - before)).toBeGreaterThan(1.8);
    expect(residualAfter(newton(), start)).toBeLessThan(1e-12);
  });

  test.each([0.1, 0.3, 1])("of gradient flow with step %d is 1, at the rate of the Hessian's eigenvalues", (step) => {
    const rest = settleSystem(system, newton({ after: gradientFlow() }), data).state;
    const [jacobian] = denseJacobian(system, { buffers: { ...(data.shared as Values), ...rest } })();
    const eigenvalues = new EigenvalueDecomposition(jacobian!).realEigenvalues;
    const rate = Math.max(...eigenvalues.map((value) => Math.abs(1 + step * value)));
    const solver = (iterations: number): StationarySolver => gradientFlow({ step, iterations, tolerance: 1e-15 });
    // Late enough for the slowest mode to be alone, early enough to stay above rounding.
    const late = Math.ceil(Math.log(1e-9) / Math.log(rate));
    const measured = (residualAfter(solver(late + 10)) / residualAfter(solver(late))) ** (1 / 10);
    expect(Math.abs(measured / rate - 1)).toBeLessThan(0.01);
  });

  test("of block-coordinate descent is 1, in about half the iterations of the synchronous update", () => {
    const pair = energySystem({
      name: "linear layers",
      state: { h: [6], o: [3] },
      parameters: { W: [3, 6] },
      energy: "sum(h^2)/2 + sum(o^2)/2 - dot(o, W @ h) - sum(h)",
    });
    const count = (solver: StationarySolver): number =>
      settleSystem(pair, solver, { shared: { W: wave(18, 1, 0.25) } }).iterations;
    const [synchronous, sweeps] = [fixedPoint, blockCoordinate].map((make) => count(make({ tolerance: 1e-10 })));
    expect(synchronous).toBeGreaterThan(20);
    expect(Math.abs(sweeps! / synchronous! - 0.5)).toBeLessThan(0.05);
  });

  test("fixed point is gradient flow of step 1, bit for bit", () => {
    const [a, b] = [fixedPoint(), gradientFlow({ step: 1 })].map((solver) => settleSystem(system, solver, data));
    expect(a).toEqual(b);
  });
});

describe("bounds", () => {
  test("hold, and the field points out of them or vanishes (Karush, Kuhn, Tucker)", () => {
    const tolerance = 1e-10;
    const kinds = new Set<string>();
    for (const { task, data } of fc.sample(arbitraryEnergyTask({ bounded: true }), { seed: 41, numRuns: 15 })) {
      const shared = { ...data.parameters, ...data.input } as unknown as Values;
      for (const solver of [
        gradientFlow({ step: 0.2, tolerance, ...tooLong }),
        newton({ tolerance, after: gradientFlow({ step: 0.2 }) }),
      ]) {
        const { state, unsettled } = settleSystem(task.system, solver, { shared });
        const field = fieldAt(task.system, state, { shared });
        expect(unsettled).toBe(0);
        flat(state).forEach((value, k) => {
          const kind = value <= 0 ? "low" : value >= 1 ? "high" : "inside";
          kinds.add(kind);
          expect(value >= 0 && value <= 1).toBe(true);
          if (kind === "inside") expect(Math.abs(field[k]!)).toBeLessThanOrEqual(tolerance);
          else expect(kind === "low" ? field[k]! : -field[k]!).toBeLessThanOrEqual(tolerance);
        });
      }
    }
    expect([...kinds].sort()).toEqual(["high", "inside", "low"]);
  });

  test("count in the residual only as far as the field points inwards", () => {
    const bowl = energySystem({
      name: "bowl",
      state: { x: { shape: [4], bounds: [-1, 1] } },
      parameters: { c: [4] },
      energy: "sum((x - c)^2)/2",
    });
    const settle = (x: number[]) =>
      settleSystem(bowl, newton({ iterations: 1, tolerance: 10 }), { shared: { c: [5, -5, 0.25, 1] }, each: { x } });
    expect(settle([1, -1, 0.25, 1]).residual[0]).toBe(0);
    expect(settle([1, -1, 0, 1]).residual[0]).toBe(0.25);
    expect(settle([-1, -1, 0.25, 1]).residual[0]).toBe(2);
    for (const { make } of solvers) {
      const found = settleSystem(bowl, make(1e-9), { shared: { c: [5, -5, 0.25, 1] } });
      expect(found.unsettled).toBe(0);
      flat(found.state).forEach((value, k) => {
        expect(value).toBeCloseTo([1, -1, 0.25, 1][k]!, 8);
      });
    }
  });

  test("a guess outside is moved inside", () => {
    const { system, data } = network("hard-sigmoid");
    const outside = { hidden1: new Float64Array(5).fill(7), hidden2: new Float64Array(3).fill(-7), output: [9, -9] };
    for (const { make } of solvers) {
      const { state } = settleSystem(system, make(1e-8), { ...data, each: outside });
      expect(flat(state).every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });
});

describe("what has not settled is reported", () => {
  const { system, data } = network("tanh");

  test.each(solvers.filter(({ name }) => !name.includes("newton")))("after too few iterations: $name", ({ name }) => {
    const hasty = { gradientFlow, fixedPoint, blockCoordinate }[name]!({ iterations: 2, tolerance: 1e-9 });
    const found = settleSystem(system, hasty, data);
    expect(found).toMatchObject({ iterations: 2, unsettled: 1, tolerance: 1e-9 });
    const field = fieldAt(system, found.state, data);
    expect(found.residual[0]).toBeCloseTo(Math.hypot(...field), 13);
    expect(found.residual[0]).toBeGreaterThan(1e-4);
  });

  test("by Newton's method where there is no stationary state", () => {
    const slope = energySystem({ name: "slope", state: { x: [] }, energy: "exp(x) + x" });
    const found = settleSystem(slope, newton({ iterations: 8 }), {});
    expect(found.unsettled).toBe(1);
    expect(found.residual[0]).toBeGreaterThanOrEqual(1);
    expect(found.residual[0]).toBeCloseTo(1 + Math.exp(found.state.x![0]!), 12);
  });

  test("by Newton's method where the Jacobian is singular", () => {
    const flatSpot = energySystem({ name: "flat spot", state: { x: [] }, energy: "x^3/3 + x" });
    expect(settleSystem(flatSpot, newton(), {})).toMatchObject({ iterations: 0, unsettled: 1 });
  });

  test("by relaxations whose step is too large", () => {
    const stiff = energySystem({ name: "stiff", state: { x: [] }, energy: "3*(x - 1)^2/2" });
    const found = settleSystem(stiff, gradientFlow({ step: 1, iterations: 30 }), {});
    expect(found).toMatchObject({ iterations: 30, unsettled: 1 });
    expect(found.residual[0]).toBe(3 * 2 ** 30);
    expect(settleSystem(stiff, gradientFlow({ step: 0.5 }), {}).unsettled).toBe(0);
  });

  test("at once where the state leaves the finite numbers", () => {
    const cliff = energySystem({ name: "cliff", state: { x: [2] }, energy: "sum(x^2)/2 - sum(x^4)" });
    for (const make of [gradientFlow, fixedPoint, blockCoordinate]) {
      const found = settleSystem(cliff, make(), { each: { x: [5, 0.1] } });
      expect(found.unsettled).toBe(1);
      expect(found.iterations).toBeLessThan(20);
    }
    expect(settleSystem(cliff, newton(), { each: { x: [Number.NaN, 0] } }).unsettled).toBe(1);
  });

  test("and a relaxation that stops by itself has settled", () => {
    for (const { task, data: values } of fc.sample(arbitraryEnergyTask(), { seed: 51, numRuns: 12 })) {
      const shared = { ...values.parameters, ...values.input } as unknown as Values;
      for (const make of [gradientFlow, blockCoordinate]) {
        const { iterations, unsettled } = settleSystem(task.system, make({ step: 0.4, ...tooLong }), { shared });
        expect([unsettled, iterations < tooLong.iterations]).toEqual([0, true]);
      }
    }
  });
});

describe("refused, in a sentence:", () => {
  test.each(solvers)("fields that depend on time and maps, by $name", ({ make }) => {
    const solver = make(1e-6);
    expect(solver.refusal(duffing().system as DynamicalSystem)).toMatch(/^the field of .* depends on the time t, so/);
    expect(solver.refusal(standardMap().system as DynamicalSystem)).toMatch(/moves in discrete time; a fixed point of/);
    expect(solver.refusal(network("tanh").system)).toBeUndefined();
  });

  test.each([
    ["gradientFlow", gradientFlow],
    ["fixedPoint", fixedPoint],
    ["blockCoordinate", blockCoordinate],
    ["newton", newton],
  ])("options of %s that are not positive", (_, make) => {
    for (const tolerance of [0, -1, Number.NaN]) expect(() => make({ tolerance })).toThrow(InputError);
    for (const iterations of [0, 1.5, -3])
      expect(() => make({ iterations })).toThrow(/iterations: got .* expected a whole/);
  });

  test("a step that is not positive", () => {
    for (const step of [0, -0.5, Number.POSITIVE_INFINITY]) {
      expect(() => gradientFlow({ step })).toThrow(/gradient flow step: got .* expected a positive number/);
      expect(() => blockCoordinate({ step })).toThrow(/block coordinate step/);
    }
  });
});
