import { LuDecomposition, Matrix } from "ml-matrix";
import {
  apply,
  type BatchOperand,
  type Complex,
  type Expression,
  type Primitive,
  type Shape,
  ShapeError,
} from "../expression.js";
import { add, negate, subtract } from "./arithmetic.js";
import { constant } from "./leaves.js";
import { matmulPrimitive } from "./matmul.js";
import { reshape, transpose } from "./rearrangement.js";

const times = (a: Expression, b: Expression): Expression => apply(matmulPrimitive, [a, b], {});
const flip = (a: Expression): Expression => transpose(a, a.shape.length === 3 ? [0, 2, 1] : [1, 0]);
const solveColumns = (a: Expression, b: Expression): Expression => apply(solvePrimitive, [a, b], {});

function solveOne(a: Float64Array, b: Float64Array, out: Float64Array, at: number, n: number, columns: number): void {
  const matrix = new Matrix(n, n);
  const right = new Matrix(n, columns);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) matrix.set(i, j, a[at * n * n + i * n + j] as number);
    for (let j = 0; j < columns; j++) right.set(i, j, b[at * n * columns + i * columns + j] as number);
  }
  const decomposition = new LuDecomposition(matrix);
  // A singular matrix gives entries that are not finite; the run's failure report names time and component.
  const singular = decomposition.isSingular();
  const solution = singular ? undefined : decomposition.solve(right);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < columns; j++) {
      out[at * n * columns + i * columns + j] = solution === undefined ? Number.NaN : solution.get(i, j);
    }
  }
}

/** X with A X = B by LU with partial pivoting (A may be indefinite); [n, n], [n, k], or one system per trajectory. */
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
    for (let s = 0; s < out.length / (n * columns); s++) solveOne(a, b, out, s, n, columns);
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
    const whole = ({ expression, batched }: BatchOperand): Expression =>
      batched ? expression : add(constant(0, [size, ...expression.shape]), expression);
    const [a, b] = (operands as [BatchOperand, BatchOperand]).map(whole) as [Expression, Expression];
    if (node.shape.length === 2) return solveColumns(a, b);
    const merge = (x: Expression): Expression =>
      reshape(x, [size * (x.shape[1] as number), x.shape[2] as number, x.shape[3] as number]);
    return reshape(solveColumns(merge(a), merge(b)), [size, ...node.shape]);
  },
};

/**
 * x with A x = b for a square matrix A (LU with partial pivoting; A may be indefinite) and a vector or matrix b.
 *
 * @throws ShapeError where the shapes do not fit.
 */
export function solve(a: Expression, b: Expression): Expression {
  if (b.shape.length !== 1) return solveColumns(a, b);
  return reshape(solveColumns(a, reshape(b, [b.shape[0] as number, 1])), b.shape);
}
