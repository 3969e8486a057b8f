import { describe, expect, test } from "vitest";
import { evaluateScalar } from "../../core/compile/interpreter/evaluate.js";
import { interpreter } from "../../core/compile/interpreter/interpreter.js";
import { InputError } from "../../core/errors.js";
import { type LayerCost, layerCost } from "../../core/layers/layer-cost.js";
import { firstName } from "../../core/layers/layered-action.js";
import type { DynamicalSystem, StateArray } from "../../core/system.js";
import { LayerError } from "../../integrators/layers/layer-error.js";
import { type StationaryLayers, stationaryLayers } from "../../integrators/layers/stationary-layers.js";
import { squaredResidual } from "../../integrators/solvers/stationary-solver.js";
import { fitzhughNagumoLayers } from "../../systems/catalogue/fitzhugh-nagumo-layers.js";
import { stackedSystem } from "../../systems/stacked-system.js";
import {
  energyNetworkExample,
  fitzhughNagumoExample,
  type LayerExample,
  measureCanonicalMap,
  measureEnergyNetworkRecurrence,
  measureLayerRecurrence,
  type RecurrenceFigure,
  stateDistance,
} from "../measures/layer-recurrence.js";

const SEEDS = [0, 1, 2];

/** The residual by the stacked system's own field: an implementation that shares nothing with the layers' solvers. */
function stackedResidual(
  { action, layers, first, parameters }: LayerExample,
  states: StationaryLayers["states"],
): number {
  const system = stackedSystem(action, { layers }) as DynamicalSystem;
  const input = Object.entries(first).map(([name, value]) => [firstName(name), value]);
  const defaults = system.parameters.map(({ name, shape, default: value }) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return [name, typeof value === "number" ? new Float64Array(size).fill(value) : value];
  });
  const given = Object.entries(parameters).filter(([, value]) => typeof value !== "number");
  const solved = Object.entries(states).map(([name, { data }]) => [name, data]);
  const values = Object.fromEntries([...defaults, ...given, ...input, ...solved]);
  return Math.sqrt(evaluateScalar(squaredResidual(system), values));
}

describe("the recurrence along the FitzHugh-Nagumo chain of width 5", () => {
  // Errors of the reference computation at 4, 8, 16, 24 and 32 layers; it lost the recurrence at 48.
  const reference = [1e-15, 3e-14, 2e-11, 6e-9, 8e-6];
  const figures = SEEDS.map((seed) => measureLayerRecurrence({ seed }));

  test.each(SEEDS)("has the errors of the reference, seed %i", (seed) => {
    const errors = (figures[seed] as RecurrenceFigure[]).map(({ error }) => error);
    reference.forEach((expected, k) => {
      expect(errors[k]).toBeLessThan(4 * expected);
    });
    // It is a recurrence, whose error grows with the depth: a solver in disguise would stay at rounding.
    expect(errors[3]).toBeGreaterThan(1e-11);
    expect(errors[4]).toBeGreaterThan(1e-8);
    expect(errors[5]).toBe(Number.POSITIVE_INFINITY);
  });

  test.each(SEEDS)("magnifies errors two- to threefold per layer, as its tangent map says, seed %i", (seed) => {
    const [, eight, sixteen, twentyFour, thirtyTwo] = figures[seed] as RecurrenceFigure[];
    for (const [before, after] of [
      [eight, sixteen],
      [sixteen, twentyFour],
      [twentyFour, thirtyTwo],
    ] as [RecurrenceFigure, RecurrenceFigure][]) {
      const perLayer = (after.growth / before.growth) ** (1 / (after.layers - before.layers));
      expect(perLayer).toBeGreaterThan(2);
      expect(perLayer).toBeLessThan(3);
    }
    for (const { growth, error } of figures[seed]?.slice(0, 5) ?? []) {
      expect(error).toBeLessThan(16 * Number.EPSILON * growth);
      expect(error).toBeGreaterThan(0.01 * Number.EPSILON * growth);
    }
  });

  test.each(SEEDS)("gives way to the boundary value problem, and says so, seed %i", (seed) => {
    for (const { layers, method, reason, residual } of figures[seed] as RecurrenceFigure[]) {
      if (layers <= 24) {
        expect(method).toBe("recurrence");
        expect(reason).toContain("within the tolerance 1e-6");
      } else {
        expect(method).toBe("boundary value");
        expect(reason).toMatch(
          /^An error of the initial momenta grows \S+ times by layer (2[5-9]|30) of \d+, which leaves/,
        );
        expect(reason).toContain("above the tolerance 1e-6, so the boundary value problem was solved instead.");
        expect(residual).toBeLessThan(1e-14);
      }
    }
  });

  test.each([48, 150])("is replaced by a state that is stationary to rounding at %i layers", (layers) => {
    const example = fitzhughNagumoExample({ layers });
    const { action, ...data } = example;
    const { states, method, growth } = stationaryLayers(action, data);
    expect(method).toBe("boundary value");
    expect(stackedResidual(example, states)).toBeLessThan(1e-13);
    expect(growth).toBeGreaterThan(1e15);
  });

  test("is refused at 48 layers where it was asked for, with the layer and the remedy", () => {
    const { action, ...data } = fitzhughNagumoExample({ layers: 48 });
    const ask = () => stationaryLayers(action, { ...data, method: "recurrence" });
    expect(ask).toThrow(LayerError);
    expect(ask).toThrow(/by layer 28 of 48.*solve the "boundary value" problem/);
    try {
      ask();
    } catch (error) {
      expect((error as LayerError).layer).toBe(28);
    }
  });

  test("goes further with a larger tolerance, and less far with a smaller", () => {
    const reached = (layers: number, tolerance: number): string => {
      const { action, ...data } = fitzhughNagumoExample({ layers });
      return stationaryLayers(action, { ...data, tolerance }).method;
    };
    expect(reached(32, 1e-3)).toBe("recurrence");
    expect(reached(16, 1e-12)).toBe("boundary value");
    expect(reached(8, 1e-12)).toBe("recurrence");
  });
});

