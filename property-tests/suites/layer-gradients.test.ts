import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../core/errors.js";
import { layerCost } from "../../core/layers/layer-cost.js";
import { firstName } from "../../core/layers/layered-action.js";
import type { DynamicalSystem, StateArray, Values } from "../../core/system.js";
import { LayerError } from "../../integrators/layers/layer-error.js";
import { newton } from "../../integrators/solvers/newton.js";
import { echoGradient } from "../../learning/layers/hamiltonian-echo.js";
import { layerEquilibriumGradient } from "../../learning/layers/layer-equilibrium.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { learningTask } from "../../learning/task.js";
import { deepEnergyNetwork } from "../../systems/catalogue/deep-energy-network.js";
import { stackedSystem } from "../../systems/stacked-system.js";
import {
  backpropagatedGradient,
  gradientDistance,
  initialValues,
  measureChainEquilibrium,
  measureEcho,
  measureEnergyNetworkEquilibrium,
  type NudgeFigure,
  slopesOf,
  squaredDistance,
} from "../measures/layer-gradients.js";
import { energyNetworkExample, fitzhughNagumoExample } from "../measures/layer-recurrence.js";

const SEEDS = [0, 1, 2, 3];

const dataOf = (arrays: Readonly<Record<string, StateArray>>): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, data]));

const expectSlopes = (figures: readonly NudgeFigure[], expected: number, within: number): void => {
  for (const slope of slopesOf(figures)) expect(Math.abs(slope - expected)).toBeLessThan(within);
};

describe("the Hamiltonian echo along 6 layers", () => {
  test("has the errors of the reference", () => {
    const errors = measureEcho().map(({ error }) => error);
    [6e-3, 6e-5, 6e-7].forEach((expected, k) => {
      expect(errors[k]).toBeLessThan(expected);
      expect(errors[k]).toBeGreaterThan(expected / 10);
    });
  });

  test.each(SEEDS)("is of second order in a centred nudge, of first in a one-sided one, seed %i", (seed) => {
    expectSlopes(measureEcho({ seed, nudges: [1e-4, 1e-5, 1e-6] }), 2, 0.1);
    expectSlopes(measureEcho({ seed, nudging: "one-sided", nudges: [1e-4, 1e-5, 1e-6] }), 1, 0.1);
  });

  test("needs smaller nudges at greater depth, because errors grow along it", () => {
    const [three, six] = [3, 6].map((layers) => measureEcho({ nudges: [1e-4] }, layers)[0]?.error as number);
    expect(six).toBeGreaterThan(100 * (three as number));
  });

  test("gives gradients for initial layer and momenta, and for own and shared parameters, of any size", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(fitzhughNagumoExample, energyNetworkExample),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 1000 }),
        (make, width, layers, seed) => {
          const example = make({ width, layers, seed });
          const { action, parameters } = example;
          const cost = squaredDistance(example);
          const initial = initialValues(example, 1e-3);
          const target = { y: new Float64Array(width).fill(0.2) };
          const expected = backpropagatedGradient(example, cost, initial, target);
          const found = echoGradient(action, cost, { layers, initial, parameters, target, nudge: 1e-5 });
          const flat = { ...dataOf(found.gradient), ...dataOf(found.initialGradient) };
          expect(Object.keys(flat).sort()).toEqual(Object.keys(expected).sort());
          expect(gradientDistance(flat, expected)).toBeLessThan(1e-5);
        },
      ),
      { numRuns: 25, seed: 5 },
    );
  });

  test("leaves the finite numbers with an error that names pass and layer", () => {
    const example = fitzhughNagumoExample({ layers: 12 });
    const initial = { u: 1, v: 1, u_momentum: 3, v_momentum: 0 };
    const run = () =>
      echoGradient(example.action, squaredDistance(example), {
        layers: 12,
        initial,
        parameters: example.parameters,
        target: { y: 0 },
        nudge: 1e-5,
      });
    expect(run).toThrow(LayerError);
    expect(run).toThrow(/The forward pass left the finite numbers at layer \d+; take a smaller nudge/);
  });
});

