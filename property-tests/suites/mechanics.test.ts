import { describe, expect, test } from "vitest";
import { simulate } from "../../core/index.js";
import type { Values } from "../../core/system.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import { rungeKutta4 } from "../../integrators/steppers/runge-kutta-4.js";
import type { CatalogueSystem } from "../../systems/catalogue/catalogue-system.js";
import { coupledChain } from "../../systems/catalogue/coupled-chain.js";
import { hamiltonianRecurrentUnit } from "../../systems/catalogue/hamiltonian-recurrent-unit.js";
import { kerrLattice } from "../../systems/catalogue/kerr-lattice.js";
import { nBody } from "../../systems/catalogue/n-body.js";
import { dampedOscillatorNetwork, oscillatorNetwork } from "../../systems/catalogue/oscillator-network.js";
import { pendulum } from "../../systems/catalogue/pendulum.js";
import { rigidBody } from "../../systems/catalogue/rigid-body.js";
import { todaLattice } from "../../systems/catalogue/toda-lattice.js";

const flat = (values: object): number[] =>
  Object.values(values).flatMap((value) => {
    const block = (value as { data?: Float64Array }).data ?? value;
    return typeof block === "number" ? [block] : Array.from(block as ArrayLike<number>);
  });

const distance = (a: object, b: object): number => {
  const other = flat(b);
  return Math.max(...flat(a).map((value, k) => Math.abs(value - (other[k] as number))));
};

/** The state of the example after a time, by an integrator, in so many steps. */
function stateAt(example: CatalogueSystem, time: number, steps: number, make = rungeKutta4): Values {
  const { system, parameters, initial, input } = example;
  const integrator = make({ step: time / steps });
  return simulate(system, { integrator, parameters, initial, input, steps }).final as unknown as Values;
}

const exactly: readonly (readonly [string, CatalogueSystem, number])[] = [
  ["pendulum", pendulum({ amplitude: 2.5 }), 12],
  ["rigid body", rigidBody(), 12],
  ["ring of bodies", nBody({ bodies: 5, orbit: "ring", softening: 0.2 }), 2],
  ["coupled chain", coupledChain({ mode: 3 }), 8],
  ["coupled ring", coupledChain({ ends: "ring" }), 8],
  ["Toda soliton", todaLattice({ sites: 40 }), 8],
  ["Kerr plane wave", kerrLattice({ boundary: "periodic", coupling: 1.5 }), 4],
  ["linear recurrent unit", hamiltonianRecurrentUnit({ units: 3, inputs: 2, nonlinearity: "linear" }), 10],
] as unknown as readonly (readonly [string, CatalogueSystem, number])[];

describe("closed forms against the motion", () => {
  test.each(exactly)("%s: errors of the fourth order, towards the exact state", (_name, example, time) => {
    const errors = [800, 1600].map((steps) => distance(stateAt(example, time, steps), example.exact?.(time) as Values));
    const [coarse, fine] = errors as [number, number];
    expect(fine).toBeLessThan(1e-6);
    expect(Math.log2(coarse / fine)).toBeGreaterThan(3.7);
  });

  test.each([
    ["pendulum", pendulum()],
    ["rigid body", rigidBody()],
    ["figure eight", nBody()],
    ["coupled chain", coupledChain()],
  ] as unknown as readonly [string, CatalogueSystem][])("%s: returns after its period", (_name, example) => {
    expect(distance(stateAt(example, example.period as number, 4000), example.initial)).toBeLessThan(1e-9);
  });
});

