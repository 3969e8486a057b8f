import { describe, expect, it } from "vitest";
import { interpreter } from "../../core/compile/interpreter/interpreter.js";
import { javascript } from "../../core/compile/javascript/javascript.js";
import type { Integrator } from "../../core/integrator.js";
import {
  blowUp,
  curvedMotion,
  drivenOscillator,
  oscillator,
  pendulum,
} from "../../core/simulation/example-systems.testing.js";
import { nodes, SimulationError, simulate } from "../../core/simulation/index.js";
import { gaussLegendre4, gaussLegendre6 } from "./gauss-legendre.js";
import { implicitMidpoint } from "./implicit-midpoint.js";
import { tao } from "./tao.js";

const methods: readonly (readonly [string, (step: number, iteration?: "newton" | "fixed-point") => Integrator])[] = [
  ["implicitMidpoint", (step, iteration = "newton") => implicitMidpoint({ step, iteration })],
  ["gaussLegendre4", (step, iteration = "newton") => gaussLegendre4({ step, iteration })],
  ["gaussLegendre6", (step, iteration = "newton") => gaussLegendre6({ step, iteration })],
  ["tao", (step, iteration = "newton") => tao({ step, iteration })],
];

describe.each(methods)("%s", (_, make) => {
  const run = (integrator: Integrator, steps = 50, backend = javascript) => {
    const { final } = simulate(curvedMotion, { integrator, initial: { q: 0.4, p: 0.7 }, steps, backend });
    return [final.q.data[0]!, final.p.data[0]!] as const;
  };
  const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!);

  it("has its order on a Hamiltonian that is not separable", () => {
    const exact = run(gaussLegendre6({ step: 1 / 128 }), 256);
    const { order } = make(1);
    const sizes = order > 4 ? [4, 8, 16] : [16, 32, 64];
    const errors = sizes.map((count) => distance(run(make(1 / count), 2 * count), exact));
    expect(Math.abs(Math.log2(errors[0]! / errors[2]!) / 2 - order)).toBeLessThan(0.2);
  });

  it("gives the same numbers by Newton's method and by fixed-point iteration", () => {
    expect(distance(run(make(0.1)), run(make(0.1, "fixed-point")))).toBeLessThan(1e-13);
  });

  it("gives the same numbers in generated code and on the interpreter", () => {
    expect(distance(run(make(0.1)), run(make(0.1), 50, interpreter))).toBeLessThan(1e-13);
  });

  it("iterates every trajectory by itself: a batch equals its members to the last bit", () => {
    const initial = { q: [0.4, -1, 2], p: [0.7, 0.1, -0.3] };
    const batch = simulate(curvedMotion, { integrator: make(0.1), initial, trajectories: 3, steps: 20 }).final;
    for (let k = 0; k < 3; k++) {
      const single = simulate(curvedMotion, {
        integrator: make(0.1),
        initial: { q: initial.q[k]!, p: initial.p[k]! },
        steps: 20,
      });
      expect(batch.q.data[k]).toBe(single.final.q.data[0]);
      expect(batch.p.data[k]).toBe(single.final.p.data[0]);
    }
  });

  it("returns over the same inputs", () => {
    const u = [0.3, -1, 2, 0.7, 0.2];
    const there = simulate(drivenOscillator, {
      integrator: make(0.2),
      initial: { q: 1, p: 0 },
      input: { u: nodes(u) },
      steps: 4,
    });
    const back = simulate(drivenOscillator, {
      integrator: make(0.2),
      initial: { q: there.final.q.data[0]!, p: there.final.p.data[0]! },
      input: { u: nodes([...u].reverse()) },
      start: 0.8,
      until: 0,
    });
    expect(Math.hypot(back.final.q.data[0]! - 1, back.final.p.data[0]!)).toBeLessThan(1e-14);
  });
});

describe("quadratic invariants", () => {
  it.each(methods.slice(0, 3))("are kept by %s over 10,000 steps", (_, make) => {
    const { final } = simulate(oscillator, {
      integrator: make(0.3),
      initial: { q: 1, p: 0.5 },
      parameters: { mass: 2, stiffness: 3 },
      steps: 10_000,
      save: { times: [] },
    });
    const energy = final.p.data[0]! ** 2 / 4 + 1.5 * final.q.data[0]! ** 2;
    expect(Math.abs(energy - (0.0625 + 1.5))).toBeLessThan(1e-11);
  });
});

describe("a step whose equations have no solution", () => {
  it("ends the run with the step and the reason", () => {
    // x1 = x0 + h (x0 + x1)^2 / 4 has no real solution once h x0 > 1/2.
    const run = () => simulate(blowUp, { integrator: implicitMidpoint({ step: 0.1 }), initial: { x: 1 }, until: 2 });
    expect(run).toThrow(SimulationError);
    expect(run).toThrow(
      "the equations of the implicit step have no solution that its iteration finds from the state before",
    );
    try {
      run();
    } catch (error) {
      const { step, partial } = error as SimulationError;
      expect(step).toBeGreaterThan(4);
      expect(partial.final.x!.data[0]! * 0.1).toBeGreaterThan(0.5);
    }
  });

  it("may be one that only Newton's method solves", () => {
    const stiff = { initial: { q: 1, p: 0 }, parameters: { mass: 1, stiffness: 1e4 }, steps: 5 };
    const run = (iteration: "newton" | "fixed-point") =>
      simulate(oscillator, { ...stiff, integrator: implicitMidpoint({ step: 0.1, iteration }) });
    expect(run("newton").steps).toBe(5);
    expect(() => run("fixed-point")).toThrow(SimulationError);
  });
});

describe("tao", () => {
  it("binds the copies without losing order or symmetry", () => {
    const swing = (integrator: Integrator, steps: number) =>
      simulate(pendulum, { integrator, initial: { q: 2, p: 0 }, steps }).final.q.data[0]!;
    const exact = swing(gaussLegendre6({ step: 1 / 64 }), 128);
    const error = (count: number) => Math.abs(swing(tao({ step: 1 / count, binding: 2 }), 2 * count) - exact);
    expect(Math.abs(Math.log2(error(32) / error(64)) - 2)).toBeLessThan(0.1);
    expect(swing(tao({ step: 0.1, binding: 2 }), 20)).not.toBe(swing(tao({ step: 0.1 }), 20));
    expect(() => tao({ step: 0.1, binding: -1 })).toThrow("binding of Tao: got -1");
  });
});
