import { describe, expect, it } from "vitest";
import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import { sizeOf } from "../../core/expression/expression.js";
import { sum } from "../../core/expression/functions.js";
import { RandomStream } from "../../core/random.js";
import { blockCoordinate } from "../../integrators/solvers/block-coordinate.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { learningTask } from "../../learning/task.js";
import { continuousHopfieldNetwork, hopfieldRate } from "../../systems/catalogue/continuous-hopfield-network.js";
import { energySystem } from "../../systems/energy-system.js";
import { carefulSolver, measureExactness } from "../index.js";

const sigmoid = (u: number): number => 1 / (1 + Math.exp(-u));
const rho = (u: number): number => sigmoid(4 * (u - 0.5));

const { system } = continuousHopfieldNetwork({ layers: [3, 4, 2] });
const task = learningTask(system, {
  target: { y: [2] },
  cost: { final: "sum((sigmoid(4*(output - 1/2)) - y)^2)/2" },
});

/** Random values for the network and its target. */
function randomValues(seed: number): Record<string, Float64Array> {
  const random = new RandomStream(seed);
  const blocks = [...system.state, ...system.parameters, ...system.input, ...task.target];
  return Object.fromEntries(
    blocks.map(({ name, shape }) => [
      name,
      Float64Array.from({ length: sizeOf(shape) }, () => 0.7 * random.nextNormal()),
    ]),
  );
}

function randomData(seed: number) {
  const { W1, b1, W2, b2, x, y } = randomValues(seed) as Record<"W1" | "b1" | "W2" | "b2" | "x" | "y", Float64Array>;
  return { parameters: { W1, b1, W2, b2 }, input: { x }, target: { y } };
}

describe("potentials with rates", () => {
  it("follow du/dt = -u + drive, the gradient of the energy by the rate", () => {
    const values = randomValues(1);
    const [hidden, output] = evaluate([system.field.get("hidden1")!, system.field.get("output")!], values) as [
      Float64Array,
      Float64Array,
    ];
    const at = (name: string, k: number): number => values[name]![k]!;
    for (let i = 0; i < 4; i++) {
      let drive = at("b1", i) - at("hidden1", i);
      for (let j = 0; j < 3; j++) drive += at("W1", 3 * i + j) * at("x", j);
      for (let j = 0; j < 2; j++) drive += at("W2", 4 * j + i) * rho(at("output", j));
      expect(hidden[i]).toBeCloseTo(drive, 13);
    }
    for (let j = 0; j < 2; j++) {
      let drive = at("b2", j) - at("output", j);
      for (let i = 0; i < 4; i++) drive += at("W2", 4 * j + i) * rho(at("hidden1", i));
      expect(output[j]).toBeCloseTo(drive, 13);
    }
  });

  it("keep moving where the rate saturates, as the plain gradient would not", () => {
    const saturated = { ...randomValues(2), hidden1: new Float64Array(4).fill(60) };
    const [hidden] = evaluate([system.field.get("hidden1")!], saturated) as [Float64Array];
    for (const value of hidden) expect(value).toBeLessThan(-50);
  });

  it("learn the true gradient: the error of centred nudging falls with the square of the nudge", () => {
    for (const seed of [3, 4, 5]) {
      const exactness = measureExactness({
        task,
        data: randomData(seed),
        makeRule: (nudge) => equilibriumPropagation({ nudge, settle: carefulSolver() }),
      });
      expect(exactness.slope).toBeGreaterThan(1.9);
      expect(exactness.slope).toBeLessThan(2.1);
      expect(exactness.best.error).toBeLessThan(1e-8);
    }
  });

  it("settle layer by layer to the state Newton's method finds", () => {
    const rule = (settle: ReturnType<typeof carefulSolver>) =>
      equilibriumPropagation({ nudge: 0.1, settle }).gradient(task, randomData(6));
    const swept = rule(blockCoordinate({ tolerance: 1e-12 }));
    const exact = rule(carefulSolver());
    for (const name of ["hidden1", "output"] as const) {
      swept.state[name]!.data.forEach((value, k) => {
        expect(value).toBeCloseTo(exact.state[name]!.data[k]!, 10);
      });
    }
  });

  it("may be the cost's only through the rate", () => {
    const raw = learningTask(system, { cost: { final: "sum(output^2)" } });
    const rule = equilibriumPropagation({ nudge: 0.1, settle: blockCoordinate() });
    const { parameters, input } = randomData(7);
    expect(() => rule.gradient(raw, { parameters, input })).toThrow(/cost\.final: got a cost of the potential output/);
    const throughRate = learningTask(system, { cost: { final: ({ output }) => sum(hopfieldRate(output)) } });
    expect(() => rule.gradient(throughRate, { parameters, input })).not.toThrow();
  });
});

describe("a declaration of rates is refused", () => {
  const declare = (energy: string, rate: string) => () =>
    energySystem({ name: "unit", state: { u: [2] }, parameters: { w: [2] }, rates: { u: rate }, energy });

  it("where the energy depends on the potential besides its rate", () => {
    expect(declare("s = tanh(u); dot(s, u) - sum(logcosh(u)) - dot(s, w)", "tanh(u)")).not.toThrow();
    expect(declare("sum(u^2)/2 - dot(tanh(u), w)", "tanh(u)")).toThrow(
      /energy: got a dependence on u.*not through its rate/,
    );
    expect(declare("s = tanh(u); dot(s, u) - 2*sum(logcosh(u)) - dot(s, w)", "tanh(u)")).toThrow(
      /not through its rate/,
    );
  });

  it("where the rate depends on something else", () => {
    expect(declare("sum(u)", "w*u")).toThrow(
      /rates\.u: got an expression of other symbols, expected a function of u alone/,
    );
  });
});
