import { describe, expect, it } from "vitest";
import { evaluate } from "../../compile/interpreter/evaluate.js";
import { RandomStream } from "../../random.js";
import { gradient, hessianProduct, jacobianProduct, transposedJacobianProduct } from "../derivatives.js";
import { type Expression, type Primitive, sizeOf, topologicalOrder } from "../expression.js";
import { add, concatenate, dot, entry, multiply, power, reshape, sin, subtract, symbol } from "../functions.js";
import { asCompanions, companion, drawValues, gap, nameOf, type Values } from "../oracles.testing.js";
import { batchExpressions, complexify } from "../transform.js";
import { type NativeField, nativeDefinition, nativeField, nativePrimitive } from "./native.js";

type Field = NativeField<"x" | "y", "k", "u">;

/** dx_0 = k_0 sin(x_1) y + u, dx_1 = k_1 x_0^2 + t, dy = x_0 x_1 k_0 - u y. */
const field: Field["field"] = (time, { x, y }, { k }, { u }, out) => {
  const [x0, x1, y0, k0, k1, u0] = [x[0]!, x[1]!, y[0]!, k[0]!, k[1]!, u[0]!];
  out.x[0] = k0 * Math.sin(x1) * y0 + u0;
  out.x[1] = k1 * x0 * x0 + time;
  out.y[0] = x0 * x1 * k0 - u0 * y0;
};

/** The Jacobian, rows x_0, x_1, y; columns x_0, x_1, y, k_0, k_1, u. */
function jacobian(state: { x: Float64Array; y: Float64Array }, k: Float64Array, u: Float64Array): number[][] {
  const [x0, x1, y0, k0, k1, u0] = [state.x[0]!, state.x[1]!, state.y[0]!, k[0]!, k[1]!, u[0]!];
  return [
    [0, k0 * Math.cos(x1) * y0, k0 * Math.sin(x1), Math.sin(x1) * y0, 0, 1],
    [2 * k1 * x0, 0, 0, 0, x0 * x0, 0],
    [x1 * k0, x0 * k0, -u0, x0 * x1, 0, -y0],
  ];
}

const product: NonNullable<Field["jacobianProduct"]> = (_time, state, { k }, { u }, along, out) => {
  const direction = [...along.state.x, ...along.state.y, ...along.parameters.k, ...along.input.u];
  const [a, b, c] = jacobian(state, k, u).map((row) => row.reduce((sum, value, j) => sum + value * direction[j]!, 0));
  out.x.set([a!, b!]);
  out.y.set([c!]);
};

const transposed: NonNullable<Field["transposedJacobianProduct"]> = (_time, state, { k }, { u }, { x, y }, out) => {
  const rows = jacobian(state, k, u);
  const weights = [...x, ...y];
  const column = (j: number): number => rows.reduce((sum, row, i) => sum + row[j]! * weights[i]!, 0);
  out.state.x.set([column(0), column(1)]);
  out.state.y.set([column(2)]);
  out.parameters.k.set([column(3), column(4)]);
  out.input.u.set([column(5)]);
};

const [t, x, y, k, u] = [symbol("t"), symbol("x", [2]), symbol("y"), symbol("k", [2]), symbol("u")] as const;
const symbols = [x, y, k, u];

function native(functions: Partial<Field>): Expression[] {
  const blocks = {
    state: [
      { name: "x", shape: [2] },
      { name: "y", shape: [] },
    ],
    parameters: [{ name: "k", shape: [2] }],
    input: [{ name: "u", shape: [] }],
  };
  const definition = nativeDefinition({
    label: "test field",
    groups: blocks,
    outputs: blocks.state,
    functions: { field, ...functions } as unknown as NativeField,
  });
  return nativeField(definition, [t, ...symbols]);
}

