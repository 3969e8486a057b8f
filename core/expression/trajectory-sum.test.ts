import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../compile/interpreter/evaluate.js";
import { RandomStream } from "../random.js";
import { expressionCase } from "./arbitrary.testing.js";
import { transposedJacobianProduct } from "./derivatives.js";
import { type Expression, sizeOf, topologicalOrder } from "./expression.js";
import { gap, nameOf, uniforms } from "./oracles.testing.js";
import { divide, subtract } from "./primitives/arithmetic.js";
import { symbol } from "./primitives/leaves.js";
import { matmul, matmulPrimitive } from "./primitives/matmul.js";
import { sum } from "./primitives/sum.js";
import { sumOverTrajectories } from "./trajectory-sum.js";
import { batchExpressions } from "./transform.js";

const SIZE = 3;
const batch = (of: Expression, symbols: readonly Expression[]): Expression =>
  batchExpressions(
    [of],
    new Map(symbols.map((each) => [each, symbol(nameOf(each), [SIZE, ...each.shape])])),
    SIZE,
  )[0] as Expression;

describe("the sum over trajectories", () => {
  it("is the sum over the leading axis, for random programs and their gradients", () => {
    fc.assert(
      fc.property(expressionCase(), fc.integer({ min: 1, max: 62 }), ({ outputs, bindings, symbols }, mask) => {
        const own = symbols.filter((_, k) => ((mask >> k) & 1) === 1);
        const weights = outputs.map((_, k) => symbol(`w${k}`, outputs[k]?.shape));
        const wholes = [...outputs, ...transposedJacobianProduct(outputs, weights, symbols)].map((each) =>
          batch(each, [...own, ...weights]),
        );
        const random = new RandomStream(19);
        const drawn = Object.fromEntries(
          [...own, ...weights].map((each) => [nameOf(each), uniforms(random, SIZE * sizeOf(each.shape))]),
        );
        const expected = evaluate(
          wholes.map((each) => sum(each, [0])),
          { ...bindings, ...drawn },
        );
        const found = wholes.map(sumOverTrajectories);
        expect(found.map(({ shape }) => shape)).toEqual(wholes.map(({ shape }) => shape.slice(1)));
        expect(gap(evaluate(found, { ...bindings, ...drawn }), expected)).toBeLessThan(1e-13);
      }),
      { seed: 23, numRuns: 300 },
    );
  });

  it("of a contrast of outer products is one product with a difference", () => {
    const [W, x, plus, minus] = [symbol("W", [2, 3]), symbol("x", [3]), symbol("p", [2]), symbol("m", [2])];
    const gradientAt = (state: Expression): Expression =>
      transposedJacobianProduct([matmul(W, x)], [state], [W])[0] as Expression;
    const contrast = divide(subtract(gradientAt(plus), gradientAt(minus)), 0.002);
    const total = sumOverTrajectories(batch(contrast, [x, plus, minus]));
    const products = topologicalOrder([total]).filter(({ primitive }) => primitive === matmulPrimitive);
    expect(products.map(({ operands }) => operands.map(({ shape }) => shape))).toEqual([
      [
        [2, SIZE],
        [SIZE, 3],
      ],
    ]);
  });
});
