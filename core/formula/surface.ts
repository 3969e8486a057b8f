import { InputError } from "../errors.js";
import { type Expression, isNode, type Primitive, type Shape, sizeOf } from "../expression/expression.js";
import { divide, matmul, multiply, negate, power, reshape, solve } from "../expression/functions.js";
import {
  addPrimitive,
  dividePrimitive,
  multiplyPrimitive,
  negatePrimitive,
  powerPrimitive,
  subtractPrimitive,
} from "../expression/primitives/arithmetic.js";
import { lessPrimitive } from "../expression/primitives/comparison.js";
import {
  constant,
  constantPrimitive,
  constantValue,
  symbolName,
  symbolPrimitive,
} from "../expression/primitives/leaves.js";
import { matmulPrimitive } from "../expression/primitives/matmul.js";
import { reshapePrimitive, slicePrimitive } from "../expression/primitives/rearrangement.js";
import { solvePrimitive } from "../expression/primitives/solve.js";
import { formulaFunctions, type PrintedArgument, type Spelling } from "./functions.js";
import { isExpression } from "./names.js";

/** Operators between two operands. */
export type Operator = "+" | "-" | "*" | "/" | "@" | "^" | "<" | "<=";

/** An index along one axis: one position, or a half-open range with open ends left out. */
export type Index = number | readonly [start: number | undefined, stop: number | undefined];

/**
 * The outermost syntax of an expression in the formula language. Reading it back gives the very node: what follows from
 * several primitives (a power, an index, a matrix-vector product) is only reported after rebuilding it.
 */
export type Surface =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "array"; readonly entries: Float64Array; readonly shape: Shape }
  | { readonly kind: "negation"; readonly operand: Expression }
  | { readonly kind: "binary"; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "index"; readonly operand: Expression; readonly indices: readonly Index[] }
  | { readonly kind: "call"; readonly name: string; readonly arguments: readonly PrintedArgument[] };

const binary = (operator: Operator, left: Expression, right: Expression): Surface => ({
  kind: "binary",
  operator,
  left,
  right,
});

const call = (name: string, ...given: readonly PrintedArgument[]): Surface => ({
  kind: "call",
  name,
  arguments: given,
});

/** The expressions inside a surface, from left to right. */
export function surfaceOperands(surface: Surface): readonly Expression[] {
  switch (surface.kind) {
    case "negation":
    case "index":
      return [surface.operand];
    case "binary":
      return [surface.left, surface.right];
    case "call":
      return surface.arguments.filter(isExpression);
    default:
      return [];
  }
}

const LARGEST_PI_FACTOR = 12;

function scalarSurface(value: number): Surface {
  if (Number.isNaN(value)) return binary("/", constant(0), constant(0));
  if (!Number.isFinite(value)) return binary("/", constant(Math.sign(value)), constant(0));
  if (Object.is(value, -0)) return { kind: "negation", operand: constant(0) };
  if (value === Math.PI) return { kind: "name", name: "pi" };
  for (let factor = 2; factor <= LARGEST_PI_FACTOR; factor++) {
    if (Math.abs(value) === factor * Math.PI) {
      return binary("*", constant(Math.sign(value) * factor), constant(Math.PI));
    }
    if (value === Math.PI / factor) return binary("/", constant(Math.PI), constant(factor));
  }
  return { kind: "number", value };
}

function constantSurface(node: Expression): Surface | undefined {
  if (!isNode(node, constantPrimitive)) return undefined;
  const { value, shape } = node.attributes;
  if (typeof value !== "number") return { kind: "array", entries: value, shape };
  if (shape.length === 0) return scalarSurface(value);
  // Rearranging a zero loses its sign.
  if (Object.is(value, -0)) return { kind: "array", entries: new Float64Array(sizeOf(shape)).fill(value), shape };
  return call("broadcast", constant(value), ...shape);
}

const nameSurface = (node: Expression): Surface | undefined => {
  const name = symbolName(node);
  return name === undefined ? undefined : { kind: "name", name };
};

