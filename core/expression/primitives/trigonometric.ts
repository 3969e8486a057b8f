import { apply, type Complex, type Expression } from "../expression.js";
import { add, divide, multiply, negate, sqrt, subtract } from "./arithmetic.js";
import { elementwise } from "./elementwise.js";
import { asExpression, type Operand } from "./leaves.js";
import { cosh, sinh } from "./transcendental.js";

/** sin a, a in radians */
export const sinPrimitive = elementwise({
  name: "sin",
  value: (a = 0) => Math.sin(a),
  javascript: (a) => `sin(${a})`,
  partials: ([a]) => [cos(a as Expression)],
  complex: ([z]) => {
    const { real, imaginary } = z as Complex;
    const b = imaginary as Expression;
    return { real: multiply(sin(real), cosh(b)), imaginary: multiply(cos(real), sinh(b)) };
  },
});

/** cos a, a in radians */
export const cosPrimitive = elementwise({
  name: "cos",
  value: (a = 0) => Math.cos(a),
  javascript: (a) => `cos(${a})`,
  partials: ([a]) => [negate(sin(a as Expression))],
  complex: ([z]) => {
    const { real, imaginary } = z as Complex;
    const b = imaginary as Expression;
    return { real: multiply(cos(real), cosh(b)), imaginary: negate(multiply(sin(real), sinh(b))) };
  },
});

/** The angle of the point (x, y), in (-pi, pi]. */
export const arctangent2Primitive = elementwise({
  name: "atan2",
  value: (y = 0, x = 0) => Math.atan2(y, x),
  javascript: (y, x) => `atan2(${y}, ${x})`,
  partials: ([y, x]) => {
    const [b, a] = [y as Expression, x as Expression];
    const norm = add(multiply(a, a), multiply(b, b));
    return [divide(a, norm), negate(divide(b, norm))];
  },
  complex: { none: "atan2 serves the continuation of other functions and is itself only used with real operands" },
});

/** sqrt(1 - a^2), accurate near |a| = 1. */
const complement = (a: Operand): Expression => sqrt(multiply(subtract(1, a), add(1, a)));

/** sin a */
export const sin = (a: Operand): Expression => apply(sinPrimitive, [asExpression(a)], {});
/** cos a */
export const cos = (a: Operand): Expression => apply(cosPrimitive, [asExpression(a)], {});
/** tan a = sin a / cos a */
export const tan = (a: Operand): Expression => divide(sin(a), cos(a));
/** The angle of the point (x, y), in (-pi, pi]. */
export const arctangent2 = (y: Operand, x: Operand): Expression =>
  apply(arctangent2Primitive, [asExpression(y), asExpression(x)], {});
/** The angle in (-pi/2, pi/2) whose tangent is a. */
export const arctangent = (a: Operand): Expression => arctangent2(a, 1);
/** The angle in [-pi/2, pi/2] whose sine is a. */
export const arcsine = (a: Operand): Expression => arctangent2(a, complement(a));
/** The angle in [0, pi] whose cosine is a. */
export const arccosine = (a: Operand): Expression => arctangent2(complement(a), a);
