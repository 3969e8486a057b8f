import {
  type Attributes,
  apply,
  type BatchOperand,
  type Complex,
  type Expression,
  isNode,
  type Primitive,
  type Shape,
  ShapeError,
  sameShape,
} from "../expression.js";
import { asExpression, constant, constantValue, type Operand } from "./leaves.js";
import { broadcast, broadcastPrimitive, reshape } from "./rearrangement.js";
import { sumTo } from "./sum.js";

/** What has to be known of a function that acts entry by entry. */
export interface ElementwiseDefinition {
  readonly name: string;
  /** The function of numbers. */
  readonly value: (...operands: number[]) => number;
  /** The same as JavaScript source; operands arrive as parenthesis-safe atoms. `Math` functions and `runtime` are in scope. */
  readonly javascript: (...operands: readonly string[]) => string;
  /** Partial derivatives with respect to each operand, `undefined` where identically zero. */
  readonly partials: (operands: readonly Expression[], result: Expression) => readonly (Expression | undefined)[];
  /** Analytic continuation, or why there is none. Called with at least one non-real operand. */
  readonly complex: ((operands: readonly Complex[]) => Complex) | { readonly none: string };
  readonly simplify?: (operands: readonly Expression[]) => Expression | undefined;
}

/** NumPy broadcasting of shapes. */
export function broadcastShapes(name: string, shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const lead = rank - shape.length;
    shape.forEach((extent, axis) => {
      const current = result[lead + axis] as number;
      if (current !== 1 && extent !== 1 && current !== extent) {
        throw new ShapeError(
          `${name}: shapes ${shapes.map((s) => `[${s.join(", ")}]`).join(" and ")} do not broadcast`,
        );
      }
      if (extent !== 1) result[lead + axis] = extent;
    });
  }
  return result;
}

function evaluateElementwise(
  value: (...operands: number[]) => number,
  node: Expression,
  operands: readonly Float64Array[],
  out: Float64Array,
): void {
  const rank = node.shape.length;
  const strides = node.operands.map((operand) => {
    const lead = rank - operand.shape.length;
    const own = new Array<number>(rank).fill(0);
    let stride = 1;
    for (let axis = operand.shape.length - 1; axis >= 0; axis--) {
      const extent = operand.shape[axis] as number;
      own[lead + axis] = extent === 1 ? 0 : stride;
      stride *= extent;
    }
    return own;
  });
  const index = new Array<number>(rank).fill(0);
  const position = operands.map(() => 0);
  const values = operands.map(() => 0);
  for (let flat = 0; flat < out.length; flat++) {
    for (let k = 0; k < operands.length; k++)
      values[k] = (operands[k] as Float64Array)[position[k] as number] as number;
    out[flat] = value(...values);
    for (let axis = rank - 1; axis >= 0; axis--) {
      const extent = node.shape[axis] as number;
      const wraps = (index[axis] as number) + 1 === extent;
      index[axis] = wraps ? 0 : (index[axis] as number) + 1;
      for (let k = 0; k < operands.length; k++) {
        const stride = (strides[k] as number[])[axis] as number;
        position[k] = (position[k] as number) + (wraps ? -stride * (extent - 1) : stride);
      }
      if (!wraps) break;
    }
  }
}

function alignBatched(operand: BatchOperand, rank: number, size: number): Expression {
  if (!operand.batched) return operand.expression;
  const own = operand.expression.shape.slice(1);
  const missing = rank - own.length;
  return missing === 0
    ? operand.expression
    : reshape(operand.expression, [size, ...new Array<number>(missing).fill(1), ...own]);
}

/** An operand before its entries were repeated, where they were. */
function beforeSpreading(operand: Expression): Expression {
  if (isNode(operand, broadcastPrimitive)) return operand.operands[0] as Expression;
  const value = constantValue(operand);
  return value === undefined || operand.shape.length === 0 ? operand : constant(value);
}

/** f(broadcast(a), b) is f(a, b), or its broadcast where all operands were: the work of equal entries is done once. */
function spreadLater(primitive: Primitive, operands: readonly Expression[]): Expression | undefined {
  const plain = operands.map(beforeSpreading);
  if (plain.every((operand, k) => operand === operands[k])) return undefined;
  const result = apply(primitive, plain, {});
  return broadcastLike(result, ...operands);
}

