import { InputError } from "../../errors.js";
import { apply, type Expression, isNode, type Primitive, type Shape, sameShape, sizeOf } from "../expression.js";
import { contentNumber } from "./content.js";

interface SymbolAttributes extends Record<string, unknown> {
  readonly name: string;
  readonly shape: Shape;
}

interface ConstantAttributes extends Record<string, unknown> {
  readonly value: number | Float64Array;
  readonly shape: Shape;
}

function unreachable(name: string): never {
  throw new Error(`${name} is a leaf and has no operands`);
}

/** A named placeholder: a state block, a parameter, an input, the time. */
export const symbolPrimitive: Primitive<SymbolAttributes> = {
  name: "symbol",
  shape: (_operands, attributes) => attributes.shape,
  evaluate: () => unreachable("symbol"),
  pushforward: () => undefined,
  pullback: () => [],
  complex: (node) => ({ real: node, imaginary: undefined }),
  batch: (node) => node,
};

/** A number, or an array of numbers. */
export const constantPrimitive: Primitive<ConstantAttributes> = {
  name: "constant",
  shape: (_operands, attributes) => attributes.shape,
  evaluate: ({ node, out }) => {
    const { value } = node.attributes;
    if (typeof value === "number") out.fill(value);
    else out.set(value);
  },
  pushforward: () => undefined,
  pullback: () => [],
  complex: (node) => ({ real: node, imaginary: undefined }),
  batch: (node) => node,
  key: ({ value, shape }) =>
    `${shape.join()}:${typeof value === "number" ? (Object.is(value, -0) ? "-0" : value) : `#${contentNumber(value)}`}`,
};

/** A named placeholder of a given shape. Two symbols of one name and shape are the same expression. */
export function symbol(name: string, shape: Shape = []): Expression {
  for (const extent of shape) {
    if (!Number.isInteger(extent) || extent < 1) {
      throw new InputError({
        field: `shape of ${name}`,
        given: `[${shape.join(", ")}]`,
        expected: "positive whole extents",
        remedy: "use [] for a scalar, [n] for a vector, [m, n] for a matrix",
      });
    }
  }
  return apply(symbolPrimitive, [], { name, shape: [...shape] });
}

/** A constant: a number, or a flat row-major array with its shape (an array of equal entries stays one number). */
export function constant(value: number | ArrayLike<number>, shape?: Shape): Expression {
  if (typeof value === "number") return apply(constantPrimitive, [], { value, shape: [...(shape ?? [])] });
  const data = Float64Array.from(value);
  const actual = [...(shape ?? [data.length])];
  if (sizeOf(actual) !== data.length) {
    throw new InputError({
      field: "constant",
      given: `${data.length} numbers`,
      expected: `${sizeOf(actual)} for the shape [${actual.join(", ")}]`,
    });
  }
  const first = data[0] as number;
  if (data.every((entry) => Object.is(entry, first))) return constant(first, actual);
  return apply(constantPrimitive, [], { value: data, shape: actual });
}

/** A number where an expression is expected becomes a scalar constant. */
export type Operand = Expression | number;

/** See {@link Operand}. */
export function asExpression(operand: Operand): Expression {
  return typeof operand === "number" ? constant(operand) : operand;
}

/** The number, if the expression is a constant whose entries are all that number. */
export function constantValue(expression: Expression): number | undefined {
  if (!isNode(expression, constantPrimitive)) return undefined;
  const { value } = expression.attributes;
  return typeof value === "number" ? value : undefined;
}

/** The name, if the expression is a symbol. */
export function symbolName(expression: Expression): string | undefined {
  return isNode(expression, symbolPrimitive) ? expression.attributes.name : undefined;
}

/** The symbols an expression depends on, by name. */
export function symbolsOf(order: readonly Expression[]): Map<string, Expression> {
  const symbols = new Map<string, Expression>();
  for (const node of order) {
    const name = symbolName(node);
    if (name === undefined) continue;
    const known = symbols.get(name);
    if (known !== undefined && !sameShape(known.shape, node.shape)) {
      throw new Error(`symbol ${name} is used with two shapes`);
    }
    symbols.set(name, node);
  }
  return symbols;
}
