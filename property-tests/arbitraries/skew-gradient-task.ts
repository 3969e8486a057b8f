import fc from "fast-check";
import type { ParameterDeclaration } from "../../core/block-declarations.js";
import type { Shape } from "../../core/expression/expression.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { skewGradientSystem } from "../../systems/skew-gradient-system.js";
import { ACTIVATIONS, type Activation, filled, LOSSES, summed } from "./formula-templates.js";
import { arbitraryTaskCase, type TaskCase, type TaskCaseOptions } from "./task-case.js";

/** Options of {@link arbitrarySkewGradientTask}. */
export interface SkewGradientTaskOptions extends TaskCaseOptions {
  /** The most activators and the most inhibitors of a network, or cells along one side. @defaultValue 3 */
  readonly units?: number;
  /** What the cost depends on, beside targets, parameters and inputs. @defaultValue any of these */
  readonly cost?: "activators" | "inhibitors" | "both";
  /** Networks of random couplings, or FitzHugh-Nagumo cells on a lattice or a graph. @defaultValue either */
  readonly structure?: "network" | "cells";
}

type Cost = NonNullable<SkewGradientTaskOptions["cost"]>;

/** A potential with all it needs, over activators u, inhibitors v, the input x and the parameters b (of u's shape), V. */
interface Medium {
  readonly name: string;
  readonly activators: Shape;
  readonly inhibitors: Shape;
  readonly parameters: Readonly<Record<string, ParameterDeclaration>>;
  readonly potential: string;
}

const INPUTS = 2;
const ACTIVATOR_WELLS = ["sum(u^2)/2", "0.75*sum(u^2)", "sum(u^4)/4", "sum(u^4)/4 - sum(u^2)/4", "sum(cosh(u))"];
const INHIBITOR_WELLS = ["sum(v^2)/2", "0.75*sum(v^2)", "sum(v^2)/2 + sum(v^4)/8", "dot(exp(stiffness), v^2)/2"];

/** Activators that couple among themselves, and inhibitors that couple to them and among themselves. */
function arbitraryNetwork(units: number): fc.Arbitrary<Medium> {
  return fc
    .record({
      activators: fc.integer({ min: 1, max: units }),
      inhibitors: fc.integer({ min: 1, max: units }),
      activation: fc.constantFrom(...ACTIVATIONS),
      activatorWell: fc.constantFrom(...ACTIVATOR_WELLS),
      inhibitorWell: fc.constantFrom(...INHIBITOR_WELLS),
      lateral: fc.boolean(),
      inhibitorLateral: fc.boolean(),
      gate: fc.boolean(),
    })
    .map(({ activators: n, inhibitors: m, ...made }) => {
      const rho = (name: string): string => filled(made.activation as Activation, name);
      const parameters: Record<string, Shape> = { G: [m, n], V: [n, INPUTS], b: [n] };
      const terms = [made.activatorWell, `-(${made.inhibitorWell})`, `dot(v, G @ ${rho("u")})`, "-dot(V @ x + b, u)"];
      if (made.inhibitorWell.includes("stiffness")) parameters.stiffness = [m];
      if (made.lateral) {
        parameters.L = [n, n];
        terms.push(`-dot(${rho("u")}, L @ ${rho("u")})/2`);
      }
      if (made.inhibitorLateral) {
        parameters.M = [m, m];
        terms.push("-dot(tanh(v), M @ tanh(v))/2");
      }
      if (made.gate) {
        parameters.H = [m, INPUTS];
        terms.push("-mean(u^2)*dot(H @ x, tanh(v))/2");
      }
      return {
        name: `random activators and inhibitors ${n}-${m}`,
        activators: [n],
        inhibitors: [m],
        parameters,
        potential: summed(terms),
      };
    });
}

/** A pair of sites. */
type Edge = readonly [from: number, to: number];

/**
 * FitzHugh-Nagumo cells, du/dt = gain u - u^3 - v + drive and tau dv/dt = u - decay v - b, with diffusion of both along the
 * bonds of a ring, an open chain, a square lattice or a random graph with a conductance for each edge.
 */
function arbitraryCells(units: number): fc.Arbitrary<Medium> {
  const side = fc.integer({ min: 2, max: Math.max(2, units) });
  const edges = (sites: number): fc.Arbitrary<Edge[]> => {
    const all = Array.from({ length: sites }, (_, to) => Array.from({ length: to }, (__, from): Edge => [from, to]));
    return fc.shuffledSubarray(all.flat(), { minLength: sites - 1 });
  };
  const ring = side.map((n) => diffusing("ring", [n + 1], ["shift(#, 1)"]));
  const chain = side.map((n) => diffusing("chain", [n], ["shift(#, 1, 'no-flux')"]));
  const boundary = fc.constantFrom("'no-flux'", "'periodic'");
  const lattice = fc
    .tuple(side, side, boundary)
    .map(([n, m, rule]) => diffusing("lattice", [n, m], [`shift(#, 1, ${rule}, 0)`, `shift(#, 1, ${rule}, 1)`]));
  const graph = fc.integer({ min: 2, max: units + 1 }).chain((n) => edges(n).map((chosen) => onGraph(n, chosen)));
  return fc.oneof(chain, ring, lattice, graph);
}

