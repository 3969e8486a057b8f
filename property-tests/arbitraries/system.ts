import fc from "fast-check";
import type { DynamicalSystem } from "../../core/system.js";
import { energySystem } from "../../systems/energy-system.js";
import { forceSystem } from "../../systems/force-system.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";
import { type SystemJson, systemToJson } from "../../systems/json.js";
import { lagrangianSystem } from "../../systems/lagrangian-system.js";
import { mapSystem } from "../../systems/map-system.js";
import { skewGradientSystem } from "../../systems/skew-gradient-system.js";
import { arbitrarySmoothFormula } from "./smooth-formula.js";

/** The structures {@link arbitrarySystem} draws from. */
export const arbitraryStructures = [
  "energy",
  "potentials and rates",
  "separable Hamiltonian",
  "Hamiltonian",
  "Lagrangian",
  "skew-gradient",
  "force",
  "map",
] as const;

/** One of {@link arbitraryStructures}. */
export type ArbitraryStructure = (typeof arbitraryStructures)[number];

/** What every random system may use besides its state: a matrix, a vector and a scalar to learn, and an input. */
const declared = (n: number) => ({
  parameters: { W: [n, n], b: [n], c: { shape: [] as const, default: 0.7 } },
  input: { x: [n] },
});
const GIVEN = { scalars: ["c"], matrices: ["W"] } as const;

/** Replaces a block's name in a formula by an expression. */
const replaced = (formula: string, name: string, expression: string): string =>
  formula.replace(new RegExp(`\\b${name}\\b`, "g"), `(${expression})`);

const formulaOf = (vectors: readonly string[], depth?: number) =>
  arbitrarySmoothFormula({ ...GIVEN, vectors: [...vectors, "b", "x"] }, depth);

type Make = (n: number) => fc.Arbitrary<DynamicalSystem>;

const energy: Make = (n) =>
  fc
    .record({ f: formulaOf(["u", "z"]).scalar, bounded: fc.boolean(), driven: fc.boolean() })
    .map(({ f, bounded, driven }) =>
      energySystem({
        name: "random energy",
        state: { u: { shape: [n], ...(bounded ? { bounds: [0, 1] as const } : {}) }, z: [n] },
        ...declared(n),
        energy: `sum(u^2)/2 + sum(z^2)/2 - dot(u, W @ z) + ${f}${driven ? " - cos(t)*sum(z)" : ""}`,
      }),
    );

const rates: Make = (n) =>
  fc.record({ f: formulaOf(["u"]).scalar, rate: fc.constantFrom("tanh", "sigmoid") }).map(({ f, rate }) =>
    energySystem({
      name: "random potentials and rates",
      state: { u: [n] },
      ...declared(n),
      rates: { u: `${rate}(u)` },
      energy: `dot(${rate}(u), u) - sum(${rate === "tanh" ? "logcosh" : "softplus"}(u)) - ${replaced(f, "u", `${rate}(u)`)}`,
    }),
  );

const separableHamiltonian: Make = (n) =>
  fc
    .record({ f: formulaOf(["q"]).scalar, masses: fc.boolean(), relativistic: fc.boolean(), driven: fc.boolean() })
    .map(({ f, masses, relativistic, driven }) => {
      const kinetic = relativistic ? "sum(sqrt(1 + p^2))" : masses ? "sum(p^2/(2*mass))" : "sum(p^2)/2";
      const { parameters, input } = declared(n);
      return hamiltonianSystem({
        name: "random separable Hamiltonian",
        coordinates: { q: [n] },
        momenta: { p: [n] },
        parameters: { ...parameters, mass: { shape: [n], default: Array.from({ length: n }, (_, k) => 1 + k / 2) } },
        input,
        hamiltonian: `${kinetic} + sum(q^2)/2 + ${f}${driven ? " + sin(2*t)*sum(q)" : ""}`,
      });
    });

const hamiltonian: Make = (n) =>
  fc.record({ f: formulaOf(["q", "p"]).scalar, damped: fc.boolean() }).map(({ f, damped }) => {
    const { parameters, input } = declared(n);
    return hamiltonianSystem({
      name: "random Hamiltonian",
      coordinates: { q: [n] },
      momenta: { p: [n] },
      parameters: { ...parameters, gamma: 0.3 },
      input,
      hamiltonian: `sum(p^2)/2 + sum(q^2)/2 + 0.5*(${f})`,
      ...(damped ? { damping: "gamma" as const } : {}),
    });
  });

