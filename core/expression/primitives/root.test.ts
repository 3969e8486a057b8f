import { describe, expect, it } from "vitest";
import { evaluate } from "../../compile/interpreter/evaluate.js";
import { javascript } from "../../compile/javascript/javascript.js";
import { RandomStream } from "../../random.js";
import { gradient, hessianProduct, jacobianProduct, transposedJacobianProduct } from "../derivatives.js";
import { type Expression, sizeOf } from "../expression.js";
import { add, cos, dot, matmul, multiply, rootOf, sin, subtract, symbol, tanh } from "../functions.js";
import { asCompanions, companion, drawValues, gap, nameOf, richardson, type Values } from "../oracles.testing.js";
import { batchExpressions } from "../transform.js";
import type { RootIteration } from "./root-finder.js";

const [u, v, W, b, k] = [symbol("u", [2]), symbol("v"), symbol("W", [2, 2]), symbol("b", [2]), symbol("k")];
const given = [W, b, k];

/** u = tanh(W u)/4 + k v b/4 + b, v = sin(sum(u)/8) k/2: contracts for entries below 1. */
function roots(iteration: RootIteration): Expression[] {
  const first = add(multiply(0.25, add(tanh(matmul(W, u)), multiply(multiply(k, v), b))), b);
  const second = multiply(multiply(0.5, k), sin(multiply(0.125, dot(u, u))));
  return rootOf([subtract(u, first), subtract(v, second)], { unknowns: [u, v], guesses: [b, k], iteration });
}

const random = new RandomStream(5, 0);
const draws = Array.from({ length: 4 }, () => drawValues(random, given));

describe.each<RootIteration>(["newton", "fixed-point"])("a root found by %s", (iteration) => {
  const outputs = roots(iteration);

  it("solves the equations to rounding", () => {
    const first = add(multiply(0.25, add(tanh(matmul(W, u)), multiply(multiply(k, v), b))), b);
    const second = multiply(multiply(0.5, k), sin(multiply(0.125, dot(u, u))));
    for (const values of draws) {
      const [uu, vv] = evaluate(outputs, values);
      const defects = evaluate([subtract(u, first), subtract(v, second)], { ...values, u: uu!, v: vv! });
      for (const defect of defects) for (const entry of defect) expect(Math.abs(entry)).toBeLessThan(1e-15);
    }
  });

  it("has the derivatives of its equations, in both modes and twice", () => {
    const weights = outputs.map((output, n) => symbol(`w${n}`, output.shape));
    const reverse = transposedJacobianProduct(outputs, weights, given);
    const forward = jacobianProduct(
      outputs,
      given,
      given.map((each) => companion(each)),
    );
    const scalar = add(dot(outputs[0]!, outputs[0]!), multiply(outputs[1]!, outputs[1]!));
    const second = hessianProduct(
      scalar,
      given,
      given.map((each) => companion(each)),
    );
    for (const values of draws) {
      const direction = drawValues(random, given);
      const moved = evaluate(forward, { ...values, ...asCompanions(direction) });
      expect(gap(moved, richardson(outputs)(values, direction))).toBeLessThan(1e-9);
      const w = drawValues(random, weights);
      const pulled = evaluate(reverse, { ...values, ...w });
      const inner = (a: readonly Float64Array[], c: readonly Float64Array[]) =>
        a.reduce((sum, array, n) => array.reduce((total, value, i) => total + value * c[n]![i]!, sum), 0);
      const along = given.map((each) => direction[nameOf(each)]!);
      expect(inner(pulled, along)).toBeCloseTo(
        inner(
          weights.map((each) => w[nameOf(each)]!),
          moved,
        ),
        12,
      );
      const product = evaluate(second, { ...values, ...asCompanions(direction) });
      expect(gap(product, richardson(gradient(scalar, given))(values, direction))).toBeLessThan(1e-8);
    }
  });

  it.each([[["b"]], [["W", "b", "k"]]])("is the same for trajectories with their own %s", (own) => {
    const size = 3;
    const lanes = new Map(
      given
        .filter((each) => own.includes(nameOf(each)))
        .map((each) => [each, symbol(`${nameOf(each)}*`, [size, ...each.shape])]),
    );
    const directions = given.map((each) => companion(each));
    const weights = outputs.map((output, n) => symbol(`w${n}`, output.shape));
    const all = [
      ...outputs,
      ...jacobianProduct(outputs, given, directions),
      ...transposedJacobianProduct(outputs, weights, given),
    ];
    const batched = batchExpressions(all, lanes, size);
    // Derivatives of the batched graph itself.
    const nested = jacobianProduct(
      batchExpressions(outputs, lanes, size),
      [...lanes.values()],
      [...lanes.keys()].map((each) => batchExpressions([companion(each)], new Map(), size)[0]!),
    );
    const shared: Values = { ...draws[0]!, ...asCompanions(draws[1]!), ...drawValues(random, weights) };
    const stacked = Object.fromEntries(
      [...lanes.keys()].map((each) => [
        `${nameOf(each)}*`,
        Float64Array.from({ length: size * sizeOf(each.shape) }, (_, n) => {
          const width = sizeOf(each.shape);
          return draws[Math.floor(n / width)]![nameOf(each)]![n % width]!;
        }),
      ]),
    );
    const whole = evaluate([...batched, ...nested], { ...shared, ...stacked });
    for (let lane = 0; lane < size; lane++) {
      const values = Object.fromEntries(own.map((name) => [name, draws[lane]![name]!]));
      const single = evaluate(all, { ...shared, ...values });
      single.forEach((expected, n) => {
        const found = whole[n]!.subarray(lane * expected.length, (lane + 1) * expected.length);
        expect(gap([found], [expected])).toBeLessThan(n < outputs.length ? 1e-300 : 1e-13);
      });
      const partial = Object.fromEntries(
        given
          .filter((each) => !own.includes(nameOf(each)))
          .map((each) => [nameOf(companion(each)), new Float64Array(sizeOf(each.shape))]),
      );
      const moved = evaluate(all.slice(outputs.length, 2 * outputs.length), { ...shared, ...values, ...partial });
      moved.forEach((expected, n) => {
        const found = whole[all.length + n]!.subarray(lane * expected.length, (lane + 1) * expected.length);
        expect(gap([found], [expected])).toBeLessThan(1e-12);
      });
    }
  });

  it("gives arguments that trajectories share the sum of their cotangents", () => {
    const size = 3;
    const [lanes, weight] = [symbol("b*", [size, 2]), symbol("w", [size, 2])];
    const [whole] = batchExpressions([outputs[0]!], new Map([[b, lanes]]), size);
    const pulled = transposedJacobianProduct([whole!], [weight], [lanes, W, k]);
    const single = transposedJacobianProduct([outputs[0]!], [symbol("w", [2])], [b, W, k]);
    const join = (arrays: readonly Float64Array[]) => Float64Array.from(arrays.flatMap((array) => [...array]));
    const own = draws.slice(0, size).map((values) => ({ ...draws[0]!, b: values.b!, w: values.b! }));
    const stacked = { ...draws[0]!, "b*": join(own.map((values) => values.b)), w: join(own.map((values) => values.w)) };
    const [byLane, ...byShared] = evaluate(pulled, stacked);
    const parts = own.map((values) => evaluate(single, values));
    expect(gap([byLane!], [join(parts.map(([first]) => first!))])).toBeLessThan(1e-13);
    byShared.forEach((total, n) => {
      const sums = total.map((_, i) => parts.reduce((sum, part) => sum + part[n + 1]![i]!, 0));
      expect(gap([total], [sums])).toBeLessThan(1e-13);
    });
  });

  it("is the same in generated code", () => {
    const weights = outputs.map((output, n) => symbol(`w${n}`, output.shape));
    const all = [...outputs, ...transposedJacobianProduct(outputs, weights, given)];
    const generated = javascript.compileFunction({ outputs: all });
    for (const values of draws) {
      const bound = { ...values, ...drawValues(random, weights) };
      for (const name in generated.inputs) generated.inputs[name]!.set(bound[name]!);
      generated.run();
      expect(gap(generated.outputs, evaluate(all, bound))).toBeLessThan(1e-13);
    }
  });
});

