import { describe, expect, it } from "vitest";
import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import type { Expression } from "../../core/expression/expression.js";
import { constant, solve } from "../../core/expression/functions.js";
import { fieldAt, randomValues, type SystemValues, valuesOf } from "../evaluation.testing.js";
import { fitzhughNagumoGraph, fitzhughNagumoLattice, fitzhughNagumoRing } from "./fitzhugh-nagumo.js";
import { jacobianAt, type Matrix, spectralAbscissa } from "./jacobian.testing.js";

const expectClose = (found: ArrayLike<number>, expected: ArrayLike<number>): void => {
  expect(found.length).toBe(expected.length);
  Array.from(found).forEach((entry, i) => {
    expect(entry).toBeCloseTo(expected[i]!, 13);
  });
};

type Edge = readonly [number, number];
const edges: readonly Edge[] = [
  [0, 1],
  [1, 2],
  [2, 0],
  [3, 1],
  [3, 4],
];

/** The field by Kirchhoff's sums over the edges of a graph. */
function byHand(values: SystemValues, joined: readonly Edge[]): { u: number[]; v: number[] } {
  const [one, at] = [(name: string) => values[name]![0]!, (name: string, i: number) => values[name]![i]!];
  const flow = (state: string, conductance: string, node: number): number =>
    joined.reduce((sum, [a, b], edge) => {
      const other = a === node ? b : b === node ? a : undefined;
      return other === undefined ? sum : sum + at(conductance, edge) * (at(state, other) - at(state, node));
    }, 0);
  const nodes = [...values.u!.keys()];
  return {
    u: nodes.map((i) => {
      const [u, v] = [at("u", i), at("v", i)];
      return flow("u", "diffusion_u", i) + one("gain") * u - u ** 3 - v + at("current", i);
    }),
    v: nodes.map((i) => {
      const [u, v] = [at("u", i), at("v", i)];
      return (flow("v", "diffusion_v", i) + u - one("decay") * v - at("offset", i)) / one("tau");
    }),
  };
}

describe("fitzhughNagumoGraph", () => {
  it("couples cells by the conductances of its edges", () => {
    const { system } = fitzhughNagumoGraph({ nodes: 5, edges });
    const values = randomValues(system, 1);
    const [found, expected] = [fieldAt(system, values), byHand(values, edges)];
    expectClose(found.u!, expected.u);
    expectClose(found.v!, expected.v);
  });

  it("is the ring on a ring whose edges are alike", () => {
    const [ring, graph] = [fitzhughNagumoRing({ sites: 5 }), fitzhughNagumoGraph({ nodes: 5 })];
    const values = randomValues(ring.system, 2);
    const fill = (name: string) => new Float64Array(5).fill(values[name]![0]!);
    const edges = { diffusion_u: fill("diffusion_u"), diffusion_v: fill("diffusion_v"), offset: new Float64Array(5) };
    const [expected, found] = [fieldAt(ring.system, values), fieldAt(graph.system, { ...values, ...edges })];
    expectClose(found.u!, expected.u!);
    expectClose(found.v!, expected.v!);
  });
});

describe.each(["periodic", "no-flux"] as const)("fitzhughNagumoLattice, %s", (boundary) => {
  it.each([
    [3, 4],
    [2, 5],
  ])("of %i x %i cells is the graph of next neighbours", (rows, columns) => {
    const { system } = fitzhughNagumoLattice({ rows, columns, boundary });
    const values = randomValues(system, 3);
    const cell = (row: number, column: number): number => (row % rows) * columns + (column % columns);
    const joined: Edge[] = [];
    const open = boundary === "no-flux" ? 1 : 0;
    for (let i = 0; i < rows - open; i++) for (let j = 0; j < columns; j++) joined.push([cell(i, j), cell(i + 1, j)]);
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns - open; j++) joined.push([cell(i, j), cell(i, j + 1)]);
    const conductance = (state: string) =>
      Float64Array.from([...values[`diffusion_${state}_vertical`]!, ...values[`diffusion_${state}_horizontal`]!]);
    const expected = byHand({ ...values, diffusion_u: conductance("u"), diffusion_v: conductance("v") }, joined);
    const found = fieldAt(system, values);
    expectClose(found.u!, expected.u);
    expectClose(found.v!, expected.v);
  });

  it("keeps its graph small, whatever its size", () => {
    const { system } = fitzhughNagumoLattice({ rows: 512, columns: 512, boundary });
    const seen = new Set<Expression>();
    const visit = (node: Expression): void => {
      if (seen.has(node)) return;
      seen.add(node);
      node.operands.forEach(visit);
    };
    [...system.field.values()].forEach(visit);
    expect(seen.size).toBeLessThan(200);
  });
});

