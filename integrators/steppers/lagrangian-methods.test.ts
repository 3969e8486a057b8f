import { describe, expect, it } from "vitest";
import { add, cos, divide, multiply, power, sin, subtract, symbol } from "../../core/expression/functions.js";
import { simulate } from "../../core/simulation/index.js";
import type { DynamicalSystem, StateBlock } from "../../core/system.js";
import { boris } from "./boris.js";
import { leapfrog } from "./leapfrog.js";
import { rungeKutta4 } from "./runge-kutta-4.js";
import { variational } from "./variational.js";

type Motion = DynamicalSystem<{ state: "x" | "y" | "vx" | "vy"; parameters: never; input: never }>;
const [x, y, vx, vy] = ["x", "y", "vx", "vy"].map((name) => symbol(name)) as [typeof q, typeof q, typeof q, typeof q];
const q = symbol("q");

const block = (name: string, role: StateBlock["role"]): StateBlock => ({ name, role, shape: [], symbol: symbol(name) });
const half = (value: typeof q) => multiply(0.5, power(value, 2));

/** L = (x'^2 + y'^2)/2 + field (x y' - y x')/2 - x^4/4 - y^2/2. */
const magnetic = (field: number): Motion => ({
  name: "magnetic",
  kind: "lagrangian",
  time: "continuous",
  state: [block("x", "coordinate"), block("y", "coordinate"), block("vx", "velocity"), block("vy", "velocity")],
  parameters: [],
  input: [],
  field: new Map([
    ["x", vx],
    ["y", vy],
    ["vx", subtract(multiply(field, vy), power(x, 3))],
    ["vy", subtract(multiply(-field, vx), y)],
  ]),
  scalar: subtract(
    add(add(half(vx), half(vy)), multiply(field / 2, subtract(multiply(x, vy), multiply(y, vx)))),
    add(multiply(0.25, power(x, 4)), half(y)),
  ),
  invariants: new Map(),
  facts: { separable: field === 0, gradient: false, timeDependent: false },
});
const initial = { x: 1, y: 0.2, vx: -0.3, vy: 0.5 };
const endOf = (system: Motion, integrator: ReturnType<typeof boris>, until = 3): number[] => {
  const { final } = simulate(system, { integrator, initial, until, save: { times: [] } });
  return [final.x, final.y, final.vx, final.vy].map(({ data }) => data[0]!);
};
const distance = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, k) => Math.abs(value - b[k]!)));

describe("variational", () => {
  it("with the trapezoid rule is leapfrog on a separable system", () => {
    const still = magnetic(0);
    expect(distance(endOf(still, variational({ step: 0.1 })), endOf(still, leapfrog({ step: 0.1 })))).toBeLessThan(
      1e-13,
    );
  });

  it.each([
    ["trapezoid", 2],
    ["midpoint", 2],
    [
      [
        { at: 0, weight: 1 / 6 },
        { at: 1 / 2, weight: 2 / 3 },
        { at: 1, weight: 1 / 6 },
      ],
      2,
    ],
    [[{ at: 0, weight: 1 }], 1],
  ] as const)("with the nodes %j has the order %d under a magnetic force", (discreteLagrangian, order) => {
    const system = magnetic(1.5);
    const exact = endOf(system, rungeKutta4({ step: 2 ** -11 }));
    const error = (step: number) => distance(endOf(system, variational({ step, discreteLagrangian })), exact);
    expect(variational({ step: 1, discreteLagrangian }).order).toBe(order);
    expect(Math.abs(Math.log2(error(2 ** -6) / error(2 ** -7)) - order)).toBeLessThan(0.1);
  });

  it("keeps what stands still exactly", () => {
    // A pendulum of L = l^2 v^2 (1 + sin^2 q)/2 + cos q hangs still.
    const pendulum = {
      ...magnetic(0),
      state: [block("q", "coordinate"), block("v", "velocity")],
      field: new Map([
        ["q", symbol("v")],
        ["v", divide(sin(q), -1)],
      ]),
      scalar: add(multiply(half(symbol("v")), add(1, power(sin(q), 2))), cos(q)),
    } as unknown as DynamicalSystem<{ state: "q" | "v"; parameters: never; input: never }>;
    const { final } = simulate(pendulum, {
      integrator: variational({ step: 0.3 }),
      initial: { q: 0, v: 0 },
      steps: 100,
    });
    expect([final.q.data[0], final.v.data[0]]).toEqual([0, 0]);
  });

  it("refuses nodes outside of the step and weights that do not add up to 1", () => {
    for (const nodes of [[{ at: 1.5, weight: 1 }], [{ at: 0.5, weight: 0.9 }]]) {
      expect(() => variational({ step: 0.1, discreteLagrangian: nodes })).toThrow(
        "discreteLagrangian of variational: got nodes at",
      );
    }
  });
});

describe("boris", () => {
  it("turns velocities in a uniform field without changing their length", () => {
    const free = {
      ...magnetic(1.5),
      field: new Map([...magnetic(1.5).field, ["vx", multiply(1.5, vy)], ["vy", multiply(-1.5, vx)]]),
    };
    const { states } = simulate(free, { integrator: boris({ step: 0.7 }), initial, steps: 1000 });
    const speeds = Array.from(states.vx.data, (value, k) => Math.hypot(value, states.vy.data[k]!));
    for (const speed of speeds) expect(Math.abs(speed - Math.hypot(0.3, 0.5))).toBeLessThan(1e-13);
    // By the angle 2 atan(h field / 2) per step.
    const angle = Math.atan2(0.5, -0.3) - 2 * Math.atan((0.7 * 1.5) / 2);
    expect(Math.abs(Math.atan2(states.vy.data[1]!, states.vx.data[1]!) - angle)).toBeLessThan(1e-14);
  });

  it("has order 2 under a potential besides", () => {
    const system = magnetic(1.5);
    const exact = endOf(system, rungeKutta4({ step: 2 ** -11 }));
    const error = (step: number) => distance(endOf(system, boris({ step })), exact);
    expect(Math.abs(Math.log2(error(2 ** -6) / error(2 ** -7)) - 2)).toBeLessThan(0.1);
  });

  it("refuses what it is not made for", () => {
    const { refusal } = boris({ step: 0.1 });
    expect(refusal(magnetic(1))).toBeUndefined();
    expect(refusal(magnetic(0))).toContain("no force depends on its velocities: use leapfrog");
    const dragged = { ...magnetic(1), generalisedForce: new Map([["x", multiply(-0.1, vx)]]) };
    expect(refusal(dragged)).toContain(
      "its generalised force depends on the velocities and may do work: use rungeKutta4",
    );
    expect(refusal({ ...magnetic(1), damping: "gamma" })).toContain(
      "it is damped: use conformalLeapfrog or rungeKutta4",
    );
  });
});
