import { describe, expect, it } from "vitest";
import { energyDrift } from "../core/diagnostics/index.js";
import { constant } from "../core/expression/functions.js";
import type { Integrator } from "../core/integrator.js";
import { oscillator, pendulum } from "../core/simulation/example-systems.testing.js";
import { simulate } from "../core/simulation/index.js";
import { integrators } from "./registry.js";
import { baoab } from "./steppers/baoab.js";
import { explicitEuler } from "./steppers/explicit-euler.js";
import { leapfrog } from "./steppers/leapfrog.js";
import { rungeKutta4 } from "./steppers/runge-kutta-4.js";
import { symplecticEuler } from "./steppers/symplectic-euler.js";

const suitable = integrators.filter(({ make }) => make(0.1).refusal(pendulum) === undefined);
const names = suitable.map(({ name }) => name);

/** One step of the pendulum. */
function stepOf(integrator: Integrator, q: number, p: number): [number, number] {
  const { final } = simulate(pendulum, { integrator, initial: { q, p }, steps: 1 });
  return [final.q.data[0]!, final.p.data[0]!];
}

describe("the registry", () => {
  it("knows which methods integrate a pendulum without temperature", () => {
    expect(names).toEqual([
      "explicitEuler",
      'symplecticEuler({ first: "kick" })',
      'symplecticEuler({ first: "drift" })',
      'leapfrog({ first: "kick" })',
      'leapfrog({ first: "drift" })',
      "ruth3",
      "mclachlanAtela4",
      "suzuki4",
      "yoshida4",
      "yoshida6",
      "yoshida8",
      "splitting({ drift: [1/2, 1/2], kick: [1/6, 2/3, 1/6] })",
      "implicitMidpoint",
      "gaussLegendre4",
      "gaussLegendre6",
      "tao",
      "rungeKutta4",
    ]);
  });

  it("has a reference and an own name for every method", () => {
    const made = integrators.map(({ make }) => make(0.1));
    expect(made.map(({ name }) => name)).toEqual([
      "explicit Euler",
      "symplectic Euler (kick first)",
      "symplectic Euler (drift first)",
      "leapfrog",
      "leapfrog (drift first)",
      "Ruth 3",
      "McLachlan-Atela 4",
      "Suzuki 4",
      "Yoshida 4",
      "Yoshida 6",
      "Yoshida 8",
      "splitting",
      "conformal leapfrog",
      "implicit midpoint",
      "Gauss-Legendre 4",
      "Gauss-Legendre 6",
      "variational (trapezoid)",
      "variational (midpoint)",
      "Tao",
      "Boris",
      "split-step",
      "split-step (midpoint)",
      "Runge-Kutta 4",
      "Euler-Maruyama",
      "BAOAB",
      "iteration",
    ]);
    for (const { reference, stochastic, order } of made) {
      expect(reference).not.toBe("");
      expect(typeof stochastic).toBe("boolean");
      expect(order).toBeGreaterThanOrEqual(1);
    }
  });
});

describe("one step of the oscillator H = (p^2 + q^2)/2 with h = 1/4 from (0.3, -0.7)", () => {
  it.each<[string, Integrator, number, number]>([
    ["explicitEuler", explicitEuler({ step: 0.25 }), 1 / 8, -31 / 40],
    ["symplecticEuler, kick first", symplecticEuler({ step: 0.25 }), 17 / 160, -31 / 40],
    ["symplecticEuler, drift first", symplecticEuler({ step: 0.25, first: "drift" }), 1 / 8, -117 / 160],
    ["leapfrog, kick first", leapfrog({ step: 0.25 }), 37 / 320, -385 / 512],
    ["leapfrog, drift first", leapfrog({ step: 0.25, first: "drift" }), 303 / 2560, -241 / 320],
    ["rungeKutta4", rungeKutta4({ step: 0.25 }), 7219 / 61440, -46231 / 61440],
    ["baoab at T = 0, friction 0", baoab({ step: 0.25, temperature: 0, friction: 0 }), 37 / 320, -385 / 512],
  ])("is exact for %s", (_, integrator, q, p) => {
    const { final } = simulate(oscillator, {
      integrator,
      initial: { q: 0.3, p: -0.7 },
      parameters: { mass: 1, stiffness: 1 },
      steps: 1,
    });
    expect(Math.abs(final.q.data[0]! - q)).toBeLessThan(2e-16);
    expect(Math.abs(final.p.data[0]! - p)).toBeLessThan(2e-16);
  });
});

