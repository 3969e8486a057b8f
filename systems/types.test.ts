import { describe, expect, expectTypeOf, it } from "vitest";
import type { Expression } from "../core/expression/expression.js";
import { formula } from "../core/formula/index.js";
import type { BlockNames, DynamicalSystem, Values } from "../core/system.js";
import { hopfieldNetwork } from "./catalogue/hopfield-network.js";
import { pendulum } from "./catalogue/pendulum.js";
import { energySystem } from "./energy-system.js";
import { forceSystem } from "./force-system.js";
import { hamiltonianSystem } from "./hamiltonian-system.js";
import { lagrangianSystem } from "./lagrangian-system.js";
import { mapSystem } from "./map-system.js";
import { nativeSystem } from "./native-system.js";
import { skewGradientSystem } from "./skew-gradient-system.js";

/** Stands for whatever takes values by name, as simulate and the learning rules do. */
function accept<N extends BlockNames>(
  _system: DynamicalSystem<N>,
  _options: { readonly initial: Values<N["state"]>; readonly parameters?: Partial<Values<N["parameters"]>> },
): void {}

const network = energySystem({
  name: "network",
  state: { hidden: [4], output: { shape: [2], bounds: [0, 1] } },
  parameters: { W: [2, 4], b: { shape: [4], default: 0 }, gain: 2 },
  input: { x: [4] },
  energy: ({ hidden, output, W, b, gain, x, t }) =>
    formula`${gain}*sum(${hidden}^2)/4 - dot(${output}, ${W} @ ${hidden}) - dot(${b} + ${x}, ${hidden})*exp(-${t}^2)`,
});

describe("names of blocks are types", () => {
  it("for every constructor", () => {
    expectTypeOf(network).toEqualTypeOf<
      DynamicalSystem<{
        state: "hidden" | "output";
        parameters: "W" | "b" | "gain";
        input: "x";
        defaults: "b" | "gain";
      }>
    >();
    const swing = hamiltonianSystem({
      name: "swing",
      coordinates: { q: [] },
      momenta: { p: [] },
      parameters: { mass: [] },
      hamiltonian: ({ q, p, mass }) => {
        expectTypeOf(q).toEqualTypeOf<Expression>();
        return formula`${p}^2/(2*${mass}) + ${q}^2`;
      },
    });
    expectTypeOf(swing).toEqualTypeOf<
      DynamicalSystem<{ state: "q" | "p"; parameters: "mass"; input: never; defaults: never }>
    >();
    const free = lagrangianSystem({
      name: "free",
      coordinates: { q: [2] },
      lagrangian: ({ q_dot }) => formula`sum(${q_dot}^2)`,
    });
    expectTypeOf(free).toEqualTypeOf<
      DynamicalSystem<{ state: "q" | "q_dot"; parameters: never; input: never; defaults: never }>
    >();
    const cell = skewGradientSystem({
      name: "cell",
      activators: { u: [] },
      inhibitors: { v: [] },
      parameters: { tau: [] },
      timeConstants: { v: "tau" },
      potential: "u*v",
    });
    expectTypeOf(cell).toEqualTypeOf<
      DynamicalSystem<{ state: "u" | "v"; parameters: "tau"; input: never; defaults: never }>
    >();
    const decay = forceSystem({ name: "decay", state: { x: [] }, force: { x: "-x" } });
    const map = mapSystem({ name: "map", state: { x: [] }, next: { x: ({ x }) => x } });
    const native = nativeSystem({
      name: "native",
      state: { x: [] },
      field(_time, state, _parameters, _input, out) {
        expectTypeOf(state).toEqualTypeOf<{ readonly x: Float64Array }>();
        out.x.set(state.x);
      },
    });
    type OneState = DynamicalSystem<{ state: "x"; parameters: never; input: never; defaults: never }>;
    expectTypeOf(decay).toEqualTypeOf<OneState>();
    expectTypeOf(map).toEqualTypeOf<OneState>();
    expectTypeOf(native).toEqualTypeOf<OneState>();
  });

  it("so a missing or misspelt one does not compile", () => {
    accept(network, { initial: { hidden: 0, output: [1, 2] }, parameters: { W: 1 } });
    // @ts-expect-error: output is missing
    accept(network, { initial: { hidden: 0 } });
    // @ts-expect-error: "hiden" is misspelt
    accept(network, { initial: { hiden: 0, output: 0 } });
    // @ts-expect-error: V is no parameter
    accept(network, { initial: { hidden: 0, output: 0 }, parameters: { V: 0 } });
    const { system, initial } = pendulum();
    accept(system, { initial });
    // @ts-expect-error: the pendulum has q and p
    accept(system, { initial: { x: 1 } });
    expect(system.name).toBe("pendulum");
  });

  it("also in the formulas and options of a declaration", () => {
    const state = { x: [2] } as const;
    // @ts-expect-error: no block is called y
    const unknownSymbol = () => energySystem({ name: "a", state, energy: ({ y }) => y });
    // @ts-expect-error: no block is called y
    const unknownForce = () => forceSystem({ name: "a", state, force: { x: "x", y: "x" } });
    // @ts-expect-error: x has no force
    const missingForce = () => forceSystem({ name: "a", state, force: {} });
    const coordinates = { q: [] } as const;
    // @ts-expect-error: gamma is no parameter
    const unknownDamping = () => lagrangianSystem({ name: "a", coordinates, lagrangian: "q_dot^2", damping: "gamma" });
    const q = { shape: [], bounds: [0, 1] } as const;
    // @ts-expect-error: coordinates have no bounds
    const bounded = () => lagrangianSystem({ name: "a", coordinates: { q }, lagrangian: "q_dot^2" });
    const x = { shape: [], default: 0 } as const;
    // @ts-expect-error: state has no default
    const withDefault = () => energySystem({ name: "a", state: { x }, energy: "x^2" });
    const timeConstants = { u: "tau" } as const;
    const blocks = { activators: { u: [] }, inhibitors: { v: [] } } as const;
    // @ts-expect-error: tau is no parameter
    const unknownConstant = () => skewGradientSystem({ name: "a", ...blocks, timeConstants, potential: "u*v" });
    for (const make of [
      unknownSymbol,
      unknownForce,
      missingForce,
      unknownDamping,
      bounded,
      withDefault,
      unknownConstant,
    ])
      expect(make).toThrow();
  });

  it("as patterns for networks of any depth", () => {
    const { system, initial, parameters } = hopfieldNetwork({ layers: [3, 4, 2] });
    expectTypeOf<`hidden${number}` | "output">().toEqualTypeOf<
      typeof system extends DynamicalSystem<infer N> ? N["state"] : never
    >();
    accept(system, { initial, parameters });
    accept(system, { initial: { hidden1: 0, output: 0 } });
    // @ts-expect-error: no layer is called h1
    accept(system, { initial: { h1: 0, output: 0 } });
    expect(Object.keys(initial)).toEqual(["hidden1", "output"]);
  });
});
