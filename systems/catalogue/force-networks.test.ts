import { describe, expect, it } from "vitest";
import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import type { Expression } from "../../core/expression/expression.js";
import type { DynamicalSystem } from "../../core/system.js";
import { fieldAt, randomValues, type SystemValues, valuesOf } from "../evaluation.testing.js";
import { asymmetricHopfieldNetwork, asymmetricLayeredHopfieldNetwork } from "./asymmetric-hopfield-network.js";
import { feedforwardNetwork } from "./feedforward-network.js";
import { hopfieldNetwork } from "./hopfield-network.js";
import { asymmetry, jacobianAt, spectralAbscissa, twistAsymmetry } from "./jacobian.testing.js";
import { rateNetwork } from "./rate-network.js";

const activations = {
  tanh: [Math.tanh, (x: number) => 1 - Math.tanh(x) ** 2],
  sigmoid: [(x: number) => 1 / (1 + Math.exp(-x)), (x: number) => Math.exp(-x) / (1 + Math.exp(-x)) ** 2],
  "hard-sigmoid": [(x: number) => x, () => 1],
} as const;

/** A row of a matrix block times a vector. */
const rowTimes = (matrix: Float64Array, row: number, vector: ArrayLike<number>): number =>
  Array.from(vector).reduce((sum, value, k) => sum + matrix[row * vector.length + k]! * value, 0);

/** W with W' in its place, or (W + W') / 2. */
const transposed = (matrix: Float64Array, size: number): Float64Array =>
  matrix.map((_, index) => matrix[(index % size) * size + Math.floor(index / size)]!);
const symmetrised = (matrix: Float64Array, size: number): Float64Array => {
  const other = transposed(matrix, size);
  return matrix.map((entry, k) => (entry + other[k]!) / 2);
};

const expectClose = (found: readonly number[], expected: readonly number[]): void => {
  expect(found.length).toBe(expected.length);
  found.forEach((entry, i) => {
    expect(entry).toBeCloseTo(expected[i]!, 13);
  });
};

/** The value of the energy part, and the force part of every block. */
function parts(system: DynamicalSystem, values: SystemValues): { energy: number; force: number[] } {
  const { energy, nonConservative } = system.decomposition as NonNullable<DynamicalSystem["decomposition"]>;
  const [scalar, ...force] = evaluate([energy, ...nonConservative.values()], values);
  return { energy: scalar![0]!, force: force.flatMap((block) => [...block]) };
}

describe.each(Object.entries(activations))("asymmetricHopfieldNetwork with %s", (name, [rho, slope]) => {
  const activation = name as keyof typeof activations;
  const { system } = asymmetricHopfieldNetwork({ units: 4, inputs: 2, activation });
  const values = randomValues(system, 1, 0.1, 0.9);
  const { x, W, b, V, u } = values as Record<string, Float64Array>;
  const rates = x!.map(rho);

  it("moves by the Hopfield force", () => {
    const expected = [...x!].map(
      (here, i) => -here + slope(here) * (rowTimes(W!, i, rates) + b![i]! + rowTimes(V!, i, u!)),
    );
    expectClose(fieldAt(system, values).x!, expected);
    expect(system.state[0]?.bounds).toEqual(activation === "hard-sigmoid" ? [0, 1] : undefined);
  });

  it("declares leak, bias and input as an energy, and the rest as a force", () => {
    const { energy, force } = parts(system, values);
    const drive = rates.map((_, i) => b![i]! + rowTimes(V!, i, u!));
    const expected = x!.reduce((sum, here, i) => sum + here ** 2 / 2 - drive[i]! * rates[i]!, 0);
    expect(energy).toBeCloseTo(expected, 13);
    expectClose(
      force,
      [...x!].map((here, i) => slope(here) * rowTimes(W!, i, rates)),
    );
  });

  it("has a symmetric Jacobian with symmetric weights alone, and J - J' = D (W - W') D", () => {
    const jacobian = jacobianAt(system, values);
    expect(asymmetry(jacobian)).toBeGreaterThan(0.01);
    jacobian.forEach((row, i) => {
      row.forEach((entry, j) => {
        const weights = W![4 * i + j]! - W![4 * j + i]!;
        expect(entry - jacobian[j]![i]!).toBeCloseTo(slope(x![i]!) * weights * slope(x![j]!), 13);
      });
    });
    expect(asymmetry(jacobianAt(system, { ...values, W: symmetrised(W!, 4) }))).toBeLessThan(1e-14);
  });

  it("takes independent feedback between layers, and is a Hopfield network where that is the transpose", () => {
    const layers = [2, 3, 4, 2];
    const asymmetric = asymmetricLayeredHopfieldNetwork({ layers, activation });
    const point = randomValues(asymmetric.system, 2, 0.1, 0.9);
    const names = ["x", "hidden1", "hidden2", "output"];
    const active = names.map((layer, k) => (k === 0 ? point[layer]! : point[layer]!.map(rho)));
    const found = fieldAt(asymmetric.system, point);
    names.slice(1).forEach((layer, before) => {
      const k = before + 1;
      const expected = [...point[layer]!].map((here, i) => {
        const forward = rowTimes(point[`W${k}`]!, i, active[k - 1]!) + point[`b${k}`]![i]!;
        const back = k === 3 ? 0 : rowTimes(point[`feedback${k}`]!, i, active[k + 1]!);
        return -here + slope(here) * (forward + back);
      });
      expectClose(found[layer]!, expected);
    });
    const symmetric = asymmetricLayeredHopfieldNetwork({ layers, activation, angle: 0, seed: 3 });
    const reference = hopfieldNetwork({ layers, activation, seed: 3 });
    const start = Object.fromEntries(names.slice(1).map((layer, k) => [layer, point[names[k + 1]!]!]));
    const at = ({ system, parameters, input }: typeof symmetric | typeof reference): number[] =>
      Object.values(fieldAt(system, valuesOf(system, { ...parameters, ...input, ...start }))).flat();
    expectClose(at({ ...symmetric, input: reference.input }), at(reference));
    expect(
      asymmetry(
        jacobianAt(
          symmetric.system,
          valuesOf(symmetric.system, { ...symmetric.parameters, ...symmetric.input, ...start }),
        ),
      ),
    ).toBeLessThan(1e-14);
    expect(asymmetry(jacobianAt(asymmetric.system, point))).toBeGreaterThan(0.01);
  });
});

