import fc from "fast-check";
import { gradient } from "../../expression/derivatives.js";
import { type Expression, type Shape, sameShape } from "../../expression/expression.js";
import {
  add,
  divide,
  less,
  multiply,
  negate,
  shift,
  sin,
  subtract,
  sum,
  symbol,
  tanh,
  where,
} from "../../expression/functions.js";

/** A program over a chain or a lattice, most of whose operations are shifts and sums. */
export interface LatticeProgram {
  readonly outputs: readonly Expression[];
  /** Two fields over the lattice, one along its last axis, and a number. */
  readonly symbols: readonly Expression[];
}

interface Instruction {
  readonly kind: number;
  readonly first: number;
  readonly second: number;
  readonly by: number;
  readonly axis: number;
}

const BOUNDARIES = ["periodic", "no-flux", 0, 0.5] as const;

function build(shape: Shape, instructions: readonly Instruction[], differentiate: boolean): LatticeProgram {
  const fields = [symbol("u", shape), symbol("v", shape)];
  const symbols = [...fields, symbol("w", shape.slice(-1)), symbol("a")];
  const pool = [...symbols];
  for (const { kind, first, second, by, axis } of instructions) {
    // Recent values more often than old ones.
    const pick = (choice: number): Expression => pool[pool.length - 1 - (choice % pool.length)] as Expression;
    const [p, q] = [pick(first), pick(second)];
    const whole = [p, q, ...fields].find((each) => sameShape(each.shape, shape)) as Expression;
    const along = axis % shape.length;
    const boundary = BOUNDARIES[second % BOUNDARIES.length] as (typeof BOUNDARIES)[number];
    const operations: readonly (() => Expression)[] = [
      () => shift(whole, by, boundary, along),
      () => shift(whole, by, boundary, along),
      () => subtract(whole, shift(whole, by, boundary, along)),
      () => add(p, q),
      () => subtract(p, q),
      () => multiply(p, tanh(q)),
      () => sin(p),
      () => negate(p),
      () => divide(p, add(2, tanh(q))),
      () => where(less(p, q), p, multiply(0.5, q)),
      () => (sameShape(whole.shape, shape) && shape.length > 1 ? sum(whole, [0]) : sum(whole)),
      () => multiply(0.1, sum(whole)),
    ];
    pool.push((operations[kind % operations.length] as () => Expression)());
  }
  const results = pool.slice(symbols.length).slice(-3);
  if (!differentiate) return { outputs: results, symbols };
  const scalar = results.reduce<Expression>(
    (total, each) => add(total, sum(sin(each))),
    multiply(0, symbols[3] as Expression),
  );
  return { outputs: gradient(scalar, symbols), symbols };
}

/** Random programs over chains of 3 to 40 and lattices of 2 x 2 to 12 x 12 sites, or their gradients. */
export function latticeProgram(): fc.Arbitrary<LatticeProgram> {
  const shape = fc.oneof(
    fc.tuple(fc.integer({ min: 3, max: 40 })),
    fc.tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 2, max: 12 })),
  );
  const instruction = fc.record({
    kind: fc.nat(11),
    first: fc.nat(5),
    second: fc.nat(5),
    by: fc.integer({ min: -5, max: 5 }),
    axis: fc.nat(1),
  });
  return fc
    .tuple(shape, fc.array(instruction, { minLength: 1, maxLength: 12, size: "max" }), fc.boolean())
    .map(([extents, instructions, differentiate]) => build(extents, instructions, differentiate));
}
