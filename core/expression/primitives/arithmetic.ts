import { apply, type Complex, type Expression } from "../expression.js";
import { less, where } from "./comparison.js";
import { imaginaryOf, logModulus, scaledModulus } from "./complex.js";
import { broadcastLike, elementwise } from "./elementwise.js";
import { asExpression, constant, constantValue, type Operand } from "./leaves.js";
import { exp, log } from "./transcendental.js";
import { arctangent2, cos, sin } from "./trigonometric.js";

const SMALLEST_NORMAL = 2 ** -1022;

/** Whether a product of two constants lost nothing but rounding, so that it may stand for both. */
const isNormal = (value: number): boolean => Math.abs(value) >= SMALLEST_NORMAL && Number.isFinite(value);

/** Whether dividing by a number is, exactly, multiplying by its reciprocal. */
function hasExactReciprocal(value: number): boolean {
  const magnitude = Math.abs(value);
  return isNormal(value) && isNormal(1 / value) && 2 ** Math.round(Math.log2(magnitude)) === magnitude;
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
    return undefined;
  },
});

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
    return undefined;
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
    const i = imaginaryOf(p);
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

/**
 * a ^ b. At b a whole number, any a; otherwise a >= 0. The derivative with respect to the exponent takes a^b log a = 0
 * at a = 0. The continuation of a variable exponent is the principal branch, which is the real function at a > 0 only.
 */
export const powerPrimitive = elementwise({
  name: "power",
  value: (a = 0, b = 0) => a ** b,
  javascript: (a, b) => `pow(${a}, ${b})`,
  partials: ([a, b], result) => {
    const [base, exponent] = [a as Expression, b as Expression];
    const fixed = constantValue(exponent) !== undefined;
    return [
      multiply(exponent, power(base, subtract(exponent, 1))),
      // At a = 0 the logarithm is taken of 1, because 0 log 0 would not be a number in this derivative or the next.
      fixed ? undefined : multiply(result, log(where(base, base, 1))),
    ];
  },
  complex: ([a, b]) => {
    const [p, q] = [a as Complex, b as Complex];
    const exponent = q.imaginary === undefined ? constantValue(q.real) : undefined;
    return exponent !== undefined && Number.isInteger(exponent) ? wholePower(p, exponent) : polarPower(p, q);
  },
  simplify: ([a, b]) => {
    const [p, q] = [a as Expression, b as Expression];
    const value = constantValue(q);
    if (value === 0) return broadcastLike(constant(1), p, q);
    if (value === 1) return broadcastLike(p, q);
    if (value === -1) return divide(1, broadcastLike(p, q));
    if (value === 0.5) return apply(sqrtPrimitive, [broadcastLike(p, q)], {});
    if (value !== undefined && Number.isInteger(value) && value > 1 && value <= 8) {
      const base = broadcastLike(p, q);
      const half = power(base, Math.floor(value / 2));
      return value % 2 === 0 ? multiply(half, half) : multiply(multiply(half, half), base);
    }
    return undefined;
  },
});

/** Modulus and argument, kept apart, carry an infinitesimal imaginary part without loss. */
function polarPower(base: Complex, exponent: Complex): Complex {
  const logarithm = logModulus(base);
  const argument = arctangent2(imaginaryOf(base), base.real);
  const j = imaginaryOf(exponent);
  const radius = exp(subtract(multiply(exponent.real, logarithm), multiply(j, argument)));
  const angle = add(multiply(exponent.real, argument), multiply(j, logarithm));
  return { real: multiply(radius, cos(angle)), imaginary: multiply(radius, sin(angle)) };
}

/** z^n = s^n (s z)^n with s the sign of the real part: s z is far from the cut, where n arg z would lose the phase. */
function wholePower(base: Complex, exponent: number): Complex {
  const side = where(less(base.real, 0), -1, 1);
  const turned = { real: multiply(side, base.real), imaginary: multiply(side, imaginaryOf(base)) };
  const { real, imaginary } = polarPower(turned, { real: constant(exponent), imaginary: undefined });
  if (exponent % 2 === 0) return { real, imaginary };
  return { real: multiply(side, real), imaginary: multiply(side, imaginary as Expression) };
}

/** Square root of a >= 0. */
export const sqrtPrimitive = elementwise({
  name: "sqrt",
  value: (a = 0) => Math.sqrt(a),
  javascript: (a) => `sqrt(${a})`,
  partials: (_operands, result) => [divide(0.5, result)],
  complex: ([a]) => {
    const z = a as Complex;
    const { largest, ratio } = scaledModulus(z);
    const modulus = multiply(sqrt(largest), sqrt(sqrt(add(1, multiply(ratio, ratio)))));
    const angle = multiply(0.5, arctangent2(imaginaryOf(z), z.real));
    return { real: multiply(modulus, cos(angle)), imaginary: multiply(modulus, sin(angle)) };
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
/** a ^ b, entry by entry; small whole exponents become products. */
export const power = (a: Operand, b: Operand): Expression =>
  apply(powerPrimitive, [asExpression(a), asExpression(b)], {});
/** Square root, entry by entry. */
export const sqrt = (a: Operand): Expression => apply(sqrtPrimitive, [asExpression(a)], {});
