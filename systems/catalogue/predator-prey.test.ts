import { describe, expect, it } from "vitest";
import { evaluateScalar } from "../../core/compile/interpreter/evaluate.js";
import { parseFormula } from "../../core/formula/parser.js";
import { fieldAt, randomValues, rateAlong, valuesOf } from "../evaluation.testing.js";
import { jacobianAt, spectralAbscissa } from "./jacobian.testing.js";
import { predatorPrey, selfLimitedPredatorPrey } from "./predator-prey.js";

describe("predatorPrey", () => {
  const { system } = predatorPrey();

  it("follows Lotka's and Volterra's equations", () => {
    const given = { prey: 3, predators: 2, growth: 5, predation: 0.5, conversion: 0.25, death: 0.125 };
    expect(fieldAt(system, valuesOf(system, given))).toEqual({ prey: [3 * (5 - 1)], predators: [2 * (0.75 - 0.125)] });
  });

  it("conserves its invariant for populations of either sign", () => {
    const rate = rateAlong(system, system.invariants.get("orbit")!);
    for (const [prey, predators] of [
      [2, 3],
      [-2, 3],
      [0.1, -4],
    ] as const) {
      const values = { ...randomValues(system, 5), prey: Float64Array.of(prey), predators: Float64Array.of(predators) };
      expect(evaluateScalar(rate, values)).toBeCloseTo(0, 13);
    }
  });

  it("turns about its stationary state with the frequency sqrt(growth death)", () => {
    const rates = { growth: 2, predation: 3, conversion: 0.5, death: 0.75 };
    const values = valuesOf(system, { ...rates, prey: 0.75 / 0.5, predators: 2 / 3 });
    const [[a, b], [c, d]] = jacobianAt(system, values) as unknown as [[number, number], [number, number]];
    expect(fieldAt(system, values)).toEqual({ prey: [0], predators: [0] });
    expect([a + d, a * d - b * c]).toEqual([expect.closeTo(0, 14), expect.closeTo(2 * 0.75, 13)]);
  });
});

describe("selfLimitedPredatorPrey", () => {
  const { system } = selfLimitedPredatorPrey();
  const rates = { growth: 2, limitation: 0.5, predation: 3, conversion: 0.5, death: 0.75 };
  const prey = rates.death / rates.conversion;
  const predators = (rates.growth - rates.limitation * prey) / rates.predation;

  it("rests, stable, where both populations coexist", () => {
    const values = valuesOf(system, { ...rates, prey, predators });
    for (const [rate] of Object.values(fieldAt(system, values))) expect(rate).toBeCloseTo(0, 14);
    const jacobian = jacobianAt(system, values).map((row) => [...row]);
    expect(jacobian).toEqual([
      [expect.closeTo(-rates.limitation * prey, 13), expect.closeTo(-rates.predation * prey, 13)],
      [expect.closeTo(rates.conversion * predators, 13), expect.closeTo(0, 13)],
    ]);
    expect(spectralAbscissa(jacobianAt(system, values))).toBeLessThan(-0.1);
  });

  it("loses the predators where the prey cannot feed them", () => {
    const values = valuesOf(system, { ...rates, death: 2.1, prey: rates.growth / rates.limitation, predators: 0 });
    expect(Object.values(fieldAt(system, values)).flat().map(Math.abs)).toEqual([0, 0]);
    expect(spectralAbscissa(jacobianAt(system, values))).toBeCloseTo(0.5 * 4 - 2.1, 7);
  });

  it("runs down the orbit invariant of coexistence, by limitation conversion (prey - its value)^2 per time", () => {
    const scope = new Map([...system.state, ...system.parameters].map((block) => [block.name, block.symbol]));
    const orbit = parseFormula(
      `level = (growth - limitation*death/conversion)/predation;
       conversion*prey - death*log(prey) + predation*(predators - level*log(predators))`,
      scope,
    );
    for (const seed of [1, 2, 3]) {
      const values = randomValues(system, seed);
      const at = (name: string): number => values[name]![0]!;
      const expected = -at("limitation") * at("conversion") * (at("prey") - at("death") / at("conversion")) ** 2;
      expect(evaluateScalar(rateAlong(system, orbit), values)).toBeCloseTo(expected, 12);
    }
  });
});
