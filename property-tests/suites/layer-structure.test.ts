import fc from "fast-check";
import { Matrix, solve } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import type { LayeredAction } from "../../core/layers/layered-action.js";
import { RandomStream } from "../../core/random.js";
import type { DynamicalSystem, StateArray } from "../../core/system.js";
import { type StationaryLayers, stationaryLayers } from "../../integrators/layers/stationary-layers.js";
import { canonicalMap } from "../../systems/canonical-map.js";
import { deepEnergyNetwork } from "../../systems/catalogue/deep-energy-network.js";
import { fitzhughNagumoLayers } from "../../systems/catalogue/fitzhugh-nagumo-layers.js";
import { layeredAction } from "../../systems/layered-action.js";
import { stackedSystem } from "../../systems/stacked-system.js";
import { measureSpatialHamiltonian } from "../measures/layer-gradients.js";
import {
  energyNetworkExample,
  fitzhughNagumoExample,
  type LayerExample,
  stateDistance,
  stepStructure,
} from "../measures/layer-recurrence.js";
import { systemProperties } from "../verification/properties-registry.js";
import { applicable, expectHolds } from "./verification-cases.js";

/** Blocks that are coupled across the layers to one another, with a matrix among them and couplings of neither symmetry. */
const crossed = layeredAction({
  name: "crossed blocks",
  layer: { a: [2], B: [2, 2], c: [] },
  inhibitors: ["c"],
  parameters: { K: [2, 2], w: [2] },
  shared: { k: 0.4 },
  coupling: `
    straight = 0.4*(dot(a, a_next) + sum(B*B_next) - c*c_next);
    across = dot(a, K @ a_next)/8 + k*dot(a, B_next @ w)/4 + sum(K*(B @ transpose(B_next)))/8 + c*dot(w, a_next)/4;
    alone = sum(cosh(a_next)) + sum(B_next^4)/4 + sum(B_next^2)/2 + c^3/9 - c_next^2/2 + dot(a_next^2, w)*c_next/5;
    alone - straight - across`,
}) as LayeredAction;

const actions: readonly (readonly [string, (width: number) => LayeredAction])[] = [
  ["FitzHugh-Nagumo layers", (width) => fitzhughNagumoLayers({ width }).action as LayeredAction],
  ["deep energy network", (width) => deepEnergyNetwork({ width }).action as LayeredAction],
  ["crossed blocks", () => crossed],
];

/** A random point of a canonical map; square matrices lie around the unit matrix, so that the couplings are regular. */
function randomPoint(map: DynamicalSystem, seed: number): Record<string, Float64Array> {
  const random = new RandomStream(seed);
  const blocks = [...map.state, ...map.input, ...map.parameters];
  return Object.fromEntries(
    blocks.map(({ name, shape }) => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const [rows, columns] = shape;
      const isInput = map.input.some((block) => block.name === name);
      const values = Float64Array.from({ length: size }, (_, k) => {
        const unit = isInput && rows !== undefined && rows === columns && k % (rows + 1) === 0 ? 1 : 0;
        return unit + (isInput && shape.length === 2 ? 0.3 / (rows as number) : 0.6) * (2 * random.nextUniform() - 1);
      });
      return [
        name,
        map.parameters.some((block) => block.name === name) ? values.map((each) => 0.8 + each / 3) : values,
      ];
    }),
  );
}

describe.each(actions)("the canonical map of %s", (_name, make) => {
  test("is symplectic and exactly invertible at random points, widths and parameters", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 2 ** 31 }), (width, seed) => {
        const map = canonicalMap(make(width)) as DynamicalSystem;
        const { symplecticity, inverseError } = stepStructure(map, randomPoint(map, seed));
        expect(symplecticity).toBeLessThan(1e-12);
        expect(inverseError).toBeLessThan(1e-12);
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  test("has every property of a map, and the stack those of its kind", () => {
    for (const system of [canonicalMap(make(3)), stackedSystem(make(3), { layers: 3 })] as DynamicalSystem[]) {
      const chosen = applicable(systemProperties, system);
      expect(chosen.map(({ name }) => name)).toContain(
        system.kind === "map" ? "the inverse undoes the map" : "the gradient of the scalar is its derivative",
      );
      for (const property of chosen) expectHolds(property, system, { runs: 6, seed: 2 });
    }
  });
});

