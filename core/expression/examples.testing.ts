import type { RandomStream } from "../random.js";
import { apply, type Expression, type Shape } from "./expression.js";
import { uniforms } from "./oracles.testing.js";
import { add, divide, multiply, negate, powerPrimitive, sqrt, subtract } from "./primitives/arithmetic.js";
import { abs, less, maximum, minimum, sign, where } from "./primitives/comparison.js";
import { flatReadPrimitive, gather, scatterAdd } from "./primitives/gather.js";
import { constant } from "./primitives/leaves.js";
import { matmulPrimitive } from "./primitives/matmul.js";
import { broadcast, pad, reshape, slice, transpose } from "./primitives/rearrangement.js";
import { shift } from "./primitives/shift.js";
import { solvePrimitive } from "./primitives/solve.js";
import { sum } from "./primitives/sum.js";
import { exp, log, logcosh, sigmoid, softplus, tanh } from "./primitives/transcendental.js";
import { arctangent2, cos, sin } from "./primitives/trigonometric.js";
import { overlapAddPrimitive, windows } from "./primitives/windows.js";

/** A well-posed application of a primitive to symbols. A new primitive needs at least one here. */
export interface PrimitiveExample {
  /** One symbol per shape. */
  readonly operands: readonly Shape[];
  readonly build: (...operands: Expression[]) => Expression;
  /** Values of the operand at a position; by default uniform in [-2, 2). */
  readonly sample?: (random: RandomStream, position: number, size: number) => Float64Array;
}

type Build = PrimitiveExample["build"];
type Sample = NonNullable<PrimitiveExample["sample"]>;

const between =
  (low: number, high: number): Sample =>
  (random, _position, size) =>
    uniforms(random, size, low, high);
const anywhere = between(-2, 2);

const unary = (build: Build, sample = anywhere): PrimitiveExample[] =>
  [[], [3], [2, 3]].map((shape) => ({ operands: [shape], build, sample }));

const BROADCASTS: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [[3], []],
  [[2, 3], [3]],
  [
    [2, 1],
    [1, 3],
  ],
  [[3], [1, 1, 3]],
];
const binary = (build: Build, sample = anywhere): PrimitiveExample[] =>
  BROADCASTS.map((operands) => ({ operands, build, sample }));

const one = (shape: Shape, build: Build): PrimitiveExample => ({ operands: [shape], build });

/** Rows of a diagonally dominant matrix in a cyclic order: well conditioned, indefinite, and in need of pivoting. */
function wellConditioned(random: RandomStream, size: number, extent: number): Float64Array {
  const matrix = uniforms(random, size, -0.5, 0.5);
  for (let row = 0; row < size / extent; row++) {
    const at = row * extent + ((row + 1) % extent);
    matrix[at] = (matrix[at] as number) + (row % 2 === 0 ? 3 : -3);
  }
  return matrix;
}

const solves = (matrix: Shape, right: Shape): PrimitiveExample => ({
  operands: [matrix, right],
  build: (a, b) => apply(solvePrimitive, [a as Expression, b as Expression], {}),
  sample: (random, position, size) =>
    position === 0 ? wellConditioned(random, size, matrix.at(-1) as number) : uniforms(random, size),
});

const products = (left: Shape, right: Shape): PrimitiveExample => ({
  operands: [left, right],
  build: (a, b) => apply(matmulPrimitive, [a as Expression, b as Expression], {}),
});

const overlaps = (shape: Shape, attributes: { axis: number; width: number; step: number; extent: number }) =>
  one(shape, (a) => apply(overlapAddPrimitive, [a as Expression], attributes));

const powers = (base: Shape, exponent: Shape): PrimitiveExample => ({
  operands: [base, exponent],
  build: (a, b) => apply(powerPrimitive, [a as Expression, b as Expression], {}),
  sample: (random, position, size) => (position === 0 ? uniforms(random, size, 0.3, 3) : uniforms(random, size, -2, 3)),
});

const choices = (condition: Shape, a: Shape, b: Shape): PrimitiveExample => ({
  operands: [condition, a, b],
  build: (c, p, q) => where(c as Expression, p as Expression, q as Expression),
  sample: (random, position, size) =>
    uniforms(random, size, -2, 2).map((value) => (position === 0 ? Number(value > 0) : value)),
});

const of =
  (build: (a: Expression) => Expression): Build =>
  (a) =>
    build(a as Expression);
const of2 =
  (build: (a: Expression, b: Expression) => Expression): Build =>
  (a, b) =>
    build(a as Expression, b as Expression);

