import { describe, expect, it } from "vitest";
import { evaluate, evaluateScalar } from "../../core/compile/interpreter/evaluate.js";
import { gradient } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { fieldAt, randomValues, rateAlong, valuesOf } from "../evaluation.testing.js";
import { systems } from "../registry.js";
import { chargedParticle } from "./charged-particle.js";
import { doublePendulum } from "./double-pendulum.js";
import { duffing } from "./duffing.js";
import { fputChain } from "./fput-chain.js";
import { harmonicOscillator } from "./harmonic-oscillator.js";
import { henonHeiles } from "./henon-heiles.js";
import { hopfieldNetwork } from "./hopfield-network.js";
import { kepler } from "./kepler.js";
import { lorenz } from "./lorenz.js";
import { pendulum } from "./pendulum.js";
import { resistorNetwork } from "./resistor-network.js";
import { standardMap } from "./standard-map.js";

describe.each(systems)("$name", ({ make, facts, masses }) => {
  const { system, parameters, initial, input } = make();
  const example = valuesOf(system, { ...parameters, ...initial, ...input });

  it("has an example that fits", () => {
    for (const { name, shape } of [...system.state, ...system.parameters, ...system.input]) {
      expect(example[name]?.length, name).toBe(sizeOf(shape));
    }
    const given = [parameters, initial, input].map((values) => Object.keys(values));
    const declared = [system.parameters, system.state, system.input].map((blocks) => blocks.map(({ name }) => name));
    expect(given).toEqual(declared);
    const rates = evaluate([...system.field.values()], example);
    for (const rate of rates) expect(rate.every(Number.isFinite)).toBe(true);
  });

  it("has the facts that are known of it", () => {
    expect(system.facts).toEqual(facts);
    expect(system.kinetic !== undefined).toBe(masses);
  });

  it("conserves its invariants and, where it has an energy landscape, runs down it", () => {
    for (const [name, invariant] of system.invariants) {
      const rate = rateAlong(system, invariant);
      for (const seed of [1, 2, 3]) {
        const values = randomValues(system, seed);
        const size = 1 + Math.abs(evaluateScalar(invariant, values));
        expect(Math.abs(evaluateScalar(rate, values)), name).toBeLessThan(1e-12 * size);
      }
    }
    if (!facts.gradient) return;
    const rate = rateAlong(system, system.scalar as Expression);
    const field = evaluate([...system.field.values()], randomValues(system, 1));
    const speed = field.reduce((total, block) => block.reduce((sum, entry) => sum + entry ** 2, total), 0);
    expect(evaluateScalar(rate, randomValues(system, 1))).toBeCloseTo(-speed, 12);
  });
});

describe.each(systems.filter(({ make }) => make().exact !== undefined))("$name", ({ make }) => {
  it("moves along its exact solution", () => {
    const { system, parameters, initial, input, exact } = make();
    const at = (time: number) => valuesOf(system, { ...parameters, ...exact?.(time), ...input });
    const flat = (time: number): number[] => {
      const values = at(time);
      return system.state.flatMap(({ name }) => [...values[name]!]);
    };
    const start = valuesOf(system, initial);
    const given = system.state.flatMap(({ name }) => [...start[name]!]);
    flat(0).forEach((entry, i) => {
      expect(entry).toBeCloseTo(given[i]!, 13);
    });
    for (const time of [0, 0.3, 2, 11]) {
      const step = 1e-3;
      const [a, b, c, d] = [flat(time - 2 * step), flat(time - step), flat(time + step), flat(time + 2 * step)];
      Object.values(fieldAt(system, at(time)))
        .flat()
        .forEach((rate, i) => {
          const slope = (a![i]! - 8 * b![i]! + 8 * c![i]! - d![i]!) / (12 * step);
          expect(Math.abs(slope - rate)).toBeLessThan(1e-8);
        });
    }
  });
});

/** The field of a system as nested numbers, at given values. */
const field = ({ system }: { system: Parameters<typeof fieldAt>[0] }, values: Parameters<typeof valuesOf>[1]) =>
  fieldAt(system, valuesOf(system, values));