describe("rateNetwork", () => {
  const values = (system: DynamicalSystem) => randomValues(system, 3, -1, 1);

  it.each(["tanh", "sigmoid"] as const)(
    "moves by -x + W rho(x) + b + V u with %s, symmetrised or not",
    (activation) => {
      for (const weights of ["independent", "symmetric"] as const) {
        const { system } = rateNetwork({ units: 4, inputs: 2, weights, activation });
        const point = values(system);
        const W = weights === "symmetric" ? symmetrised(point.W!, 4) : point.W!;
        const rates = point.x!.map(activations[activation][0]);
        const expected = [...point.x!].map(
          (here, i) => -here + rowTimes(W, i, rates) + point.b![i]! + rowTimes(point.V!, i, point.u!),
        );
        expectClose(fieldAt(system, point).x!, expected);
      }
    },
  );

  it.each(["tanh", "sigmoid"] as const)(
    "with symmetric weights and %s is symmetric in its twist only",
    (activation) => {
      const { system } = rateNetwork({ units: 5, weights: "symmetric", activation });
      const point = values(system);
      expect(twistAsymmetry(system, point)).toBeLessThan(1e-15);
      expect(asymmetry(jacobianAt(system, point))).toBeGreaterThan(0.01);
      expect(rateNetwork({ units: 5 }).system.twist).toBeUndefined();
    },
  );

  it("contracts where ||W||_2 max rho' < 1, as its example does", () => {
    const { system, parameters, input } = rateNetwork({ units: 30 });
    const norm = Math.sqrt(largestEigenvalue(parameters.W as Float64Array, 30));
    expect(norm).toBeLessThan(1);
    expect(norm).toBeGreaterThan(0.6);
    for (const x of [0, 0.4, -2]) {
      const jacobian = jacobianAt(system, valuesOf(system, { ...parameters, ...input, x }));
      // The symmetric part of J bounds the rate at which two states come together.
      const part = jacobian.map((row, i) => row.map((entry, j) => (entry + jacobian[j]![i]!) / 2));
      expect(spectralAbscissa(part)).toBeLessThanOrEqual(norm - 1 + 1e-9);
    }
  });

  it("is unstable at 0 for a gain above 1, stable below", () => {
    const rate = (gain: number): number => {
      const { system, parameters } = rateNetwork({ units: 60, gain });
      return spectralAbscissa(jacobianAt(system, valuesOf(system, { ...parameters, u: 0, x: 0 })));
    };
    expect(rate(0.7)).toBeLessThan(-0.1);
    expect(rate(1.5)).toBeGreaterThan(0.1);
  });
});

/** The largest eigenvalue of W'W, by the power method. */
function largestEigenvalue(W: Float64Array, size: number): number {
  const other = transposed(W, size);
  let vector = new Float64Array(size).fill(1);
  let norm = 0;
  for (let k = 0; k < 2000; k++) {
    const image = vector.map((_, i) => rowTimes(W, i, vector));
    vector = image.map((_, i) => rowTimes(other, i, image));
    norm = Math.hypot(...vector);
    vector = vector.map((entry) => entry / norm);
  }
  return norm;
}

