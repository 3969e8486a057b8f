import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../compile/interpreter/evaluate.js";
import { RandomStream } from "../random.js";
import { expressionCase } from "./arbitrary.testing.js";
import { gradient } from "./derivatives.js";
import { type Expression, sizeOf, topologicalOrder } from "./expression.js";
import {
  add,
  divide,
  matmul,
  multiply,
  negate,
  outer,
  reshape,
  subtract,
  sum,
  symbol,
  tanh,
  transpose,
} from "./functions.js";
import { nameOf, uniforms, type Values } from "./oracles.testing.js";
import { matmulPrimitive } from "./primitives/matmul.js";
import { sumPrimitive } from "./primitives/sum.js";
import { sumOverTrajectories } from "./trajectory-sum.js";
import { batchExpressions } from "./transform.js";

const BATCH = 4;

const symbolsOf = (outputs: readonly Expression[]): Expression[] =>
  topologicalOrder(outputs).filter(({ primitive }) => primitive.name === "symbol");

/** Random values near the given ones, [BATCH, ...shape] for batched symbols. */
function batchedValues(random: RandomStream, symbols: readonly Expression[]): Values {
  return Object.fromEntries(symbols.map((each) => [nameOf(each), uniforms(random, sizeOf(each.shape))]));
}

/** The largest difference between the drawn-through sum and the plain one, relative to the sum of magnitudes. */
function difference(batched: Expression, values: Values): number {
  const [found, expected, terms] = evaluate([sumOverTrajectories(batched), sum(batched, [0]), batched], values) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const scale = Math.max(
    1,
    terms.reduce((total, term) => total + Math.abs(term), 0),
  );
  return found.reduce((most, value, k) => Math.max(most, Math.abs(value - expected[k]!) / scale), 0);
}

const primitivesIn = (expression: Expression, name: string): number =>
  topologicalOrder([expression]).filter(({ primitive }) => primitive.name === name).length;

describe("the sum over trajectories", () => {
  it("equals the plain sum over the leading axis, for random programs with random symbols batched", () => {
    fc.assert(
      fc.property(expressionCase(), fc.nat(), fc.nat({ max: 127 }), ({ outputs, symbols }, seed, chosen) => {
        const own = symbols.filter((_, k) => (chosen >> k) & 1);
        fc.pre(own.length > 0);
        const replaced = new Map(own.map((each) => [each, symbol(nameOf(each), [BATCH, ...each.shape])]));
        const batched = batchExpressions(outputs, replaced, BATCH);
        const values = batchedValues(new RandomStream(seed), symbolsOf(batched));
        for (const each of batched) {
          expect(sumOverTrajectories(each).shape).toEqual(each.shape.slice(1));
          expect(difference(each, values)).toBeLessThan(1e-12);
        }
      }),
      { seed: 3, numRuns: 400 },
    );
  });

  it("equals it for gradients of random programs: sums of outer products, transposed and reshaped", () => {
    fc.assert(
      fc.property(expressionCase({ depth: 4 }), fc.nat(), ({ outputs, symbols }, seed) => {
        const scalar = outputs.map((output) => sum(tanh(output))).reduce(add);
        const [, ...own] = symbols;
        fc.pre(own.length > 0);
        const replaced = new Map(own.map((each) => [each, symbol(nameOf(each), [BATCH, ...each.shape])]));
        const batched = batchExpressions(gradient(scalar, symbols), replaced, BATCH);
        const values = batchedValues(new RandomStream(seed), symbolsOf(batched));
        for (const each of batched) expect(difference(each, values)).toBeLessThan(1e-11);
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  const a = symbol("a", [BATCH, 5]);
  const b = symbol("b", [BATCH, 3]);
  const c = symbol("c", [BATCH, 3]);
  const outers = (x: Expression, y: Expression): Expression =>
    batchExpressions(
      [outer(symbol("x", [x.shape[1]!]), symbol("y", [y.shape[1]!]))],
      new Map([
        [symbol("x", [x.shape[1]!]), x],
        [symbol("y", [y.shape[1]!]), y],
      ]),
      BATCH,
    )[0]!;
  const values = batchedValues(new RandomStream(1), [a, b, c]);

  it("makes one matrix product of a sum of outer products, through every linear operation", () => {
    for (const build of [
      outers(a, b),
      negate(outers(a, b)),
      multiply(3, divide(outers(a, b), symbol("n"))),
      transpose(outers(a, b), [0, 2, 1]),
      reshape(outers(a, b), [BATCH, 15]),
    ]) {
      const total = sumOverTrajectories(build);
      expect(primitivesIn(total, matmulPrimitive.name)).toBe(1);
      expect(primitivesIn(total, sumPrimitive.name)).toBe(0);
      expect(difference(build, { ...values, n: Float64Array.of(0.3) })).toBeLessThan(1e-14);
    }
  });

  it("takes the difference of two phases before their product", () => {
    const total = sumOverTrajectories(subtract(outers(a, b), outers(a, c)));
    expect(primitivesIn(total, matmulPrimitive.name)).toBe(1);
    expect(topologicalOrder([total])).toContain(subtract(b, c));
    expect(difference(subtract(outers(a, b), outers(a, c)), values)).toBeLessThan(1e-14);
    const other = sumOverTrajectories(add(outers(b, a), outers(c, a)));
    expect(primitivesIn(other, matmulPrimitive.name)).toBe(1);
    const apart = sumOverTrajectories(subtract(outers(a, b), outers(symbol("d", [BATCH, 5]), c)));
    expect(primitivesIn(apart, matmulPrimitive.name)).toBe(2);
  });

  it("keeps the small difference of two phases that cancels in the plain sum", () => {
    const near = new Float64Array(values.b!.map((value) => value + 1e-12));
    const step = new Float64Array(near.map((value, k) => value - values.b![k]!));
    const close = subtract(outers(a, c), outers(a, b));
    const exact = evaluate([matmul(transpose(a), symbol("step", [BATCH, 3]))], { a: values.a!, step })[0]!;
    const bindings = { ...values, c: near };
    const errorOf = (expression: Expression): number =>
      Math.hypot(...evaluate([expression], bindings)[0]!.map((value, k) => value - exact[k]!));
    expect(errorOf(sumOverTrajectories(close))).toBe(0);
    expect(errorOf(sum(close, [0]))).toBeGreaterThan(1e-17);
  });

  it("leaves a broadcast over trajectories to the plain sum", () => {
    const row = symbol("row", [3]);
    const mixed = add(b, row);
    expect(sumOverTrajectories(mixed)).toBe(sum(mixed, [0]));
    expect(difference(mixed, { ...values, row: Float64Array.of(1, 2, 3) })).toBeLessThan(1e-15);
    expect(sumOverTrajectories(symbol("s", [BATCH]))).toBe(sum(symbol("s", [BATCH]), [0]));
  });
});