describe("the recurrence along the deep energy network of width 5", () => {
  test.each(SEEDS)("has the errors of the reference, seed %i", (seed) => {
    const figures = measureEnergyNetworkRecurrence({ seed });
    [2e-15, 1e-13, 9e-9].forEach((expected, k) => {
      expect(figures[k]?.error).toBeLessThan(4 * expected);
      expect(figures[k]?.method).toBe("recurrence");
    });
    expect(figures[2]?.error).toBeGreaterThan(1e-11);
  });

  test("gives the states of the stacked energy system", () => {
    const example = energyNetworkExample({ layers: 10 });
    const { action, ...data } = example;
    expect(stackedResidual(example, stationaryLayers(action, data).states)).toBeLessThan(1e-11);
    const solved = stationaryLayers(action, { ...data, method: "boundary value" });
    expect(stackedResidual(example, solved.states)).toBeLessThan(1e-14);
  });
});

describe("the canonical map, simulated from the boundary value solution's momenta", () => {
  test.each([
    ["FitzHugh-Nagumo chain", fitzhughNagumoExample],
    ["deep energy network", energyNetworkExample],
  ])("%s", (_name, make) => {
    for (const seed of SEEDS) {
      const { orbitError, endMomentum, symplecticity, inverseError } = measureCanonicalMap(make({ layers: 8, seed }));
      expect(orbitError).toBeLessThan(4e-13);
      expect(endMomentum).toBeLessThan(4e-12);
      expect(symplecticity).toBeLessThan(1e-14);
      expect(inverseError).toBeLessThan(1e-15);
    }
  });
});

describe("the ends", () => {
  const example = fitzhughNagumoExample({ layers: 8 });
  const { action, ...data } = example;

  test("a free end has no momentum", () => {
    const free = stationaryLayers(action, { ...data, method: "boundary value" });
    for (const { data: momenta, shape } of Object.values(free.momenta)) {
      expect(shape).toEqual([9, 5]);
      expect(Math.max(...momenta.slice(-5).map(Math.abs))).toBeLessThan(1e-13);
      expect(Math.max(...momenta.slice(0, 5).map(Math.abs))).toBeGreaterThan(0.01);
    }
  });

  test.each(["recurrence", "boundary value"] as const)("a nudged end has the momentum -nudge dC/dx_N: %s", (method) => {
    const cost = layerCost(action, { target: { y: [5] }, cost: "sum((u - y)^2)/2 + sum(v^4)" }) as LayerCost;
    const nudge = 0.01;
    const target = { y: [1, 2, 3, 4, 5] };
    const { momenta, states } = stationaryLayers(action, { ...data, method, end: { cost, target, nudge } });
    const last = (arrays: Readonly<Record<string, StateArray>>, name: string): Float64Array =>
      (arrays[name] as StateArray).data.slice(-5);
    const [u, v] = [last(states, "u"), last(states, "v")];
    last(momenta, "u_momentum").forEach((momentum, k) => {
      expect(momentum).toBeCloseTo(-nudge * ((u[k] as number) - (k + 1)), 10);
    });
    last(momenta, "v_momentum").forEach((momentum, k) => {
      expect(momentum).toBeCloseTo(-nudge * 4 * (v[k] as number) ** 3, 10);
    });
  });
});