/** The same field as a graph. */
function graph(): Expression[] {
  const [x0, x1, k0, k1] = [entry(x, 0), entry(x, 1), entry(k, 0), entry(k, 1)];
  const first = add(multiply(multiply(k0, sin(x1)), y), u);
  const second = add(multiply(k1, power(x0, 2)), t);
  return [
    concatenate([reshape(first, [1]), reshape(second, [1])]),
    subtract(multiply(multiply(x0, x1), k0), multiply(u, y)),
  ];
}

const whole = native({ jacobianProduct: product, transposedJacobianProduct: transposed });
const exact = graph();

function draw(stream: number): Values {
  return { ...drawValues(new RandomStream(5, stream), [t, ...symbols]) };
}

describe("a native field", () => {
  it("has the value its function computes", () => {
    expect(whole.map(({ shape }) => shape)).toEqual([[2], []]);
    for (const stream of [0, 1, 2]) expect(gap(evaluate(whole, draw(stream)), evaluate(exact, draw(stream)))).toBe(0);
  });

  it("is differentiated in both modes by the products given", () => {
    const directions = symbols.map((each) => companion(each));
    const weights = exact.map(({ shape }, index) => symbol(`w${index}`, shape));
    const all = [...symbols, ...weights];
    for (const stream of [0, 1, 2]) {
      const random = new RandomStream(6, stream);
      const values = { ...draw(stream), ...drawValues(random, all), ...asCompanions(drawValues(random, symbols)) };
      const forward = [whole, exact].map((outputs) => evaluate(jacobianProduct(outputs, symbols, directions), values));
      expect(gap(forward[0]!, forward[1]!)).toBeLessThan(1e-14);
      const reverse = [whole, exact].map((outputs) =>
        evaluate(transposedJacobianProduct(outputs, weights, symbols), values),
      );
      expect(gap(reverse[0]!, reverse[1]!)).toBeLessThan(1e-14);
    }
  });

  it("has products that are linear, so those are differentiated along directions", () => {
    const [v, w] = [symbol("v", [2]), symbol("w", [2])];
    const values = { ...draw(3), v: [0.3, -0.7], w: [1.1, 0.4] };
    for (const outputs of [whole, exact]) {
      const [moved] = jacobianProduct([outputs[0]!], [x], [v]) as [Expression];
      const [back] = transposedJacobianProduct([outputs[0]!], [w], [x]) as [Expression];
      const expected = evaluate([moved, back], values);
      const twice = [
        ...jacobianProduct([moved], [v], [v]),
        ...gradient(dot(moved, w), [v]),
        ...jacobianProduct([back], [w], [w]),
        ...gradient(dot(back, v), [w]),
      ];
      const [along, across, again, forth] = evaluate(twice, values);
      expect(gap([along!, across!, again!, forth!], [expected[0]!, expected[1]!, expected[1]!, expected[0]!])).toBe(0);
    }
  });

  it("runs a batch as its members, for every choice of shared operands, and a batch of batches", () => {
    const outputs = [...whole, ...transposedJacobianProduct(whole, exact.map(constantWeights), symbols)];
    const operands = [t, ...symbols];
    for (let subset = 1; subset < 2 ** operands.length; subset++) {
      const isBatched = (position: number): boolean => ((subset >> position) & 1) === 1;
      checkBatch(
        outputs,
        operands.filter((_, position) => isBatched(position)),
        3,
      );
    }
  });

  it("is differentiated when it is a batch already", () => {
    const size = 3;
    const [xs, us] = [symbol("xs", [size, 2]), symbol("us", [size])];
    const batched = new Map([
      [x, xs],
      [u, us],
    ]);
    const values = { ...draw(0), ...drawValues(new RandomStream(7), [xs, us]) };
    const wanted = [xs, us, y, k];
    const directions = wanted.map((each) => companion(each));
    const weights = exact.map(({ shape }, index) => symbol(`w${index}`, [size, ...shape]));
    const random = new RandomStream(8);
    Object.assign(values, drawValues(random, weights), asCompanions(drawValues(random, wanted)));
    const [native, graphs] = [whole, exact].map((outputs) => {
      const batch = batchExpressions(outputs, batched, size);
      const forward = jacobianProduct(batch, wanted, directions);
      const reverse = transposedJacobianProduct(batch, weights, wanted);
      // The products again, as functions of what they are linear in.
      const linear = transposedJacobianProduct(forward, weights, directions);
      const again = jacobianProduct(reverse, weights, weights);
      const forth = transposedJacobianProduct(reverse, directions, weights);
      return evaluate([...forward, ...reverse, ...linear, ...again, ...forth, ...sharedDirections(outputs)], values);
    });

    /** Products whose directions or cotangents are shared by the batch, as functions of those. */
    function sharedDirections(outputs: readonly Expression[]): Expression[] {
      const along = symbols.map((each) => companion(each, "*"));
      const across = exact.map(({ shape }, index) => symbol(`c${index}`, shape));
      Object.assign(values, drawValues(new RandomStream(9), [...along, ...across]));
      const forward = batchExpressions(jacobianProduct(outputs, symbols, along), batched, size);
      const reverse = batchExpressions(transposedJacobianProduct(outputs, across, symbols), batched, size);
      const mirrored = reverse.map((output, index) => symbol(`m${index}`, output.shape));
      Object.assign(values, drawValues(new RandomStream(10), mirrored));
      return [
        ...jacobianProduct(forward, along, along),
        ...transposedJacobianProduct(forward, weights, along),
        ...jacobianProduct(reverse, across, across),
        ...transposedJacobianProduct(reverse, mirrored, across),
      ];
    }
    expect(gap(native!, graphs!)).toBeLessThan(1e-14);
  });

  it("adds up what a cotangent shared by a batch receives", () => {
    const blocks = [{ name: "x", shape: [2] }];
    const functions: NativeField<"x", never, never> = {
      field: (_time, state, _parameters, _input, out) => out.x.set(state.x.map((entry) => entry ** 2)),
      jacobianProduct: (_time, state, _parameters, _input, along, out) =>
        out.x.set(state.x.map((entry, i) => 2 * entry * along.state.x[i]!)),
      transposedJacobianProduct: (_time, state, _parameters, _input, weights, out) =>
        out.state.x.set(state.x.map((entry, i) => 2 * entry * weights.x[i]!)),
    };
    const definition = nativeDefinition({
      label: "squares",
      groups: { state: blocks, parameters: [], input: [] },
      outputs: blocks,
      functions: functions as unknown as NativeField,
    });
    const w = symbol("w", [2]);
    const reverse = transposedJacobianProduct(nativeField(definition, [t, x]), [w], [x]);
    const [batch] = batchExpressions(reverse, new Map([[x, symbol("xs", [2, 2])]]), 2) as [Expression];
    const [slope] = transposedJacobianProduct([batch], [symbol("m", [2, 2])], [w]) as [Expression];
    const values = { t: 0, xs: [1, 2, 3, 4], w: [5, 6], m: [1, 1, 10, 10] };
    expect(evaluate([batch, slope], values)).toEqual([Float64Array.of(10, 24, 30, 48), Float64Array.of(62, 84)]);
  });

  it("gives its functions arrays of zeros to write to", () => {
    const sparse = native({ field: (_time, _state, _parameters, _input, out) => out.x.fill(1, 0, 1) });
    const node = topologicalOrder(sparse).find(({ primitive }) => primitive === (nativePrimitive as Primitive))!;
    const operands = node.operands.map(({ shape }) => new Float64Array(sizeOf(shape)));
    const out = new Float64Array(3).fill(Number.NaN);
    node.primitive.evaluate({ node, operands, out });
    expect(out).toEqual(Float64Array.of(1, 0, 0));
  });

  it("says which derivative is missing", () => {
    const bare = native({});
    const ones = exact.map(constantWeights);
    expect(() => jacobianProduct(bare, [x], [x])).toThrow("test field: got no jacobianProduct");
    expect(() => transposedJacobianProduct(bare, ones, [x])).toThrow("test field: got no transposedJacobianProduct");
    expect(() => jacobianProduct(whole, [t], [t])).toThrow("derivative with respect to the time");
    const byTime = transposedJacobianProduct(whole, ones, [t]);
    expect(() => evaluate(byTime, draw(0))).toThrow("derivative with respect to the time");
    const scalar = multiply(whole[1]!, whole[1]!);
    expect(() => hessianProduct(scalar, [x], [x])).toThrow("second derivatives");
    const byProduct = gradient(dot(jacobianProduct([whole[0]!], [x], [x])[0]!, x), [x]);
    expect(() => evaluate(byProduct, draw(0))).toThrow("second derivatives");
    expect(() => complexify(whole, new Map([[x, { real: x, imaginary: x }]]))).toThrow("no complex form");
  });

  it("is a node of its own for every definition", () => {
    expect(native({})[0]).not.toBe(native({})[0]);
  });
});