describe("what is known of the motion", () => {
  test("the last momenta of a free Toda lattice are the eigenvalues of its Lax matrix", () => {
    const { system } = todaLattice({ sites: 5, ends: "free" });
    const integrator = rungeKutta4({ step: 0.01 });
    const { final } = simulate(system, { integrator, initial: { q: 0, p: 0 }, steps: 4000 });
    final.p.data.forEach((momentum, k) => {
      expect(momentum).toBeCloseTo(-2 * Math.cos((Math.PI * (k + 1)) / 6), 7);
    });
  });

  test("a collision moves the faster Toda soliton ahead by the known shift", () => {
    const [tall, short, sites, steps] = [1.5, 0.8, 80, 12_000] as const;
    const speed = (kappa: number): number => (Math.exp(-(tall + short) / sites) * Math.sinh(kappa)) / kappa;
    // A quarter and three quarters of the way around at first, so that they meet once.
    const { system, initial } = todaLattice({ sites, solitons: [tall, short] });
    const time = (0.9 * sites) / (speed(tall) - speed(short));
    const { p } = simulate(system, { integrator: rungeKutta4({ step: time / steps }), initial, steps }).final;
    const peak = p.data.indexOf(Math.max(...p.data));
    let [weight, moment] = [0, 0];
    for (let k = -6; k <= 6; k++) {
      const value = p.data[(peak + k + sites) % sites] as number;
      weight += value;
      moment += value * k;
    }
    // A soliton at x has its momenta about x + 1/2.
    const ahead = peak + moment / weight - (sites / 4 + speed(tall) * time + 1 / 2);
    const shift = Math.log(Math.sinh((tall + short) / 2) / Math.sinh((tall - short) / 2)) / tall;
    expect(Math.abs(ahead - shift - sites * Math.round((ahead - shift) / sites))).toBeLessThan(0.01);
  });

  test("the figure eight survives a push, the ring of three does not", () => {
    const apart = (example: ReturnType<typeof nBody>): number => {
      const [one, other] = [0, 1e-8].map((push) => {
        const q = Float64Array.from(example.initial.q as Float64Array, (value, k) => value + (k === 0 ? push : 0));
        const integrator = leapfrog({ step: 0.005 });
        return simulate(example.system, { integrator, initial: { q, p: example.initial.p }, until: 30 }).final;
      });
      return distance(one as object, other as object);
    };
    expect(apart(nBody())).toBeLessThan(1e-5);
    expect(apart(nBody({ orbit: "ring" }))).toBeGreaterThan(1e-3);
  });

  test("strong light in a Kerr lattice traps itself", () => {
    const share = (kerr: number): number => {
      const { system, initial } = kerrLattice({ rows: 9, columns: 9, coupling: 1, kerr });
      const { q, p } = simulate(system, { integrator: rungeKutta4({ step: 0.01 }), initial, until: 2 }).final;
      return ((q.data[40] as number) ** 2 + (p.data[40] as number) ** 2) / 8;
    };
    expect(share(0)).toBeLessThan(0.05);
    expect(share(-4)).toBeGreaterThan(0.9);
  });

  test("damping takes the energy of an oscillator network away at the rate it should", () => {
    const damped = dampedOscillatorNetwork({ oscillators: 3 });
    const free = oscillatorNetwork({ oscillators: 3 });
    expect(damped.parameters.mass).toEqual(free.parameters.mass);
    const { system, parameters, initial } = damped;
    const still = { ...parameters, quartic: 0, drive: 0, stiffness: [1, 0, 0, 0, 1, 0, 0, 0, 1], mass: 1, gamma: 0.2 };
    const options = { integrator: rungeKutta4({ step: 0.01 }), parameters: still, initial, input: { u: 0 } };
    const { q } = simulate(system, { ...options, until: 20 }).final;
    const w = Math.sqrt(1 - 0.1 ** 2);
    (initial.q as Float64Array).forEach((q0, i) => {
      const p0 = (initial.p as Float64Array)[i] as number;
      const exact = Math.exp(-0.1 * 20) * (q0 * Math.cos(w * 20) + ((p0 + 0.1 * q0) / w) * Math.sin(w * 20));
      expect(q.data[i]).toBeCloseTo(exact, 9);
    });
  });
});
