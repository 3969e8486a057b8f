import {
  type Attributes,
  apply,
  type BatchOperand,
  type Complex,
  type Expression,
  type Primitive,
  type Shape,
  ShapeError,
  sameShape,
} from "../expression.js";
import { add, multiply } from "./arithmetic.js";
import { constant, constantValue } from "./leaves.js";
import { broadcast, reshape } from "./rearrangement.js";
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
      return simplify?.(operands);
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
