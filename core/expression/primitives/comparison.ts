import { apply, type Complex, type Expression } from "../expression.js";
import { multiply } from "./arithmetic.js";
import { imaginaryOf } from "./complex.js";
import { broadcastLike, elementwise } from "./elementwise.js";
import { asExpression, constantValue, type Operand } from "./leaves.js";

/**
 * Piecewise functions. Away from the points where the branch changes they are analytic; their continuation takes the
 * branch of the real parts, and so do their derivatives (at a tie: `less` is 0, `minimum` and `maximum` take b).
 */

/** 1 where a < b, else 0 */
export const lessPrimitive = elementwise({
  name: "less",
  value: (a = 0, b = 0) => (a < b ? 1 : 0),
  javascript: (a, b) => `(${a} < ${b} ? 1 : 0)`,
  partials: () => [undefined, undefined],
  complex: ([a, b]) => ({ real: less((a as Complex).real, (b as Complex).real), imaginary: undefined }),
});

/** a where the condition is not 0, else b */
export const wherePrimitive = elementwise({
  name: "where",
  value: (condition = 0, a = 0, b = 0) => (condition !== 0 ? a : b),
  javascript: (condition, a, b) => `(${condition} !== 0 ? ${a} : ${b})`,
  partials: ([condition]) => [undefined, where(condition as Expression, 1, 0), where(condition as Expression, 0, 1)],
  complex: ([condition, a, b]) => {
    const [c, p, q] = [condition as Complex, a as Complex, b as Complex];
    const real = where(c.real, p.real, q.real);
    if (p.imaginary === undefined && q.imaginary === undefined) return { real, imaginary: undefined };
    return { real, imaginary: where(c.real, imaginaryOf(p), imaginaryOf(q)) };
  },
  simplify: ([condition, a, b]) => {
    const [c, p, q] = [condition as Expression, a as Expression, b as Expression];
    const value = constantValue(c);
    if (value !== undefined) return value !== 0 ? broadcastLike(p, c, q) : broadcastLike(q, c, p);
    return p === q ? broadcastLike(p, c) : undefined;
  },
});

/** The sign: -1, 0 or 1. */
export const signPrimitive = elementwise({
  name: "sign",
  value: (a = 0) => (a > 0 ? 1 : a < 0 ? -1 : a),
  javascript: (a) => `(${a} > 0 ? 1 : ${a} < 0 ? -1 : ${a})`,
  partials: () => [undefined],
  complex: ([z]) => ({ real: sign((z as Complex).real), imaginary: undefined }),
});

/** |a| */
export const absPrimitive = elementwise({
  name: "abs",
  value: (a = 0) => Math.abs(a),
  javascript: (a) => `abs(${a})`,
  partials: ([a]) => [sign(a as Expression)],
  complex: ([z]) => {
    const { real, imaginary } = z as Complex;
    return { real: abs(real), imaginary: multiply(sign(real), imaginary as Expression) };
  },
});

/** The smaller of a and b. */
export const minimumPrimitive = elementwise({
  name: "minimum",
  value: (a = 0, b = 0) => Math.min(a, b),
  javascript: (a, b) => `min(${a}, ${b})`,
  partials: ([a, b]) => {
    const first = less(a as Expression, b as Expression);
    return [first, where(first, 0, 1)];
  },
  complex: ([a, b]) => pick(less((a as Complex).real, (b as Complex).real), a as Complex, b as Complex),
});

/** The larger of a and b. */
export const maximumPrimitive = elementwise({
  name: "maximum",
  value: (a = 0, b = 0) => Math.max(a, b),
  javascript: (a, b) => `max(${a}, ${b})`,
  partials: ([a, b]) => {
    const first = less(b as Expression, a as Expression);
    return [first, where(first, 0, 1)];
  },
  complex: ([a, b]) => pick(less((b as Complex).real, (a as Complex).real), a as Complex, b as Complex),
});

function pick(first: Expression, a: Complex, b: Complex): Complex {
  return { real: where(first, a.real, b.real), imaginary: where(first, imaginaryOf(a), imaginaryOf(b)) };
}

/** 1 where a < b, else 0 */
export const less = (a: Operand, b: Operand): Expression =>
  apply(lessPrimitive, [asExpression(a), asExpression(b)], {});
/**
 * a where the condition is not 0, else b. Both are computed: an infinite slope in the branch not taken makes the gradient
 * not a number, so guard the argument, as in where(less(0, x), log(where(less(0, x), x, 1)), 0).
 */
export const where = (condition: Operand, a: Operand, b: Operand): Expression =>
  apply(wherePrimitive, [asExpression(condition), asExpression(a), asExpression(b)], {});
/** The sign: -1, 0 or 1. */
export const sign = (a: Operand): Expression => apply(signPrimitive, [asExpression(a)], {});
/** |a| */
export const abs = (a: Operand): Expression => apply(absPrimitive, [asExpression(a)], {});
/** The smaller of a and b. */
export const minimum = (a: Operand, b: Operand): Expression =>
  apply(minimumPrimitive, [asExpression(a), asExpression(b)], {});
/** The larger of a and b. */
export const maximum = (a: Operand, b: Operand): Expression =>
  apply(maximumPrimitive, [asExpression(a), asExpression(b)], {});
/** a limited to [low, high] */
export const clamp = (a: Operand, low: Operand, high: Operand): Expression => minimum(maximum(a, low), high);
