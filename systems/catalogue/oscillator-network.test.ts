import { describe, expect, it } from "vitest";
import { fieldAt, randomValues, valuesOf } from "../evaluation.testing.js";
import {
  dampedLagrangianOscillatorNetwork,
  dampedOscillatorNetwork,
  lagrangianOscillatorNetwork,
  oscillatorNetwork,
} from "./oscillator-network.js";

const SIZES = { oscillators: 3, inputs: 2 };

describe("oscillator networks", () => {
  it("follow the equations of motion", () => {
    const { system } = oscillatorNetwork(SIZES);
    const values = randomValues(system, 1);
    const { q, p, mass, stiffness, quartic, drive, u } = values as Record<string, Float64Array>;
    const rates = fieldAt(system, values);
    for (let i = 0; i < 3; i++) {
      let force = -quartic![i]! * q![i]! ** 3;
      for (let j = 0; j < 3; j++) force -= ((stiffness![3 * i + j]! + stiffness![3 * j + i]!) / 2) * q![j]!;
      for (let k = 0; k < 2; k++) force += drive![2 * i + k]! * u![k]!;
      expect(rates.p?.[i]).toBeCloseTo(force, 14);
      expect(rates.q?.[i]).toBeCloseTo(p![i]! / mass![i]!, 15);
    }
  });

  it("are the same motion as a Hamiltonian and as a Lagrangian system, damped or not", () => {
    const pairs = [
      [oscillatorNetwork, lagrangianOscillatorNetwork],
      [dampedOscillatorNetwork, dampedLagrangianOscillatorNetwork],
    ] as const;
    for (const [hamiltonian, lagrangian] of pairs) {
      const [first, second] = [hamiltonian(SIZES), lagrangian(SIZES)];
      expect(first.parameters).toEqual(second.parameters);
      const mass = first.parameters.mass as Float64Array;
      const at = valuesOf(first.system, { ...first.parameters, ...first.initial, ...first.input });
      const { q, p } = fieldAt(first.system, at);
      const found = fieldAt(
        second.system,
        valuesOf(second.system, { ...second.parameters, ...second.initial, ...second.input }),
      );
      q!.forEach((rate, i) => {
        expect(found.q?.[i]).toBeCloseTo(rate, 14);
        expect(found.q_dot?.[i]).toBeCloseTo(p![i]! / mass[i]!, 14);
      });
    }
    const [free, damped] = [oscillatorNetwork(SIZES), dampedOscillatorNetwork(SIZES)];
    const at = valuesOf(damped.system, { ...damped.parameters, ...damped.initial, ...damped.input });
    fieldAt(damped.system, at).p?.forEach((rate, i) => {
      expect(rate).toBeCloseTo(fieldAt(free.system, at).p![i]! - 0.3 * at.p![i]!, 14);
    });
  });

  it("include the driven quartic oscillator, with its known loss over 20 steps of leapfrog", () => {
    const { system } = oscillatorNetwork({ oscillators: 1 });
    const parameters = { mass: 1.2, stiffness: 0.8, quartic: 0.5, drive: 1 };
    const h = 0.1;
    let [q, p, loss] = [0.5, -0.2, 0];
    for (let k = 0; k < 20; k++) {
      const rate = () => fieldAt(system, valuesOf(system, { ...parameters, q, p, u: Math.sin(0.5 * k) }));
      q += (h / 2) * rate().q![0]!;
      p += h * rate().p![0]!;
      q += (h / 2) * rate().q![0]!;
      loss += (q - 0.3 * Math.cos(0.4 * (k + 1))) ** 2 / 2;
    }
    expect(loss).toBeCloseTo(1.613961328818, 11);
  });

  it("have examples that depend on the seed, with a positive definite stiffness", () => {
    const stiffness = (seed: number) => oscillatorNetwork({ seed }).parameters.stiffness as Float64Array;
    expect(stiffness(1)).toEqual(stiffness(1));
    expect(stiffness(1)).not.toEqual(stiffness(2));
    const K = stiffness(3);
    for (let i = 0; i < 6; i++) {
      let others = 0;
      for (let j = 0; j < 6; j++) {
        expect(K[6 * i + j]).toBe(K[6 * j + i]);
        if (i !== j) others += Math.abs(K[6 * i + j]!);
      }
      expect(K[7 * i]!).toBeGreaterThan(others + 0.39);
    }
  });

  it.each([oscillatorNetwork, dampedOscillatorNetwork, lagrangianOscillatorNetwork, dampedLagrangianOscillatorNetwork])(
    "refuse sizes that are none: %o",
    (make) => {
      expect(() => make({ oscillators: 0 })).toThrow(
        `${make.name}, oscillators: got 0, expected a whole number from 1 on`,
      );
      expect(() => make({ inputs: 1.5 })).toThrow(`${make.name}, inputs: got 1.5`);
    },
  );
});
