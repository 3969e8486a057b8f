import { describe, expect, it } from "vitest";
import type { Integrator } from "../core/integrator.js";
import { drivenOscillator } from "../core/simulation/example-systems.testing.js";
import { held, type InputValue, nodes, simulate } from "../core/simulation/index.js";
import { leapfrog } from "./steppers/leapfrog.js";
import { rungeKutta4 } from "./steppers/runge-kutta-4.js";
import { symplecticEuler } from "./steppers/symplectic-euler.js";

const step = 0.5;
const rows = [1, 2, 4, 8];

function runWith(integrator: Integrator, u: InputValue): number[] {
  const { final } = simulate(drivenOscillator, { integrator, initial: { q: 0.3, p: -0.7 }, input: { u }, steps: 3 });
  return [final.q.data[0]!, final.p.data[0]!];
}

/** Leapfrog by hand, with the inputs of the two half kicks of each step. */
function kickDriftKick(inputs: readonly (readonly [number, number])[]): number[] {
  let [q, p] = [0.3, -0.7];
  for (const [first, second] of inputs) {
    p += 0.5 * step * (first - q);
    q += step * p;
    p += 0.5 * step * (second - q);
  }
  return [q, p];
}

function driftKickDrift(inputs: readonly number[]): number[] {
  let [q, p] = [0.3, -0.7];
  for (const u of inputs) {
    q += 0.5 * step * p;
    p += step * (u - q);
    q += 0.5 * step * p;
  }
  return [q, p];
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  for (const [k, value] of expected.entries()) expect(actual[k]).toBeCloseTo(value, 14);
}

describe("leapfrog, kick first,", () => {
  it("takes a held row in both half kicks", () => {
    const expected = kickDriftKick([
      [1, 1],
      [2, 2],
      [4, 4],
    ]);
    expectClose(runWith(leapfrog({ step }), held(rows.slice(0, 3))), expected);
  });

  it("takes node k in the first half kick and node k + 1 in the second", () => {
    const expected = kickDriftKick([
      [1, 2],
      [2, 4],
      [4, 8],
    ]);
    expectClose(runWith(leapfrog({ step }), nodes(rows)), expected);
  });

  it("takes a function of t at the start and the end", () => {
    const u = (t: number) => Math.exp(t);
    const expected = kickDriftKick([
      [u(0), u(0.5)],
      [u(0.5), u(1)],
      [u(1), u(1.5)],
    ]);
    expectClose(runWith(leapfrog({ step }), u), expected);
  });

  it("takes a constant", () => {
    expectClose(
      runWith(leapfrog({ step }), 3),
      kickDriftKick([
        [3, 3],
        [3, 3],
        [3, 3],
      ]),
    );
  });

  it("goes back on the same nodes", () => {
    const [q, p] = runWith(leapfrog({ step }), nodes(rows)) as [number, number];
    const back = simulate(drivenOscillator, {
      integrator: leapfrog({ step }),
      initial: { q, p },
      input: { u: nodes([...rows].reverse()) },
      start: 1.5,
      until: 0,
    });
    expectClose([back.final.q.data[0]!, back.final.p.data[0]!], [0.3, -0.7]);
  });
});

describe("other methods", () => {
  it("leapfrog, drift first, kicks with the middle of two nodes", () => {
    expectClose(runWith(leapfrog({ step, first: "drift" }), nodes(rows)), driftKickDrift([1.5, 3, 6]));
  });

  it("symplectic Euler kicks with the node where the kick stands", () => {
    const first = runWith(symplecticEuler({ step }), nodes(rows));
    expectClose(first, runWith(symplecticEuler({ step }), held([1, 2, 4])));
    const last = runWith(symplecticEuler({ step, first: "drift" }), nodes(rows));
    expectClose(last, runWith(symplecticEuler({ step, first: "drift" }), held([2, 4, 8])));
  });

  it("Runge-Kutta 4 keeps its order with a function of t", () => {
    const u = (t: number) => Math.sin(2 * t);
    const error = (size: number): number => {
      const { final } = simulate(drivenOscillator, {
        integrator: rungeKutta4({ step: size }),
        initial: { q: 0, p: 0 },
        input: { u },
        until: 3,
      });
      // q'' + q = sin(2 t) from rest: q = (2 sin t - sin 2t)/3.
      const [q, p] = [(2 * Math.sin(3) - Math.sin(6)) / 3, (2 * Math.cos(3) - 2 * Math.cos(6)) / 3];
      return Math.hypot(final.q.data[0]! - q, final.p.data[0]! - p);
    };
    const slopes = [0.1, 0.05, 0.025].map((size) => Math.log2(error(size) / error(size / 2)));
    for (const slope of slopes) expect(Math.abs(slope - 4)).toBeLessThan(0.2);
  });
});
