import { describe, expect, it } from "vitest";
import { tanh } from "../core/expression/functions.js";
import { formula } from "../core/formula/index.js";
import { energySystem } from "./energy-system.js";
import { fieldAt, valuesOf } from "./evaluation.testing.js";

const declaration = {
  name: "six units",
  state: { hidden: [4], output: { shape: [2], bounds: [0, 1], unit: "V" } },
  parameters: { W: [2, 4], V: { shape: [4, 3], default: 0.5, unit: "S" }, b: { shape: [4], default: [1, 2, 3, 4] } },
  input: { x: [3] },
} as const;

const network = energySystem({
  ...declaration,
  energy: "sum(hidden^2)/2 + sum(output^2)/2 - dot(tanh(output), W @ tanh(hidden)) - dot(V @ x + b, tanh(hidden))",
});

describe("energySystem", () => {
  it("has the blocks that were declared", () => {
    expect(network.name).toBe("six units");
    expect([network.kind, network.time]).toEqual(["energy", "continuous"]);
    expect(network.state.map(({ name, shape, role }) => [name, shape, role])).toEqual([
      ["hidden", [4], "state"],
      ["output", [2], "state"],
    ]);
    expect(network.state[1]).toMatchObject({ bounds: [0, 1], unit: "V" });
    expect(network.parameters.map(({ name, default: value, unit }) => [name, value, unit])).toEqual([
      ["W", undefined, undefined],
      ["V", 0.5, "S"],
      ["b", Float64Array.of(1, 2, 3, 4), undefined],
    ]);
    expect(network.input.map(({ name, shape }) => [name, shape])).toEqual([["x", [3]]]);
    expect(network.facts).toEqual({ separable: false, gradient: true, timeDependent: false });
    expect(network.invariants.size).toBe(0);
    expect(network.kinetic).toBeUndefined();
  });

  it("moves down the energy", () => {
    const W = [0.1, -0.4, 0.3, 0.2, 0.5, 0.6, -0.7, 0.8];
    const [hidden, output, x] = [
      [0.3, -0.2, 0.1, 0.7],
      [0.4, -0.9],
      [1, -1, 2],
    ];
    const values = valuesOf(network, { W, hidden, output, x });
    const drive = [0, 1, 2, 3].map((i) => 0.5 * (x[0]! + x[1]! + x[2]!) + (i + 1));
    const expected = {
      hidden: hidden.map((h, i) => {
        const back = output.reduce((sum, o, k) => sum + W[4 * k + i]! * Math.tanh(o), 0);
        return -h + (1 - Math.tanh(h) ** 2) * (back + drive[i]!);
      }),
      output: output.map((o, k) => {
        const forward = hidden.reduce((sum, h, i) => sum + W[4 * k + i]! * Math.tanh(h), 0);
        return -o + (1 - Math.tanh(o) ** 2) * forward;
      }),
    };
    const found = fieldAt(network, values);
    found.hidden!.forEach((rate, i) => {
      expect(rate).toBeCloseTo(expected.hidden[i]!, 13);
    });
    found.output!.forEach((rate, k) => {
      expect(rate).toBeCloseTo(expected.output[k]!, 13);
    });
  });

  it("reads the same graph from a formula, a template and functions", () => {
    const energies = [
      "sum(tanh(hidden)^2)/2 + b @ hidden",
      ({ hidden, b }: Record<"hidden" | "b", typeof network.scalar & object>) =>
        formula`sum(tanh(${hidden})^2)/2 + ${b} @ ${hidden}`,
      ({ hidden, b }: Record<"hidden" | "b", typeof network.scalar & object>) =>
        formula`sum(${tanh(hidden)}^2)/2 + ${b} @ ${hidden}`,
    ] as const;
    const [first, ...others] = energies.map((energy) => energySystem({ ...declaration, energy }).scalar);
    for (const other of others) expect(other).toBe(first);
  });

  it("knows an explicit dependence on time, and declared invariants", () => {
    const system = energySystem({
      name: "driven",
      state: { q: [] },
      energy: "q*cos(t)",
      invariants: { energy: "q" },
    });
    expect(system.facts.timeDependent).toBe(true);
    expect([...system.invariants.keys()]).toEqual(["energy"]);
  });
});