describe("near the stationary state the steps are Newton's", () => {
  const { action, ...data } = fitzhughNagumoExample({ layers: 8 });
  const free = stationaryLayers(action, { ...data, method: "boundary value" });
  const guess = Object.fromEntries(
    Object.entries(free.states).map(([name, { data: values }]) => [
      name,
      values.map((each, k) => each + 1e-4 * Math.sin(k)),
    ]),
  );

  test("boundary value problem", () => {
    const { iterations, residual } = stationaryLayers(action, { ...data, guess, method: "boundary value" });
    expect(iterations).toBeLessThanOrEqual(5);
    expect(residual).toBeLessThan(1e-14);
  });

  test("recurrence", () => {
    const { iterations } = stationaryLayers(action, { ...data, guess, method: "recurrence" });
    expect(iterations).toBeLessThanOrEqual(7);
  });

  test.each(["recurrence", "boundary value"] as const)("with a nudged end, too: %s", (method) => {
    const cost = layerCost(action, { cost: "50*sum(u^2)" }) as LayerCost;
    const start = { ...data, method, end: { cost, nudge: 0.1 } };
    const nudged = stationaryLayers(action, { ...start, method: "boundary value" });
    const states = Object.entries(nudged.states).map(([name, { data: values }]) => [
      name,
      values.map((each) => each + 1e-5),
    ]);
    const { iterations } = stationaryLayers(action, { ...start, guess: Object.fromEntries(states) });
    expect(iterations).toBeLessThanOrEqual(5);
  });
});

describe("bad input is refused:", () => {
  const { action, ...data } = fitzhughNagumoExample({ layers: 4, width: 2 });

  test.each([
    [{ layers: 0 }, "stationaryLayers, layers: got 0"],
    [{ method: "shooting" }, 'stationaryLayers, method: got "shooting"'],
    [{ tolerance: 0 }, "stationaryLayers, tolerance: got 0"],
    [{ iterations: 0.5 }, "stationaryLayers, iterations: got 0.5"],
    [{ first: { u: 0 } }, "first.v: got nothing"],
    [{ first: { u: 0, v: 0, w: 0 } }, "first.w: got a name the system does not declare"],
    [{ guess: { u: [1, 2], v: 0 } }, "guess.u: got the shape [2]"],
    [{ parameters: {} }, "parameters.G: got nothing"],
  ])("%j", (change, message) => {
    const ask = () => stationaryLayers(action, { ...data, ...change } as never);
    expect(ask).toThrow(InputError);
    expect(ask).toThrow(message);
  });

  test("a misspelt block is an error of the types", () => {
    const typed = fitzhughNagumoLayers({ width: 2, layers: 4 });
    expect(() =>
      stationaryLayers(typed.action, {
        layers: 4,
        // @ts-expect-error the block is v
        first: { u: 0, w: 0 },
        parameters: { G: 0.1 },
      }),
    ).toThrow("first.w");
  });
});

test("a boundary value problem without a solution in reach says where, and what to do", () => {
  const { action, ...data } = fitzhughNagumoExample({ layers: 6, width: 2 });
  const ask = () => stationaryLayers(action, { ...data, method: "boundary value", iterations: 2 });
  expect(ask).toThrow(LayerError);
  expect(ask).toThrow(/did not converge: the largest force left, \S+, is on layer \d; give a guess nearer/);
});

test("weights without an inverse leave the boundary value problem, and the reason says so", () => {
  const { action, layers, first } = energyNetworkExample({ layers: 4, width: 2 });
  const parameters = { W: [0.3, 0.3, 0.3, 0.3], bias: 0.1 };
  const { method, reason, residual } = stationaryLayers(action, { layers, first, parameters });
  expect(method).toBe("boundary value");
  expect(reason).toBe(
    "The recurrence found no initial momenta that end right at layer 1 of 4, so the boundary value problem was solved instead.",
  );
  expect(residual).toBeLessThan(1e-14);
});

test("the interpreter gives the same states", () => {
  const { action, ...data } = fitzhughNagumoExample({ layers: 6, width: 2 });
  const [one, other] = [stationaryLayers(action, data), stationaryLayers(action, { ...data, backend: interpreter })];
  expect(stateDistance(one.states, other.states)).toBeLessThan(1e-12);
  expect((one.states.u as StateArray).shape).toEqual([6, 2]);
});
