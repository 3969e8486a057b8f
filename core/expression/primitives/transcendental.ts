import { apply, type Complex, type Expression } from "../expression.js";
import { add, divide, multiply, negate, subtract } from "./arithmetic.js";
import { logModulus } from "./complex.js";
import { elementwise } from "./elementwise.js";
import { asExpression, type Operand } from "./leaves.js";
import { arctangent2, cos, sin } from "./trigonometric.js";

function parts(z: Complex | undefined): [Expression, Expression] {
  const { real, imaginary } = z as Complex;
  return [real, imaginary as Expression];
}

const square = (a: Expression): Expression => multiply(a, a);

/** e^a */
export const expPrimitive = elementwise({
  name: "exp",
  value: (a = 0) => Math.exp(a),
  javascript: (a) => `exp(${a})`,
  partials: (_operands, result) => [result],
  complex: ([z]) => {
    const [a, b] = parts(z);
    return { real: multiply(exp(a), cos(b)), imaginary: multiply(exp(a), sin(b)) };
  },
});

/** Natural logarithm of a > 0. */
export const logPrimitive = elementwise({
  name: "log",
  value: (a = 0) => Math.log(a),
  javascript: (a) => `log(${a})`,
  partials: ([a]) => [divide(1, a as Expression)],
  complex: ([z]) => {
    const [a, b] = parts(z);
    return { real: logModulus(z as Complex), imaginary: arctangent2(b, a) };
  },
});

/** Hyperbolic tangent. */
export const tanhPrimitive = elementwise({
  name: "tanh",
  value: (a = 0) => Math.tanh(a),
  javascript: (a) => `tanh(${a})`,
  partials: (_operands, result) => [subtract(1, square(result))],
  complex: ([z]) => {
    const [a, b] = parts(z);
    const hyperbolic = tanh(a);
    const circular = divide(sin(b), cos(b));
    const norm = add(1, square(multiply(hyperbolic, circular)));
    return {
      real: divide(multiply(hyperbolic, add(1, square(circular))), norm),
      imaginary: divide(multiply(circular, subtract(1, square(hyperbolic))), norm),
    };
  },
});

/** 1 / (1 + exp(-a)) without overflow. */
export const sigmoidPrimitive = elementwise({
  name: "sigmoid",
  value: (a = 0) => stableSigmoid(a),
  javascript: (a) => `sigmoid(${a})`,
  partials: (_operands, result) => [multiply(result, subtract(1, result))],
  complex: ([z]) => {
    const [a, b] = parts(z);
    // 1 / (1 + e^-z) = s / w, s = sigmoid(a), w = s + sigmoid(-a) e^{-ib}
    const [s, rest] = [sigmoid(a), sigmoid(negate(a))];
    const [real, imaginary] = [add(s, multiply(rest, cos(b))), multiply(rest, sin(b))];
    const norm = add(square(real), square(imaginary));
    return { real: divide(multiply(s, real), norm), imaginary: divide(multiply(s, imaginary), norm) };
  },
});

/** log(1 + exp(a)) without overflow. */
export const softplusPrimitive = elementwise({
  name: "softplus",
  value: (a = 0) => stableSoftplus(a),
  javascript: (a) => `softplus(${a})`,
  partials: ([a]) => [sigmoid(a as Expression)],
  complex: ([z]) => {
    const [a, b] = parts(z);
    // log(1 + e^z) = softplus(a) + log(w), w = sigmoid(-a) + sigmoid(a) e^{ib}
    const real = add(sigmoid(negate(a)), multiply(sigmoid(a), cos(b)));
    const imaginary = multiply(sigmoid(a), sin(b));
    return {
      real: add(softplus(a), multiply(0.5, log(add(square(real), square(imaginary))))),
      imaginary: arctangent2(imaginary, real),
    };
  },
});

/** log(cosh(a)) without overflow. */
export const logcoshPrimitive = elementwise({
  name: "logcosh",
  value: (a = 0) => stableLogcosh(a),
  javascript: (a) => `logcosh(${a})`,
  partials: ([a]) => [tanh(a as Expression)],
  complex: ([z]) => {
    const [a, b] = parts(z);
    const imaginary = multiply(tanh(a), sin(b));
    return {
      real: add(logcosh(a), multiply(0.5, log(add(square(cos(b)), square(imaginary))))),
      imaginary: arctangent2(imaginary, cos(b)),
    };
  },
});

/** See {@link sigmoidPrimitive}. */
export function stableSigmoid(a: number): number {
  return 1 / (1 + Math.exp(-a));
}

/** See {@link softplusPrimitive}. */
export function stableSoftplus(a: number): number {
  return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
}

/** See {@link logcoshPrimitive}. */
export function stableLogcosh(a: number): number {
  const magnitude = Math.abs(a);
  // cosh a = 1 + 2 sinh^2(a / 2); beyond 20 it is e^|a| / 2 to the last bit.
  if (magnitude > 20) return magnitude - Math.LN2;
  const half = Math.sinh(0.5 * a);
  return Math.log1p(2 * half * half);
}

/** e^a */
export const exp = (a: Operand): Expression => apply(expPrimitive, [asExpression(a)], {});
/** Natural logarithm of a > 0. */
export const log = (a: Operand): Expression => apply(logPrimitive, [asExpression(a)], {});
/** Hyperbolic tangent. */
export const tanh = (a: Operand): Expression => apply(tanhPrimitive, [asExpression(a)], {});
/** 1 / (1 + exp(-a)) without overflow. */
export const sigmoid = (a: Operand): Expression => apply(sigmoidPrimitive, [asExpression(a)], {});
/** log(1 + exp(a)) without overflow. */
export const softplus = (a: Operand): Expression => apply(softplusPrimitive, [asExpression(a)], {});
/** log(cosh(a)) without overflow. */
export const logcosh = (a: Operand): Expression => apply(logcoshPrimitive, [asExpression(a)], {});
/** (e^a + e^-a) / 2 */
export const cosh = (a: Operand): Expression => multiply(0.5, add(exp(a), exp(negate(a))));
/** (e^a - e^-a) / 2, as tanh(a / 2) (1 + cosh a), which does not cancel at small a. */
export const sinh = (a: Operand): Expression => multiply(tanh(multiply(0.5, a)), add(1, cosh(a)));