describe("feedforwardNetwork", () => {
  const layers = [3, 5, 4, 2];
  const network = feedforwardNetwork({ layers });
  const names = ["hidden1", "hidden2", "output"];

  it("reaches its output in L explicit Euler steps of size 1 from anywhere, and rests there", () => {
    const { system } = network;
    let values: SystemValues = randomValues(system, 4, -2, 2);
    let below = values.x!;
    const expected = names.map((_, k) => {
      const [W, b] = [values[`W${k + 1}`]!, values[`b${k + 1}`]!];
      below = b.map((bias, i) => Math.tanh(rowTimes(W, i, below) + bias));
      return below;
    });
    for (let step = 1; step <= 3; step++) {
      const rates = fieldAt(system, values);
      const next = names.map((name) => [name, values[name]!.map((entry, i) => entry + rates[name]![i]!)] as const);
      values = { ...values, ...Object.fromEntries(next) };
      names.forEach((name, k) => {
        const error = Math.max(...values[name]!.map((entry, i) => Math.abs(entry - expected[k]![i]!)));
        if (k < step) expect(error, `layer ${k + 1} after step ${step}`).toBeLessThan(1e-15);
        else expect(error).toBeGreaterThan(1e-3);
      });
    }
    expect(Math.max(...Object.values(fieldAt(system, values)).flat().map(Math.abs))).toBeLessThan(1e-15);
  });

  it("has a lower triangular Jacobian with -1 on the diagonal", () => {
    const jacobian = jacobianAt(network.system, randomValues(network.system, 5));
    jacobian.forEach((row, i) => {
      expect(row[i]).toBe(-1);
      expect([...row.slice(i + 1)].every((entry) => entry === 0)).toBe(true);
    });
  });
});

describe("large networks", () => {
  it.each([
    ["flat", () => asymmetricHopfieldNetwork({ units: 2000 }), 2000],
    ["rates", () => rateNetwork({ units: 2000, weights: "symmetric" }), 2000],
    ["layers", () => asymmetricLayeredHopfieldNetwork({ layers: [784, 512, 10] }), 522],
    ["feedforward", () => feedforwardNetwork({ layers: [784, 512, 10] }), 522],
  ])(
    "%s are built, with weights as parameters alone",
    (_, make, units) => {
      const { system, parameters, initial, input } = make();
      const graph = [...system.field.values()];
      const seen = new Set<Expression>();
      const constants = (node: Expression): number => {
        if (seen.has(node)) return 0;
        seen.add(node);
        const own = Object.values(node.attributes).reduce<number>(
          (sum, attribute) => sum + (ArrayBuffer.isView(attribute) ? attribute.byteLength : 0),
          0,
        );
        return node.operands.reduce((sum, operand) => sum + constants(operand), own);
      };
      expect(graph.reduce((sum, node) => sum + constants(node), 0)).toBeLessThan(64 * units);
      const rates = evaluate(graph, valuesOf(system, { ...parameters, ...initial, ...input }));
      expect(rates.flatMap((block) => [...block]).every(Number.isFinite)).toBe(true);
    },
    20_000,
  );
});

describe("options that do not fit are refused:", () => {
  it.each([
    [() => asymmetricHopfieldNetwork({ units: 0 }), "asymmetricHopfieldNetwork, units: got 0"],
    [() => asymmetricHopfieldNetwork({ units: 2, inputs: 1.5 }), "inputs: got 1.5"],
    [() => asymmetricHopfieldNetwork({ units: 2, gain: -1 }), "gain: got -1, expected a number from 0 on"],
    [() => asymmetricHopfieldNetwork({ units: 2, activation: "relu" as never }), 'activation: got "relu"'],
    [() => asymmetricLayeredHopfieldNetwork({ layers: [2] }), "asymmetricLayeredHopfieldNetwork, layers: got [2]"],
    [() => asymmetricLayeredHopfieldNetwork({ layers: [2, 2], angle: Number.NaN }), "angle: got NaN"],
    [() => rateNetwork({ units: 1.5 }), "rateNetwork, units: got 1.5"],
    [() => rateNetwork({ units: 2, weights: "equal" as never }), 'weights: got "equal", expected "independent" or'],
    [() => rateNetwork({ units: 2, activation: "hard-sigmoid" as never }), "expected tanh, sigmoid"],
    [() => rateNetwork({ units: 2, gain: Number.NaN }), "rateNetwork, gain: got NaN"],
    [() => feedforwardNetwork({ layers: [3, 0] }), "feedforwardNetwork, layers: got [3,0]"],
    [() => feedforwardNetwork({ layers: [3, 2], activation: "relu" as never }), 'activation: got "relu"'],
  ])("%s", (make, message) => {
    expect(make).toThrow(message);
  });
});