/** Makes a primitive of a function that acts entry by entry with NumPy broadcasting. */
export function elementwise(definition: ElementwiseDefinition): Primitive {
  const { name, value, javascript, partials, complex, simplify } = definition;
  const primitive: Primitive = {
    name,
    shape: (shapes) => broadcastShapes(name, shapes),
    evaluate: ({ node, operands, out }) => evaluateElementwise(value, node, operands, out),
    pushforward(node, tangents) {
      const locals = partials(node.operands, node);
      let total: Expression | undefined;
      tangents.forEach((tangent, k) => {
        const local = locals[k];
        if (tangent === undefined || local === undefined) return;
        const term = multiply(local, tangent);
        total = total === undefined ? term : add(total, term);
      });
      return total === undefined || sameShape(total.shape, node.shape) ? total : broadcast(total, node.shape);
    },
    pullback(node, cotangent) {
      const locals = partials(node.operands, node);
      return node.operands.map((operand, k) => {
        const local = locals[k];
        return local === undefined ? undefined : sumTo(multiply(cotangent, local), operand.shape);
      });
    },
    complex:
      typeof complex === "function"
        ? (_node, operands) =>
            operands.every((operand) => operand.imaginary === undefined)
              ? {
                  real: apply(
                    primitive,
                    operands.map((operand) => operand.real),
                    {},
                  ),
                  imaginary: undefined,
                }
              : complex(operands)
        : complex,
    batch: (node, operands, size) =>
      apply(
        primitive,
        operands.map((operand) => alignBatched(operand, node.shape.length, size)),
        {},
      ),
    form: { kind: "elementwise", javascript },
    simplify(operands: readonly Expression[], _attributes: Attributes) {
      const values = operands.map(constantValue);
      if (values.every((entry) => entry !== undefined)) {
        const shape = broadcastShapes(
          name,
          operands.map((operand) => operand.shape),
        );
        return constant(value(...(values as number[])), shape);
      }
      return simplify?.(operands) ?? spreadLater(primitive, operands);
    },
    key: () => "",
  };
  return primitive;
}

/** Broadcasts `expression` to the shape the operands of an elementwise result have together. */
export function broadcastLike(expression: Expression, ...others: readonly Expression[]): Expression {
  const shape = broadcastShapes("broadcast", [expression.shape, ...others.map((other) => other.shape)]);
  return sameShape(shape, expression.shape) ? expression : broadcast(expression, shape);
}

/*
 * The four operations stand here because the derivatives of every function of this kind are sums of products: the file
 * needs none of those that call it while they load.
 */

const SMALLEST_NORMAL = 2 ** -1022;

/** Whether a product of two constants lost nothing but rounding, so that it may stand for both. */
const isNormal = (value: number): boolean => Math.abs(value) >= SMALLEST_NORMAL && Number.isFinite(value);

/** Whether dividing by a number is, exactly, multiplying by its reciprocal. */
function hasExactReciprocal(value: number): boolean {
  const magnitude = Math.abs(value);
  return isNormal(value) && 2 ** Math.round(Math.log2(magnitude)) === magnitude;
}

/** a + b */
export const addPrimitive = elementwise({
  name: "add",
  value: (a = 0, b = 0) => a + b,
  javascript: (a, b) => `${a} + ${b}`,
  partials: () => [constant(1), constant(1)],
  complex: ([a, b]) => {
    const [p, q] = [a as Complex, b as Complex];
    const imaginary =
      p.imaginary === undefined
        ? (q.imaginary as Expression)
        : q.imaginary === undefined
          ? p.imaginary
          : add(p.imaginary, q.imaginary);
    const real = add(p.real, q.real);
    return { real, imaginary: broadcastLike(imaginary, real) };
  },
  simplify: ([a, b]) => {
    const [p, q] = [a as Expression, b as Expression];
    if (constantValue(p) === 0) return broadcastLike(q, p);
    if (constantValue(q) === 0) return broadcastLike(p, q);
    if (p === q) return multiply(2, p);
    if (q.primitive === negatePrimitive) return subtract(p, q.operands[0] as Expression);
    if (p.primitive === negatePrimitive) return subtract(q, p.operands[0] as Expression);
    const left = rest(subtractPrimitive, q, p, 1) ?? rest(subtractPrimitive, p, q, 1);
    return left && broadcastLike(left, p, q);
  },
});

/** The other operand of `of` where its operand number `position` is `known`: what is left when the two cancel. */
function rest(primitive: Primitive, of: Expression, known: Expression, position: 0 | 1): Expression | undefined {
  if (of.primitive !== primitive || of.operands[position] !== known) return undefined;
  return of.operands[1 - position];
}

/** a - b */
export const subtractPrimitive = elementwise({
  name: "subtract",
  value: (a = 0, b = 0) => a - b,
  javascript: (a, b) => `${a} - ${b}`,
  partials: () => [constant(1), constant(-1)],
  complex: ([a, b]) => {
    const [p, q] = [a as Complex, b as Complex];
    const imaginary =
      q.imaginary === undefined
        ? (p.imaginary as Expression)
        : p.imaginary === undefined
          ? negate(q.imaginary)
          : subtract(p.imaginary, q.imaginary);
    const real = subtract(p.real, q.real);
    return { real, imaginary: broadcastLike(imaginary, real) };
  },
  simplify: ([a, b]) => {
    const [p, q] = [a as Expression, b as Expression];
    if (constantValue(q) === 0) return broadcastLike(p, q);
    if (constantValue(p) === 0) return broadcastLike(negate(q), p);
    if (p === q) return constant(0, p.shape);
    if (q.primitive === negatePrimitive) return add(p, q.operands[0] as Expression);
    // a - (a + b), a - (a - b), (a + b) - b: exact, where the subtraction of nearly equal numbers is not.
    const minus = rest(addPrimitive, q, p, 0) ?? rest(addPrimitive, q, p, 1) ?? rest(subtractPrimitive, p, q, 0);
    const plus = rest(subtractPrimitive, q, p, 0) ?? rest(addPrimitive, p, q, 0) ?? rest(addPrimitive, p, q, 1);
    const left = minus === undefined ? plus : negate(minus);
    return left && broadcastLike(left, p, q);
  },
});

