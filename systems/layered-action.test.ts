import { describe, expect, it } from "vitest";
import { evaluate, evaluateScalar } from "../core/compile/interpreter/evaluate.js";
import { InputError } from "../core/errors.js";
import type { Expression } from "../core/expression/expression.js";
import { canonicalMap } from "./canonical-map.js";
import { deepEnergyNetwork } from "./catalogue/deep-energy-network.js";
import { fitzhughNagumoLayers } from "./catalogue/fitzhugh-nagumo-layers.js";
import { layeredAction } from "./layered-action.js";
import { stackedSystem } from "./stacked-system.js";

/** A chain of scalars: L = stiffness (q_next - q)^2 / 2 + mu cos(q_next). */
const chain = layeredAction({
  name: "chain",
  layer: { q: [] },
  parameters: { stiffness: { shape: [], default: 2 } },
  shared: { mu: [] },
  coupling: "stiffness*(q_next - q)^2/2 + mu*cos(q_next)",
});

describe("layeredAction", () => {
  it("keeps the blocks apart by what they belong to", () => {
    expect(chain.layer.map(({ name, role }) => [name, role])).toEqual([["q", "state"]]);
    expect(chain.own.map(({ name }) => name)).toEqual(["stiffness"]);
    expect(chain.shared.map(({ name }) => name)).toEqual(["mu"]);
  });

  it("gives inhibitors and activators their roles", () => {
    const { action } = fitzhughNagumoLayers();
    expect(action.layer.map(({ name, role }) => [name, role])).toEqual([
      ["u", "activator"],
      ["v", "inhibitor"],
    ]);
  });

  const of =
    (coupling: string, more: object = {}) =>
    () =>
      layeredAction({ name: "x", layer: { s: [2] }, parameters: { W: [2, 2] }, coupling: coupling as never, ...more });

  it.each([
    ["not linear in the next layer", of("dot(s, W @ tanh(s_next))"), "a coupling that is not linear in the next layer"],
    ["not linear in this layer", of("dot(tanh(s), W @ s_next)"), "a coupling that is not linear in the next layer"],
    ["quadratic across the layers", of("sum(s*s_next^2)"), "a coupling that is not linear in the next layer"],
    ["no coupling", of("sum(s^2) + sum(cosh(s_next))"), "no term that joins the layers through s_next"],
    [
      "a block without a coupling",
      of("dot(s, s_next) + r_next^2", { layer: { s: [2], r: [] } }),
      "no term that joins the layers through r_next",
    ],
    ["the time", of("t*dot(s, s_next)"), "a dependence on t or on momenta"],
    ["no scalar", of("s*s_next"), "an expression of the shape [2]"],
    ["an unknown symbol", of("dot(s, V @ s_next)"), "V"],
    ["a parameter twice", of("dot(s, s_next)", { shared: { W: [] } }), 'the name "W"'],
    ["a name of the next layer", of("dot(s, s_next)", { shared: { s_next: [] } }), 'the name "s_next"'],
    ["bounds", of("dot(s, s_next)", { layer: { s: { shape: [2], bounds: [0, 1] } } }), 'the option "bounds"'],
    ["an unknown inhibitor", of("dot(s, s_next)", { inhibitors: ["v"] }), '["v"]'],
    ["nothing but inhibitors", of("dot(s, s_next)", { inhibitors: ["s"] }), '["s"]'],
    ["an unknown option", of("dot(s, s_next)", { potential: "s" }), 'the option "potential"'],
  ])("refuses %s in one InputError", (_what, make, message) => {
    expect(make).toThrow(InputError);
    expect(make).toThrow(message);
  });

  it("says what to do about a coupling that is not linear", () => {
    expect(of("dot(tanh(s), W @ s_next)")).toThrow("choose the activities as the layer's blocks");
  });

  it("knows its names at compile time", () => {
    expect(() =>
      // @ts-expect-error the layer has no block r
      layeredAction({ name: "x", layer: { s: [] }, inhibitors: ["r"], coupling: "s*s_next" }),
    ).toThrow('["r"]');
  });
});

describe("canonicalMap", () => {
  const map = canonicalMap(chain);
  const at = (system: typeof map.field, values: Readonly<Record<string, number>>): number[] =>
    evaluate([...system.values()], values).map(([entry]) => entry as number);

  it("is the map of the discrete Legendre transforms", () => {
    const [q, p, stiffness, mu] = [0.4, 0.3, 2, 0.7];
    const next = q + p / stiffness;
    const [found, momentum] = at(map.field, { q, q_momentum: p, stiffness, mu }) as [number, number];
    expect(found).toBeCloseTo(next, 15);
    expect(momentum).toBeCloseTo(stiffness * (next - q) - mu * Math.sin(next), 15);
  });

  it("is undone by its inverse", () => {
    const start = { q: 0.4, q_momentum: 0.3, stiffness: 2, mu: 0.7 };
    const [q, p] = at(map.field, start) as [number, number];
    const back = at(map.inverse as typeof map.field, { ...start, q, q_momentum: p });
    expect(back[0]).toBeCloseTo(0.4, 15);
    expect(back[1]).toBeCloseTo(0.3, 15);
  });

  it("takes own parameters as input and shared ones as parameters", () => {
    expect(map.kind).toBe("map");
    expect(map.input.map(({ name }) => name)).toEqual(["stiffness"]);
    expect(map.parameters.map(({ name }) => name)).toEqual(["mu"]);
    expect(map.state.map(({ name }) => name)).toEqual(["q", "q_momentum"]);
  });

  it("solves for blocks together where they are coupled across the layers", () => {
    const crossed = layeredAction({
      name: "crossed",
      layer: { a: [2], b: [] },
      parameters: { c: [2] },
      coupling: "dot(a, a_next) + 2*b*b_next + dot(c, a_next)*b - sum(a_next^2)/2",
    });
    const { field, inverse } = canonicalMap(crossed);
    const values = { a: [0.1, 0.2], b: 0.3, a_momentum: [0.5, -0.4], b_momentum: 0.6, c: [1.5, -0.7] };
    const after = evaluate([...field.values()], values) as [Float64Array, Float64Array, Float64Array, Float64Array];
    const [a, b] = after;
    // P_a = -a_next, P_b = -2 b_next - c.a_next
    expect([-a[0]!, -a[1]!]).toEqual([expect.closeTo(0.5, 14), expect.closeTo(-0.4, 14)]);
    expect(-2 * b[0]! - 1.5 * a[0]! + 0.7 * a[1]!).toBeCloseTo(0.6, 14);
    const names = ["a", "b", "a_momentum", "b_momentum"];
    const moved = Object.fromEntries(names.map((name, k) => [name, after[k] as Float64Array]));
    const back = evaluate([...(inverse as typeof field).values()], { ...values, ...moved });
    expect([...back[0]!, ...back[1]!, ...back[2]!, ...back[3]!]).toEqual(
      [0.1, 0.2, 0.3, 0.5, -0.4, 0.6].map((entry) => expect.closeTo(entry, 13)),
    );
  });
});