/** By the primitive's name. */
export const examples: Readonly<Record<string, readonly PrimitiveExample[]>> = {
  symbol: unary(of((a) => a)),
  constant: [{ operands: [], build: () => constant([1, -2], [2]) }],
  add: binary(of2(add)),
  subtract: binary(of2(subtract)),
  negate: unary(of(negate)),
  multiply: binary(of2(multiply)),
  divide: binary(of2(divide), between(0.5, 3)),
  power: [
    ...BROADCASTS.map(([base, exponent]) => powers(base, exponent)),
    ...[-2, -1.5, 2.5, 9].map((exponent) => ({
      operands: [[2]],
      build: of((a) => apply(powerPrimitive, [a, constant(exponent)], {})),
      sample: between(0.5, 2),
    })),
    {
      operands: [[3, 2]],
      build: of((a) => apply(powerPrimitive, [a, constant(9)], {})),
      sample: between(-1.5, -0.5),
    },
    {
      operands: [[2]],
      build: of((a) => apply(powerPrimitive, [a, constant(-2)], {})),
      sample: between(-2, -0.5),
    },
  ],
  sqrt: unary(of(sqrt), between(0.3, 3)),
  exp: unary(of(exp)),
  log: unary(of(log), between(0.3, 3)),
  tanh: unary(of(tanh)),
  sigmoid: unary(of(sigmoid)),
  softplus: unary(of(softplus)),
  logcosh: unary(of(logcosh)),
  sin: unary(of(sin)),
  cos: unary(of(cos)),
  atan2: binary(of2(arctangent2), (random, position, size) => uniforms(random, size, position === 0 ? -2 : 0.5, 2)),
  less: binary(of2(less)),
  where: [choices([], [], []), choices([3], [3], [3]), choices([2, 1], [3], [2, 3]), choices([3], [], [2, 1])],
  sign: unary(of(sign)),
  abs: unary(of(abs)),
  minimum: binary(of2(minimum)),
  maximum: binary(of2(maximum)),
  reshape: [
    one(
      [2, 3],
      of((a) => reshape(a, [3, 2])),
    ),
    one(
      [1],
      of((a) => reshape(a, [])),
    ),
    one(
      [4],
      of((a) => reshape(a, [1, 4])),
    ),
  ],
  broadcast: [
    one(
      [],
      of((a) => broadcast(a, [2, 3])),
    ),
    one(
      [3],
      of((a) => broadcast(a, [2, 3])),
    ),
    one(
      [2, 1],
      of((a) => broadcast(a, [3, 2, 3])),
    ),
    one(
      [1],
      of((a) => broadcast(a, [1, 1])),
    ),
  ],
  transpose: [
    one(
      [2, 3],
      of((a) => transpose(a)),
    ),
    one(
      [2, 3, 4],
      of((a) => transpose(a, [2, 0, 1])),
    ),
    one(
      [2, 1, 3],
      of((a) => transpose(a, [2, 1, 0])),
    ),
  ],
  slice: [
    one(
      [5],
      of((a) => slice(a, 0, 1, 4)),
    ),
    one(
      [2, 4],
      of((a) => slice(a, 1, 2, 3)),
    ),
    one(
      [3, 2],
      of((a) => slice(a, 0, 2, 3)),
    ),
  ],
  pad: [
    one(
      [3],
      of((a) => pad(a, 0, 1, 2)),
    ),
    one(
      [2, 3],
      of((a) => pad(a, 1, 0, 2)),
    ),
    one(
      [2, 1, 2],
      of((a) => pad(a, 1, 2, 0)),
    ),
  ],
  shift: (["periodic", "no-flux", 0] as const).flatMap((boundary) => [
    one(
      [5],
      of((a) => shift(a, 1, boundary)),
    ),
    one(
      [5],
      of((a) => shift(a, -2, boundary)),
    ),
    one(
      [3],
      of((a) => shift(a, 4, boundary)),
    ),
    one(
      [2, 4],
      of((a) => shift(a, -1, boundary, 1)),
    ),
    one(
      [3, 2, 2],
      of((a) => shift(a, 2, boundary, 0)),
    ),
  ]),
  windows: [
    one(
      [5],
      of((a) => windows(a, 0, 3)),
    ),
    one(
      [2, 5],
      of((a) => windows(a, 1, 2, 2)),
    ),
    one(
      [4, 3],
      of((a) => windows(a, 0, 2)),
    ),
    one(
      [2, 4, 3],
      of((a) => windows(a, 1, 2, 2)),
    ),
  ],
  overlapAdd: [
    overlaps([3, 3], { axis: 0, width: 3, step: 1, extent: 5 }),
    overlaps([2, 2, 2], { axis: 1, width: 2, step: 3, extent: 6 }),
    overlaps([3, 2, 2], { axis: 0, width: 2, step: 1, extent: 4 }),
  ],
  gather: [
    one(
      [4],
      of((a) => gather(a, [3, 0, 0])),
    ),
    one(
      [3, 2],
      of((a) => gather(a, [2, 2, 1, 0])),
    ),
  ],
  flatRead: [
    one(
      [4],
      of((a) => apply(flatReadPrimitive, [a], { table: Int32Array.of(3, -1, 0, 3), shape: [2, 2] })),
    ),
    one(
      [2, 3],
      of((a) => apply(flatReadPrimitive, [a], { table: Int32Array.of(5, 4, -1), shape: [3] })),
    ),
  ],
  scatterAdd: [
    one(
      [4],
      of((a) => scatterAdd(a, [1, 1, -1, 0], [3])),
    ),
    one(
      [2, 3],
      of((a) => scatterAdd(a, [0, 3, 3, 2, 0, 1], [2, 2])),
    ),
  ],
  sum: [
    one(
      [3],
      of((a) => sum(a)),
    ),
    one(
      [2, 3],
      of((a) => sum(a)),
    ),
    one(
      [2, 3],
      of((a) => sum(a, [1])),
    ),
    one(
      [2, 3, 2],
      of((a) => sum(a, [0, 2])),
    ),
    one(
      [2, 3, 2],
      of((a) => sum(a, [1])),
    ),
  ],
  matmul: [
    products([2, 3], [3, 4]),
    products([1, 3], [3, 1]),
    products([3, 1], [1, 2]),
    products([2, 2, 3], [2, 3, 2]),
  ],
  solve: [solves([3, 3], [3, 1]), solves([2, 2], [2, 3]), solves([2, 3, 3], [2, 3, 2])],
};
