import { describe, expect, it } from "vitest";
import { evaluate, evaluateScalar } from "../compile/interpreter/evaluate.js";
import { apply, isNode, sameShape, sizeOf, stridesOf, topologicalOrder } from "./expression.js";
import { add, addPrimitive, multiply } from "./primitives/arithmetic.js";
import { gather, scatterAdd } from "./primitives/gather.js";
import { constant, symbol, symbolsOf } from "./primitives/leaves.js";
import { transpose } from "./primitives/rearrangement.js";
import { sin } from "./primitives/trigonometric.js";

describe("hash-consing", () => {
  const x = symbol("x");

  it("gives equal structures one node", () => {
    expect(symbol("x")).toBe(x);
    expect(add(sin(x), multiply(3, x))).toBe(add(sin(x), multiply(3, x)));
    expect(constant([1, 2])).toBe(constant(Float64Array.of(1, 2)));
    expect(gather(symbol("u", [3]), [2, 0])).toBe(gather(symbol("u", [3]), Int32Array.of(2, 0)));
  });

  it("tells different structures apart", () => {
    expect(symbol("x", [1])).not.toBe(x);
    expect(constant(0)).not.toBe(constant(-0));
    expect(constant([0, 1])).not.toBe(constant([-0, 1]));
    expect(constant([1, 2], [2])).not.toBe(constant([1, 2], [1, 2]));
    expect(constant(Number.NaN)).toBe(constant(Number.NaN));
    const u = symbol("u", [3]);
    expect(scatterAdd(u, [0, 1, 2], [3])).not.toBe(scatterAdd(u, [0, 1, 2], [4]));
    expect(gather(u, [1, 2])).not.toBe(gather(u, [12 % 3, 2]));
  });

  it("keeps the sign of zero in arrays", () => {
    expect(evaluate([constant([-0, 1])], {})[0]?.[0]).toBe(-0);
    expect(evaluate([constant([0, 1])], {})[0]?.[0]).toBe(0);
  });

  it("does not let later changes of what was given reach a node", () => {
    const [shape, entries] = [[2], [1.25, 2.5]];
    const node = constant(entries, shape);
    shape[0] = 5;
    entries[0] = 9;
    expect(node.shape).toEqual([2]);
    expect(evaluate([node], {})[0]).toEqual(Float64Array.of(1.25, 2.5));
    expect(Object.isFrozen(node)).toBe(true);
    const axes = [2, 0, 1];
    const turned = transpose(symbol("C", [2, 3, 4]), axes);
    axes.reverse();
    expect(turned.attributes).toEqual({ axes: [2, 0, 1] });
    const extent = [2];
    const whole = constant(1, extent);
    extent[0] = 3;
    expect(whole.shape).toEqual([2]);
  });
});

describe("graphs", () => {
  it("list operands first, and each node once", () => {
    const x = symbol("x");
    const y = sin(x);
    const z = add(y, multiply(y, x));
    const order = topologicalOrder([z, y]);
    expect(new Set(order).size).toBe(order.length);
    for (const node of order) {
      for (const operand of node.operands) expect(order.indexOf(operand)).toBeLessThan(order.indexOf(node));
    }
    expect(order).toContain(z);
    expect(isNode(z, addPrimitive)).toBe(true);
  });

  it("may be deeper than the call stack", () => {
    let deep = symbol("x");
    for (let k = 0; k < 20000; k++) deep = sin(add(deep, 1));
    expect(topologicalOrder([deep]).length).toBe(40002);
    expect(Number.isFinite(evaluateScalar(deep, { x: 0.5 }))).toBe(true);
  });

  it("name their symbols, and refuse one name for two shapes", () => {
    const [x, u] = [symbol("x"), symbol("u", [2])];
    expect([...symbolsOf(topologicalOrder([add(x, u)])).keys()]).toEqual(["x", "u"]);
    expect(() => symbolsOf([x, symbol("x", [2])])).toThrow("symbol x is used with two shapes");
  });
});

describe("shapes", () => {
  it("have sizes, strides and equality", () => {
    expect([sizeOf([]), sizeOf([2, 3])]).toEqual([1, 6]);
    expect([stridesOf([]), stridesOf([2, 3, 4])]).toEqual([[], [12, 4, 1]]);
    expect([sameShape([2], [2]), sameShape([2], [2, 1]), sameShape([2], [3])]).toEqual([true, false, false]);
  });

  it("reject an operation before it becomes a node", () => {
    expect(() => apply(addPrimitive, [symbol("u", [2]), symbol("v", [3])], {})).toThrow("add: shapes [2] and [3]");
  });
});
