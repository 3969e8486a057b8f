import { describe, expect, it } from "vitest";
import { describe as describeSystem } from "../core/describe.js";
import { InputError } from "../core/errors.js";
import { constant, symbol } from "../core/expression/functions.js";
import { energySystem } from "./energy-system.js";
import { forceSystem } from "./force-system.js";
import { hamiltonianSystem } from "./hamiltonian-system.js";
import { systemToJson } from "./json.js";
import { lagrangianSystem } from "./lagrangian-system.js";
import { mapSystem } from "./map-system.js";
import { skewGradientSystem } from "./skew-gradient-system.js";

const base = { name: "six", state: { x: [] }, energy: "x^2" } as const;

/** Makes an energy system of a changed declaration, past the compiler. */
const energy = (change: object) => () => energySystem({ ...base, ...change } as typeof base);

function refusal(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  throw new Error("was not refused");
}

describe("a declaration is refused in one sentence", () => {
  it.each<[string, object, string]>([
    ["no name", { name: "" }, 'energySystem, name: got "", expected a text that is not empty.'],
    [
      "a misspelt option",
      { enery: "x" },
      'energySystem "six": got the option "enery", expected name, parameters, input, invariants, state, energy, rates.',
    ],
    ["no state", { state: {} }, 'energySystem "six", state: got no block, expected at least one named block.'],
    [
      "state that is no object",
      { state: [2] },
      'energySystem "six", state: got [2], expected an object of named blocks.',
    ],
    [
      "a shape that is none",
      { state: { x: 3 } },
      'energySystem "six", state.x: got 3, expected a shape of positive whole extents; use [] for a scalar, [n] for a vector, [m, n] for a matrix.',
    ],
    [
      "an empty extent",
      { parameters: { W: { shape: [2, 0] } } },
      'energySystem "six", parameters.W.shape: got [2,0], expected a shape of positive whole extents; use [] for a scalar, [n] for a vector, [m, n] for a matrix.',
    ],
    ["a fractional extent", { state: { x: [1.5] } }, 'energySystem "six", state.x: got [1.5]'],
    [
      "a misspelt entry of a block",
      { state: { x: { shape: [], bound: [0, 1] } } },
      'energySystem "six", state.x: got the option "bound", expected shape, unit, bounds.',
    ],
    [
      "bounds the wrong way round",
      { state: { x: { shape: [], bounds: [1, 0] } } },
      'energySystem "six", state.x.bounds: got [1,0], expected [low, high] with low < high.',
    ],
    ["bounds that are no numbers", { state: { x: { shape: [], bounds: [Number.NaN, 1] } } }, "state.x.bounds"],
    ["a unit that is no text", { state: { x: { shape: [], unit: 3 } } }, "state.x.unit: got 3"],
    [
      "a default of another shape",
      { parameters: { W: { shape: [2, 3], default: [[1, 2]] } } },
      'energySystem "six", parameters.W.default: got the shape [1, 2], expected [2, 3].',
    ],
    ["a default that is not finite", { parameters: { k: { shape: [], default: Number.NaN } } }, "parameters.k.default"],
    ["a number that is not finite", { parameters: { k: Number.NaN } }, "parameters.k.default: got NaN"],
    ["a number for an input", { input: { x2: 3 } }, "input.x2: got 3, expected a shape"],
    [
      "a name that is no identifier",
      { parameters: { "2k": [] } },
      'energySystem "six", parameters: got the name "2k", expected an ASCII letter followed by letters, digits and underscores.',
    ],
    ["a name in another alphabet", { parameters: { "\u03bb": [] } }, "expected an ASCII letter"],
    ["a name of the language", { parameters: { __proto__x: [] } }, "expected an ASCII letter"],
    [
      "the name of a function",
      { parameters: { sum: [] } },
      'energySystem "six", parameters: got the name "sum", expected a name that is not reserved for the formula language.',
    ],
    ["the name of the time", { input: { t: [] } }, 'energySystem "six", input: got the name "t"'],
    ["a name of every object", { input: { constructor: [] } }, "the properties of every JavaScript object"],
    [
      "a name taken twice",
      { input: { x: [] } },
      'energySystem "six", input: got the name "x", expected a name that is not reserved for another block of the same system (state).',
    ],
    [
      "an unknown symbol",
      { energy: "x^2 + k" },
      'energySystem "six", energy: formula, line 1, column 7: found "k", expected a name in scope (x, t).',
    ],
    [
      "a vector as energy",
      { state: { x: [3] } },
      'energySystem "six", energy: got an expression of the shape [3], expected a scalar; sum(...) adds all entries.',
    ],
    ["an energy that is nothing", { energy: undefined }, 'energySystem "six", energy: got nothing, expected a formula'],
    [
      "a function that returns no expression",
      { energy: () => 3 },
      'energySystem "six", energy: got a function that returns 3, expected a formula',
    ],
    [
      "a function that asks for an unknown symbol",
      { energy: ({ y }: { y: never }) => y },
      'energySystem "six", energy: got the name "y", expected one of x, t.',
    ],
    [
      "a symbol from elsewhere",
      { energy: () => symbol("z") },
      'energySystem "six", energy: got an expression of the symbol "z", expected only the system\'s own: x, t.',
    ],
    ["a symbol of another shape", { energy: () => symbol("x", [1]) }, 'the symbol "x"'],
    ["an invariant with a bad name", { invariants: { "a b": "x" } }, 'got the name "a b"'],
    ["an invariant that is no scalar", { state: { x: [2] }, energy: "sum(x)", invariants: { a: "x" } }, "invariants.a"],
  ])("%s", (_what, change, message) => {
    expect(refusal(energy(change))).toContain(message);
  });

  it("momenta that do not pair with the coordinates", () => {
    const declaration = { name: "p", coordinates: { q: [2], r: [] }, hamiltonian: "0" } as const;
    expect(refusal(() => hamiltonianSystem({ ...declaration, momenta: { p: [2] } }))).toBe(
      'hamiltonianSystem "p", momenta: got 1 blocks, expected 2, one for each of q, r.',
    );
    expect(refusal(() => hamiltonianSystem({ ...declaration, momenta: { p: [2], s: [3] } }))).toBe(
      'hamiltonianSystem "p", momenta.s: got the shape [3], expected [], the shape of its coordinate r.',
    );
  });

  it("bounds where projection would break the structure", () => {
    const bounded = { shape: [], bounds: [0, 1] } as never;
    const make = () =>
      hamiltonianSystem({ name: "p", coordinates: { q: bounded }, momenta: { p: [] }, hamiltonian: "p" });
    expect(refusal(make)).toBe('hamiltonianSystem "p", coordinates.q: got the option "bounds", expected shape, unit.');
  });

  it("the name of a velocity, and of the energy as another invariant", () => {
    const make = (parameters: object, invariants: object) => () =>
      hamiltonianSystem({
        name: "p",
        coordinates: { q: [] },
        momenta: { p: [] },
        parameters: parameters as Record<never, never>,
        hamiltonian: "p^2",
        invariants: invariants as Record<string, string>,
      });
    expect(refusal(make({ q_dot: [] }, {}))).toBe(
      'hamiltonianSystem "p", parameters: got the name "q_dot", expected a name that is not reserved for the velocity of q.',
    );
    expect(refusal(make({}, { energy: "p" }))).toContain('got the name "energy", expected another name');
  });

  it("a Lagrangian without kinetic energy, and damping that is no scalar parameter", () => {
    const make =
      (lagrangian: string, more: object = {}) =>
      () =>
        lagrangianSystem({ name: "l", coordinates: { q: [2], r: [] }, parameters: { k: [2] }, lagrangian, ...more });
    const kinetic = "sum(q_dot^2) + r_dot^2";
    for (const degenerate of ["sum(q_dot^2)", "sum(q_dot)^2 + r_dot^2", "q_dot[0]*r_dot + q_dot[1]", "sum(q^2)"]) {
      expect(refusal(make(degenerate))).toBe(
        'lagrangianSystem "l", lagrangian: got a singular mass matrix d2L/dv dv, expected a kinetic energy that determines every acceleration; let the formula depend on every velocity (q_dot, r_dot) more than linearly.',
      );
    }
    for (const damping of ["k", "gamma"]) {
      expect(refusal(make(kinetic, { damping }))).toBe(
        `lagrangianSystem "l", damping: got "${damping}", expected the name of a scalar parameter.`,
      );
    }
    expect(refusal(make(kinetic, { force: { q_dot: "1" } }))).toBe(
      'lagrangianSystem "l", force: got the unknown block "q_dot", expected some of q, r.',
    );
  });

  it("time constants that are none", () => {
    const make = (timeConstants: object) => () =>
      skewGradientSystem({
        name: "s",
        activators: { u: [2] },
        inhibitors: { v: [] },
        parameters: { tau: [3] },
        timeConstants,
        potential: "sum(u)*v",
      });
    expect(refusal(make({ u: -1 }))).toBe(
      'skewGradientSystem "s", timeConstants.u: got -1, expected a positive number or the name of a parameter.',
    );
    expect(refusal(make({ u: "tau" }))).toBe(
      'skewGradientSystem "s", timeConstants.u: got the parameter tau of the shape [3], expected a scalar parameter, or one of the shape [2].',
    );
    expect(refusal(make({ w: 1 }))).toContain('got the unknown block "w", expected some of u, v');
  });

  it("a block without force or next state, and a force of another shape", () => {
    const make = (force: object) => () => forceSystem({ name: "f", state: { x: [2], y: [] }, force: force as never });
    expect(refusal(make({ x: "0" }))).toBe(
      'forceSystem "f", force: got nothing for "y", expected one expression for each of x, y.',
    );
    expect(refusal(make({ x: "0", y: "0", z: "0" }))).toContain('got the unknown block "z"');
    expect(refusal(make({ x: "[1, 2, 3]", y: "0" }))).toBe(
      'forceSystem "f", force.x: got an expression of the shape [3], expected the shape [2], or a scalar.',
    );
    const inverse = () => mapSystem({ name: "m", state: { x: [] }, next: { x: "x" }, inverse: {} as { x: string } });
    expect(refusal(inverse)).toBe(
      'mapSystem "m", inverse: got nothing for "x", expected one expression for each of x.',
    );
  });
});

