import { describe, expect, it } from "vitest";
import { InputError } from "../../core/errors.js";
import { arrayExamples, type Examples, imageExamples, oneHot, readExamples } from "./examples.js";

/** All examples, one after another, written one entry further in than the buffer begins. */
function readAll(examples: Examples): number[] {
  const out = new Float64Array(examples.count * examples.size + 2).fill(-7);
  for (let k = 0; k < examples.count; k++) examples.read(k, out, 1 + k * examples.size);
  expect([out[0], out[out.length - 1]]).toEqual([-7, -7]);
  return [...out.subarray(1, -1)];
}

describe("examples", () => {
  it("read arrays of every kind without copying them", () => {
    const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5);
    const examples = arrayExamples(bytes, 3, 0.5);
    expect([examples.count, examples.size]).toEqual([3, 2]);
    bytes[5] = 255;
    expect(readAll(examples)).toEqual([0, 0.5, 1, 1.5, 2, 127.5]);
    expect(readAll(arrayExamples([1, 2, 3], 3))).toEqual([1, 2, 3]);
    expect(readAll(arrayExamples(Float32Array.of(0.5, 0.25), 1))).toEqual([0.5, 0.25]);
  });

  it("expand images to numbers from 0 to 1", () => {
    expect(readAll(imageExamples({ images: Uint8Array.of(0, 51, 255, 0), count: 2 }))).toEqual([0, 0.2, 1, 0]);
  });

  it("write labels as one number per class", () => {
    expect(readAll(oneHot([2, 0], 3))).toEqual([0, 0, 1, 1, 0, 0]);
    expect(readAll(oneHot(Uint8Array.of(1), 2, { off: -1, on: 0.5 }))).toEqual([-1, 0.5]);
  });

  it("take numbers of a block's shape, for one example or with a leading axis", () => {
    const shape = [2, 2];
    expect(readAll(readExamples("x", 3, shape))).toEqual([3, 3, 3, 3]);
    expect(readExamples("x", [1, 2, 3, 4], shape).count).toBe(1);
    const rows = [
      [1, 2],
      [3, 4],
    ];
    expect(readAll(readExamples("x", rows, shape))).toEqual([1, 2, 3, 4]);
    const several = readExamples("x", Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape);
    expect([several.count, several.size]).toEqual([2, 4]);
    expect(readExamples("x", rows, [2]).count).toBe(2);
    expect(readExamples("x", [1, 2, 3], []).count).toBe(3);
  });

  it.each([
    [() => arrayExamples([1, 2, 3], 2), "arrayExamples: got 3 numbers, expected a positive multiple of the count 2."],
    [() => arrayExamples([], 1), "arrayExamples: got 0 numbers"],
    [() => arrayExamples([1], 0), "arrayExamples count: got 0"],
    [() => arrayExamples([1, Number.NaN], 1), "arrayExamples[1]: got NaN, expected a finite number."],
    [() => oneHot([0, 3], 3), "oneHot labels[1]: got 3, expected a whole number from 0 to 2."],
    [() => oneHot([0.5], 3), "oneHot labels[0]: got 0.5"],
    [() => oneHot([], 3), "oneHot, number of labels: got 0"],
    [() => readExamples("input.x", [1, 2, 3], [2]), "input.x: got 3 numbers, expected the shape [2]"],
    [() => readExamples("input.x", [], [2]), "input.x: got 0 numbers"],
    [() => readExamples("input.x", oneHot([0], 3), [2]), "input.x: got examples of 3 numbers, expected 2 numbers each"],
  ])("refuse what does not fit: %#", (make, text) => {
    expect(make).toThrow(InputError);
    expect(make).toThrow(text);
  });
});