/** Random sizes and seeds of the two networks. */
const arbitraryExample = fc
  .record({
    make: fc.constantFrom(fitzhughNagumoExample, energyNetworkExample),
    width: fc.integer({ min: 1, max: 6 }),
    layers: fc.integer({ min: 1, max: 12 }),
    seed: fc.integer({ min: 0, max: 1000 }),
  })
  .map(({ make, ...size }) => make(size));

const dataOf = (states: StationaryLayers["states"]): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(states).map(([name, { data }]) => [name, data]));

describe("stationary layers of random sizes", () => {
  test("are the same by recurrence and by boundary values, and stationary", () => {
    fc.assert(
      fc.property(arbitraryExample, (example) => {
        const { action, ...data } = example;
        const passed = stationaryLayers(action, { ...data, method: "recurrence" });
        const solved = stationaryLayers(action, { ...data, method: "boundary value", guess: dataOf(passed.states) });
        expect(stateDistance(passed.states, solved.states)).toBeLessThan(64 * Number.EPSILON * passed.growth);
        expect(solved.residual).toBeLessThan(1e-14);
        expect(passed.growth / solved.growth).toBeCloseTo(1, 4);
      }),
      { numRuns: 25, seed: 3 },
    );
  });

  test("are found from layers that all equal the first, without a guess", () => {
    fc.assert(
      fc.property(arbitraryExample, ({ action, ...data }) => {
        expect(stationaryLayers(action, { ...data, method: "boundary value" }).residual).toBeLessThan(1e-14);
      }),
      { numRuns: 25, seed: 4 },
    );
  });

  test("also where blocks of all shapes are coupled to one another", () => {
    const example: LayerExample = {
      action: crossed,
      layers: 5,
      first: { a: [0.4, -0.2], B: [0.1, 0.3, -0.2, 0.2], c: 0.3 },
      parameters: { K: [0.3, -0.1, 0.2, 0.4], w: [0.2, -0.3] },
    };
    const { action, ...data } = example;
    const passed = stationaryLayers(action, { ...data, method: "recurrence" });
    const solved = stationaryLayers(action, { ...data, method: "boundary value", guess: dataOf(passed.states) });
    expect(stateDistance(passed.states, solved.states)).toBeLessThan(1e-12);
    expect((passed.states.B as StateArray).shape).toEqual([5, 2, 2]);
    const system = stackedSystem(crossed, { layers: 5 }) as DynamicalSystem;
    const repeated = (values: readonly number[]): number[] => Array.from({ length: 5 }, () => values).flat();
    const forces = evaluate([...system.field.values()], {
      ...dataOf(solved.states),
      a_first: [0.4, -0.2],
      B_first: [0.1, 0.3, -0.2, 0.2],
      c_first: 0.3,
      K: repeated([0.3, -0.1, 0.2, 0.4]),
      w: repeated([0.2, -0.3]),
      k: 0.4,
    });
    for (const force of forces) expect(Math.max(...force.map(Math.abs))).toBeLessThan(1e-14);
  });
});

/** How the published recurrence of the FitzHugh-Nagumo layers is written; the variants are wrong. */
interface RecurrenceForm {
  readonly sign: 1 | -1;
  readonly transposed: boolean;
  readonly accumulating: boolean;
}

/**
 * The largest relative violation of the recurrence in the differences p_i = u_(i+1) - u_i and q_i = v_(i+1) - v_i,
 *
 * p_i = (G_i + delta^2)^-1 [(G_(i-1)' + delta^2) p_(i-1) - O_i u_i + sign f(u_i, v_i)], q_i = q_(i-1) - epsilon (u_i - alpha v_i),
 *
 * at a stationary chain, written with matrices and nothing of the library.
 */
