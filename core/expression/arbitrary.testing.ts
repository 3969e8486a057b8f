import fc from "fast-check";
import { RandomStream } from "../random.js";
import { apply, type Expression, type Shape, sizeOf, topologicalOrder } from "./expression.js";
import { nameOf, uniforms } from "./oracles.testing.js";
import { add, divide, multiply, negate, power, sqrt, subtract } from "./primitives/arithmetic.js";
import { abs, less, maximum, minimum, sign, where } from "./primitives/comparison.js";
import { concatenate } from "./primitives/concatenate.js";
import { broadcastShapes } from "./primitives/elementwise.js";
import { entry, flatReadPrimitive, gather, scatterAdd, scatterAddRows } from "./primitives/gather.js";
import { constant, symbol } from "./primitives/leaves.js";
import { matmul, outer } from "./primitives/matmul.js";
import { broadcast, pad, reshape, slice, transpose } from "./primitives/rearrangement.js";
import { shift } from "./primitives/shift.js";
import { solve } from "./primitives/solve.js";
import { dot, mean, sum } from "./primitives/sum.js";
import { cosh, exp, log, logcosh, sigmoid, sinh, softplus, tanh } from "./primitives/transcendental.js";
import { arctangent2, cos, sin } from "./primitives/trigonometric.js";
import { convolve, overlapAddPrimitive, windows } from "./primitives/windows.js";

/** A program over scalars, vectors and matrices, with values of its symbols at which it is well posed. */
export interface ExpressionCase {
  readonly outputs: readonly Expression[];
  /** Numbers for scalars, flat arrays otherwise. */
  readonly bindings: Readonly<Record<string, number | Float64Array>>;
  readonly symbols: readonly Expression[];
}

/** What programs may hold. */
export interface ExpressionCaseOptions {
  /** Whether every operation must have a complex form; by default false. */
  readonly complexForms?: boolean;
  /** Longest chain of operations from a symbol to an output; by default 6. */
  readonly depth?: number;
  /** Largest number of operations; by default 12. */
  readonly operations?: number;
}

/** An operation on operands of its choice; `undefined` where none at hand fits. */
type Operation = (pick: Pick) => Expression | undefined;
type Pick = (fits?: (candidate: Expression) => boolean) => Expression | undefined;

const MOST_ENTRIES = 40;

const rank =
  (...ranks: number[]) =>
  ({ shape }: Expression): boolean =>
    ranks.includes(shape.length);
const isArray = ({ shape }: Expression): boolean => shape.length > 0;
const fitsWith =
  (...others: Expression[]) =>
  ({ shape }: Expression): boolean => {
    try {
      return sizeOf(broadcastShapes("", [shape, ...others.map((other) => other.shape)])) <= MOST_ENTRIES;
    } catch {
      return false;
    }
  };

const unary =
  (build: (a: Expression) => Expression, fits?: (candidate: Expression) => boolean): Operation =>
  (pick) => {
    const a = pick(fits);
    return a && build(a);
  };
const binary =
  (build: (a: Expression, b: Expression) => Expression): Operation =>
  (pick) => {
    const a = pick();
    const b = a && pick(fitsWith(a));
    return a && b && build(a, b);
  };
const extent = (a: Expression, axis = 0): number => a.shape[axis] as number;
const reversed = (size: number): number[] => Array.from({ length: size }, (_, k) => size - 1 - k);

function matrixProduct(pick: Pick): Expression | undefined {
  const a = pick(rank(1, 2));
  const b = a && pick((candidate) => rank(1, 2)(candidate) && extent(candidate) === a.shape.at(-1));
  return a && b && matmul(a, tanh(b));
}

function outerProduct(pick: Pick): Expression | undefined {
  const [a, b] = [pick(rank(1)), pick(rank(1))];
  return a && b && sizeOf(a.shape) * sizeOf(b.shape) <= MOST_ENTRIES ? outer(sin(a), b) : undefined;
}

function linearSolve(pick: Pick): Expression | undefined {
  const a = pick(({ shape }) => shape.length === 2 && shape[0] === shape[1]);
  const b = a && pick((candidate) => rank(1, 2)(candidate) && extent(candidate) === extent(a));
  if (a === undefined || b === undefined) return undefined;
  const size = extent(a);
  const dominant = Array.from({ length: size * size }, (_, k) => (k % (size + 1) === 0 ? size + 1 : 0));
  return solve(add(constant(dominant, [size, size]), tanh(a)), b);
}