describe.each(suitable.map(({ name, make }) => [name, make] as const))("%s", (_, make) => {
  const { preserves, symmetric } = make(0.1);

  it("keeps areas in phase space exactly when it is symplectic", () => {
    const defect = (step: number): number => {
      const d = 1e-5;
      const at = (q: number, p: number) => stepOf(make(step), q, p);
      const [qq, qp] = [at(1 + d, 0.5), at(1 - d, 0.5)];
      const [pq, pp] = [at(1, 0.5 + d), at(1, 0.5 - d)];
      const column = (plus: readonly number[], minus: readonly number[]) =>
        plus.map((value, i) => (value - minus[i]!) / (2 * d));
      const [a, b] = [column(qq, qp), column(pq, pp)];
      return Math.abs(a[0]! * b[1]! - a[1]! * b[0]! - 1);
    };
    if (preserves === "symplectic") for (const step of [0.1, 0.5]) expect(defect(step)).toBeLessThan(1e-9);
    else expect(defect(0.5)).toBeGreaterThan(1e-6);
  });

  it("undoes a step by a step of -h exactly when it is symmetric", () => {
    const there = simulate(pendulum, { integrator: make(0.1), initial: { q: 2, p: 0.3 }, until: 10 });
    const initial = { q: there.final.q.data[0]!, p: there.final.p.data[0]! };
    const back = simulate(pendulum, { integrator: make(0.1), initial, start: 10, until: 0 });
    expect(back.steps).toBe(100);
    const distance = Math.hypot(back.final.q.data[0]! - 2, back.final.p.data[0]! - 0.3);
    if (symmetric) expect(distance).toBeLessThan(1e-12);
    else expect(distance).toBeGreaterThan(1e-9);
  });

  it("keeps the energy bounded exactly when it is symplectic", () => {
    const drift = energyDrift(
      simulate(pendulum, { integrator: make(0.1), initial: { q: 2, p: 0 }, steps: 20_000, save: { every: 5 } }),
    );
    const largest = (from: number, to: number) =>
      drift.relative.slice(from, to).reduce((most, error) => Math.max(most, Math.abs(error)), 0);
    const growth = largest(3000, 4001) / largest(0, 1000);
    if (preserves === "symplectic") {
      expect(drift.maximum).toBeLessThan(0.3);
      expect(Math.abs(drift.slope)).toBeLessThan(1e-5);
      expect(growth).toBeLessThan(1.01);
    } else expect(growth).toBeGreaterThan(2);
  });
});

describe("symplecticEuler", () => {
  it("of one order is undone by the other", () => {
    const there = stepOf(symplecticEuler({ step: 0.1 }), 2, 0.3);
    const back = simulate(pendulum, {
      integrator: symplecticEuler({ step: 0.1, first: "drift" }),
      initial: { q: there[0], p: there[1] },
      start: 0.1,
      until: 0,
    });
    expect(Math.hypot(back.final.q.data[0]! - 2, back.final.p.data[0]! - 0.3)).toBeLessThan(1e-15);
  });
});

describe("baoab without noise and friction", () => {
  it("is leapfrog", () => {
    const system = { ...pendulum, kinetic: { inverseMass: new Map([["p", constant(1)]]) } };
    const run = (integrator: Integrator) =>
      simulate(system, { integrator, initial: { q: 2, p: 0 }, until: 20 }).final.q.data[0]!;
    expect(run(baoab({ step: 0.1, temperature: 0, friction: 0 }))).toBeCloseTo(run(leapfrog({ step: 0.1 })), 12);
  });
});
