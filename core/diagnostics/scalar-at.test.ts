import { describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { multiply, symbol } from "../expression/functions.js";
import { clockwork, oscillator, pendulum, shapedDecay, spring } from "../simulation/example-systems.testing.js";
import { scalarAt, scalarFunction } from "./index.js";

const W = [
  [1, 2, 3],
  [4, 5, 6],
];

describe("the scalar of a system", () => {
  it("is the energy, the Hamiltonian, ... that was declared", () => {
    expect(scalarAt(pendulum, { state: { q: 2, p: 3 } })).toBe(4.5 - Math.cos(2));
    const parameters = { mass: 2, stiffness: 3 };
    expect(scalarAt(oscillator, { state: { q: 2, p: 4 }, parameters })).toBe(4 + 6);
    expect(scalarFunction(oscillator, { parameters })({ q: 2, p: 4 })).toBe(4 + 6);
  });

  it("fills in defaults and takes blocks and inputs of every rank", () => {
    // |z|^2/2 - z W b
    expect(scalarAt(shapedDecay, { state: { z: [1, 2] }, input: { b: [1, 2, 3] } })).toBe(2.5 - 18);
    const energy = scalarFunction(shapedDecay, { parameters: { W }, input: { b: [1, 0, -1] } });
    expect(energy({ z: [1, 2] })).toBe(2.5 + 6);
    expect(energy({ z: Float64Array.of(3, 0) })).toBe(4.5 + 6);
    expect(energy({ z: 1 })).toBe(1 + 4);
  });

  it("is taken at a time, 0 by default", () => {
    const swelling = { ...pendulum, scalar: multiply(symbol("t"), symbol("q")) };
    expect(scalarAt(swelling, { state: { q: 3, p: 0 } })).toBe(0);
    expect(scalarAt(swelling, { state: { q: 3, p: 0 }, time: 2 })).toBe(6);
    const scalar = scalarFunction(swelling);
    expect([scalar({ q: 3, p: 0 }, 2), scalar({ q: 3, p: 0 })]).toEqual([6, 0]);
  });

  it("keeps the values it was made with", () => {
    const stiffness = Float64Array.of(2);
    const energy = scalarFunction(spring, { parameters: { stiffness } });
    stiffness.fill(100);
    expect([energy({ x: 1 }), energy({ x: 2 }), energy({ x: 1 })]).toEqual([1, 4, 1]);
  });

  it("is compiled once: a hundred thousand values take a moment", () => {
    const energy = scalarFunction(pendulum);
    const start = performance.now();
    for (let k = 0; k < 1e5; k++) energy({ q: k, p: 1 });
    expect(performance.now() - start).toBeLessThan(400);
  });

  it("refuses a system without one", () => {
    expect(() => scalarFunction(clockwork)).toThrow(InputError);
    expect(() => scalarAt(clockwork, { state: { x: 1 } })).toThrow(
      'scalarAt: got "clockwork", which follows from no scalar, expected an energy, Hamiltonian, Lagrangian or skew-gradient system.',
    );
  });

  it("refuses values that do not fit, by name", () => {
    const stiffness = 1;
    const energy = scalarFunction(spring, { parameters: { stiffness } });
    expect(() => energy({ x: Number.NaN })).toThrow("state.x: got NaN, expected a finite number.");
    expect(() => energy({ x: [1, 2] })).toThrow("state.x: got the shape [2], expected [].");
    // @ts-expect-error: x is missing
    expect(() => energy({})).toThrow("state.x: got nothing, expected a value of the shape [].");
    // @ts-expect-error: y is too many
    expect(() => energy({ x: 1, y: 1 })).toThrow("state.y: got a name the system does not declare, expected one of x.");
    // @ts-expect-error: stiffness is missing
    expect(() => scalarFunction(spring)).toThrow("parameters.stiffness: got nothing");
    // @ts-expect-error: stifness is misspelt
    expect(() => scalarAt(spring, { state: { x: 1 }, parameters: { stifness: 1 } })).toThrow(
      "parameters.stifness: got",
    );
    // @ts-expect-error: the input is missing
    expect(() => scalarFunction(shapedDecay)).toThrow("input.b: got nothing, expected a value of the shape [3].");
    const c = { b: 1, c: 1 };
    expect(() => scalarFunction(shapedDecay, { input: c })).toThrow("input.c: got a name the system does not declare");
  });
});