const constantWeights = (output: Expression): Expression => add(multiply(0, output), 1);

/** Batches over one axis, then over a second, and compares with single evaluations. */
function checkBatch(outputs: readonly Expression[], batched: readonly Expression[], size: number): void {
  const inner = new Map(batched.map((each) => [each, symbol(`${nameOf(each)}*`, [size, ...each.shape])] as const));
  const once = batchExpressions(outputs, inner, size);
  const members = Array.from({ length: 2 * size }, (_, lane) => draw(10 + lane));
  const shared = members[0] as Values;
  const gather = (lanes: readonly number[], each: Expression): number[] =>
    lanes.flatMap((lane) => [...(members[lane] as Values)[nameOf(each)]!]);
  const single = (lane: number): Float64Array[] => {
    const own = Object.fromEntries(batched.map((each) => [nameOf(each), (members[lane] as Values)[nameOf(each)]!]));
    return evaluate(outputs, { ...shared, ...own });
  };
  const expected = (lanes: readonly number[]): Float64Array[] =>
    outputs.map((_, output) => Float64Array.from(lanes.flatMap((lane) => [...single(lane)[output]!])));
  const lanes = Array.from({ length: size }, (_, lane) => lane);
  const bindings = Object.fromEntries(batched.map((each) => [`${nameOf(each)}*`, gather(lanes, each)]));
  expect(evaluate(once, { ...shared, ...bindings })).toEqual(expected(lanes));

  for (const each of symbols) checkOuterBatch(each);

  /** An outer axis over one operand, which may have the inner axis too; the rest stay shared over it. */
  function checkOuterBatch(first: Expression): void {
    const isInner = inner.has(first);
    const outerSymbol = symbol(`${nameOf(first)}**`, [2, ...(isInner ? [size] : []), ...first.shape]);
    const twice = batchExpressions(once, new Map([[inner.get(first) ?? first, outerSymbol]]), 2);
    const all = Array.from({ length: 2 * size }, (_, lane) => lane);
    // Which draw the operand takes in a lane: one per lane, or one per outer position.
    const own = (lane: number): number => (isInner ? lane : Math.floor(lane / size));
    const values = { ...shared, ...bindings, [`${nameOf(first)}**`]: gather(isInner ? all : [0, 1], first) };
    const outer = evaluate(twice, values);
    outputs.forEach((output, index) => {
      const extent = sizeOf(output.shape);
      for (const lane of all) {
        const replaced = Object.fromEntries([
          ...batched.map((each) => [nameOf(each), (members[lane % size] as Values)[nameOf(each)]!] as const),
          [nameOf(first), (members[own(lane)] as Values)[nameOf(first)]!] as const,
        ]);
        const member = evaluate([output], { ...shared, ...replaced })[0]!;
        expect(outer[index]!.subarray(lane * extent, (lane + 1) * extent)).toEqual(member);
      }
    });
  }
}
