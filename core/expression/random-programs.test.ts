import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../compile/interpreter/evaluate.js";
import { RandomStream } from "../random.js";
import { type ExpressionCase, expressionCase } from "./arbitrary.testing.js";
import { gradient, hessianProduct, jacobianProduct, transposedJacobianProduct } from "./derivatives.js";
import { apply, type Expression, sizeOf, topologicalOrder } from "./expression.js";
import {
  asCompanions,
  companion,
  complexStep,
  drawValues,
  gap,
  innerProduct,
  nameOf,
  uniforms,
  type Values,
} from "./oracles.testing.js";
import { add, multiply } from "./primitives/arithmetic.js";
import { constant, symbol } from "./primitives/leaves.js";
import { sum } from "./primitives/sum.js";
import { primitives } from "./registry.js";
import { batchExpressions, substitute } from "./transform.js";

const RUNS = { seed: 7, numRuns: 400 };
const continuable = expressionCase({ complexForms: true });

const valuesOf = ({ bindings }: ExpressionCase): Values =>
  Object.fromEntries(
    Object.entries(bindings).map(([name, value]) => [name, typeof value === "number" ? Float64Array.of(value) : value]),
  );

const companions = (symbols: readonly Expression[]): Expression[] => symbols.map((each) => companion(each));
const listOf = (symbols: readonly Expression[], values: Values): Float64Array[] =>
  symbols.map((each) => values[nameOf(each)] as Float64Array);

/** The graph's scalar: all entries of all outputs with fixed weights. */
function weightedSum(outputs: readonly Expression[]): Expression {
  const random = new RandomStream(3);
  return outputs.reduce<Expression>(
    (total, output) =>
      add(total, sum(multiply(constant(uniforms(random, sizeOf(output.shape)), output.shape), output))),
    constant(0),
  );
}

