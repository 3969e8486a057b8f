import { describe, expect, it } from "vitest";
import { fieldAt, randomValues } from "../evaluation.testing.js";
import { hamiltonianRecurrentUnit } from "./hamiltonian-recurrent-unit.js";

const SIZES = { units: 3, inputs: 2 };
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe("hamiltonianRecurrentUnit", () => {
  it.each(["linear", "log-cosh"] as const)("moves each neuron at its own pace: %s", (nonlinearity) => {
    const { system } = hamiltonianRecurrentUnit({ ...SIZES, nonlinearity } as never);
    const values = randomValues(system, 1);
    const { phi, momentum, stiffness, alpha, slope, B, b, step_logit, u } = values as Record<string, Float64Array>;
    const rates = fieldAt(system, values);
    for (let i = 0; i < 3; i++) {
      const pace = sigmoid(step_logit![i]!);
      const drive = B![2 * i]! * u![0]! + B![2 * i + 1]! * u![1]!;
      const force =
        nonlinearity === "linear"
          ? -stiffness![i]! * phi![i]! + drive
          : -alpha![0]! * phi![i]! - Math.tanh(slope![i]! * phi![i]! + drive + b![i]!);
      expect(rates.phi?.[i]).toBeCloseTo(pace * momentum![i]!, 15);
      expect(rates.momentum?.[i]).toBeCloseTo(pace * force, 14);
    }
  });

  it("has masses that are the inverse of the pace", () => {
    for (const nonlinearity of ["linear", "log-cosh"] as const) {
      const { system } = hamiltonianRecurrentUnit({ ...SIZES, nonlinearity } as never);
      expect([...(system.kinetic?.inverseMass.keys() ?? [])]).toEqual(["momentum"]);
    }
  });

  it("draws its example from the seed", () => {
    const B = (seed: number) => hamiltonianRecurrentUnit({ ...SIZES, nonlinearity: "linear", seed }).parameters.B;
    expect(B(1)).toEqual(B(1));
    expect(B(1)).not.toEqual(B(2));
  });

  it.each([
    [{ units: 0, inputs: 1, nonlinearity: "linear" }, "hamiltonianRecurrentUnit, units: got 0"],
    [{ units: 1, inputs: 0, nonlinearity: "linear" }, "hamiltonianRecurrentUnit, inputs: got 0"],
    [{ units: 1, inputs: 1, nonlinearity: "relu" }, 'nonlinearity: got "relu", expected "linear" or "log-cosh"'],
  ])("refuses %o", (options, message) => {
    expect(() => hamiltonianRecurrentUnit(options as never)).toThrow(message);
  });
});
