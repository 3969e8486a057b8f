import {
  apply,
  type BatchOperand,
  type Complex,
  type Expression,
  type Primitive,
  type Shape,
  ShapeError,
  sizeOf,
} from "../expression.js";
import { add, negate, subtract } from "./arithmetic.js";
import { constant } from "./leaves.js";
import { matmulPrimitive } from "./matmul.js";
import { broadcast, reshape, transpose } from "./rearrangement.js";

const times = (a: Expression, b: Expression): Expression => apply(matmulPrimitive, [a, b], {});
const flip = (a: Expression): Expression => transpose(a, a.shape.length === 3 ? [0, 2, 1] : [1, 0]);
const solveColumns = (a: Expression, b: Expression): Expression => apply(solvePrimitive, [a, b], {});

let factors = new Float64Array(0);

function swapRows(of: Float64Array, start: number, columns: number, one: number, other: number): void {
  for (let j = 0; j < columns; j++) {
    const [p, q] = [start + one * columns + j, start + other * columns + j];
    const kept = of[p] as number;
    of[p] = of[q] as number;
    of[q] = kept;
  }
}

/** row i of a matrix -= factor * row k, from column `from` on */
function subtractRow(
  of: Float64Array,
  start: number,
  columns: number,
  i: number,
  k: number,
  factor: number,
  from: number,
): void {
  const [row, other] = [start + i * columns, start + k * columns];
  for (let j = from; j < columns; j++) of[row + j] = (of[row + j] as number) - factor * (of[other + j] as number);
}

/** Gaussian elimination with partial pivoting of system number `s`; its right-hand side becomes its solution. */
export function solveInPlace(a: Float64Array, out: Float64Array, s: number, n: number, columns: number): void {
  if (factors.length < n * n) factors = new Float64Array(n * n);
  for (let i = 0; i < n * n; i++) factors[i] = a[s * n * n + i] as number;
  const start = s * n * columns;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(factors[i * n + k] as number) > Math.abs(factors[pivot * n + k] as number)) pivot = i;
    }
    // A singular matrix gives entries that are not finite; the run's failure report names time and component.
    if (factors[pivot * n + k] === 0) {
      out.fill(Number.NaN, start, start + n * columns);
      return;
    }
    if (pivot !== k) {
      swapRows(factors, 0, n, k, pivot);
      swapRows(out, start, columns, k, pivot);
    }
    for (let i = k + 1; i < n; i++) {
      const factor = (factors[i * n + k] as number) / (factors[k * n + k] as number);
      if (factor === 0) continue;
      subtractRow(factors, 0, n, i, k, factor, k + 1);
      subtractRow(out, start, columns, i, k, factor, 0);
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    const pivot = factors[k * n + k] as number;
    for (let j = 0; j < columns; j++) {
      const at = start + k * columns + j;
      out[at] = (out[at] as number) / pivot;
    }
    for (let i = 0; i < k; i++) subtractRow(out, start, columns, i, k, factors[i * n + k] as number, 0);
  }
}

/** X with A X = B, A [n, n] (which may be indefinite) and B [n, k], or one such system per trajectory. */
export const solvePrimitive: Primitive = {
  name: "solve",
  shape(shapes) {
    const [a, b] = shapes as [Shape, Shape];
    const n = a[a.length - 1];
    const square = (a.length === 2 || a.length === 3) && a[a.length - 2] === n;
    if (!square || a.length !== b.length || b[b.length - 2] !== n || (a.length === 3 && a[0] !== b[0])) {
      throw new ShapeError(
        `solve: [${a.join(", ")}] and [${b.join(", ")}] are no square matrix and matching right-hand side`,
      );
    }
    return b;
  },
  evaluate({ node, operands, out }) {
    const [a, b] = operands as [Float64Array, Float64Array];
    const [n, columns] = node.shape.slice(-2) as [number, number];
    out.set(b);
    for (let s = 0; s < out.length / (n * columns); s++) solveInPlace(a, out, s, n, columns);
  },
  pushforward(node, [matrix, right]) {
    const [a] = node.operands as [Expression];
    const moved = matrix && negate(times(matrix, node));
    const source = moved === undefined ? right : right === undefined ? moved : add(right, moved);
    return solveColumns(a, source as Expression);
  },
  pullback(node, cotangent) {
    const [a] = node.operands as [Expression];
    const adjoint = solveColumns(flip(a), cotangent);
    return [negate(times(adjoint, flip(node))), adjoint];
  },
  complex(_node, operands) {
    const [a, b] = operands as [Complex, Complex];
    if (a.imaginary === undefined) {
      return { real: solveColumns(a.real, b.real), imaginary: b.imaginary && solveColumns(a.real, b.imaginary) };
    }
    // (A + iC)(x + iy) = b + id  =>  (A + C A^-1 C) y = d - C A^-1 b,  x = A^-1 (b + C y)
    const c = a.imaginary;
    const d = b.imaginary ?? constant(0, b.real.shape);
    const schur = add(a.real, times(c, solveColumns(a.real, c)));
    const imaginary = solveColumns(schur, subtract(d, times(c, solveColumns(a.real, b.real))));
    return { real: solveColumns(a.real, add(b.real, times(c, imaginary))), imaginary };
  },
  batch(node, operands, size) {
    const [a, b] = operands as [BatchOperand, BatchOperand];
    const [n, columns] = node.shape.slice(-2) as [number, number];
    if (node.shape.length === 2 && !a.batched) {
      // One matrix for all trajectories is factorised once: their right-hand sides are its columns.
      const sides = reshape(transpose(b.expression, [1, 0, 2]), [n, size * columns]);
      return transpose(reshape(solveColumns(a.expression, sides), [n, size, columns]), [1, 0, 2]);
    }
    const merged = ({ expression, batched }: BatchOperand): Expression => {
      const whole = batched ? expression : broadcast(expression, [size, ...expression.shape]);
      const [rows, width] = whole.shape.slice(-2) as [number, number];
      return reshape(whole, [sizeOf(whole.shape) / (rows * width), rows, width]);
    };
    return reshape(solveColumns(merged(a), merged(b)), [size, ...node.shape]);
  },
};

/**
 * x with A x = b for a square matrix A (Gaussian elimination with partial pivoting; A may be indefinite) and a vector or matrix b.
 *
 * @throws ShapeError where the shapes do not fit.
 */
export function solve(a: Expression, b: Expression): Expression {
  if (b.shape.length !== 1) return solveColumns(a, b);
  return reshape(solveColumns(a, reshape(b, [b.shape[0] as number, 1])), b.shape);
}
