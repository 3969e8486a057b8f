import { describe, expect, it } from "vitest";
import { evaluate, evaluateScalar } from "../core/compile/interpreter/evaluate.js";
import type { Expression } from "../core/expression/expression.js";
import { fieldAt, randomValues, rateAlong, valuesOf } from "./evaluation.testing.js";
import { hamiltonianSystem } from "./hamiltonian-system.js";

const pendulum = hamiltonianSystem({
  name: "pendulum",
  coordinates: { q: [] },
  momenta: { p: [] },
  parameters: { mass: [], arm: { shape: [], default: 1, unit: "m" }, gravity: [] },
  hamiltonian: "p^2 / (2*mass*arm^2) + mass*gravity*arm*(1 - cos(q))",
});

/** A system of one vector coordinate. */
const planar = (hamiltonian: string) =>
  hamiltonianSystem({
    name: "planar",
    coordinates: { q: [2] },
    momenta: { p: [2] },
    parameters: { m: [2], c: [] },
    hamiltonian,
  });

describe("hamiltonianSystem", () => {
  it("follows Hamilton's equations", () => {
    const values = valuesOf(pendulum, { q: 0.7, p: -0.4, mass: 2, arm: 1.5, gravity: 9.81 });
    const { q, p } = fieldAt(pendulum, values);
    expect(q?.[0]).toBeCloseTo(-0.4 / (2 * 1.5 ** 2), 15);
    expect(p?.[0]).toBeCloseTo(-2 * 9.81 * 1.5 * Math.sin(0.7), 13);
    expect(pendulum.state.map(({ name, role }) => [name, role])).toEqual([
      ["q", "coordinate"],
      ["p", "momentum"],
    ]);
  });

  it("pairs several blocks in order, coordinates first", () => {
    const system = hamiltonianSystem({
      name: "two",
      coordinates: { a: [2], b: [] },
      momenta: { pa: [2], pb: [] },
      hamiltonian: "dot(a, pa)*b + pb^2*a[0]",
    });
    const { a, b, pa, pb } = fieldAt(system, valuesOf(system, { a: [1, 2], b: 3, pa: [4, 5], pb: 6 }));
    expect([a, b, pa, pb]).toEqual([[3, 6], [12], [-12 - 36, -15], [-14]]);
  });

  it("proves what is separable", () => {
    expect(pendulum.facts).toEqual({ separable: true, gradient: false, timeDependent: false });
    expect(planar("sum(p^4) + sin(dot(p, m)) + sum(q^4)*c").facts.separable).toBe(true);
    expect(planar("sum(p^2*q)").facts.separable).toBe(false);
    expect(planar("(q[0]*p[1] - q[1]*p[0])*c").facts.separable).toBe(false);
    // The derivative of sign is 0, so only dp/dt shows the dependence.
    expect(planar("sum(p^2)/2 + dot(sign(p), q)").facts.separable).toBe(false);
    expect(planar("sum(p^2)/2 + c*q[0]*cos(t)").facts).toMatchObject({ separable: true, timeDependent: true });
  });

  it("finds the masses of a quadratic kinetic energy", () => {
    const inverse = (hamiltonian: string): number[] | undefined => {
      const mass = planar(hamiltonian).kinetic?.inverseMass.get("p");
      return mass && [...(evaluate([mass as Expression], { m: [2, 4], c: 8 })[0] as Float64Array)];
    };
    expect(inverse("sum(p^2/m)/2 + sum(q^4)")).toEqual([0.5, 0.25]);
    expect(inverse("dot(p, p/m)/2")).toEqual([0.5, 0.25]);
    expect(inverse("p @ p / (2*c) + q[0]")).toEqual([0.125, 0.125]);
    expect(inverse("p[0]^2/(2*m[0]) + p[1]^2/2")).toEqual([0.5, 1]);
    expect(inverse("sum(p^2)/2 + p[0]")).toBeUndefined();
    expect(inverse("sum(p^2)/2 + p[0]*p[1]")).toBeUndefined();
    expect(inverse("sum(p^2)/2 + sum(p^4)")).toBeUndefined();
    expect(inverse("sum(p^2*q)/2")).toBeUndefined();
    expect(inverse("sum(p^2)*(2 + cos(t))")).toBeUndefined();
  });

  it("conserves its energy unless it depends on time", () => {
    const systems = [pendulum, planar("sum(p^2*(1 + q^2))/c + cos(dot(q, p)) + sum(m*q^4)")];
    for (const system of systems) {
      expect(system.invariants.get("energy")).toBe(system.scalar);
      const rate = rateAlong(system, system.scalar as Expression);
      for (const seed of [1, 2, 3])
        expect(Math.abs(evaluateScalar(rate, randomValues(system, seed)))).toBeLessThan(1e-12);
    }
    expect(planar("sum(p^2)*t").invariants.size).toBe(0);
  });

  it("damps all momenta at the rate of a parameter, and then conserves nothing", () => {
    const system = hamiltonianSystem({
      name: "damped",
      coordinates: { a: [2], b: [] },
      momenta: { pa: [2], pb: [] },
      parameters: { mass: 2, gamma: 0.3 },
      hamiltonian: "sum(pa^2)/(2*mass) + pb^2/2 + sum(a^2)*b",
      damping: "gamma",
    });
    const { a, b, pa, pb } = fieldAt(system, valuesOf(system, { a: [1, 2], b: 3, pa: [4, 5], pb: 6 }));
    expect([a, b]).toEqual([[2, 2.5], [6]]);
    [-6 - 1.2, -12 - 1.5].forEach((rate, i) => {
      expect(pa?.[i]).toBeCloseTo(rate, 14);
    });
    expect(pb?.[0]).toBeCloseTo(-5 - 1.8, 14);
    expect(system.damping).toBe("gamma");
    expect(system.invariants.size).toBe(0);
    expect(system.facts.separable).toBe(false);
    expect([...(system.kinetic?.inverseMass.keys() ?? [])]).toEqual(["pa", "pb"]);
    const rate = rateAlong(system, system.scalar as Expression);
    const values = randomValues(system, 1);
    const loss =
      values.gamma![0]! * (values.pb![0]! ** 2 + values.pa!.reduce((sum, p) => sum + p ** 2, 0) / values.mass![0]!);
    expect(evaluateScalar(rate, values)).toBeCloseTo(-loss, 13);
  });

  it("refuses damping that is no scalar parameter", () => {
    const damped = (damping: string) => () =>
      hamiltonianSystem({
        name: "damped",
        coordinates: { q: [] },
        momenta: { p: [] },
        parameters: { gamma: [2] },
        hamiltonian: "p^2/2 + q^2/2",
        damping: damping as "gamma",
      });
    for (const name of ["gamma", "p", "friction"]) {
      expect(damped(name)).toThrow(
        `hamiltonianSystem "damped", damping: got "${name}", expected the name of a scalar parameter`,
      );
    }
  });
});
