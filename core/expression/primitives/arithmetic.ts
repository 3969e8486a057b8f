import { apply, type Complex, type Expression } from "../expression.js";
import { less, where } from "./comparison.js";
import { imaginaryOf, logModulus, scaledModulus } from "./complex.js";
import { add, broadcastLike, divide, elementwise, multiply, subtract } from "./elementwise.js";
import { asExpression, constant, constantValue, type Operand } from "./leaves.js";
import { exp, log } from "./transcendental.js";
import { arctangent2, cos, sin } from "./trigonometric.js";

export {
  add,
  addPrimitive,
  divide,
  dividePrimitive,
  multiply,
  multiplyPrimitive,
  negate,
  negatePrimitive,
  subtract,
  subtractPrimitive,
} from "./elementwise.js";

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
    return exponent !== undefined && Number.isInteger(exponent) ? wholePower(p, q, exponent) : polarPower(p, q);
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
function wholePower(base: Complex, exponent: Complex, whole: number): Complex {
  const side = where(less(base.real, 0), -1, 1);
  const turned = { real: multiply(side, base.real), imaginary: multiply(side, imaginaryOf(base)) };
  const { real, imaginary } = polarPower(turned, exponent);
  if (whole % 2 === 0) return { real, imaginary };
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

/** a ^ b, entry by entry; small whole exponents become products. */
export const power = (a: Operand, b: Operand): Expression =>
  apply(powerPrimitive, [asExpression(a), asExpression(b)], {});
/** Square root, entry by entry. */
export const sqrt = (a: Operand): Expression => apply(sqrtPrimitive, [asExpression(a)], {});
