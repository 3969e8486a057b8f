import { describe, expect, it } from "vitest";
import { evaluateScalar } from "../../core/compile/interpreter/evaluate.js";
import { parseFormula } from "../../core/formula/parser.js";
import { fieldAt, randomValues, rateAlong, valuesOf } from "../evaluation.testing.js";
import { asymmetry, jacobianAt } from "./jacobian.testing.js";
import { twoPopulationKuramoto } from "./two-population-kuramoto.js";

const names = ["theta_a", "theta_b"] as const;

describe("twoPopulationKuramoto", () => {
  it("is the sum over all pairs", () => {
    const { system } = twoPopulationKuramoto({ oscillators: 5, frequencies: "distributed" });
    const values = randomValues(system, 1, -3, 3);
    const found = fieldAt(system, values);
    names.forEach((here, a) => {
      values[here]!.forEach((phase, i) => {
        let rate = values[here === "theta_a" ? "frequency_a" : "frequency_b"]![i]!;
        names.forEach((there, b) => {
          for (const other of values[there]!) rate += (values.coupling![2 * a + b]! / 5) * Math.sin(other - phase);
        });
        expect(found[here]![i]).toBeCloseTo(rate, 13);
      });
    });
  });

  it("moves alike when all phases are turned by one angle", () => {
    const { system } = twoPopulationKuramoto();
    const values = randomValues(system, 2);
    const turned = Object.fromEntries(names.map((name) => [name, values[name]!.map((phase) => phase + 1.7)]));
    const [before, after] = [fieldAt(system, values), fieldAt(system, { ...values, ...turned })];
    for (const name of names) {
      before[name]!.forEach((rate, i) => {
        expect(after[name]![i]).toBeCloseTo(rate, 13);
      });
    }
  });

  it("is reciprocal only for a symmetric coupling", () => {
    const { system } = twoPopulationKuramoto();
    const values = randomValues(system, 3);
    const at = (coupling: readonly number[]) =>
      asymmetry(jacobianAt(system, { ...values, coupling: Float64Array.from(coupling) }));
    expect(at([1, 0.5, 0.5, 2])).toBeLessThan(1e-15);
    expect(at([1, 0.5, -0.5, 2])).toBeGreaterThan(0.1);
  });

  it("keeps the cross-ratio of any four identical oscillators of a population, and of no mixed four", () => {
    const { system } = twoPopulationKuramoto({ oscillators: 6 });
    const scope = new Map(system.state.map((block) => [block.name, block.symbol]));
    const rateOf = (four: readonly string[]): number => {
      const chord = (i: number, j: number): string => `sin((${four[i]} - ${four[j]})/2)`;
      const ratio = parseFormula(`${chord(0, 2)}*${chord(1, 3)}/(${chord(0, 3)}*${chord(1, 2)})`, scope);
      const values = randomValues(system, 4, -3, 3);
      return evaluateScalar(rateAlong(system, ratio), values) / evaluateScalar(ratio, values);
    };
    for (const name of names) {
      expect(rateOf([1, 5, 0, 3].map((i) => `${name}[${i}]`))).toBeCloseTo(0, 12);
    }
    expect(Math.abs(rateOf(["theta_a[0]", "theta_a[1]", "theta_b[0]", "theta_b[1]"]))).toBeGreaterThan(1e-3);
    expect([...system.invariants.keys()]).toEqual(["cross_ratio_a", "cross_ratio_b"]);
    expect(twoPopulationKuramoto({ frequencies: "distributed" }).system.invariants.size).toBe(0);
  });

  it.each([
    [
      "one that runs after the other",
      [
        [1, 0.7],
        [-0.7, 1],
      ],
      1.2,
    ],
    [
      "unequal couplings",
      [
        [1, 0.9],
        [-0.2, 1],
      ],
      2.5,
    ],
    [
      "repulsion",
      [
        [1, -0.6],
        [-0.1, 1],
      ],
      0.4,
    ],
    [
      "a lag beyond a turn",
      [
        [1, 0.5],
        [0.1, 1],
      ],
      7,
    ],
  ] as const)("moves in phase as the closed form says, with %s", (_, coupling, lag) => {
    const { system, exact } = twoPopulationKuramoto({ spread: 0, coupling, lag });
    expect(exact!(0)).toEqual({ theta_a: expect.closeTo(0, 14), theta_b: expect.closeTo(lag, 14) });
    const step = 1e-4;
    for (const time of [0, 0.8, 3]) {
      const [before, now, after] = [-step, 0, step].map((shift) => exact!(time + shift)) as [Phases, Phases, Phases];
      const field = fieldAt(system, valuesOf(system, { ...now }));
      for (const name of names) {
        expect((after[name] - before[name]) / (2 * step)).toBeCloseTo(field[name]![0]!, 7);
      }
    }
    expect(twoPopulationKuramoto().exact).toBeUndefined();
  });

  it("refuses options that do not fit", () => {
    expect(() => twoPopulationKuramoto({ oscillators: 3 })).toThrow(
      "oscillators: got 3, expected a whole number from 4 on",
    );
    expect(() => twoPopulationKuramoto({ coupling: [[1, 2]] as never })).toThrow("coupling: got [[1,2]]");
    expect(() => twoPopulationKuramoto({ frequencies: "equal" as never })).toThrow('frequencies: got "equal"');
    expect(() => twoPopulationKuramoto({ spread: Number.NaN })).toThrow("spread: got NaN");
    expect(() => twoPopulationKuramoto({ lag: Infinity })).toThrow("lag: got Infinity");
  });
});

type Phases = { readonly theta_a: number; readonly theta_b: number };