function joined(pick: Pick): Expression | undefined {
  const a = pick(isArray);
  const rest = (shape: Shape): string => shape.slice(1).join();
  const b = a && pick(({ shape }) => shape.length === a.shape.length && rest(shape) === rest(a.shape));
  return a && b && sizeOf(a.shape) + sizeOf(b.shape) <= MOST_ENTRIES ? concatenate([a, b, a]) : undefined;
}

function convolved(pick: Pick): Expression | undefined {
  const image = pick(({ shape }) => shape.length === 2 && shape.every((each) => each > 1));
  const kernel = pick(({ shape }) => sizeOf(shape) === 4 || sizeOf(shape) === 9);
  if (image === undefined || kernel === undefined) return undefined;
  const width = Math.min(2, extent(image), extent(image, 1));
  const weights = slice(reshape(kernel, [sizeOf(kernel.shape)]), 0, 0, width * width);
  return convolve(reshape(image, [1, ...image.shape]), reshape(weights, [1, 1, width, width]));
}

function chosen(pick: Pick): Expression | undefined {
  const a = pick();
  const b = a && pick(fitsWith(a));
  const c = a && b && pick(fitsWith(a, b));
  return a && b && c && where(less(a, b), c, sin(a));
}

/** A little above each operand to keep away from poles and branch points. */
const positive = (a: Expression): Expression => add(1.5, tanh(a));
const modest = (build: (a: Expression) => Expression): Operation => unary((a) => build(multiply(2, tanh(a))));

const CONTINUABLE: Readonly<Record<string, Operation>> = {
  add: binary(add),
  subtract: binary(subtract),
  multiply: binary((a, b) => multiply(a, tanh(b))),
  square: unary((a) => multiply(sin(a), sin(a))),
  scale: unary((a) => multiply(-0.75, a)),
  divide: binary((a, b) => divide(a, add(2, tanh(b)))),
  halve: unary((a) => divide(a, 4)),
  negate: unary(negate),
  power: binary((a, b) => power(positive(a), tanh(b))),
  cube: unary((a) => power(cos(a), 3)),
  tenth: unary((a) => power(sin(a), 10)),
  reciprocal: unary((a) => power(positive(a), -1)),
  sqrt: unary((a) => sqrt(add(1, multiply(a, a)))),
  exp: modest(exp),
  log: unary((a) => log(add(1, multiply(a, a)))),
  tanh: unary(tanh),
  sigmoid: unary(sigmoid),
  softplus: unary(softplus),
  logcosh: unary(logcosh),
  cosh: modest(cosh),
  sinh: modest(sinh),
  sin: unary(sin),
  cos: unary(cos),
  where: chosen,
  sign: unary((a) => multiply(sign(a), cos(a))),
  abs: unary(abs),
  minimum: binary(minimum),
  maximum: binary(maximum),
  flatten: unary((a) => reshape(a, [sizeOf(a.shape)])),
  column: unary((a) => reshape(a, [sizeOf(a.shape), 1]), rank(0, 1)),
  broadcast: unary((a) => broadcast(a, [2, ...a.shape]), rank(0, 1)),
  transpose: unary((a) => transpose(a), isArray),
  slice: unary((a) => slice(a, a.shape.length - 1, 0, Math.ceil((a.shape.at(-1) as number) / 2)), isArray),
  pad: unary(
    (a) => pad(a, 0, 1, 0),
    ({ shape }) => shape.length > 0 && sizeOf(shape) <= MOST_ENTRIES / 2,
  ),
  periodicShift: unary((a) => shift(a, 1), isArray),
  noFluxShift: unary((a) => shift(a, -1, "no-flux"), isArray),
  fixedShift: unary((a) => shift(a, 1, 0.5, a.shape.length - 1), isArray),
  windows: unary(
    (a) => windows(a, 0, 2),
    ({ shape }) => shape.length > 0 && shape.length < 3 && (shape[0] as number) > 1,
  ),
  overlapAdd: unary(
    (a) => {
      const attributes = { axis: 0, width: 2, step: 1, extent: extent(a) };
      return apply(overlapAddPrimitive, [sin(windows(a, 0, 2))], attributes);
    },
    ({ shape }) => shape.length > 0 && (shape[0] as number) > 1,
  ),
  gather: unary((a) => gather(a, reversed(extent(a))), isArray),
  entry: unary((a) => entry(a, sizeOf(a.shape) - 1)),
  flatRead: unary((a) =>
    apply(flatReadPrimitive, [a], { table: Int32Array.of(sizeOf(a.shape) - 1, -1, 0), shape: [3] }),
  ),
  scatterAdd: unary((a) =>
    scatterAdd(
      a,
      Array.from({ length: sizeOf(a.shape) }, (_, k) => (k % 4) - 1),
      [3],
    ),
  ),
  scatterAddRows: unary(
    (a) =>
      scatterAddRows(
        a,
        Array.from({ length: extent(a) }, (_, k) => k % 2),
        2,
      ),
    isArray,
  ),
  sum: unary((a) => sum(a)),
  sumOverFirst: unary((a) => sum(a, [0]), isArray),
  mean: unary(mean),
  dot: unary((a) => dot(a, cos(a))),
  matmul: matrixProduct,
  outer: outerProduct,
  solve: linearSolve,
  concatenate: joined,
  convolve: convolved,
};
const REAL_ONLY: Readonly<Record<string, Operation>> = {
  atan2: binary((a, b) => arctangent2(a, add(2, tanh(b)))),
};