const lagrangian: Make = (n) =>
  fc
    .record({
      f: formulaOf(["q"]).scalar,
      mass: formulaOf(["q"], 2).vector,
      field: formulaOf(["q"], 2).vector,
      damped: fc.boolean(),
      forced: fc.boolean(),
      coupled: fc.boolean(),
      driven: fc.boolean(),
    })
    .map(({ f, mass, field, damped, forced, coupled, driven }) => {
      const { parameters, input } = declared(n);
      return lagrangianSystem({
        name: "random Lagrangian",
        coordinates: { q: [n] },
        parameters: { ...parameters, gamma: 0.3 },
        input,
        lagrangian:
          `sum((1.5 + 0.5*tanh(${mass}))*q_dot^2)/2 + ${coupled ? "mean(q*q_dot)^2/2 + " : ""}` +
          `dot(${field}, q_dot)/2 - sum(q^2)/2 - (${f})${driven ? " + sin(t)*sum(q*q_dot)/4" : ""}`,
        ...(damped ? { damping: "gamma" as const } : {}),
        ...(forced ? { force: { q: "W @ q - 0.2*q_dot" } } : {}),
      });
    });

const skewGradient: Make = (n) =>
  fc
    .record({ f: formulaOf(["u", "v"]).scalar, constants: fc.constantFrom("none", "number", "scalar", "vector") })
    .map(({ f, constants }) => {
      const { parameters, input } = declared(n);
      const chosen = { none: undefined, number: 2.5, scalar: "tau" as const, vector: "taus" as const }[constants];
      return skewGradientSystem({
        name: "random skew-gradient system",
        activators: { u: [n] },
        inhibitors: { v: [n] },
        parameters: { ...parameters, tau: [], taus: [n] },
        input,
        timeConstants: chosen === undefined ? {} : { v: chosen },
        potential: `sum(u^2)/2 - sum(v^2)/2 + dot(u, W @ v) + ${f}`,
      });
    });

const force: Make = (n) =>
  fc.record({ f: formulaOf(["r", "a"]).vector, g: formulaOf(["r", "a"]).vector }).map(({ f, g }) =>
    forceSystem({
      name: "random force",
      state: { r: [n], a: [n] },
      ...declared(n),
      force: { r: `-r + ${f}`, a: `-a/2 + sin(t)*b + ${g}` },
    }),
  );

const map: Make = (n) =>
  formulaOf(["q"]).vector.map((f) =>
    mapSystem({
      name: "random map",
      state: { q: [n], p: [n] },
      ...declared(n),
      next: { q: `q + p + ${f}`, p: `p + ${f}` },
      inverse: { q: "q - p", p: `p - (${replaced(f, "q", "q - p")})` },
    }),
  );

const MAKERS: Readonly<Record<ArbitraryStructure, Make>> = {
  energy,
  "potentials and rates": rates,
  "separable Hamiltonian": separableHamiltonian,
  Hamiltonian: hamiltonian,
  Lagrangian: lagrangian,
  "skew-gradient": skewGradient,
  force,
  map,
};

/**
 * Random correct systems of a structure (of any structure by default): one to three entries per block, moderate forces,
 * parameters `W`, `b` and `c`, an input `x`, some with bounds, masses, damping, time constants or explicit time. A property
 * that fails on one is wrong, or has found a fault of the library.
 */
export const arbitrarySystem = (
  structure: fc.Arbitrary<ArbitraryStructure> = fc.constantFrom(...arbitraryStructures),
): fc.Arbitrary<DynamicalSystem> =>
  fc
    .tuple(structure, fc.integer({ min: 1, max: 3 }))
    .chain(([chosen, size]) => MAKERS[chosen](size))
    .map((system) => Object.assign(system, { [fc.toStringMethod]: () => printed(systemToJson(system)) }));

const printed = (json: SystemJson): string => JSON.stringify(json, null, 2);