describe("equations of motion, written by hand:", () => {
  it("pendulum, Henon-Heiles, Kepler, Lorenz, Duffing", () => {
    expect(field(pendulum(), { q: 0.5, p: 0.25 })).toEqual({ q: [0.25], p: [-Math.sin(0.5)] });
    const { q, p } = field(henonHeiles(), { q: [0.2, 0.3], p: [0.4, 0.5] });
    expect(q).toEqual([0.4, 0.5]);
    expect(p![0]).toBeCloseTo(-0.2 - 2 * 0.2 * 0.3, 15);
    expect(p![1]).toBeCloseTo(-0.3 - 0.2 ** 2 + 0.3 ** 2, 15);
    const planet = field(kepler(), { q: [3, 4], p: [1, 2] });
    expect(planet.p![0]).toBeCloseTo(-3 / 125, 15);
    expect(planet.p![1]).toBeCloseTo(-4 / 125, 15);
    const { x, y, z } = field(lorenz(), { x: 1, y: 2, z: 3 });
    expect([x, y]).toEqual([[10], [23]]);
    expect(z![0]).toBeCloseTo(2 - 8, 14);
    const { q_dot } = field(duffing(), { q: 2, q_dot: 3, t: 0.5 });
    expect(q_dot![0]).toBeCloseTo(2 - 8 - 0.25 * 3 + 0.3 * Math.cos(0.5), 14);
  });

  it("FPUT chain with fixed ends and as a ring", () => {
    const q = [0.3, -0.2, 0.5, 0.1];
    const spring = (r: number): number => 2 * r + 0.5 * r ** 2 + 0.25 * r ** 3;
    for (const ends of ["fixed", "ring"] as const) {
      const { p } = field(fputChain({ sites: 4, ends }), { q, p: 0, stiffness: 2, alpha: 0.5, beta: 0.25 });
      q.forEach((here, i) => {
        const [left, right] = ends === "ring" ? [q[(i + 3) % 4]!, q[(i + 1) % 4]!] : [q[i - 1] ?? 0, q[i + 1] ?? 0];
        expect(p![i]).toBeCloseTo(spring(right - here) - spring(here - left), 14);
      });
    }
  });

  it("FPUT chain: the modes of the linear chain", () => {
    const sites = 7;
    for (const mode of [1, 3, 7]) {
      const q = Array.from({ length: sites }, (_, i) => Math.sin((Math.PI * mode * (i + 1)) / (sites + 1)));
      const { p } = field(fputChain({ sites }), { q, p: 0, alpha: 0, beta: 0 });
      const squared = 4 * Math.sin((Math.PI * mode) / (2 * (sites + 1))) ** 2;
      q.forEach((here, i) => {
        expect(p![i]).toBeCloseTo(-squared * here, 14);
      });
    }
  });

  it("resistor network: Kirchhoff's current law", () => {
    const network = resistorNetwork({
      nodes: 3,
      resistors: [
        [0, 1],
        [1, 2],
      ],
    });
    const values = { u: [1, 2, 4], conductance: [3, 5], leak: [0.5, 0.25, 0.125], current: [7, 8, 9] };
    expect(field(network, values)).toEqual({
      u: [3 * (2 - 1) - 0.5 + 7, 3 * (1 - 2) + 5 * (4 - 2) - 0.5 + 8, 5 * (2 - 4) - 0.5 + 9],
    });
  });

  it.each([
    ["tanh", Math.tanh, (s: number) => 1 - Math.tanh(s) ** 2],
    ["sigmoid", (s: number) => 1 / (1 + Math.exp(-s)), (s: number) => Math.exp(-s) / (1 + Math.exp(-s)) ** 2],
    ["hard-sigmoid", (s: number) => s, () => 1],
  ] as const)("Hopfield network of three layers with %s", (activation, rho, slope) => {
    const network = hopfieldNetwork({ layers: [2, 3, 4, 2], activation });
    const values = randomValues(network.system, 4, 0.1, 0.9);
    const layers = [values.x!, ...["hidden1", "hidden2", "output"].map((name) => values[name]!)];
    const active = layers.map((layer, k) => (k === 0 ? layer : layer.map(rho)));
    const weight = (k: number, i: number, j: number): number => values[`W${k}`]![i * layers[k - 1]!.length + j]!;
    const found = Object.values(fieldAt(network.system, values));
    for (let k = 1; k <= 3; k++) {
      layers[k]!.forEach((s, i) => {
        const below = active[k - 1]!.reduce((sum, value, j) => sum + weight(k, i, j) * value, values[`b${k}`]![i]!);
        const above = [...(active[k + 1] ?? [])].reduce((sum, value, j) => sum + weight(k + 1, j, i) * value, 0);
        expect(found[k - 1]![i]).toBeCloseTo(-s + slope(s) * (below + above), 13);
      });
    }
    const bounds = network.system.state.map((block) => block.bounds);
    expect(bounds).toEqual(
      activation === "hard-sigmoid"
        ? [
            [0, 1],
            [0, 1],
            [0, 1],
          ]
        : [undefined, undefined, undefined],
    );
  });
});

