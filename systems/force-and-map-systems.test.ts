import { describe, expect, it } from "vitest";
import { evaluate } from "../core/compile/interpreter/evaluate.js";
import { describe as describeSystem } from "../core/describe.js";
import { fieldAt, randomValues, type SystemValues, valuesOf } from "./evaluation.testing.js";
import { forceSystem } from "./force-system.js";
import { mapSystem } from "./map-system.js";

describe("forceSystem", () => {
  it("moves as its formulas say; a scalar fills a block", () => {
    const system = forceSystem({
      name: "mixed",
      state: { x: [2], y: [2], z: [] },
      parameters: { k: [] },
      input: { drive: [2] },
      force: { z: "sum(x) + t", x: "k*y + drive", y: "3" },
    });
    const values = valuesOf(system, { x: [1, 2], y: [3, 4], z: 5, k: 2, drive: [10, 20], t: 0.5 });
    expect(fieldAt(system, values)).toEqual({ x: [16, 28], y: [3, 3], z: [3.5] });
    expect([...system.field.keys()]).toEqual(["x", "y", "z"]);
    expect(system.scalar).toBeUndefined();
    expect(system.facts).toEqual({ separable: false, gradient: false, timeDependent: true });
  });

  it("counts as a gradient system where the graph shows a symmetric Jacobian", () => {
    const chain = (force: string) => forceSystem({ name: "chain", state: { x: [5] }, force: { x: force } });
    expect(chain("-x^3").facts.gradient).toBe(true);
    expect(chain("shift(x, 1) + shift(x, -1) - 2*x").facts.gradient).toBe(true);
    expect(chain("shift(x, 1) - 2*x").facts.gradient).toBe(false);
  });
});

describe("forceSystem with an energy", () => {
  const declaration = {
    name: "well and drive",
    state: { x: [2] },
    parameters: { k: 2 },
    energy: "k*sum(x^4)/4",
    force: { x: "shift(x, 1)" },
  } as const;
  const system = forceSystem(declaration);

  it("adds the descent of the energy to the force and keeps both", () => {
    const { x } = fieldAt(system, valuesOf(system, { x: [1, 2], k: 2 }));
    expect(x).toEqual([-2 + 2, -16 + 1]);
    expect(system.scalar).toBeUndefined();
    expect(system.facts.gradient).toBe(false);
    expect(forceSystem({ ...declaration, force: { x: "-x" } }).facts.gradient).toBe(true);
    const { energy, nonConservative } = system.decomposition as NonNullable<typeof system.decomposition>;
    const [potential, rest] = evaluate([energy, nonConservative.get("x")!], valuesOf(system, { x: [1, 2], k: 2 }));
    expect([...potential!]).toEqual([8.5]);
    expect([...rest!]).toEqual([2, 1]);
  });

  it("prints the energy and the law", () => {
    expect(describeSystem(system).text).toBe(
      "well and drive (force system)\n  U(x) = k*sum(x^4)/4\n  dx/dt = -dU/dx + (shift(x, 1))",
    );
  });

  it("reads a twist by block and refuses one that is zero", () => {
    const twisted = forceSystem({ ...declaration, twist: { x: "1 + x^2" } });
    expect(twisted.twist?.get("x")?.shape).toEqual([2]);
    expect(() => forceSystem({ ...declaration, twist: { x: "0" } })).toThrow(/twist\.x.*zero/);
    expect(() => forceSystem({ ...declaration, twist: { y: "1" } as never })).toThrow(/unknown block "y"/);
  });
});

describe("mapSystem", () => {
  const henon = mapSystem({
    name: "Henon map",
    state: { x: [], y: [] },
    parameters: { a: 1.4, b: 0.3 },
    next: { x: "1 - a*x^2 + y", y: "b*x" },
    inverse: { x: "y/b", y: "x - 1 + a*(y/b)^2" },
  });

  it("goes to the next state in discrete time", () => {
    expect([henon.kind, henon.time]).toEqual(["map", "discrete"]);
    const { x, y } = fieldAt(henon, valuesOf(henon, { x: 0.5, y: 0.25 }));
    expect([x![0], y![0]]).toEqual([1 - 1.4 * 0.25 + 0.25, 0.15]);
  });

  it("has the inverse it declares", () => {
    for (const seed of [1, 2, 3]) {
      const values: SystemValues = { ...randomValues(henon, seed), a: Float64Array.of(1.4), b: Float64Array.of(0.3) };
      const { x, y } = fieldAt(henon, values);
      const after = { ...values, x: Float64Array.from(x!), y: Float64Array.from(y!) };
      const before = evaluate([...(henon.inverse ?? new Map()).values()], after);
      expect(before[0]![0]).toBeCloseTo(values.x![0]!, 14);
      expect(before[1]![0]).toBeCloseTo(values.y![0]!, 14);
    }
  });
});