/** Reads nested squares as a power; `levels` bounds the descent (exponents to 8 are products of three levels). */
function asPower(node: Expression, levels: number): { readonly base: Expression; readonly exponent: number } {
  if (levels > 0 && isNode(node, multiplyPrimitive)) {
    const [a, b] = node.operands as [Expression, Expression];
    if (a === b) {
      const half = asPower(a, levels - 1);
      return { base: half.base, exponent: 2 * half.exponent };
    }
    const [half, same] = a.operands;
    if (isNode(a, multiplyPrimitive) && half === same) {
      const inner = asPower(half as Expression, levels - 1);
      if (inner.base === b) return { base: b, exponent: 2 * inner.exponent + 1 };
    }
  }
  return { base: node, exponent: 1 };
}

function powerSurface(node: Expression): Surface | undefined {
  for (const levels of [3, 2, 1]) {
    const { base, exponent } = asPower(node, levels);
    if (exponent > 1 && power(base, exponent) === node) return binary("^", base, constant(exponent));
  }
  return undefined;
}

/** a / 2^k is kept as a product with a reciprocal, -a / 2^k with a negative one. */
function fractionSurface(node: Expression): Surface | undefined {
  const [factor, rest] = node.operands as [Expression, Expression];
  const value = constantValue(factor);
  if (value === undefined || factor.shape.length > 0 || Math.abs(value) >= 1) return undefined;
  const divisor = 1 / Math.abs(value);
  const over = value > 0 ? rest : negate(rest);
  return Number.isInteger(divisor) && divide(over, divisor) === node ? binary("/", over, constant(divisor)) : undefined;
}

/** -a * b is the negated product, so the minus goes to the first factor where that builds the same node. */
function negationSurface(node: Expression): Surface {
  const operand = node.operands[0] as Expression;
  const surface = surfaceOf(operand);
  if (surface.kind === "binary" && (surface.operator === "*" || surface.operator === "/")) {
    const left = negate(surface.left);
    const rebuilt = surface.operator === "*" ? multiply(left, surface.right) : divide(left, surface.right);
    if (rebuilt === node) return binary(surface.operator, left, surface.right);
  }
  return { kind: "negation", operand };
}

/** a <= b is 1 - (b < a). */
function atMostSurface(node: Expression): Surface | undefined {
  const [one, less] = node.operands as [Expression, Expression];
  if (constantValue(one) !== 1 || one.shape.length > 0 || !isNode(less, lessPrimitive)) return undefined;
  return binary("<=", less.operands[1] as Expression, less.operands[0] as Expression);
}

/** Which of the axes of `from` a reshape to `to` drops, if it drops only axes in `candidates`. */
function droppedAxes(from: Shape, to: Shape, candidates: ReadonlySet<number>): ReadonlySet<number> | undefined {
  const dropped = new Set<number>();
  for (let axis = 0, kept = 0; axis < from.length; axis++) {
    if (from[axis] === to[kept]) kept++;
    else if (from[axis] === 1 && candidates.has(axis)) dropped.add(axis);
    else return undefined;
  }
  return from.length - dropped.size === to.length ? dropped : undefined;
}

/** Slices along ascending axes, and a reshape that drops axes of one entry, are one index expression. */
function indexSurface(node: Expression): Surface | undefined {
  const sliced = isNode(node, reshapePrimitive) ? (node.operands[0] as Expression) : node;
  const ranges = new Map<number, { readonly start: number; readonly stop: number }>();
  let operand = sliced;
  let axis = Number.POSITIVE_INFINITY;
  while (isNode(operand, slicePrimitive) && operand.attributes.axis < axis) {
    axis = operand.attributes.axis;
    ranges.set(axis, operand.attributes);
    operand = operand.operands[0] as Expression;
  }
  if (ranges.size === 0) return undefined;
  const dropped = droppedAxes(sliced.shape, node.shape, new Set(ranges.keys()));
  if (dropped === undefined) return undefined;
  const indices = Array.from({ length: Math.max(...ranges.keys()) + 1 }, (_, k): Index => {
    const range = ranges.get(k);
    if (range === undefined) return [undefined, undefined];
    const { start, stop } = range;
    return dropped.has(k)
      ? start
      : [start > 0 ? start : undefined, stop < (operand.shape[k] as number) ? stop : undefined];
  });
  return { kind: "index", operand, indices };
}

