import { InputError } from "../../errors.js";
import { type Expression, isNode, sizeOf, topologicalOrder } from "../../expression/expression.js";
import { symbolName, symbolPrimitive } from "../../expression/primitives/leaves.js";

/** Values of symbols by name: numbers for scalars, flat row-major arrays otherwise. */
export type Bindings = Readonly<Record<string, number | ArrayLike<number>>>;

/**
 * The oracle: computes expressions primitive by primitive, by each primitive's definition. Every other backend is checked
 * against it, and it serves where code generation is forbidden.
 *
 * @throws InputError where a symbol is not bound or has the wrong number of entries
 */
export function evaluate(outputs: readonly Expression[], bindings: Bindings): Float64Array[] {
  const values = new Map<Expression, Float64Array>();
  for (const node of topologicalOrder(outputs)) {
    values.set(node, isNode(node, symbolPrimitive) ? boundValue(node, bindings) : evaluateNode(node, values));
  }
  return outputs.map((output) => Float64Array.from(values.get(output) as Float64Array));
}

/** The single number of a scalar expression. */
export const evaluateScalar = (output: Expression, bindings: Bindings): number =>
  (evaluate([output], bindings)[0] as Float64Array)[0] as number;

function evaluateNode(node: Expression, values: ReadonlyMap<Expression, Float64Array>): Float64Array {
  const out = new Float64Array(sizeOf(node.shape));
  const operands = node.operands.map((operand) => values.get(operand) as Float64Array);
  node.primitive.evaluate({ node, operands, out });
  return out;
}

function boundValue(node: Expression, bindings: Bindings): Float64Array {
  const name = symbolName(node) as string;
  const given = Object.hasOwn(bindings, name) ? bindings[name] : undefined;
  const size = sizeOf(node.shape);
  const array = typeof given === "number" ? Float64Array.of(given) : given && Float64Array.from(given);
  if (array === undefined || array.length !== size) {
    throw new InputError({
      field: name,
      given: array === undefined ? "nothing" : `${array.length} numbers`,
      expected: `${size} for the shape [${node.shape.join(", ")}]`,
    });
  }
  return array;
}