describe("stability", () => {
  const { system } = fitzhughNagumoGraph({ nodes: 5, edges });
  const parameters = { diffusion_u: [0.5, 0.2, 0.3, 0.4, 0.6], diffusion_v: [1, 2, 1, 3, 1] };
  /** The Jacobian at activators that suitable currents and offsets make stationary. */
  const jacobian = (u: readonly number[], tau: number, diffusion_u = parameters.diffusion_u): Matrix => {
    const given = { ...parameters, diffusion_u, u, v: [0.1, -0.2, 0.3, 0, 0.2], tau };
    const free = fieldAt(system, valuesOf(system, { ...given, current: 0, offset: 0 }));
    const current = free.u!.map((rate) => -rate);
    const values = valuesOf(system, { ...given, current, offset: free.v!.map((rate) => rate * tau) });
    expect(Math.max(...Object.values(fieldAt(system, values)).flat().map(Math.abs))).toBeLessThan(1e-13);
    return jacobianAt(system, values);
  };

  it("holds for every time constant at a mini-maximiser", () => {
    const strong = [0.7, -0.8, 0.65, 0.9, -1];
    expect(Math.min(...strong.map((u) => u ** 2))).toBeGreaterThan(1 / 3);
    for (const tau of [0.01, 0.3, 1, 10, 300]) expect(spectralAbscissa(jacobian(strong, tau))).toBeLessThan(-1e-4);
  });

  it("elsewhere is lost with slow inhibitors, and kept with fast ones where Phi_uu + (L_h + decay)^-1 > 0", () => {
    const weak = [0.1, -0.2, 0.3, 0, 0.2];
    for (const [diffusion_u, stable] of [
      [[2, 2, 2, 2, 2], true],
      [[0.05, 0.2, 0.1, 0.1, 0.05], false],
    ] as const) {
      const [slow, fast] = [jacobian(weak, 300, [...diffusion_u]), jacobian(weak, 0.002, [...diffusion_u])];
      expect(spectralAbscissa(slow)).toBeGreaterThan(0.1);
      expect(spectralAbscissa(fast) < 0).toBe(stable);
      // At tau = 1 the Jacobian is [[-Phi_uu, -1], [1, Phi_vv]].
      const unit = jacobian(weak, 1, [...diffusion_u]);
      const own = constant(
        unit.slice(5).flatMap((row) => [...row.slice(5)]),
        [5, 5],
      );
      const minus = unit.slice(0, 5).map((row, i) => {
        const [inverse] = evaluate(
          [
            solve(
              own,
              constant(
                unit.slice(0, 5).map((_, j) => +(i === j)),
                [5],
              ),
            ),
          ],
          {},
        );
        return row.slice(0, 5).map((entry, j) => entry + inverse![j]!);
      });
      expect(spectralAbscissa(minus) < 0).toBe(stable);
    }
  });

  it.each([
    [1, 0.75, 0.6, 0.5, 3],
    [1, 0.75, 0.6, 0.02, 3],
    [1, 0.75, 2, 0.5, 0.1],
    [0.5, 1, 1, 0.5, 1],
    [1.4, 0.75, 0.3, 0.5, 0.2],
  ])(
    "of the uniform state is that of each mode: gain %d, decay %d, tau %d, conductances %d and %d",
    (gain, decay, tau, g, h) => {
      const ring = fitzhughNagumoGraph({ nodes: 8 }).system;
      const values = valuesOf(ring, { u: 0, v: 0, gain, decay, tau, diffusion_u: g, diffusion_v: h });
      const stable = Array.from({ length: 8 }, (_, m) => 4 * Math.sin((Math.PI * m) / 8) ** 2).every(
        (mode) => (gain - g * mode) * (decay + h * mode) < 1 && gain - g * mode < (decay + h * mode) / tau,
      );
      expect(spectralAbscissa(jacobianAt(ring, values)) < 0).toBe(stable);
    },
  );

  it("of a cell alone holds in the example, but not against patterns on a lattice", () => {
    const alone = (lattice: boolean): number => {
      const { system: cells } = fitzhughNagumoLattice({ rows: 6, columns: 7 });
      const conductances = cells.parameters
        .filter(({ name }) => name.startsWith("diffusion"))
        .map(({ name }) => [name, 0]);
      const values = valuesOf(cells, { u: 0, v: 0, ...(lattice ? {} : Object.fromEntries(conductances)) });
      return spectralAbscissa(jacobianAt(cells, values));
    };
    expect(alone(false)).toBeLessThan(-0.05);
    expect(alone(true)).toBeGreaterThan(0.05);
  });
});

describe("options that do not fit are refused:", () => {
  it.each([
    [() => fitzhughNagumoGraph({ nodes: 1 }), "fitzhughNagumoGraph, nodes: got 1"],
    [() => fitzhughNagumoGraph({ nodes: 2, edges: [] }), "fitzhughNagumoGraph, edges: got []"],
    [() => fitzhughNagumoGraph({ nodes: 2, edges: [[1, 1]] }), "expected pairs of different nodes from 0 to 1"],
    [() => fitzhughNagumoLattice({ rows: 1, columns: 3 }), "fitzhughNagumoLattice, rows: got 1"],
    [() => fitzhughNagumoLattice({ rows: 2, columns: 0 }), "fitzhughNagumoLattice, columns: got 0"],
    [() => fitzhughNagumoLattice({ rows: 2, columns: 2, boundary: "open" as never }), 'boundary: got "open"'],
  ])("%s", (make, message) => {
    expect(make).toThrow(message);
  });
});