describe("random programs", () => {
  it("hold every primitive, and chains of six operations", () => {
    const seen = new Set<string>();
    let deepest = 0;
    for (const { outputs } of fc.sample(expressionCase(), RUNS)) {
      const depths = new Map<Expression, number>();
      for (const node of topologicalOrder(outputs)) {
        seen.add(node.primitive.name);
        depths.set(node, 1 + Math.max(0, ...node.operands.map((operand) => depths.get(operand) as number)));
      }
      deepest = Math.max(deepest, ...depths.values());
    }
    expect(primitives.map(({ name }) => name).filter((name) => !seen.has(name))).toEqual([]);
    expect(deepest).toBeGreaterThanOrEqual(10);
  });

  it("have finite values", () => {
    fc.assert(
      fc.property(expressionCase(), ({ outputs, bindings }) => {
        expect(evaluate(outputs, bindings).every((value) => value.every(Number.isFinite))).toBe(true);
      }),
      RUNS,
    );
  });

  it("have gradients that agree with the complex step", () => {
    fc.assert(
      fc.property(continuable, (program) => {
        const { outputs, symbols } = program;
        const values = valuesOf(program);
        const scalar = weightedSum(outputs);
        const graphs = gradient(scalar, symbols);
        const direction = drawValues(new RandomStream(5), symbols);
        const slope = innerProduct(evaluate(graphs, values), listOf(symbols, direction));
        const [expected] = complexStep([scalar], symbols)(values, direction) as [Float64Array];
        expect(gap([[slope]], [expected])).toBeLessThan(1e-12);
      }),
      RUNS,
    );
  });

  it("have tangents that agree with the complex step, and cotangents adjoint to them", () => {
    fc.assert(
      fc.property(expressionCase(), continuable, (any, program) => {
        for (const { outputs, symbols, values } of [any, program].map((each) => ({
          ...each,
          values: valuesOf(each),
        }))) {
          const random = new RandomStream(11);
          const weights = outputs.map((output, k) => symbol(`w${k}`, output.shape));
          const forward = jacobianProduct(outputs, symbols, companions(symbols));
          const reverse = transposedJacobianProduct(outputs, weights, symbols);
          const direction = drawValues(random, symbols);
          const w = drawValues(random, weights);
          const tangents = evaluate(forward, { ...values, ...asCompanions(direction) });
          const cotangents = evaluate(reverse, { ...values, ...w });
          const [left, right] = [
            innerProduct(listOf(weights, w), tangents),
            innerProduct(cotangents, listOf(symbols, direction)),
          ];
          expect(gap([[left]], [[right]]), "adjoint").toBeLessThan(1e-12);
          if (outputs === program.outputs) {
            const expected = complexStep(outputs, symbols)(values, direction);
            expect(gap(tangents, expected), "complex step").toBeLessThan(1e-12);
          }
        }
      }),
      RUNS,
    );
  });

  it("have Hessian products that agree with the complex step of the gradient", () => {
    fc.assert(
      fc.property(continuable, (program) => {
        const { outputs, symbols } = program;
        const values = valuesOf(program);
        const scalar = weightedSum(outputs);
        const graphs = hessianProduct(scalar, symbols, companions(symbols));
        const direction = drawValues(new RandomStream(13), symbols);
        const bindings = { ...values, ...asCompanions(direction) };
        const expected = complexStep(gradient(scalar, symbols), symbols)(values, direction);
        expect(gap(evaluate(graphs, bindings), expected)).toBeLessThan(1e-12);
      }),
      RUNS,
    );
  });

  it("act on a batch as on its members, bit for bit, derivatives included", () => {
    fc.assert(
      fc.property(expressionCase(), fc.integer({ min: 1, max: 63 }), fc.constantFrom(1, 3), (program, mask, size) => {
        const { outputs, symbols } = program;
        const values = valuesOf(program);
        const graphs = [...outputs, ...gradient(weightedSum(outputs), symbols)];
        const chosen = symbols.filter((_, k) => ((mask >> k) & 1) === 1);
        const replacements = new Map(chosen.map((each) => [each, symbol(`${nameOf(each)}*`, [size, ...each.shape])]));
        const whole = batchExpressions(graphs, replacements, size);
        const random = new RandomStream(17);
        const lanes = Array.from({ length: size }, (_, lane) =>
          lane === 0 ? values : { ...values, ...drawValues(random, chosen) },
        );
        const stacked = Object.fromEntries(
          chosen.map((each) => [
            `${nameOf(each)}*`,
            lanes.flatMap((lane) => [...(lane[nameOf(each)] as Float64Array)]),
          ]),
        );
        const members = lanes.map((lane) => evaluate(graphs, lane));
        const expected = graphs.map((_, k) =>
          Float64Array.from(members.flatMap((member) => [...(member[k] as Float64Array)])),
        );
        whole.forEach((each, k) => {
          expect(each.shape).toEqual([size, ...(graphs[k] as Expression).shape]);
        });
        expect(gap(evaluate(whole, { ...values, ...stacked }), expected)).toBe(0);
      }),
      RUNS,
    );
  });

  it("survive substitution: by nothing, and there and back", () => {
    fc.assert(
      fc.property(expressionCase(), (program) => {
        const { outputs, symbols } = program;
        expect(substitute(outputs, new Map())).toEqual(outputs);
        const renamed = symbols.map((each) => companion(each));
        const there = substitute(outputs, new Map(symbols.map((each, k) => [each, renamed[k] as Expression])));
        const back = substitute(there, new Map(renamed.map((each, k) => [each, symbols[k] as Expression])));
        expect(back.every((each, k) => each === outputs[k])).toBe(true);
        const values = valuesOf(program);
        expect(gap(evaluate(there, asCompanions(values)), evaluate(outputs, values))).toBe(0);
      }),
      RUNS,
    );
  });

  it("are the same nodes when built twice", () => {
    fc.assert(
      fc.property(expressionCase(), ({ outputs, symbols }) => {
        for (const node of topologicalOrder(outputs)) {
          expect(apply(node.primitive, node.operands, { ...node.attributes })).toBe(node);
        }
        const scalar = weightedSum(outputs);
        expect(gradient(scalar, symbols).every((each, k) => each === gradient(scalar, symbols)[k])).toBe(true);
      }),
      RUNS,
    );
  });
});