describe("equilibrium propagation along 8 layers", () => {
  test("has the errors of the reference on the FitzHugh-Nagumo chain", () => {
    const errors = measureChainEquilibrium().map(({ error }) => error);
    [0.42, 3e-3, 3e-5].forEach((expected, k) => {
      expect(errors[k]).toBeLessThan(expected);
      expect(errors[k]).toBeGreaterThan(expected / 10);
    });
  });

  test.each(SEEDS)("is of second order in a centred nudge, of first in a one-sided one, seed %i", (seed) => {
    for (const measure of [measureChainEquilibrium, measureEnergyNetworkEquilibrium]) {
      expectSlopes(measure({ seed, nudges: [1e-2, 1e-3, 1e-4] }), 2, 0.1);
      expectSlopes(measure({ seed, nudging: "one-sided", nudges: [1e-3, 1e-4, 1e-5] }), 1, 0.1);
    }
  });

  test.each([
    ["FitzHugh-Nagumo chain", fitzhughNagumoExample, "u"],
    ["deep energy network", energyNetworkExample, "s"],
  ] as const)("equals the rule for ordinary systems on the stack: %s", (_name, make, block) => {
    const example = make({ layers: 5, width: 3, seed: 1 });
    const { action, layers, first, parameters } = example;
    const system = stackedSystem(action, { layers }) as DynamicalSystem;
    const task = learningTask(system, {
      target: { y: [3] },
      cost: { final: `sum((${block}[${layers - 1}] - y)^2)/2` },
    });
    const target = { y: [0.3, -0.1, 0.2] };
    const nudge = 1e-2;
    const found = layerEquilibriumGradient(action, squaredDistance(example), {
      layers,
      first,
      parameters,
      target,
      nudge,
    });
    const input = Object.fromEntries(Object.entries(first).map(([name, value]) => [firstName(name), value]));
    const rule = equilibriumPropagation({ nudge, settle: newton({ tolerance: 1e-13 }) });
    const guess = dataOf(found.free.states);
    const expected = rule.gradient(task, { parameters, input, target, guess } as never);
    expect(found.cost).toBeCloseTo(expected.cost, 12);
    const firsts = Object.entries(dataOf(found.firstGradient)).map(([name, values]) => [firstName(name), values]);
    expect(
      gradientDistance(
        { ...dataOf(found.gradient), ...Object.fromEntries(firsts) },
        { ...dataOf(expected.gradient as never), ...dataOf(expected.inputGradient as never) },
      ),
    ).toBeLessThan(1e-9);
  });

  test("reports the free phase and its method where the recurrence does not carry", () => {
    const example = energyNetworkExample({ layers: 40, width: 2 });
    const { action, ...data } = example;
    const options = { ...data, target: { y: 0.5 }, nudge: 1e-3 };
    const { free, residual, gradient } = layerEquilibriumGradient(action, squaredDistance(example), options);
    expect(free.method).toBe("boundary value");
    expect(free.reason).toContain("so the boundary value problem was solved instead");
    expect(residual).toBeLessThan(1e-13);
    expect((gradient.W as StateArray).shape).toEqual([40, 2, 2]);
  });

  test("trains: descent along the gradient lowers the cost", () => {
    const { action, parameters, input } = deepEnergyNetwork({ width: 3, layers: 3, seed: 2 });
    const cost = layerCost(action, { target: { y: [3] }, cost: "sum((s - y)^2)/2" });
    let { W, bias } = parameters as { readonly W: Float64Array; readonly bias: Float64Array };
    const costs: number[] = [];
    for (let step = 0; step < 40; step++) {
      const result = layerEquilibriumGradient(action, cost, {
        layers: 3,
        first: { s: input.s_first },
        parameters: { W, bias },
        target: { y: [0.4, -0.3, 0.2] },
        nudge: 1e-3,
      });
      costs.push(result.cost);
      const descend = (values: Float64Array, slope: StateArray): Float64Array =>
        values.map((value, k) => value - 0.2 * (slope.data[k] as number));
      [W, bias] = [descend(W, result.gradient.W), descend(bias, result.gradient.bias)];
    }
    for (let k = 0; k < 10; k++) expect(costs[k + 1]).toBeLessThan(costs[k] as number);
    expect(costs.at(-1)).toBeLessThan((costs[0] as number) / 100);
  });
});

describe("bad input is refused:", () => {
  const example = fitzhughNagumoExample({ layers: 3, width: 2 });
  const { action, ...data } = example;
  const cost = squaredDistance(example);
  const initial = { u: 0, v: 0, u_momentum: 0, v_momentum: 0 } as Values;
  const valid = { target: { y: 0 }, nudge: 1e-3 };

  test.each([
    [{ nudge: 0 }, "echoGradient, nudge: got 0"],
    [{ nudging: "random" }, 'echoGradient, nudging: got "random"'],
    [{ layers: -1 }, "echoGradient, layers: got -1"],
    [{ initial: { u: 0, v: 0 } }, "initial.u_momentum: got nothing"],
    [{ target: { y: [1, 2, 3] } }, "target.y: got the shape [3]"],
  ])("echo %j", (change, message) => {
    const run = () => echoGradient(action, cost, { ...data, initial, ...valid, ...change } as never);
    expect(run).toThrow(InputError);
    expect(run).toThrow(message);
  });

  test.each([
    [{ nudge: -1 }, "layerEquilibriumGradient, nudge: got -1"],
    [{ nudging: "both" }, 'layerEquilibriumGradient, nudging: got "both"'],
    [{ target: {} }, "target.y: got nothing"],
    [{ first: { u: 0 } }, "first.v: got nothing"],
  ])("equilibrium %j", (change, message) => {
    const run = () => layerEquilibriumGradient(action, cost, { ...data, ...valid, ...change } as never);
    expect(run).toThrow(InputError);
    expect(run).toThrow(message);
  });
});