const SYMBOLS: readonly Expression[] = [
  symbol("s"),
  symbol("t"),
  symbol("u", [3]),
  symbol("v", [3]),
  symbol("M", [3, 3]),
  symbol("N", [2, 3]),
];

interface Instruction {
  readonly operation: string;
  /** Each in [0, 1): 0 takes the newest operand that fits. */
  readonly picks: readonly number[];
}

function build(instructions: readonly Instruction[], depth: number): Expression[] {
  const pool = [...SYMBOLS];
  const depths = new Map<Expression, number>(SYMBOLS.map((each) => [each, 0]));
  for (const { operation, picks } of instructions) {
    let used = 0;
    let deepest = 0;
    const result = (CONTINUABLE[operation] ?? (REAL_ONLY[operation] as Operation))((fits = () => true) => {
      const candidates = pool.filter((each) => (depths.get(each) as number) < depth && fits(each)).reverse();
      const candidate = candidates[Math.floor(candidates.length * (picks[used++] as number) ** 2)];
      if (candidate !== undefined) deepest = Math.max(deepest, depths.get(candidate) as number);
      return candidate;
    });
    if (result === undefined || sizeOf(result.shape) > MOST_ENTRIES || depths.has(result)) continue;
    depths.set(result, deepest + 1);
    pool.push(result);
  }
  return pool.slice(SYMBOLS.length).slice(-3);
}

/** Numbers in [-2, 2), by a seed rather than by shrinking numbers, which would end on the kinks of piecewise functions. */
function drawBindings(symbols: readonly Expression[], seed: number): Record<string, number | Float64Array> {
  const random = new RandomStream(seed);
  return Object.fromEntries(
    symbols.map((each) => {
      const values = uniforms(random, sizeOf(each.shape), -2, 2);
      return [nameOf(each), each.shape.length === 0 ? (values[0] as number) : values];
    }),
  );
}

/** A short text of a program: one line per node. */
export function listing(outputs: readonly Expression[]): string {
  return topologicalOrder(outputs)
    .map(({ id, primitive, operands, attributes, shape }) => {
      const text = JSON.stringify(attributes, (_key, value) =>
        ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
      );
      return `  ${id} = ${primitive.name}(${operands.map((operand) => operand.id).join(", ")}) ${text} [${shape.join(", ")}]`;
    })
    .join("\n");
}

/**
 * Random programs of all primitives, each well posed at its bindings (logarithms of positive numbers, solves of dominant
 * matrices), with one to three outputs. Programs shrink by dropping operations.
 */
export function expressionCase(options: ExpressionCaseOptions = {}): fc.Arbitrary<ExpressionCase> {
  const { complexForms = false, depth = 6, operations = 12 } = options;
  const names = Object.keys(complexForms ? CONTINUABLE : { ...CONTINUABLE, ...REAL_ONLY });
  const unit = fc.integer({ min: 0, max: 999 }).map((n) => n / 1000);
  const instruction = fc.record({
    operation: fc.constantFrom(...names),
    picks: fc.tuple(unit, unit, unit),
  });
  return fc
    .tuple(fc.array(instruction, { minLength: 1, maxLength: operations, size: "max" }), fc.noShrink(fc.nat()))
    .map(([instructions, seed]) => {
      const outputs = build(instructions, depth);
      const used = new Set(topologicalOrder(outputs));
      const symbols = SYMBOLS.filter((each) => used.has(each));
      const bindings = drawBindings(symbols, seed);
      return {
        outputs,
        bindings,
        symbols,
        [fc.toStringMethod]: () => `\n${listing(outputs)}\n  at ${fc.stringify(bindings)}\n`,
      };
    })
    .filter(({ outputs }) => outputs.length > 0);
}