/** Cells on a lattice whose neighbours are found by shifts. */
function diffusing(kind: string, shape: Shape, neighbours: readonly string[]): Medium {
  const bonds = (name: string): string =>
    neighbours.map((shift) => `sum((${name} - ${filled(shift, name)})^2)`).join(" + ");
  return cells(kind, shape, { g: { shape: [], default: 0.5 }, h: { shape: [], default: 1 } }, [
    `g/2*(${bonds("u")})`,
    `-h/2*(${bonds("v")})`,
  ]);
}

function onGraph(sites: number, edges: readonly Edge[]): Medium {
  const conductances = (value: number) => ({ shape: [edges.length], default: value });
  const bonds = (sign: string, conductance: string, name: string): string[] =>
    edges.map(([from, to], k) => `${sign}${conductance}[${k}]*(${name}[${from}] - ${name}[${to}])^2/2`);
  return cells("graph", [sites], { g: conductances(0.5), h: conductances(1) }, [
    ...bonds("", "g", "u"),
    ...bonds("-", "h", "v"),
  ]);
}

function cells(
  kind: string,
  shape: Shape,
  conductances: Readonly<Record<string, ParameterDeclaration>>,
  bonds: readonly string[],
): Medium {
  return {
    name: `FitzHugh-Nagumo cells on a ${kind} [${shape}]`,
    activators: shape,
    inhibitors: shape,
    parameters: { ...conductances, gain: 0.5, decay: 1, b: shape, V: [INPUTS] },
    potential: summed([
      "-sum(gain*u^2/2 - u^4/4 - u*v + decay*v^2/2 + b*v)",
      "-dot(V, x)*sum(u)",
      "-x[0]*sum(u^2)/8",
      ...bonds,
    ]),
  };
}

/** Time constants: a number, a parameter for the whole block, or one for each entry. */
const TIME_CONSTANTS = ["none", "number", "scalar", "entries"] as const;

/** Terms of a cost beside the loss; they need no states. */
const EXTRAS = ["0.1*sum(b^2)", "0.1*sum(V^2)*sum(x^2)"];
const HIDDEN: Readonly<Record<Cost, readonly string[]>> = {
  activators: ["0.1*dot(x, x)*sum(u^2)"],
  inhibitors: ["0.1*dot(x, x)*sum(v^2)"],
  both: ["0.1*sum(u^2)*sum(v^2)", "0.1*sum(cos(u))"],
};

/**
 * Random skew-gradient systems with random data: small networks of activators and inhibitors, and FitzHugh-Nagumo cells on
 * chains, rings, lattices and graphs, with time constants that are parameters or not, under a random cost on activators,
 * inhibitors or both, which may depend on parameters and inputs. Kept are those whose state is stable and well
 * conditioned: a rule for skew-gradient systems that fails on one is wrong.
 */
export function arbitrarySkewGradientTask(options: SkewGradientTaskOptions = {}): fc.Arbitrary<TaskCase> {
  const { units = 3, cost, structure } = options;
  const media = { network: arbitraryNetwork(units), cells: arbitraryCells(units) };
  const tasks = fc
    .record({
      medium: structure === undefined ? fc.oneof(media.network, media.cells) : media[structure],
      constants: fc.tuple(fc.constantFrom(...TIME_CONSTANTS), fc.constantFrom(...TIME_CONSTANTS)),
      on: cost === undefined ? fc.constantFrom<Cost[]>("activators", "inhibitors", "both") : fc.constant(cost),
      loss: fc.constantFrom(...LOSSES),
      extras: fc.subarray(EXTRAS),
      hidden: fc.boolean(),
    })
    .map(({ medium, constants, on, loss, extras, hidden }) => {
      const { name, activators, inhibitors, parameters, potential } = medium;
      const [ofU, ofV] = constants;
      const chosen = (kind: (typeof TIME_CONSTANTS)[number], parameter: string): number | string | undefined =>
        ({ none: undefined, number: 1.5, scalar: parameter, entries: `${parameter}s` })[kind];
      const system = skewGradientSystem({
        name,
        activators: { u: activators },
        inhibitors: { v: inhibitors },
        parameters: {
          ...parameters,
          ...(ofU === "scalar" ? { tau_u: [] } : ofU === "entries" ? { tau_us: activators } : {}),
          ...(ofV === "scalar" ? { tau_v: [] } : ofV === "entries" ? { tau_vs: inhibitors } : {}),
        } as Record<string, ParameterDeclaration>,
        input: { x: [INPUTS] },
        timeConstants: { u: chosen(ofU, "tau_u"), v: chosen(ofV, "tau_v") } as Record<"u" | "v", string>,
        potential,
      });
      const block = on === "inhibitors" ? "v" : "u";
      const terms = [filled(loss, block), ...(on === "both" ? ["sum((v - 0.3)^2)/2"] : []), ...extras];
      return learningTask(system, {
        target: { y: block === "v" ? inhibitors : activators },
        cost: { final: [...terms, ...(hidden ? HIDDEN[on] : [])].join(" + ") },
      }) as LearningTask;
    });
  return arbitraryTaskCase(tasks, options);
}
