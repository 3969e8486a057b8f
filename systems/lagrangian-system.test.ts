import { describe, expect, it } from "vitest";
import { evaluate, evaluateScalar } from "../core/compile/interpreter/evaluate.js";
import { gradient } from "../core/expression/derivatives.js";
import type { Expression } from "../core/expression/expression.js";
import type { DynamicalSystem } from "../core/system.js";
import { canonicalDoublePendulum, doublePendulum } from "./catalogue/double-pendulum.js";
import { fieldAt, randomValues, rateAlong, valuesOf } from "./evaluation.testing.js";
import { hamiltonianSystem } from "./hamiltonian-system.js";
import { lagrangianSystem } from "./lagrangian-system.js";

describe("lagrangianSystem", () => {
  it("gives the double pendulum its textbook accelerations", () => {
    const { system } = doublePendulum();
    for (const seed of [1, 2, 3]) {
      const values = randomValues(system, seed, -2, 2);
      for (const name of ["mass1", "mass2", "arm1", "arm2", "gravity"]) values[name] = values[name]!.map((v) => 3 + v);
      const [a, b, va, vb] = ["a", "b", "a_dot", "b_dot"].map((name) => values[name]![0]!) as [
        number,
        number,
        number,
        number,
      ];
      const [m1, m2, l1, l2, g] = ["mass1", "mass2", "arm1", "arm2", "gravity"].map((name) => values[name]![0]!) as [
        number,
        number,
        number,
        number,
        number,
      ];
      // The accelerations as printed in mechanics texts, solved by hand.
      const d = a - b;
      const denominator = 2 * m1 + m2 - m2 * Math.cos(2 * d);
      const accelerationA =
        (-g * (2 * m1 + m2) * Math.sin(a) -
          m2 * g * Math.sin(a - 2 * b) -
          2 * Math.sin(d) * m2 * (vb ** 2 * l2 + va ** 2 * l1 * Math.cos(d))) /
        (l1 * denominator);
      const accelerationB =
        (2 * Math.sin(d) * (va ** 2 * l1 * (m1 + m2) + g * (m1 + m2) * Math.cos(a) + vb ** 2 * l2 * m2 * Math.cos(d))) /
        (l2 * denominator);
      const field = fieldAt(system, values);
      expect(field.a).toEqual([va]);
      expect(field.b).toEqual([vb]);
      expect(Math.abs(field.a_dot![0]! - accelerationA)).toBeLessThan(1e-12 * (1 + Math.abs(accelerationA)));
      expect(Math.abs(field.b_dot![0]! - accelerationB)).toBeLessThan(1e-12 * (1 + Math.abs(accelerationB)));
    }
  });

  it("is the Legendre transform of the canonical double pendulum", () => {
    const [{ system }, { system: canonical }] = [doublePendulum(), canonicalDoublePendulum()];
    expectLegendrePair(system, canonical, ["a", "b"], ["p_a", "p_b"]);
  });

  it("agrees with the Hamiltonian of a mass matrix that depends on position and couples two blocks", () => {
    const parameters = { c: [], k: [2] } as const;
    const system = lagrangianSystem({
      name: "curved",
      coordinates: { r: [2], s: [] },
      parameters,
      lagrangian: `
        kinetic = (2 + r[0]^2)*r_dot[0]^2/2 + exp(s)*r_dot[1]^2/2 + (3 + cos(r[1]))*s_dot^2/2;
        kinetic + c*r_dot[0]*s_dot*sin(s) + c*r[1]*r_dot[0] - sum(k*r^4)/4 - s^2/2`,
    });
    // M = [[2 + r0^2, 0, c sin s], [0, exp s, 0], [c sin s, 0, 3 + cos r1]] and a vector potential c r1 on r0.
    const canonical = hamiltonianSystem({
      name: "curved, canonical",
      coordinates: { r: [2], s: [] },
      momenta: { p_r: [2], p_s: [] },
      parameters,
      hamiltonian: `
        A = 2 + r[0]^2; B = c*sin(s); D = 3 + cos(r[1]); P = p_r[0] - c*r[1]; determinant = A*D - B^2;
        kinetic = (D*P^2 - 2*B*P*p_s + A*p_s^2)/(2*determinant) + p_r[1]^2*exp(-s)/2;
        kinetic + sum(k*r^4)/4 + s^2/2`,
    });
    expectLegendrePair(system, canonical, ["r", "s"], ["p_r", "p_s"]);
  });

  it("solves indefinite kinetic terms, also without a diagonal", () => {
    const cross = lagrangianSystem({
      name: "cross term only",
      coordinates: { x: [], y: [] },
      lagrangian: "x_dot*y_dot - x^3*y",
    });
    // d(y_dot)/dt = dL/dx = -3 x^2 y, d(x_dot)/dt = dL/dy = -x^3
    const values = valuesOf(cross, { x: 2, y: 3, x_dot: 0.5, y_dot: 0.25 });
    expect(fieldAt(cross, values)).toEqual({ x: [0.5], y: [0.25], x_dot: [-8], y_dot: [-36] });

    const opposite = lagrangianSystem({
      name: "opposite signs",
      coordinates: { x: [2] },
      lagrangian: "x_dot[0]^2/2 - x_dot[1]^2/2 - x[0]^2*x[1]",
    });
    const { x_dot } = fieldAt(opposite, valuesOf(opposite, { x: [2, 3], x_dot: [1, 1] }));
    expect(x_dot).toEqual([-12, 4]);
    expect(opposite.facts.separable).toBe(true);
  });

  it("damps the momentum: d(dL/dv)/dt = dL/dq - gamma dL/dv + force", () => {
    const system = lagrangianSystem({
      name: "damped",
      coordinates: { q: [2] },
      parameters: { m: [2], gamma: [], a: [] },
      lagrangian: "sum(m*q_dot^2)/2 + a*q[1]*q_dot[0] - sum(q^2)",
      damping: "gamma",
      force: { q: "[1, t]" },
    });
    const given = { q: [1, 2], q_dot: [3, 4], m: [2, 5], gamma: 0.5, a: 0.25, t: 7 };
    const { q_dot } = fieldAt(system, valuesOf(system, given));
    // p = (m0 v0 + a q1, m1 v1); dp0/dt = m0 a0 + a v1
    const first = (-2 * 1 - 0.5 * (2 * 3 + 0.25 * 2) + 1 - 0.25 * 4) / 2;
    const second = (-2 * 2 + 0.25 * 3 - 0.5 * (5 * 4) + 7) / 5;
    expect(q_dot![0]).toBeCloseTo(first, 14);
    expect(q_dot![1]).toBeCloseTo(second, 14);
    expect(system.damping).toBe("gamma");
    expect([...(system.generalisedForce ?? [])].map(([name]) => name)).toEqual(["q"]);
    expect(system.invariants.size).toBe(0);
    expect(system.facts).toEqual({ separable: false, gradient: false, timeDependent: true });
  });

  it("includes the explicit change of the momentum with time", () => {
    const system = lagrangianSystem({
      name: "growing mass",
      coordinates: { q: [] },
      lagrangian: "exp(t)*(q_dot^2 - q^2)/2",
    });
    // e^t a + e^t v = -e^t q: the exponential weight is a damping of 1.
    const { q_dot } = fieldAt(system, valuesOf(system, { q: 2, q_dot: 3, t: 0.7 }));
    expect(q_dot![0]).toBeCloseTo(-5, 14);
    expect(system.invariants.size).toBe(0);
  });

  it("conserves p v - L", () => {
    for (const { system } of [doublePendulum()]) {
      const rate = rateAlong(system, system.invariants.get("energy") as Expression);
      for (const seed of [4, 5, 6]) {
        expect(Math.abs(evaluateScalar(rate, randomValues(system, seed)))).toBeLessThan(1e-12);
      }
    }
  });

  it("divides by a mass that is provably diagonal, and proves what is separable", () => {
    const lagrangian = (text: string) =>
      lagrangianSystem({ name: "lattice", coordinates: { u: [50] }, parameters: { m: [50] }, lagrangian: text });
    const usesSolve = (system: ReturnType<typeof lagrangian>): boolean =>
      JSON.stringify(names(system.field.get("u_dot") as Expression)).includes("solve");
    const chain = lagrangian("sum(m*u_dot^2)/2 - sum((u - shift(u, 1))^4)/4");
    expect(usesSolve(chain)).toBe(false);
    expect(chain.facts.separable).toBe(true);
    const position = lagrangian("sum(m*(1 + u^2)*u_dot^2)/2 - sum(u^2)");
    expect(usesSolve(position)).toBe(false);
    expect(position.facts.separable).toBe(false);
    const coupled = lagrangian("sum(m*u_dot^2)/2 + dot(u_dot, shift(u_dot, 1))/4 - sum(u^2)");
    expect(usesSolve(coupled)).toBe(true);
    expect(coupled.facts.separable).toBe(true);
  });
});