describe("stackedSystem", () => {
  it("sums the coupling over the layers", () => {
    const system = stackedSystem(chain, { layers: 3 });
    const values = { q: [0.3, -0.2, 0.5], q_first: 0.1, stiffness: [1, 2, 3], mu: 0.7 };
    const layers = [0.1, 0.3, -0.2, 0.5];
    const expected = [1, 2, 3].reduce(
      (total, stiffness, i) =>
        total + (stiffness * (layers[i + 1]! - layers[i]!) ** 2) / 2 + 0.7 * Math.cos(layers[i + 1]!),
      0,
    );
    expect(evaluateScalar(system.scalar as Expression, values)).toBeCloseTo(expected, 14);
    expect(system.kind).toBe("energy");
    expect(system.parameters.find(({ name }) => name === "stiffness")).toMatchObject({ shape: [3], default: 2 });
  });

  it("is a skew-gradient system where there are inhibitors", () => {
    const { system } = fitzhughNagumoLayers({ width: 2, layers: 1 });
    expect(system.kind).toBe("skew-gradient");
    expect(system.state.map(({ shape }) => shape)).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it("repeats default arrays for every coupling and passes time constants on", () => {
    const action = layeredAction({
      name: "x",
      layer: { u: [2], v: [2] },
      inhibitors: ["v"],
      parameters: { b: { shape: [2], default: [1, 2] } },
      shared: { tau: 3 },
      coupling: "dot(u, u_next) - dot(v, v_next) + dot(b, u_next)",
    });
    const { parameters, timeConstants } = stackedSystem(action, { layers: 2, timeConstants: { v: "tau" } });
    expect(parameters[0]?.default).toEqual(Float64Array.of(1, 2, 1, 2));
    expect([...(timeConstants as ReadonlyMap<string, Expression>).keys()]).toEqual(["v"]);
  });

  it.each([0, 1.5, Number.NaN])("refuses %s layers", (layers) => {
    expect(() => stackedSystem(chain, { layers })).toThrow("expected a whole number from 1 on");
  });
});

describe("the catalogue's layered networks", () => {
  it("refuse sizes that are not whole numbers", () => {
    expect(() => fitzhughNagumoLayers({ width: 0 })).toThrow("fitzhughNagumoLayers, width: got 0");
    expect(() => fitzhughNagumoLayers({ layers: 1.5 })).toThrow("fitzhughNagumoLayers, layers: got 1.5");
    expect(() => deepEnergyNetwork({ width: -1 })).toThrow("deepEnergyNetwork, width: got -1");
    expect(() => deepEnergyNetwork({ layers: 0 })).toThrow("deepEnergyNetwork, layers: got 0");
  });

  it("depend on the seed alone", () => {
    for (const make of [fitzhughNagumoLayers, deepEnergyNetwork]) {
      expect(make({ seed: 3 }).parameters).toEqual(make({ seed: 3 }).parameters);
      expect(make({ seed: 3 }).parameters).not.toEqual(make({ seed: 4 }).parameters);
    }
  });

  it("have zero as a stationary state of the FitzHugh-Nagumo layers without b, current and input", () => {
    const { system, parameters } = fitzhughNagumoLayers();
    const zero = { u: new Float64Array(6), v: new Float64Array(6), u_first: new Float64Array(2) };
    const values = { ...parameters, current: new Float64Array(6), ...zero, v_first: new Float64Array(2) };
    const field = evaluate([...system.field.values()], values as Parameters<typeof evaluate>[1]);
    for (const forces of field) expect(Math.max(...forces.map(Math.abs))).toBe(0);
  });

  it("follow the layer equation of the deep energy network", () => {
    const { system, parameters, input } = deepEnergyNetwork({ width: 2, layers: 2, seed: 5 });
    const s = [0.3, -0.4, 0.7, 0.2];
    const values = { ...parameters, ...input, s } as unknown as Readonly<Record<string, Float64Array>>;
    const [field] = evaluate([...system.field.values()], values) as [Float64Array];
    const { W, bias, s_first } = values as Record<"W" | "bias" | "s_first", Float64Array>;
    for (let k = 0; k < 2; k++) {
      const above = W[4 + 2 * k]! * s[2]! + W[4 + 2 * k + 1]! * s[3]!;
      const below = W[k]! * s_first[0]! + W[2 + k]! * s_first[1]!;
      expect(field[k]).toBeCloseTo(above + below + bias[k]! - Math.sinh(s[k]!), 14);
    }
  });
});
