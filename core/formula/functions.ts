import { apply, type Expression, isNode, type Primitive, ShapeError, sizeOf } from "../expression/expression.js";
import * as build from "../expression/functions.js";
import { dividePrimitive, multiplyPrimitive, sqrtPrimitive } from "../expression/primitives/arithmetic.js";
import {
  absPrimitive,
  maximumPrimitive,
  minimumPrimitive,
  signPrimitive,
  wherePrimitive,
} from "../expression/primitives/comparison.js";
import { flatReadPrimitive, gatherPrimitive, scatterAddPrimitive } from "../expression/primitives/gather.js";
import { matmulPrimitive } from "../expression/primitives/matmul.js";
import {
  broadcastPrimitive,
  padPrimitive,
  reshapePrimitive,
  transposePrimitive,
} from "../expression/primitives/rearrangement.js";
import { shiftPrimitive } from "../expression/primitives/shift.js";
import { solvePrimitive } from "../expression/primitives/solve.js";
import { sumPrimitive } from "../expression/primitives/sum.js";
import {
  expPrimitive,
  logcoshPrimitive,
  logPrimitive,
  sigmoidPrimitive,
  softplusPrimitive,
  tanhPrimitive,
} from "../expression/primitives/transcendental.js";
import { arctangent2Primitive, cosPrimitive, sinPrimitive } from "../expression/primitives/trigonometric.js";
import { overlapAddPrimitive, windowsPrimitive } from "../expression/primitives/windows.js";
import type { CallArguments } from "./call-arguments.js";

/** An argument as it is printed: an expression, a whole number, a quoted word or a list of whole numbers. */
export type PrintedArgument = Expression | number | string | Int32Array;

/** How nodes of one primitive are written as calls of a function. */
export interface Spelling {
  readonly primitive: Primitive;
  /** The arguments of the call that builds `node`, or `undefined` where this function does not build it. */
  arguments(node: Expression): readonly PrintedArgument[] | undefined;
}

/** A function of the formula language. */
export interface FormulaFunction {
  readonly name: string;
  /** Parameter names in order; `?` marks one that may be left out, `...` one that may be given any number of times. */
  readonly parameters: readonly string[];
  build(call: CallArguments): Expression;
  readonly spelling?: Spelling;
  /** LaTeX of the function's name; by default the name set upright. */
  readonly latex?: string;
}

/** A function whose arguments are all expressions. With a primitive, that primitive's nodes are written as its calls. */
function direct(
  name: string,
  parameters: string,
  construct: (...operands: Expression[]) => Expression,
  primitive?: Primitive,
  latex?: string,
): FormulaFunction {
  return {
    name,
    parameters: parameters.split(" "),
    build: (call) => construct(...call.expressions()),
    ...(primitive === undefined ? {} : { spelling: { primitive, arguments: (node) => node.operands } }),
    ...(latex === undefined ? {} : { latex }),
  };
}

/**
 * A function defined by primitives. Its nodes are recognised by rebuilding them: the argument is guessed to lie at `path`
 * (operand numbers from the node downwards), and it is right if the function of it is the node.
 */
function derived(
  name: string,
  construct: (a: Expression) => Expression,
  primitive: Primitive,
  path: readonly number[],
  latex?: string,
): FormulaFunction {
  const recognise = (node: Expression): readonly Expression[] | undefined => {
    let guess: Expression | undefined = node;
    for (const operand of path) guess = guess?.operands[operand];
    return guess !== undefined && construct(guess) === node ? [guess] : undefined;
  };
  return { ...direct(name, "a", construct, undefined, latex), spelling: { primitive, arguments: recognise } };
}

/** A function with static arguments; `printed` gives the call that builds a node of `primitive`. */
function structural<A extends Readonly<Record<string, unknown>>>(
  name: string,
  parameters: string,
  construct: (call: CallArguments) => Expression,
  primitive?: Primitive<A>,
  printed?: (node: Expression<A>, operand: Expression) => readonly PrintedArgument[],
): FormulaFunction {
  const spelling = primitive && {
    primitive: primitive as Primitive,
    arguments: (node: Expression) => printed?.(node as Expression<A>, node.operands[0] as Expression),
  };
  return {
    name,
    parameters: parameters === "" ? [] : parameters.split(" "),
    build: construct,
    ...(spelling === undefined ? {} : { spelling }),
  };
}

const rank = (expression: Expression): number => expression.shape.length;

function matmul(a: Expression, b: Expression): Expression {
  return rank(a) === 3 && rank(b) === 3 ? apply(matmulPrimitive, [a, b], {}) : build.matmul(a, b);
}