describe("numbers known from elsewhere:", () => {
  it("energies of the examples", () => {
    const energy = ({ system, initial, parameters }: ReturnType<typeof pendulum | typeof kepler>): number =>
      evaluateScalar(system.invariants.get("energy") as Expression, valuesOf(system, { ...initial, ...parameters }));
    expect(energy(pendulum())).toBeCloseTo(1, 15);
    expect(energy(kepler())).toBeCloseTo(-0.5, 14);
    const { system, initial } = henonHeiles();
    expect(evaluateScalar(system.scalar as Expression, valuesOf(system, initial))).toBeCloseTo(0.13533333333333333, 15);
  });

  it("periods of the pendulum by amplitude", () => {
    expect(pendulum().period).toBeCloseTo(7.416298709205488, 14);
    expect(pendulum({ amplitude: Math.PI / 3 }).period).toBeCloseTo(6.743001419250384, 14);
    expect(pendulum({ amplitude: 3 }).period).toBeCloseTo(16.155539372393346, 12);
    expect(pendulum({ amplitude: 0 }).period).toBeCloseTo(2 * Math.PI, 15);
  });

  it("states of the oscillator, the planet and the charged particle", () => {
    const close = (found: unknown, expected: readonly number[]): void => {
      (found as readonly number[]).forEach((entry, i) => {
        expect(entry).toBeCloseTo(expected[i]!, 13);
      });
    };
    const spring = harmonicOscillator({ stiffness: 0.5, position: 0.5 }).exact?.(1);
    close([spring?.q, spring?.p], [0.3801222985378151, -0.2296813424663921]);
    const planet = kepler().exact?.(3);
    close(planet?.q, [-1.596083002870164, 0.0707385106686625]);
    close(planet?.p, [-0.05534575739972382, -0.49877413775984764]);
    const particle = chargedParticle().exact?.(10);
    close(particle?.q, [1.5872095067061174, -1.3588557226010614]);
    close(particle?.q_dot, [0.26171641609840796, -1.0808142600591761]);
  });

  it("energy and momenta of the double pendulum", () => {
    const { system } = doublePendulum();
    const arms = { mass1: 1, mass2: 2, arm1: 2, arm2: 3, gravity: 9.80665 };
    const state = { a: Math.PI / 4, b: Math.PI / 2, a_dot: 0, b_dot: Math.PI / 8 };
    const values = valuesOf(system, { ...arms, ...state });
    const energy = system.invariants.get("energy") as Expression;
    expect(evaluateScalar(energy, values)).toBeCloseTo(-40.21817917543515, 12);
    const velocities = system.state.slice(2).map(({ symbol }) => symbol);
    const [first, second] = evaluate(gradient(system.scalar as Expression, velocities), values);
    expect([first![0], second![0]]).toEqual([3.3321622036187746, 7.0685834705770345].map(approximately));
  });

  it("eccentricity vector and angular momentum of the ellipse", () => {
    const { system, initial } = kepler({ eccentricity: 0.3 });
    const invariants = [...system.invariants.values()].map((invariant) =>
      evaluateScalar(invariant, valuesOf(system, initial)),
    );
    [-0.5, Math.sqrt(1 - 0.3 ** 2), 0.3, 0].forEach((expected, k) => {
      expect(invariants[k]).toBeCloseTo(expected, 14);
    });
  });

  it("the standard map is undone by its inverse and keeps area", () => {
    const { system } = standardMap();
    const values = randomValues(system, 3, -3, 3);
    const [q, p] = fieldPair(system.field, values) as [Float64Array, Float64Array];
    const [before, momentum] = fieldPair(system.inverse as typeof system.field, { ...values, q, p });
    expect(before![0]).toBeCloseTo(values.q![0]!, 14);
    expect(momentum![0]).toBeCloseTo(values.p![0]!, 14);
    const symbols = system.state.map(({ symbol }) => symbol);
    const rows = [...system.field.values()].map((next) =>
      evaluate(gradient(next, symbols), values).map(([entry]) => entry!),
    );
    expect(rows[0]![0]! * rows[1]![1]! - rows[0]![1]! * rows[1]![0]!).toBeCloseTo(1, 14);
  });

  it("example weights depend on the seed alone", () => {
    const weights = (seed: number) => hopfieldNetwork({ layers: [3, 4, 2], seed }).parameters.W1;
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
  });
});

const approximately = (number: number): number => expect.closeTo(number, 13) as number;

function fieldPair(map: ReadonlyMap<string, Expression>, values: Parameters<typeof evaluate>[1]): Float64Array[] {
  return evaluate([...map.values()], values);
}

describe("options that do not fit are refused:", () => {
  it.each([
    [() => pendulum({ amplitude: Math.PI }), "pendulum, amplitude: got 3.14"],
    [() => harmonicOscillator({ mass: 0 }), "harmonicOscillator, mass: got 0, expected a positive number"],
    [() => kepler({ eccentricity: 1 }), "kepler, eccentricity: got 1"],
    [() => chargedParticle({ magnetic: 0 }), "chargedParticle, magnetic: got 0"],
    [() => fputChain({ sites: 1 }), "fputChain, sites: got 1, expected a whole number from 2 on"],
    [() => fputChain({ ends: "open" as never }), 'fputChain, ends: got "open"'],
    [() => resistorNetwork({ nodes: 2.5 }), "resistorNetwork, nodes: got 2.5"],
    [() => resistorNetwork({ nodes: 2, resistors: [[0, 2]] }), "resistorNetwork, resistors: got [[0,2]]"],
    [() => hopfieldNetwork({ layers: [3] }), "hopfieldNetwork, layers: got [3]"],
    [
      () => hopfieldNetwork({ layers: [3, 2], activation: "relu" as never }),
      'activation: got "relu", expected tanh, sig',
    ],
  ])("%s", (make, message) => {
    expect(make).toThrow(message);
  });
});