function violation(
  { layers, first, parameters }: LayerExample,
  states: StationaryLayers["states"],
  form: RecurrenceForm,
) {
  const [delta, epsilon, alpha] = [0.75, 0.85, 1.08];
  const at = (name: "u" | "v", i: number): Matrix => {
    const width = (first[name] as Float64Array).length;
    const data = (states[name] as StateArray).data;
    return Matrix.columnVector(i === 0 ? (first[name] as Float64Array) : data.slice((i - 1) * width, i * width));
  };
  const width = (first.u as Float64Array).length;
  const conductance = (i: number): Matrix =>
    Matrix.from1DArray(width, width, (parameters.G as Float64Array).slice(i * width ** 2, (i + 1) * width ** 2));
  const straight = Matrix.eye(width).mul(delta ** 2);
  const ones = Matrix.ones(width, 1);
  let worst = 0;
  for (let i = 1; i < layers; i++) {
    const [u, v] = [at("u", i), at("v", i)];
    const [G, before] = [conductance(i), conductance(i - 1)];
    const back = form.transposed ? before.transpose() : before;
    const sums = Matrix.add(G.mmul(ones), before.transpose().mmul(ones));
    const O = Matrix.sub(Matrix.add(G, back), Matrix.diag(sums.to1DArray()));
    const f = Matrix.sub(Matrix.sub(u, Matrix.pow(u, 3)), v);
    const [p, q] = [Matrix.sub(u, at("u", i - 1)), Matrix.sub(v, at("v", i - 1))];
    const right = Matrix.add(Matrix.sub(Matrix.add(back, straight).mmul(p), O.mmul(u)), Matrix.mul(f, form.sign));
    const nextP = solve(Matrix.add(G, straight), right);
    const source = Matrix.mul(Matrix.sub(u, Matrix.mul(v, alpha)), epsilon);
    const nextQ = form.accumulating ? Matrix.sub(q, source) : Matrix.mul(source, -1);
    const [trueP, trueQ] = [Matrix.sub(at("u", i + 1), u), Matrix.sub(at("v", i + 1), v)];
    const error = Math.hypot(Matrix.sub(nextP, trueP).norm(), Matrix.sub(nextQ, trueQ).norm());
    worst = Math.max(worst, error / Math.hypot(trueP.norm(), trueQ.norm()));
  }
  return worst;
}

describe("the recurrence in differences, at a stationary chain", () => {
  const right: RecurrenceForm = { sign: -1, transposed: true, accumulating: true };
  const chains = [0, 1, 2].map((seed) => {
    const example = fitzhughNagumoExample({ layers: 8, seed });
    const { action, ...data } = example;
    return { example, states: stationaryLayers(action, { ...data, method: "boundary value" }).states };
  });

  test("holds", () => {
    for (const { example, states } of chains) expect(violation(example, states, right)).toBeLessThan(1e-12);
  });

  test.each([
    ["with +f", { ...right, sign: 1 }, 0.5],
    ["with G of the layer before not transposed", { ...right, transposed: false }, 0.01],
    ["with a step of v that does not accumulate", { ...right, accumulating: false }, 0.1],
  ] as const)("is violated %s", (_what, form, least) => {
    for (const { example, states } of chains) expect(violation(example, states, form)).toBeGreaterThan(least);
  });
});

describe("the continuum's Hamiltonian along the depth", () => {
  test("is kept by the lattice to the second order of its spacing, and not better", () => {
    const figures = measureSpatialHamiltonian();
    figures.slice(1).forEach(({ spacing, drift }, k) => {
      const { spacing: wider, drift: larger } = figures[k] as (typeof figures)[number];
      expect(Math.log(larger / drift) / Math.log(wider / spacing)).toBeCloseTo(2, 1);
      expect(drift).toBeGreaterThan(1e-6);
    });
  });
});