/** -a */
export const negatePrimitive = elementwise({
  name: "negate",
  value: (a = 0) => -a,
  javascript: (a) => `-${a}`,
  partials: () => [constant(-1)],
  complex: ([a]) => ({
    real: negate((a as Complex).real),
    imaginary: negate((a as Complex).imaginary as Expression),
  }),
  simplify: ([a]) => {
    const p = a as Expression;
    if (p.primitive === negatePrimitive) return p.operands[0];
    if (p.primitive === subtractPrimitive) return subtract(p.operands[1] as Expression, p.operands[0] as Expression);
    return undefined;
  },
});

/** a * b, entry by entry */
export const multiplyPrimitive = elementwise({
  name: "multiply",
  value: (a = 0, b = 0) => a * b,
  javascript: (a, b) => `${a} * ${b}`,
  partials: ([a, b]) => [b, a],
  complex: ([a, b]) => {
    const [p, q] = [a as Complex, b as Complex];
    if (q.imaginary === undefined)
      return { real: multiply(p.real, q.real), imaginary: multiply(p.imaginary as Expression, q.real) };
    if (p.imaginary === undefined) return { real: multiply(p.real, q.real), imaginary: multiply(p.real, q.imaginary) };
    return {
      real: subtract(multiply(p.real, q.real), multiply(p.imaginary, q.imaginary)),
      imaginary: add(multiply(p.real, q.imaginary), multiply(p.imaginary, q.real)),
    };
  },
  simplify: ([a, b]) => {
    const [p, q] = [a as Expression, b as Expression];
    for (const [factor, other] of [
      [p, q],
      [q, p],
    ] as const) {
      const value = constantValue(factor);
      if (value === 1) return broadcastLike(other, factor);
      if (value === -1) return broadcastLike(negate(other), factor);
      if (value === 0) return broadcastLike(constant(0), factor, other);
      if (value !== undefined && other.primitive === multiplyPrimitive) {
        const [inner, rest] = other.operands as [Expression, Expression];
        const known = constantValue(inner);
        if (known !== undefined && isNormal(value * known)) {
          return multiply(broadcastLike(constant(value * known), factor, inner), rest);
        }
      }
      if (value !== undefined && other.primitive === negatePrimitive) {
        return multiply(broadcastLike(constant(-value), factor), other.operands[0] as Expression);
      }
    }
    // Constants first, so that equal products meet in the intern table.
    if (constantValue(q) !== undefined && constantValue(p) === undefined) return multiply(q, p);
    if (p.primitive === negatePrimitive) return negate(multiply(p.operands[0] as Expression, q));
    if (q.primitive === negatePrimitive) return negate(multiply(p, q.operands[0] as Expression));
    return undefined;
  },
});

/** a / b, entry by entry */
export const dividePrimitive = elementwise({
  name: "divide",
  value: (a = 0, b = 1) => a / b,
  javascript: (a, b) => `${a} / ${b}`,
  partials: ([, b], result) => [divide(1, b as Expression), negate(divide(result, b as Expression))],
  complex: ([a, b]) => {
    const [p, q] = [a as Complex, b as Complex];
    if (q.imaginary === undefined) {
      return { real: divide(p.real, q.real), imaginary: divide(p.imaginary as Expression, q.real) };
    }
    const norm = add(multiply(q.real, q.real), multiply(q.imaginary, q.imaginary));
    const i = p.imaginary ?? constant(0);
    return {
      real: divide(add(multiply(p.real, q.real), multiply(i, q.imaginary)), norm),
      imaginary: divide(subtract(multiply(i, q.real), multiply(p.real, q.imaginary)), norm),
    };
  },
  simplify: ([a, b]) => {
    const [p, q] = [a as Expression, b as Expression];
    const value = constantValue(q);
    if (value === 1) return broadcastLike(p, q);
    if (value !== undefined && hasExactReciprocal(value)) {
      return multiply(broadcastLike(constant(1 / value), q), p);
    }
    if (p.primitive === negatePrimitive) return negate(divide(p.operands[0] as Expression, q));
    return undefined;
  },
});

/** a + b */
export const add = (a: Operand, b: Operand): Expression => apply(addPrimitive, [asExpression(a), asExpression(b)], {});
/** a - b */
export const subtract = (a: Operand, b: Operand): Expression =>
  apply(subtractPrimitive, [asExpression(a), asExpression(b)], {});
/** -a */
export const negate = (a: Operand): Expression => apply(negatePrimitive, [asExpression(a)], {});
/** a * b, entry by entry */
export const multiply = (a: Operand, b: Operand): Expression =>
  apply(multiplyPrimitive, [asExpression(a), asExpression(b)], {});
/** a / b, entry by entry */
export const divide = (a: Operand, b: Operand): Expression =>
  apply(dividePrimitive, [asExpression(a), asExpression(b)], {});