/** The entries of a row or column as a vector: the vector it was made of, where it was made of one. */
const asVector = (matrix: Expression): Expression => reshape(matrix, [sizeOf(matrix.shape)]);

/** Products with a vector, and solutions for one, are reshaped matrix operations. */
function vectorSurface(node: Expression): Surface | undefined {
  const matrix = node.operands[0] as Expression;
  const [first, second] = matrix.operands;
  if (first?.shape.length !== 2 || second?.shape.length !== 2) return undefined;
  const row = first.shape[0] === 1 ? asVector(first) : undefined;
  const column = second.shape[1] === 1 ? asVector(second) : undefined;
  if (isNode(matrix, solvePrimitive)) {
    return column !== undefined && solve(first, column) === node ? call("solve", first, column) : undefined;
  }
  if (!isNode(matrix, matmulPrimitive)) return undefined;
  for (const [left, right] of [
    [first, column],
    [row, second],
    [row, column],
  ]) {
    if (left !== undefined && right !== undefined && matmul(left, right) === node) return binary("@", left, right);
  }
  return undefined;
}

function productSurface(node: Expression): Surface | undefined {
  const [a, b] = node.operands as [Expression, Expression];
  if (node.shape.length !== 2) return undefined;
  const column = isNode(a, reshapePrimitive) && a.shape[1] === 1 ? asVector(a) : undefined;
  const row = isNode(b, reshapePrimitive) && b.shape[0] === 1 ? asVector(b) : undefined;
  if (column !== undefined && row !== undefined) return call("outer", column, row);
  return binary("@", a, b);
}

const infix =
  (operator: Operator) =>
  ({ operands: [left, right] }: Expression): Surface =>
    binary(operator, left as Expression, right as Expression);

type Rule = (node: Expression) => Surface | undefined;

const spelled =
  (name: string, { arguments: argumentsOf }: Spelling): Rule =>
  (node) => {
    const given = argumentsOf(node);
    return given && call(name, ...given);
  };

/** For each primitive the ways to write its nodes; the first that fits is taken. */
function rulesByPrimitive(): ReadonlyMap<Primitive, readonly Rule[]> {
  const rules = new Map<Primitive, Rule[]>();
  const include = (primitive: object, ...more: Rule[]): void => {
    const key = primitive as Primitive;
    rules.set(key, [...(rules.get(key) ?? []), ...more]);
  };
  include(symbolPrimitive, nameSurface);
  include(constantPrimitive, constantSurface);
  include(reshapePrimitive, indexSurface, vectorSurface);
  include(slicePrimitive, indexSurface);
  include(matmulPrimitive, productSurface);
  for (const { name, spelling } of formulaFunctions.values()) {
    if (spelling !== undefined) include(spelling.primitive, spelled(name, spelling));
  }
  include(addPrimitive, infix("+"));
  include(subtractPrimitive, atMostSurface, infix("-"));
  include(negatePrimitive, negationSurface);
  include(multiplyPrimitive, powerSurface, fractionSurface, infix("*"));
  include(dividePrimitive, infix("/"));
  include(powerPrimitive, infix("^"));
  include(lessPrimitive, infix("<"));
  return rules;
}

const rules = rulesByPrimitive();

/**
 * The outermost syntax of an expression.
 *
 * @throws InputError for an operation no formula can express, such as a native field
 */
export function surfaceOf(node: Expression): Surface {
  for (const rule of rules.get(node.primitive) ?? []) {
    const surface = rule(node);
    if (surface !== undefined) return surface;
  }
  throw new InputError({
    field: "expression to print",
    given: `the operation ${node.primitive.name}`,
    expected: "operations of the formula language",
  });
}
