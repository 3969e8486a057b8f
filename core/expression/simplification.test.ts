import { describe, expect, it } from "vitest";
import { evaluate } from "../compile/interpreter/evaluate.js";
import { RandomStream } from "../random.js";
import { examples } from "./examples.testing.js";
import { apply, type Expression, type Shape, sizeOf, topologicalOrder } from "./expression.js";
import { gap, nameOf, uniforms } from "./oracles.testing.js";
import { add, divide, dividePrimitive, multiply, negate, power, sqrt, subtract } from "./primitives/arithmetic.js";
import { where } from "./primitives/comparison.js";
import { gather } from "./primitives/gather.js";
import { constant, constantPrimitive, constantValue, symbol } from "./primitives/leaves.js";
import { matmulPrimitive } from "./primitives/matmul.js";
import { broadcast, pad, reshape, slice, transpose } from "./primitives/rearrangement.js";
import { shift } from "./primitives/shift.js";
import { sum } from "./primitives/sum.js";
import { windows } from "./primitives/windows.js";
import { primitives } from "./registry.js";

const NUMBERS = [0, -0, 1, -1, 0.5, 2, 3, 8, 9, -2, 0.1, 4 - 2 ** -51, 2 ** -1074, 2 ** 1023, 1e200, 1e-200];

/** Operands of a shape that invite a simplification. */
function inviting(shape: Shape, mark: string): Expression[] {
  const plain = symbol(`a${mark}`, shape);
  const other = symbol(`b${mark}`, shape);
  const last = shape.length - 1;
  const sequence = Float64Array.from({ length: sizeOf(shape) }, (_, k) => k - 1);
  const everywhere = [
    plain,
    ...NUMBERS.map((value) => constant(value, shape)),
    constant(sequence, shape),
    negate(plain),
    subtract(plain, other),
    multiply(3, plain),
    multiply(1e-200, plain),
    divide(plain, 7),
    reshape(symbol(`flat${mark}`, [sizeOf(shape)]), shape),
    broadcast(symbol(`scalar${mark}`), shape),
    sum(symbol(`deep${mark}`, [2, ...shape]), [0]),
    sum(symbol(`thin${mark}`, [1, ...shape]), [0]),
  ];
  if (shape.length === 0) return everywhere;
  return [
    ...everywhere,
    transpose(symbol(`turned${mark}`, [...shape].reverse())),
    slice(
      symbol(`long${mark}`, [...shape.slice(0, last), (shape[last] as number) + 1]),
      last,
      1,
      (shape[last] as number) + 1,
    ),
    sum(symbol(`wide${mark}`, [...shape, 2]), [shape.length]),
  ];
}

/** The value by the primitive's definition, whatever its simplification says. */
function unsimplified(
  node: Expression,
  operands: readonly Expression[],
  values: readonly Float64Array[],
): Float64Array {
  const shape = node.primitive.shape(
    operands.map((operand) => operand.shape),
    node.attributes,
  );
  const out = new Float64Array(sizeOf(shape));
  node.primitive.evaluate({ node: { ...node, operands, shape }, operands: values, out });
  return out;
}

