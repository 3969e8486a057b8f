import { describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { dot, symbol } from "../expression/functions.js";
import { layerCost, readLayerTarget } from "./layer-cost.js";
import { readLayerParameters, readRows, rowsToBlocks } from "./layer-values.js";
import type { LayeredAction } from "./layered-action.js";

const [s, next] = [symbol("s", [2]), symbol("s_next", [2])];
const action: LayeredAction = {
  name: "pair",
  layer: [{ name: "s", shape: [2], role: "state", symbol: s }],
  next: [next],
  own: [
    { name: "W", shape: [2, 2], symbol: symbol("W", [2, 2]) },
    { name: "bias", shape: [2], symbol: symbol("bias", [2]), default: Float64Array.of(1, 2) },
  ],
  shared: [{ name: "gain", shape: [], symbol: symbol("gain"), default: 3 }],
  coupling: dot(s, next),
};

describe("parameters of layers", () => {
  it("have an axis of couplings, or one value for all, or the default for all", () => {
    const W = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(readLayerParameters(action, 2, { W })).toEqual({
      W: Float64Array.from(W),
      bias: Float64Array.of(1, 2, 1, 2),
      gain: Float64Array.of(3),
    });
    expect(
      readLayerParameters(action, 2, {
        W: [
          [1, 2],
          [3, 4],
        ],
      }).W,
    ).toEqual(Float64Array.of(1, 2, 3, 4, 1, 2, 3, 4));
    expect(readLayerParameters(action, 3, { W: 0.5 }).W).toEqual(new Float64Array(12).fill(0.5));
  });

  it.each([
    [{ W: 1, V: 2 }, "parameters.V: got a name the system does not declare"],
    [{}, "parameters.W: got nothing"],
    [{ W: [1, 2, 3] }, "parameters.W: got the shape [3]"],
    [{ W: 1, gain: [1, 2] }, "parameters.gain: got the shape [2]"],
  ])("are refused: %j", (given, message) => {
    expect(() => readLayerParameters(action, 2, given)).toThrow(message);
    expect(() => readLayerParameters(action, 2, given)).toThrow(InputError);
  });
});

describe("rows of blocks", () => {
  const blocks = [
    { name: "a", shape: [2] },
    { name: "b", shape: [] },
  ];

  it("join the blocks row by row, and come apart again", () => {
    const rows = readRows("states", blocks, { a: [1, 2, 3, 4], b: [5, 6] }, 2);
    expect(rows).toEqual([Float64Array.of(1, 2, 5), Float64Array.of(3, 4, 6)]);
    expect(rowsToBlocks(rows, blocks)).toEqual({
      a: { data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] },
      b: { data: Float64Array.of(5, 6), shape: [2] },
    });
    expect(rowsToBlocks(rows.slice(1), blocks, false).a).toEqual({ data: Float64Array.of(3, 4), shape: [2] });
  });

  it("are refused where a block is missing, with the shape it should have", () => {
    expect(() => readRows("guess", blocks, { a: 0 }, 3)).toThrow(
      "guess.b: got nothing, expected a value of the shape [3]",
    );
  });
});

describe("layerCost", () => {
  it("is read from the layer's blocks and the targets", () => {
    const cost = layerCost(action, { target: { y: [2] }, cost: "sum((s - y)^2)" });
    expect(cost.cost.shape).toEqual([]);
    expect(readLayerTarget(cost, { y: 2 }).target).toEqual({ y: Float64Array.of(2, 2) });
    expect(() => readLayerTarget(cost)).toThrow("target.y: got nothing, expected a value of the shape [2]");
    expect(() => readLayerTarget(cost, { y: 1, z: 2 })).toThrow("target.z: got a name the system does not declare");
  });

  it("is refused where it is no scalar, uses other symbols or takes a name twice", () => {
    expect(() => layerCost(action, { cost: "s^2" })).toThrow(
      "layerCost of pair, cost: got an expression of the shape [2]",
    );
    expect(() => layerCost(action, { cost: "sum(s_next)" })).toThrow("s_next");
    expect(() => layerCost(action, { target: { W: [2] }, cost: "sum(s)" })).toThrow(
      "target.W: got a name the action uses",
    );
  });
});
