import { describe, expect, it } from "vitest";
import { add, cos, multiply, negate, power, sin, subtract, symbol } from "../../core/expression/functions.js";
import { drivenOscillator, pendulum } from "../../core/simulation/example-systems.testing.js";
import { nodes, simulate } from "../../core/simulation/index.js";
import type { BlockNames, DynamicalSystem } from "../../core/system.js";
import { conformalLeapfrog } from "./conformal-leapfrog.js";

const [q, p, u] = [symbol("q"), symbol("p"), symbol("u")];
const names = ["m", "k", "c", "b", "gamma"] as const;
const [m, k, c, b, gamma] = names.map((name) => symbol(name)) as [typeof q, typeof q, typeof q, typeof q, typeof q];

type Driven = DynamicalSystem<{ state: "q" | "p"; parameters: (typeof names)[number]; input: "u" }>;
const force = subtract(multiply(b, u), add(multiply(k, q), multiply(c, power(q, 3))));
/** H = p^2/2m + k q^2/2 + c q^4/4 - b u q with damping gamma. */
const damped = {
  ...drivenOscillator,
  parameters: names.map((name) => ({ name, shape: [], symbol: symbol(name) })),
  field: new Map([
    ["q", multiply(power(m, -1), p)],
    ["p", subtract(force, multiply(gamma, p))],
  ]),
  damping: "gamma",
} as unknown as Driven;
const parameters = { m: 1.2, k: 0.8, c: 0.5, b: 1, gamma: 0.4 };

describe("conformalLeapfrog", () => {
  it("gives the known cost of a driven, damped, quartic oscillator", () => {
    // Sum over j = 1 .. 20 of (q_j - 0.3 cos(0.4 j))^2 / 2 with h = 0.1 and u_j = sin(0.5 j) at nodes.
    const { states } = simulate(damped, {
      integrator: conformalLeapfrog({ step: 0.1 }),
      initial: { q: 0.5, p: -0.2 },
      parameters,
      input: { u: nodes(Array.from({ length: 21 }, (_, j) => Math.sin(0.5 * j))) },
      steps: 20,
    });
    const cost = Array.from(states.q.data).reduce(
      (sum, value, j) => (j === 0 ? 0 : sum + (value - 0.3 * Math.cos(0.4 * j)) ** 2 / 2),
      0,
    );
    expect(Math.abs(cost - 1.687448877)).toBeLessThan(1e-9);
  });

  it("is undone by the step with -h, and by the flipped damping with the momentum reversed", () => {
    const run = { integrator: conformalLeapfrog({ step: 0.1 }), input: { u: 0.3 }, parameters };
    const { final } = simulate(damped, { ...run, initial: { q: 0.5, p: -0.2 }, until: 10 });
    const [end, momentum] = [final.q.data[0]!, final.p.data[0]!];
    const back = simulate(damped, { ...run, initial: { q: end, p: momentum }, start: 10, until: 0 }).final;
    expect(Math.hypot(back.q.data[0]! - 0.5, back.p.data[0]! + 0.2)).toBeLessThan(1e-12);
    const echo = simulate(damped, {
      ...run,
      parameters: { ...parameters, gamma: -0.4 },
      initial: { q: end, p: -momentum },
      until: 10,
    }).final;
    expect(Math.hypot(echo.q.data[0]! - 0.5, echo.p.data[0]! - 0.2)).toBeLessThan(1e-12);
  });

  it("loses energy at the rate of the damping and has order 2", () => {
    const error = (step: number): number => {
      const { final } = simulate(damped, {
        integrator: conformalLeapfrog({ step }),
        initial: { q: 1, p: 0 },
        input: { u: 0 },
        parameters: { m: 1, k: 1, c: 0, b: 0, gamma: 0.1 },
        until: 10,
      });
      // q'' + 0.1 q' + q = 0 from (1, 0).
      const w = Math.sqrt(1 - 0.0025);
      return Math.abs(final.q.data[0]! - Math.exp(-0.5) * (Math.cos(10 * w) + (0.05 / w) * Math.sin(10 * w)));
    };
    expect(error(0.05)).toBeLessThan(1e-3);
    expect(Math.abs(Math.log2(error(0.1) / error(0.05)) - 2)).toBeLessThan(0.05);
  });

  it("refuses systems without damping, and those it has no exact parts for", () => {
    const { refusal } = conformalLeapfrog({ step: 0.1 });
    expect(refusal(pendulum)).toBe(
      'conformal leapfrog cannot integrate "pendulum", because it declares no damping: use leapfrog where it is separable, else variational',
    );
    const curved = { ...damped, field: new Map([...damped.field, ["q", multiply(cos(q), sin(p))]]) };
    expect(refusal(curved as DynamicalSystem<BlockNames>)).toContain("it is not separable: use implicitMidpoint");
    expect(
      refusal({ ...damped, field: new Map([...damped.field, ["q", negate(p)]]) } as DynamicalSystem),
    ).toBeUndefined();
  });
});