/** The primitives an expression is made of. */
function names(expression: Expression): string[] {
  const found = new Set<string>();
  const pending = [expression];
  const seen = new Set<Expression>();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    found.add(node.primitive.name);
    pending.push(...node.operands);
  }
  return [...found];
}

/**
 * Compares fields through p = dL/dv: at random states the Hamiltonian's dq/dt are the velocities, its dp/dt is the rate of
 * p along the Lagrangian motion, and H is the energy p v - L.
 */
function expectLegendrePair(
  system: DynamicalSystem,
  canonical: DynamicalSystem,
  coordinates: readonly string[],
  momenta: readonly string[],
): void {
  const velocities = system.state.filter(({ role }) => role === "velocity").map(({ symbol }) => symbol);
  const legendre = gradient(system.scalar as Expression, velocities);
  const rates = legendre.map((momentum) => rateAlong(system, momentum));
  for (const seed of [1, 2, 3, 4]) {
    const values = randomValues(system, seed);
    const conjugate = Object.fromEntries(evaluate(legendre, values).map((p, k) => [momenta[k] as string, p]));
    const field = fieldAt(canonical, { ...values, ...conjugate });
    coordinates.forEach((name) => {
      field[name]!.forEach((rate, i) => {
        expect(Math.abs(rate - values[`${name}_dot`]![i]!)).toBeLessThan(1e-10);
      });
    });
    evaluate(rates, values).forEach((rate, k) => {
      rate.forEach((entry, i) => {
        expect(Math.abs(entry - field[momenta[k]!]![i]!)).toBeLessThan(1e-10);
      });
    });
    const energies = [
      evaluateScalar(system.invariants.get("energy") as Expression, values),
      evaluateScalar(canonical.scalar as Expression, { ...values, ...conjugate }),
    ] as const;
    expect(Math.abs(energies[0] - energies[1])).toBeLessThan(1e-12);
  }
}