describe("roots", () => {
  const x = symbol("x");

  it("that do not exist are NaN", () => {
    const [found] = rootOf([subtract(cos(x), add(2, multiply(0, k)))], { unknowns: [x], guesses: [k] });
    expect(evaluate([found!], { k: 0.3 })[0]![0]).toBeNaN();
    const [repelled] = rootOf([subtract(x, multiply(-3, subtract(x, k)))], {
      unknowns: [x],
      guesses: [v],
      iteration: "fixed-point",
    });
    expect(evaluate([repelled!], { k: 0.3, v: 1 })[0]![0]).toBeNaN();
  });

  it("within roots: the equations of one may hold another", () => {
    // y = sin(x y)/2 + k inside x = y^2/2 + k.
    const y = symbol("y");
    const [inner] = rootOf([subtract(y, add(multiply(0.5, sin(multiply(x, y))), k))], { unknowns: [y], guesses: [k] });
    const [outer] = rootOf([subtract(x, add(multiply(0.5, multiply(inner!, inner!)), k))], {
      unknowns: [x],
      guesses: [k],
    });
    const value = evaluate([outer!], { k: 0.2 })[0]![0]!;
    const innerValue = evaluate([inner!], { k: 0.2, x: value })[0]![0]!;
    expect(Math.abs(innerValue - Math.sin(value * innerValue) / 2 - 0.2)).toBeLessThan(1e-15);
    expect(Math.abs(value - innerValue ** 2 / 2 - 0.2)).toBeLessThan(1e-15);
    const direction = { k: Float64Array.of(1) };
    const moved = evaluate(jacobianProduct([outer!], [k], [companion(k)]), { k: 0.2, ...asCompanions(direction) });
    expect(gap(moved, richardson([outer!])({ k: Float64Array.of(0.2) }, direction))).toBeLessThan(1e-9);
  });

  it("need a residual and a guess per unknown", () => {
    expect(() => rootOf([x], { unknowns: [u], guesses: [b] })).toThrow("one residual and one guess per unknown");
  });
});