function clampArguments(node: Expression): readonly PrintedArgument[] | undefined {
  const [limited, high] = node.operands as [Expression, Expression];
  return isNode(limited, maximumPrimitive) ? [...limited.operands, high] : undefined;
}

function mean(call: CallArguments): Expression {
  const a = call.expression(0);
  const axes = call.axes(1, rank(a));
  return build.divide(
    build.sum(a, axes),
    axes.reduce((count, axis) => count * (a.shape[axis] as number), 1),
  );
}

function concatenate(call: CallArguments): Expression {
  const parts = call.expressions();
  const last = parts.at(-1) as Expression;
  const named = rank(last) === 0;
  if (named) parts.pop();
  const first = parts[0];
  if (first === undefined || rank(first) === 0) return call.refuse(0, "an array to concatenate");
  return build.concatenate(parts, named ? call.axis(call.count - 1, rank(first)) : 0);
}

/** Transposes with named axes, or reverses all. */
function transpose(call: CallArguments): Expression {
  const a = call.expression(0);
  return build.transpose(a, call.count === 1 ? undefined : call.axes(1, rank(a)));
}

function gather(call: CallArguments): Expression {
  const a = call.expression(0);
  const rows = a.shape[0] ?? call.refuse(0, "an array that has rows");
  return build.gather(a, call.integers(1, 0, rows));
}

function scatterAdd(call: CallArguments): Expression {
  const a = call.expression(0);
  const shape = call.shape(2);
  return build.scatterAdd(a, call.integers(1, -1, sizeOf(shape)), shape);
}

function overlapAdd(call: CallArguments): Expression {
  const a = call.expression(0);
  const axis = call.axis(1, Math.max(rank(a) - 1, 0));
  const [width, step, extent] = [call.integer(2, 1), call.integer(3, 1), call.integer(4, 1)];
  return apply(overlapAddPrimitive, [a], { axis, width, step, extent });
}

function scatterAddRows(call: CallArguments): Expression {
  const a = call.expression(0);
  const count = call.integer(2, 1);
  const indices = call.integers(1, 0, count);
  if (indices.length !== a.shape[0]) {
    throw new ShapeError(`scatterAddRows: ${indices.length} indices for the rows of [${a.shape.join(", ")}]`);
  }
  return build.scatterAddRows(a, indices, count);
}

function flatRead(call: CallArguments): Expression {
  const a = call.expression(0);
  const shape = call.shape(2);
  const table = Int32Array.from(call.integers(1, -1, sizeOf(a.shape)));
  if (table.length !== sizeOf(shape)) {
    throw new ShapeError(`flatRead: ${table.length} indices for [${shape.join(", ")}]`);
  }
  return apply(flatReadPrimitive, [a], { table, shape });
}

/**
 * All functions. A new one is one line here; a primitive's function has a spelling, so that its nodes can be printed. Where
 * several functions spell one primitive, the first that fits is taken, so the special ones come first.
 */
