import { describe, expect, test } from "vitest";
import { interpreter } from "../../core/compile/interpreter/interpreter.js";
import { javascript } from "../../core/compile/javascript/javascript.js";
import { sizeOf } from "../../core/expression/expression.js";
import type { DynamicalSystem } from "../../core/system.js";
import { blockCoordinate } from "../../integrators/solvers/block-coordinate.js";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import { solvers } from "../../integrators/solvers/registry.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import { hopfieldNetwork } from "../../systems/catalogue/index.js";
import { energySystem } from "../../systems/energy-system.js";
import { wave } from "./example-tasks.js";
import { type SettleData, settleSystem } from "./settle-system.js";

type Values = Readonly<Record<string, Float64Array>>;

const backends = [javascript, interpreter];

/** The data of one trajectory. */
function member({ each = {}, shared = {}, trajectories = 1 }: SettleData, k: number): SettleData {
  const part = (values: ArrayLike<number>): Float64Array => {
    const size = values.length / trajectories;
    return Float64Array.from(values).slice(k * size, (k + 1) * size);
  };
  return { shared, each: Object.fromEntries(Object.entries(each).map(([name, values]) => [name, part(values)])) };
}

/** The bits of a state: -0 and 0 differ, one NaN equals another. */
const bits = (state: Values): string[] =>
  Object.entries(state).flatMap(([name, values]) =>
    Array.from(values, (value) => `${name} ${Object.is(value, -0) ? "-0" : value}`),
  );

interface Batch {
  readonly name: string;
  readonly system: DynamicalSystem;
  readonly data: SettleData;
}

/** Larger for later trajectories, so that they take different numbers of iterations. */
const ramp = (values: Float64Array, trajectories: number): Float64Array =>
  values.map((value, k) => (value * (1 + Math.floor((k * trajectories) / values.length))) / trajectories);

/** A network whose trajectories differ in input and guess; the wide one is large enough for packed matrix products. */
function networkBatch(activation: "tanh" | "hard-sigmoid", layers: readonly number[], trajectories: number): Batch {
  const { system, parameters } = hopfieldNetwork({ layers, activation, seed: 4 });
  const weights = Object.entries(parameters as unknown as Values).map(([name, values]) => [
    name,
    values.map((value) => 0.2 * value),
  ]);
  const guess = system.state.map(({ name, shape }, k) => [name, wave(trajectories * sizeOf(shape), k, 0.5)]);
  const x = ramp(wave(trajectories * layers[0]!, 9), trajectories);
  return {
    name: `${activation} ${layers.join("-")}`,
    system: system as DynamicalSystem,
    data: { shared: Object.fromEntries(weights), each: { ...Object.fromEntries(guess), x }, trajectories },
  };
}

const lattice: Batch = {
  name: "ring of sites",
  system: energySystem({
    name: "ring",
    state: { u: [7], s: [] },
    parameters: { k: [] },
    input: { f: [7] },
    energy: "sum(u^4)/8 + sum(u^2)/2 + k*sum((u - shift(u, 1))^2)/2 - dot(f, u) + (s - mean(u))^2/4 + s^2/4",
  }),
  data: { shared: { k: [0.1] }, each: { f: ramp(wave(35, 2), 5), u: wave(35, 3), s: wave(5, 1) }, trajectories: 5 },
};

const batches = [
  networkBatch("tanh", [3, 4, 2], 5),
  networkBatch("hard-sigmoid", [3, 4, 5, 2], 5),
  networkBatch("tanh", [40, 30, 12], 6),
  lattice,
];

describe.each(backends)("on the backend $name", (backend) => {
  describe.each(batches)("a batch equals its members one by one, bit for bit: $name", ({ system, data }) => {
    test.each(solvers)("$name", ({ make }) => {
      const solver = make(1e-7);
      const together = settleSystem(system, solver, data, backend);
      const single = Array.from({ length: data.trajectories! }, (_, k) =>
        settleSystem(system, solver, member(data, k), backend),
      );
      expect(together.iterations).toBe(Math.max(...single.map(({ iterations }) => iterations)));
      if (solver.name === "gradient flow") {
        expect(new Set(single.map(({ iterations }) => iterations)).size).toBeGreaterThan(1);
      }
      expect(together.unsettled).toBe(0);
      expect([...together.residual]).toEqual(single.map(({ residual }) => residual[0]));
      for (const { name, shape } of system.state) {
        const size = sizeOf(shape);
        single.forEach(({ state }, k) => {
          const own = together.state[name]!.slice(k * size, (k + 1) * size);
          expect(bits({ [name]: own })).toEqual(bits({ [name]: state[name]! }));
        });
      }
    });
  });

  test("a member that diverges disturbs no other, and is the one reported", () => {
    const system = energySystem({
      name: "cliff",
      state: { x: [2] },
      parameters: { k: [] },
      energy: "sum(x^2)/2 - k*sum(x^4)",
    });
    const data = { shared: { k: [0.1] }, each: { x: [0.1, 0.2, 0.5, 5, -0.4, 0.3] }, trajectories: 3 };
    for (const make of [gradientFlow, blockCoordinate] as readonly (() => StationarySolver)[]) {
      const together = settleSystem(system, make(), data, backend);
      const single = [0, 1, 2].map((k) => settleSystem(system, make(), member(data, k), backend));
      expect(together.unsettled).toBe(1);
      expect(Array.from(together.residual, (value) => value <= 1e-6)).toEqual([true, false, true]);
      expect(Number.isFinite(together.state.x![3])).toBe(false);
      expect(bits(together.state)).toEqual(single.flatMap(({ state }) => bits(state)));
    }
  });

  test("a member that has settled is left alone while others move on", () => {
    const system = energySystem({
      name: "bowls",
      state: { x: [] },
      input: { stiffness: [] },
      energy: "stiffness*(x - 1)^2/2",
    });
    const data = { each: { x: [1, 0, 0], stiffness: [1, 1, 2e-3] }, trajectories: 3 };
    const { state, iterations } = settleSystem(system, gradientFlow({ tolerance: 1e-6 }), data, backend);
    expect(iterations).toBeGreaterThan(5000);
    expect(state.x![0]).toBe(1);
    expect(1 - state.x![1]!).toBeGreaterThan(1e-8);
    expect(1 - state.x![2]!).toBeLessThan(1e-3);
  });
});
