import { describe, expect, it } from "vitest";
import type { DynamicalSystem } from "../core/system.js";
import { pendulum } from "./catalogue/pendulum.js";
import { energySystem } from "./energy-system.js";
import { hamiltonianSystem } from "./hamiltonian-system.js";
import { SYSTEM_JSON_FORMAT, type SystemJson, systemFromJson, systemToJson } from "./json.js";
import { lagrangianSystem } from "./lagrangian-system.js";
import { nativeSystem } from "./native-system.js";
import { systems } from "./registry.js";

const throughText = (system: DynamicalSystem): DynamicalSystem =>
  systemFromJson(JSON.parse(JSON.stringify(systemToJson(system))));

describe("the JSON form", () => {
  it.each(systems)("brings back $name, node by node", ({ make }) => {
    const { system } = make();
    expect(throughText(system)).toEqual(system);
    const again = throughText(system);
    for (const [name, expression] of system.field) expect(again.field.get(name)).toBe(expression);
  });

  it("is the declaration, with formulas as text", () => {
    expect(systemToJson(pendulum().system)).toEqual({
      format: 1,
      kind: "hamiltonian",
      name: "pendulum",
      coordinates: { q: { shape: [], unit: "rad" } },
      momenta: { p: { shape: [] } },
      parameters: {
        mass: { shape: [], default: 1 },
        arm: { shape: [], default: 1 },
        gravity: { shape: [], default: 1 },
      },
      input: {},
      invariants: {},
      hamiltonian: "p^2/(2*mass*arm^2) + mass*gravity*arm*(1 - cos(q))",
    });
  });

  it("keeps open bounds, array defaults, forces, and names that printed bindings could take", () => {
    const bounded = energySystem({
      name: "bounded",
      state: { a2: { shape: [2], bounds: [0, Number.POSITIVE_INFINITY] } },
      parameters: { a1: { shape: [2, 2], default: [1, 2, 3, 4] } },
      input: { x: { shape: [2], unit: "A" } },
      energy: "r = sum(tanh(a2 + x)^2); r^2 + exp(r)",
      invariants: { twice: "2*sum(a2)" },
    });
    expect(throughText(bounded)).toEqual(bounded);
    expect(JSON.stringify(systemToJson(bounded))).toContain('"bounds":[0,null]');
    const below = { shape: [], bounds: [Number.NEGATIVE_INFINITY, 0] } as const;
    const negative = energySystem({ name: "negative", state: { x: below }, energy: "x^2" });
    expect(throughText(negative)).toEqual(negative);
    const potentials = energySystem({
      name: "potentials",
      state: { u: [2] },
      rates: { u: "tanh(u)" },
      energy: "s = tanh(u); sum(s*u) - sum(logcosh(u)) - s[0]*s[1]",
    });
    expect(throughText(potentials)).toEqual(potentials);
    const pushed = lagrangianSystem({
      name: "pushed",
      coordinates: { q: [], r: [2] },
      parameters: { gamma: [] },
      lagrangian: "q_dot^2 + sum(r_dot^2)",
      damping: "gamma",
      force: { r: "[cos(t), 0]" },
    });
    expect(throughText(pushed)).toEqual(pushed);
    const braked = hamiltonianSystem({
      name: "braked",
      coordinates: { q: [2] },
      momenta: { p: [2] },
      parameters: { gamma: 0.2 },
      hamiltonian: "sum(p^2)/2 + sum(q^4)",
      damping: "gamma",
    });
    expect(throughText(braked)).toEqual(braked);
  });

  it("is refused to native systems and to formulas that could not be read back", () => {
    const native = nativeSystem({ name: "by hand", state: { x: [] }, field: () => undefined });
    expect(() => systemToJson(native)).toThrow('system "by hand": got a native system');
    const size = 8000;
    const large = energySystem({
      name: "large",
      state: { x: [size] },
      energy: `dot(x, [${Array.from({ length: size }, (_, i) => i % 10).join(",")}])`,
    });
    expect(() => systemToJson(large)).toThrow("at most 20000 characters");
  });
});

describe("JSON that is no system is refused:", () => {
  const valid = systemToJson(
    hamiltonianSystem({ name: "h", coordinates: { q: [] }, momenta: { p: [] }, hamiltonian: "p^2 + q^2" }),
  );
  const changed = (change: object): unknown => ({ ...valid, ...change });
  const without = (key: keyof SystemJson | "momenta"): unknown =>
    Object.fromEntries(Object.entries(valid).filter(([name]) => name !== key));

  it.each([
    ["nothing", null, "system in JSON: got null, expected an object."],
    ["a list", [valid], "system in JSON: got [{"],
    ["another format", changed({ format: 2 }), "system in JSON, format: got 2, expected 1; a newer version"],
    ["no format", without("format"), "system in JSON, format: got nothing"],
    [
      "an unknown kind",
      changed({ kind: "native" }),
      'system in JSON, kind: got "native", expected energy, hamiltonian',
    ],
    ["a kind of every object", changed({ kind: "toString" }), 'system in JSON, kind: got "toString"'],
    [
      "a missing entry",
      without("momenta"),
      "system in JSON, momenta: got nothing, expected an entry of every hamiltonian",
    ],
    ["a missing common entry", without("input"), "system in JSON, input: got nothing"],
    ["an entry too many", changed({ energy: "q" }), 'system in JSON: got the option "energy"'],
    ["a name that is no text", changed({ name: 3 }), "system in JSON, name: got 3, expected a text."],
    ["a formula that is no text", changed({ hamiltonian: ["p"] }), 'system in JSON, hamiltonian: got ["p"]'],
    ["blocks that are none", changed({ momenta: [1] }), "system in JSON, momenta: got [1], expected an object."],
    ["a block that is none", changed({ momenta: { p: 1 } }), "system in JSON, momenta.p: got 1, expected an object."],
    [
      "a shape that is none",
      changed({ momenta: { p: { shape: "x" } } }),
      'hamiltonianSystem "h", momenta.p.shape: got "x"',
    ],
    ["a bound where there is none", changed({ momenta: { p: { shape: [], bounds: [0, 1] } } }), "momenta.p"],
    [
      "a formula that cannot be read",
      changed({ hamiltonian: "p +" }),
      'hamiltonianSystem "h", hamiltonian: formula, line 1',
    ],
    ["an invariant that is no text", changed({ invariants: { a: 1 } }), "system in JSON, invariants.a: got 1"],
    ["a name of the prototype", JSON.parse(`{"__proto__":1,${JSON.stringify(valid).slice(1)}`), "__proto__"],
  ])("%s", (_what, json, message) => {
    expect(() => systemFromJson(json)).toThrow(message);
  });

  it("has a version", () => {
    expect(SYSTEM_JSON_FORMAT).toBe(1);
  });
});