describe("a declaration may", () => {
  it("leave bounds open at an end and give defaults flat, nested or as one number", () => {
    const system = energySystem({
      name: "open",
      state: { x: { shape: [2], bounds: [0, Number.POSITIVE_INFINITY] } },
      parameters: {
        W: {
          shape: [2, 2],
          default: [
            [1, 2],
            [3, 4],
          ],
        },
        b: { shape: [2], default: 7 },
        c: { shape: [2, 1], default: Float64Array.of(1, 2) },
      },
      energy: () => constant(0),
    });
    expect(system.state[0]?.bounds).toEqual([0, Number.POSITIVE_INFINITY]);
    expect(system.parameters.map((block) => block.default)).toEqual([
      Float64Array.of(1, 2, 3, 4),
      7,
      Float64Array.of(1, 2),
    ]);
  });

  it("give a scalar parameter by its default alone", () => {
    const declared = (k: number | { readonly shape: []; readonly default: number }) =>
      energySystem({ name: "spring", state: { x: [] }, parameters: { k, W: [2] }, energy: "k*sum(W)*x^2" });
    expect(declared(9.81).parameters[0]).toMatchObject({ name: "k", shape: [], default: 9.81 });
    expect(declared(9.81)).toEqual(declared({ shape: [], default: 9.81 }));
    expect(systemToJson(declared(9.81)).parameters).toEqual({ k: { shape: [], default: 9.81 }, W: { shape: [2] } });
    expect(describeSystem(declared(9.81))).toEqual(describeSystem(declared({ shape: [], default: 9.81 })));
  });
});