describe("simplification", () => {
  const composite = primitives.filter(({ name }) => name !== "symbol" && name !== "constant");

  it.each(composite.map((primitive) => [primitive.name] as const))("of %s keeps the value", (name) => {
    for (const { operands: shapes, build } of examples[name] ?? []) {
      const node = build(...shapes.map((shape, k) => symbol(`x${k}`, shape)));
      const choices = node.operands.map((operand, k) => inviting(operand.shape, String(k)));
      const [first = [], second = [constant(0)], third = [constant(0)]] = choices;
      for (const a of first) {
        for (const b of second) {
          for (const c of node.operands.length > 2 ? third.slice(0, 6) : third.slice(0, 1)) {
            const operands = [a, b, c].slice(0, node.operands.length);
            const random = new RandomStream(1, operands.length);
            const symbols = topologicalOrder(operands).filter(({ primitive }) => primitive.name === "symbol");
            const bindings = Object.fromEntries(
              symbols.map((each) => [nameOf(each), uniforms(random, sizeOf(each.shape), -2, 2)]),
            );
            const values = evaluate(operands, bindings);
            const expected = unsimplified(node, operands, values);
            const simplified = apply(node.primitive, operands, node.attributes);
            expect(simplified.shape).toEqual(node.shape);
            const [found] = evaluate([simplified], bindings) as [Float64Array];
            const error = expected.reduce((worst, value, k) => {
              const allowed = 4e-15 * Math.abs(value) + Number.MIN_VALUE;
              return Number.isFinite(value) ? Math.max(worst, Math.abs((found[k] as number) - value) / allowed) : worst;
            }, 0);
            if (!(error <= 1)) {
              expect.fail(
                `${name} of ${operands.map((each) => each.primitive.name).join(", ")}: ${found} for ${expected}`,
              );
            }
          }
        }
      }
    }
  });

  const x = symbol("x", [2, 3]);
  const y = symbol("y", [2, 3]);
  const zeros = constant(0, [2, 3]);

  it.each<[string, Expression, Expression]>([
    ["x + 0", add(x, 0), x],
    ["0 + x", add(0, x), x],
    ["x + (-y)", add(x, negate(y)), subtract(x, y)],
    ["(-x) + y", add(negate(x), y), subtract(y, x)],
    ["x - 0", subtract(x, 0), x],
    ["0 - x", subtract(0, x), negate(x)],
    ["x - x", subtract(x, x), zeros],
    ["x - (-y)", subtract(x, negate(y)), add(x, y)],
    ["-(-x)", negate(negate(x)), x],
    ["-(x - y)", negate(subtract(x, y)), subtract(y, x)],
    ["1 x", multiply(1, x), x],
    ["x * 0", multiply(x, 0), zeros],
    ["-1 x", multiply(x, -1), negate(x)],
    ["2 (3 x)", multiply(2, multiply(3, x)), multiply(6, x)],
    ["(3 x) 2", multiply(multiply(3, x), 2), multiply(6, x)],
    ["x (-y)", multiply(x, negate(y)), negate(multiply(x, y))],
    ["x / 1", divide(x, 1), x],
    ["x / 4", divide(x, 4), multiply(0.25, x)],
    ["(-x) / y", divide(negate(x), y), negate(divide(x, y))],
    ["x^0", power(x, 0), constant(1, [2, 3])],
    ["x^1", power(x, 1), x],
    ["x^(1/2)", power(x, 0.5), sqrt(x)],
    ["x^2", power(x, 2), multiply(x, x)],
    ["x^3", power(x, 3), multiply(multiply(x, x), x)],
    ["x^(-1)", power(x, -1), divide(1, x)],
    ["where(1, x, y)", where(1, x, y), x],
    ["where(0, x, y)", where(0, x, y), y],
    ["where(x, y, y)", where(x, y, y), y],
    ["where(x, s, s)", where(x, symbol("s"), symbol("s")), broadcast(symbol("s"), [2, 3])],
    ["x + x", add(x, x), multiply(2, x)],
    ["reshape back", reshape(reshape(x, [6]), [2, 3]), x],
    ["broadcast twice", broadcast(broadcast(x, [4, 2, 3]), [5, 4, 2, 3]), broadcast(x, [5, 4, 2, 3])],
    ["transpose back", transpose(transpose(x)), x],
    ["transpose thrice", transpose(transpose(transpose(x))), transpose(x)],
    ["transpose of a row", transpose(reshape(x, [1, 6])), reshape(x, [6, 1])],
    ["turning unit axes", transpose(reshape(x, [2, 1, 3]), [1, 0, 2]), reshape(x, [1, 2, 3])],
    ["whole slice", slice(x, 1, 0, 3), x],
    ["pad by nothing", pad(x, 0, 0, 0), x],
    ["shift by nothing", shift(x, 0), x],
    ["shift of ones", shift(constant(1, [4]), 1, "no-flux"), constant(1, [4])],
    ["windows of ones", windows(constant(1, [4]), 0, 2), constant(1, [3, 2])],
    ["gather of ones", gather(constant(1, [4]), [3]), constant(1, [1])],
    ["sum of sums", sum(sum(x, [0])), sum(x)],
    ["sum of ones", sum(constant(1, [2, 3]), [1]), constant(3, [2])],
    ["sum over nothing", sum(x, []), x],
  ])("makes %s the node it is", (_name, found, expected) => {
    expect(found).toBe(expected);
  });

  it("does not fold factors whose product would overflow or underflow", () => {
    const tiny = multiply(1e-200, multiply(1e-200, x));
    const huge = multiply(1e200, multiply(1e200, x));
    expect(evaluate([tiny], { x: new Float64Array(6).fill(1e300) })[0]?.[0]).toBeCloseTo(1e-100, 110);
    expect(evaluate([huge], { x: new Float64Array(6).fill(1e-300) })[0]?.[0] as number).toBe(1e200 * (1e200 * 1e-300));
  });

  it("multiplies by a reciprocal only where that is exact", () => {
    expect(divide(x, -8)).toBe(multiply(-0.125, x));
    for (const value of [3, 4 - 2 ** -51, 2 ** 52 + 1]) expect(divide(x, value).primitive).toBe(dividePrimitive);
  });

  it("divides by the smallest numbers", () => {
    const quotient = divide(x, 2 ** -1074);
    expect([...(evaluate([quotient], { x: new Float64Array(6) })[0] as Float64Array)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("turns the sum of products over trajectories into one product", () => {
    const [a, b] = [symbol("a", [4, 2, 3]), symbol("b", [4, 3, 2])];
    const total = sum(apply(matmulPrimitive, [a, b], {}), [0]);
    expect(total.primitive).toBe(matmulPrimitive);
    const random = new RandomStream(9);
    const values = { a: uniforms(random, 24), b: uniforms(random, 24) };
    const expected = new Float64Array(4);
    for (let s = 0; s < 4; s++) {
      for (let i = 0; i < 2; i++) {
        for (let j = 0; j < 2; j++) {
          for (let k = 0; k < 3; k++) {
            const term = (values.a[(s * 2 + i) * 3 + k] as number) * (values.b[(s * 3 + k) * 2 + j] as number);
            expected[i * 2 + j] = (expected[i * 2 + j] as number) + term;
          }
        }
      }
    }
    expect(gap(evaluate([total], values), [expected])).toBeLessThan(1e-15);
  });

  it("folds scalar constants, and keeps arrays of equal entries one number", () => {
    expect(constantValue(add(2, multiply(3, 4)))).toBe(14);
    expect(constantValue(constant([2, 2, 2]))).toBe(2);
    expect(constant([1, 2]).primitive).toBe(constantPrimitive);
    expect(constantValue(constant([1, 2]))).toBeUndefined();
  });
});