const functions: readonly FormulaFunction[] = [
  derived("tan", build.tan, dividePrimitive, [0, 0], "\\tan"),
  derived("asin", build.arcsine, arctangent2Primitive, [0], "\\arcsin"),
  derived("acos", build.arccosine, arctangent2Primitive, [1], "\\arccos"),
  derived("atan", build.arctangent, arctangent2Primitive, [0], "\\arctan"),
  derived("sinh", build.sinh, multiplyPrimitive, [1, 1, 1, 0, 0], "\\sinh"),
  derived("cosh", build.cosh, multiplyPrimitive, [1, 0, 0], "\\cosh"),
  {
    ...direct("clamp", "a low high", build.clamp),
    spelling: { primitive: minimumPrimitive, arguments: clampArguments },
  },
  direct("sqrt", "a", build.sqrt, sqrtPrimitive),
  direct("exp", "a", build.exp, expPrimitive, "\\exp"),
  direct("log", "a", build.log, logPrimitive, "\\log"),
  direct("sin", "a", build.sin, sinPrimitive, "\\sin"),
  direct("cos", "a", build.cos, cosPrimitive, "\\cos"),
  direct("tanh", "a", build.tanh, tanhPrimitive, "\\tanh"),
  direct("sigmoid", "a", build.sigmoid, sigmoidPrimitive, "\\sigma"),
  direct("softplus", "a", build.softplus, softplusPrimitive),
  direct("logcosh", "a", build.logcosh, logcoshPrimitive, "\\log\\cosh"),
  direct("sign", "a", build.sign, signPrimitive),
  direct("abs", "a", build.abs, absPrimitive),
  direct("atan2", "y x", build.arctangent2, arctangent2Primitive),
  direct("min", "a b", build.minimum, minimumPrimitive, "\\min"),
  direct("max", "a b", build.maximum, maximumPrimitive, "\\max"),
  direct("where", "condition a b", build.where, wherePrimitive),
  direct("relu", "a", (a) => build.maximum(a, 0)),
  direct("dot", "a b", build.dot),
  direct("outer", "a b", build.outer),
  direct("matmul", "a b", matmul, matmulPrimitive),
  direct("solve", "A b", build.solve, solvePrimitive),
  structural(
    "sum",
    "a axis...",
    (call) => build.sum(call.expression(0), call.axes(1, rank(call.expression(0)))),
    sumPrimitive,
    ({ attributes: { axes } }, a) => (axes.length === rank(a) ? [a] : [a, ...axes]),
  ),
  structural("mean", "a axis...", mean),
  structural("transpose", "a axis...", transpose, transposePrimitive, ({ attributes: { axes } }, a) =>
    axes.every((axis, k) => axis === axes.length - 1 - k) ? [a] : [a, ...axes],
  ),
  structural(
    "reshape",
    "a extent...",
    (call) => build.reshape(call.expression(0), call.shape(1)),
    reshapePrimitive,
    ({ attributes }, a) => [a, ...attributes.shape],
  ),
  structural(
    "broadcast",
    "a extent...",
    (call) => build.broadcast(call.expression(0), call.shape(1)),
    broadcastPrimitive,
    ({ attributes }, a) => [a, ...attributes.shape],
  ),
  structural("concatenate", "first more... axis?", concatenate),
  structural(
    "pad",
    "a axis before after",
    (call) =>
      build.pad(call.expression(0), call.axis(1, rank(call.expression(0))), call.integer(2, 0), call.integer(3, 0)),
    padPrimitive,
    ({ attributes: { axis, before, after } }, a) => [a, axis, before, after],
  ),
  structural(
    "shift",
    "a by boundary? axis?",
    (call) =>
      build.shift(call.expression(0), call.integer(1), call.boundary(2), call.axis(3, rank(call.expression(0)), 0)),
    shiftPrimitive,
    ({ attributes: { by, boundary, axis } }, a) => {
      const rule = boundary === "zero" ? 0 : boundary;
      return axis !== 0 ? [a, by, rule, axis] : rule === "periodic" ? [a, by] : [a, by, rule];
    },
  ),
  structural(
    "windows",
    "a axis width step?",
    (call) =>
      build.windows(
        call.expression(0),
        call.axis(1, rank(call.expression(0))),
        call.integer(2, 1),
        call.integer(3, 1, 1),
      ),
    windowsPrimitive,
    ({ attributes: { axis, width, step } }, a) => (step === 1 ? [a, axis, width] : [a, axis, width, step]),
  ),
  structural(
    "overlapAdd",
    "a axis width step extent",
    overlapAdd,
    overlapAddPrimitive,
    ({ attributes: { axis, width, step, extent } }, a) => [a, axis, width, step, extent],
  ),
  structural("convolve", "image kernel step?", (call) =>
    build.convolve(call.expression(0), call.expression(1), call.integer(2, 1, 1)),
  ),
  structural("gather", "a rows", gather, gatherPrimitive, ({ attributes }, a) => [a, attributes.indices]),
  structural("scatterAdd", "a positions extent...", scatterAdd, scatterAddPrimitive, ({ attributes }, a) => [
    a,
    attributes.table,
    ...attributes.shape,
  ]),
  structural("scatterAddRows", "a rows count", scatterAddRows),
  structural("flatRead", "a positions extent...", flatRead, flatReadPrimitive, ({ attributes }, a) => [
    a,
    attributes.table,
    ...attributes.shape,
  ]),
];

/** The functions by name. */
export const formulaFunctions: ReadonlyMap<string, FormulaFunction> = new Map(
  functions.map((entry) => [entry.name, entry]),
);

/** Names a declaration may not take: the functions, the time `t` and `pi`. */
export const reservedNames: ReadonlySet<string> = new Set([...formulaFunctions.keys(), "t", "pi"]);

/** How a function is called, as in `shift(a, by, boundary?, axis?)`. */
export const usageOf = ({ name, parameters }: FormulaFunction): string => `${name}(${parameters.join(", ")})`;

/** How many arguments a function takes. */
export function arityOf({ parameters }: FormulaFunction): readonly [least: number, most: number] {
  const optional = parameters.filter((parameter) => parameter.endsWith("?")).length;
  const repeated = parameters.filter((parameter) => parameter.endsWith("...")).length;
  return [parameters.length - optional - repeated, repeated > 0 ? Number.POSITIVE_INFINITY : parameters.length];
}
