import {
  apply,
  type BatchOperand,
  type Complex,
  type Expression,
  type Primitive,
  type Shape,
  ShapeError,
} from "../expression.js";
import { add, subtract } from "./elementwise.js";
import { constant, constantValue } from "./leaves.js";
import { broadcast, reshape, transpose } from "./rearrangement.js";

/** Swaps the last two axes. */
const flip = (a: Expression): Expression => transpose(a, a.shape.length === 3 ? [0, 2, 1] : [1, 0]);

const product = (a: Expression, b: Expression): Expression => apply(matmulPrimitive, [a, b], {});

/** [m, k] @ [k, n], or one such product per trajectory: [s, m, k] @ [s, k, n]. */
export const matmulPrimitive: Primitive = {
  name: "matmul",
  shape(shapes) {
    const [a, b] = shapes as [Shape, Shape];
    const fits =
      a.length === b.length &&
      (a.length === 2 || (a.length === 3 && a[0] === b[0])) &&
      a[a.length - 1] === b[b.length - 2];
    if (!fits) throw new ShapeError(`matrix product: [${a.join(", ")}] @ [${b.join(", ")}] do not fit`);
    return [...a.slice(0, -1), b[b.length - 1] as number];
  },
  evaluate({ node, operands, out }) {
    const [left, right] = operands as [Float64Array, Float64Array];
    const [m, n] = node.shape.slice(-2) as [number, number];
    const k = (node.operands[0] as Expression).shape.at(-1) as number;
    const slices = out.length / (m * n);
    for (let s = 0; s < slices; s++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let total = 0;
          for (let l = 0; l < k; l++) {
            total += (left[(s * m + i) * k + l] as number) * (right[(s * k + l) * n + j] as number);
          }
          out[(s * m + i) * n + j] = total;
        }
      }
    }
  },
  pushforward(node, [left, right]) {
    const [a, b] = node.operands as [Expression, Expression];
    const first = left && product(left, b);
    const second = right && product(a, right);
    return first === undefined ? second : second === undefined ? first : add(first, second);
  },
  pullback(node, cotangent) {
    const [a, b] = node.operands as [Expression, Expression];
    return [product(cotangent, flip(b)), product(flip(a), cotangent)];
  },
  complex(_node, operands) {
    const [a, b] = operands as [Complex, Complex];
    const real = product(a.real, b.real);
    if (a.imaginary === undefined) return { real, imaginary: b.imaginary && product(a.real, b.imaginary) };
    if (b.imaginary === undefined) return { real, imaginary: product(a.imaginary, b.real) };
    return {
      real: subtract(real, product(a.imaginary, b.imaginary)),
      imaginary: add(product(a.real, b.imaginary), product(a.imaginary, b.real)),
    };
  },
  batch(node, operands, size) {
    const [a, b] = operands as [BatchOperand, BatchOperand];
    if (node.shape.length === 3) return batchOfBatch(node, a, b, size);
    const [m, n] = node.shape as [number, number];
    const k = (node.operands[0] as Expression).shape[1] as number;
    if (a.batched && b.batched) return product(a.expression, b.expression);
    if (a.batched) return reshape(product(reshape(a.expression, [size * m, k]), b.expression), [size, m, n]);
    // W @ x for every trajectory is one product X @ W': rows are trajectories.
    const rows = reshape(transpose(b.expression, [0, 2, 1]), [size * n, k]);
    return transpose(reshape(product(rows, flip(a.expression)), [size, n, m]), [0, 2, 1]);
  },
  form: { kind: "matmul" },
  simplify([a, b]) {
    const [left, right] = [a as Expression, b as Expression];
    if (constantValue(left) !== 0 && constantValue(right) !== 0) return undefined;
    return constant(0, matmulPrimitive.shape([left.shape, right.shape], {}));
  },
};

function batchOfBatch(node: Expression, a: BatchOperand, b: BatchOperand, size: number): Expression {
  const merge = ({ expression, batched }: BatchOperand): Expression => {
    const [s, m, n] = (batched ? expression.shape.slice(1) : expression.shape) as [number, number, number];
    const whole = batched ? expression : broadcast(expression, [size, ...expression.shape]);
    return reshape(whole, [size * s, m, n]);
  };
  return reshape(product(merge(a), merge(b)), [size, ...node.shape]);
}

/**
 * The sum over trajectories of products A_s B_s is one product with the trajectories as inner axis; so the parameter
 * gradient of a batch is a matrix product. `undefined` where `a` is no such product.
 */
export function batchedProductSum(a: Expression): Expression | undefined {
  if (a.primitive !== matmulPrimitive || a.shape.length !== 3) return undefined;
  const [left, right] = a.operands as [Expression, Expression];
  const [s, m, k] = left.shape as [number, number, number];
  const n = right.shape[2] as number;
  return product(reshape(transpose(left, [1, 0, 2]), [m, s * k]), reshape(right, [s * k, n]));
}

/**
 * Matrix product: matrix @ matrix, matrix @ vector, vector @ matrix, or vector @ vector (the dot product).
 *
 * @throws ShapeError where the inner extents differ or an operand is a scalar.
 */
export function matmul(a: Expression, b: Expression): Expression {
  const [p, q] = [a.shape.length, b.shape.length];
  if (p < 1 || p > 2 || q < 1 || q > 2 || a.shape[p - 1] !== b.shape[0]) {
    throw new ShapeError(`matrix product: [${a.shape.join(", ")}] @ [${b.shape.join(", ")}] do not fit`);
  }
  const left = p === 1 ? reshape(a, [1, a.shape[0] as number]) : a;
  const right = q === 1 ? reshape(b, [b.shape[0] as number, 1]) : b;
  const shape = [...(p === 2 ? [a.shape[0] as number] : []), ...(q === 2 ? [b.shape[1] as number] : [])];
  return reshape(product(left, right), shape);
}

/** outer(a, b)[i, j] = a[i] b[j] */
export function outer(a: Expression, b: Expression): Expression {
  if (a.shape.length !== 1 || b.shape.length !== 1) {
    throw new ShapeError(`outer: expects two vectors, got [${a.shape.join(", ")}] and [${b.shape.join(", ")}]`);
  }
  return product(reshape(a, [a.shape[0] as number, 1]), reshape(b, [1, b.shape[0] as number]));
}
