import { describe, expect, it } from "vitest";
import { add, constant, cos, multiply, negate, sin, subtract, symbol } from "../core/expression/functions.js";
import type { Integrator } from "../core/integrator.js";
import { pendulum } from "../core/simulation/example-systems.testing.js";
import { simulate } from "../core/simulation/index.js";
import type { BlockNames, DynamicalSystem } from "../core/system.js";
import { baoab } from "./steppers/baoab.js";
import { explicitEuler } from "./steppers/explicit-euler.js";
import { gaussLegendre4, gaussLegendre6 } from "./steppers/gauss-legendre.js";
import { implicitMidpoint } from "./steppers/implicit-midpoint.js";
import { leapfrog } from "./steppers/leapfrog.js";
import { mclachlanAtela4 } from "./steppers/mclachlan-atela-4.js";
import { rungeKutta4 } from "./steppers/runge-kutta-4.js";
import { ruth3 } from "./steppers/ruth-3.js";
import { suzuki4 } from "./steppers/suzuki-4.js";
import { symplecticEuler } from "./steppers/symplectic-euler.js";
import { tao } from "./steppers/tao.js";
import { yoshida4, yoshida6, yoshida8 } from "./steppers/yoshida.js";

type Phase = DynamicalSystem<
  BlockNames & { readonly state: "q" | "p"; readonly parameters: never; readonly input: never }
>;

/** The largest error of the state at t = 4, from the amplitude 2. */
function errorAt(system: Phase, integrator: Integrator, exact: readonly number[]): number {
  const { final } = simulate(system, { integrator, initial: { q: 2, p: 0 }, until: 4 });
  return Math.max(Math.abs(final.q.data[0]! - exact[0]!), Math.abs(final.p.data[0]! - exact[1]!));
}

/** Slopes of log error against log step between halvings, and their mean. */
function slopesOf(errors: readonly number[]): { readonly slopes: number[]; readonly mean: number } {
  const slopes = errors.slice(1).map((error, k) => Math.log2(errors[k]! / error));
  return { slopes, mean: slopes.reduce((sum, slope) => sum + slope, 0) / slopes.length };
}

function referenceOf(system: Phase, integrator: Integrator = rungeKutta4({ step: 2 ** -12 })): readonly number[] {
  const { final } = simulate(system, {
    integrator,
    initial: { q: 2, p: 0 },
    until: 4,
    save: { times: [] },
  });
  return [final.q.data[0]!, final.p.data[0]!];
}

describe("the order on a pendulum of large amplitude", () => {
  const exact = referenceOf(pendulum as Phase);

  it.each<[string, number, number, (step: number) => Integrator]>([
    ["explicitEuler", 1, 2 ** -9, (step) => explicitEuler({ step })],
    ["symplecticEuler, kick first", 1, 2 ** -6, (step) => symplecticEuler({ step })],
    ["symplecticEuler, drift first", 1, 2 ** -6, (step) => symplecticEuler({ step, first: "drift" })],
    ["leapfrog, kick first", 2, 2 ** -4, (step) => leapfrog({ step })],
    ["leapfrog, drift first", 2, 2 ** -4, (step) => leapfrog({ step, first: "drift" })],
    ["ruth3", 3, 2 ** -4, (step) => ruth3({ step })],
    ["mclachlanAtela4", 4, 2 ** -3, (step) => mclachlanAtela4({ step })],
    ["suzuki4", 4, 2 ** -3, (step) => suzuki4({ step })],
    ["suzuki4, drift first", 4, 2 ** -3, (step) => suzuki4({ step, first: "drift" })],
    ["yoshida4", 4, 2 ** -4, (step) => yoshida4({ step })],
    ["yoshida4, drift first", 4, 2 ** -4, (step) => yoshida4({ step, first: "drift" })],
    ["yoshida6", 6, 2 ** -2, (step) => yoshida6({ step })],
    ["yoshida6, drift first", 6, 2 ** -2, (step) => yoshida6({ step, first: "drift" })],
    ["implicitMidpoint", 2, 2 ** -4, (step) => implicitMidpoint({ step })],
    ["gaussLegendre4", 4, 2 ** -3, (step) => gaussLegendre4({ step })],
    ["gaussLegendre6", 6, 2 ** -1, (step) => gaussLegendre6({ step })],
    ["tao", 2, 2 ** -4, (step) => tao({ step })],
    ["rungeKutta4", 4, 2 ** -4, (step) => rungeKutta4({ step })],
  ])("of %s is %d", (_, order, largest, make) => {
    const steps = [largest, largest / 2, largest / 4, largest / 8];
    const errors = steps.map((step) => errorAt(pendulum as Phase, make(step), exact));
    const { slopes, mean } = slopesOf(errors);
    expect(make(1).order).toBe(order);
    expect(Math.abs(mean - order), `slopes ${slopes.join(", ")}`).toBeLessThan(0.2);
    for (const slope of slopes) expect(Math.abs(slope - order)).toBeLessThan(0.35);
  });

  it.each(["kick", "drift"] as const)("of yoshida8, %s first, is 8", (first) => {
    const exactly = referenceOf(pendulum as Phase, yoshida8({ step: 2 ** -6, first }));
    const errors = [2 ** -1, 2 ** -2, 2 ** -3].map((step) =>
      errorAt(pendulum as Phase, yoshida8({ step, first }), exactly),
    );
    const { slopes, mean } = slopesOf(errors);
    expect(Math.abs(mean - 8), `slopes ${slopes.join(", ")}`).toBeLessThan(0.35);
  });

  it.each(["kick", "drift"] as const)("of leapfrog, %s first, is 2 where drift and kick depend on time", (first) => {
    const moving: Phase = {
      ...(pendulum as Phase),
      field: new Map([
        ["q", multiply(add(1, multiply(0.5, sin(symbol("t")))), symbol("p"))],
        ["p", multiply(subtract(0.8, cos(symbol("t"))), sin(symbol("q")))],
      ]),
    };
    const reference = referenceOf(moving);
    const errors = [2 ** -5, 2 ** -6, 2 ** -7, 2 ** -8].map((step) =>
      errorAt(moving, leapfrog({ step, first }), reference),
    );
    const { slopes, mean } = slopesOf(errors);
    expect(Math.abs(mean - 2), `slopes ${slopes.join(", ")}`).toBeLessThan(0.2);
  });

  it("of baoab without noise is 2 on the damped pendulum", () => {
    const [q, p] = [symbol("q"), symbol("p")];
    const damped: Phase = {
      ...(pendulum as Phase),
      field: new Map([
        ["q", p],
        ["p", subtract(negate(sin(q)), multiply(0.5, p))],
      ]),
    };
    const reference = referenceOf(damped);
    const withMass: Phase = { ...(pendulum as Phase), kinetic: { inverseMass: new Map([["p", constant(1)]]) } };
    const errors = [2 ** -4, 2 ** -5, 2 ** -6, 2 ** -7].map((step) =>
      errorAt(withMass, baoab({ step, temperature: 0, friction: 0.5 }), reference),
    );
    const { slopes, mean } = slopesOf(errors);
    expect(Math.abs(mean - 2), `slopes ${slopes.join(", ")}`).toBeLessThan(0.2);
  });
});
