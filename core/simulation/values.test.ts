import { describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { blockValues, checkNames, entryName, indexOf } from "./values.js";

describe("blockValues", () => {
  const shared = (...data: number[]) => ({ data: Float64Array.from(data), perTrajectory: false });
  const own = (...data: number[]) => ({ data: Float64Array.from(data), perTrajectory: true });

  it("fills a shape with one number", () => {
    expect(blockValues("q", 2, [3])).toEqual(shared(2, 2, 2));
  });

  it("reads nested and flat numbers", () => {
    const nested = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    expect(blockValues("W", nested, [2, 3])).toEqual(shared(1, 2, 3, 4, 5, 6));
    expect(blockValues("W", nested.flat(), [2, 3])).toEqual(shared(1, 2, 3, 4, 5, 6));
    expect(blockValues("W", Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3])).toEqual(shared(1, 2, 3, 4, 5, 6));
    expect(blockValues("W", nested.map((row) => Float64Array.from(row)) as never, [2, 3])).toEqual(
      shared(1, 2, 3, 4, 5, 6),
    );
  });

  it("copies", () => {
    const given = Float64Array.of(1, 2);
    expect(blockValues("q", given, [2]).data).not.toBe(given);
  });

  it("reads a leading axis of trajectories", () => {
    const rows = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    expect(blockValues("q", rows, [2], 3)).toEqual(own(1, 2, 3, 4, 5, 6));
    expect(blockValues("q", rows.flat(), [2], 3)).toEqual(own(1, 2, 3, 4, 5, 6));
    expect(blockValues("q", [7, 8, 9], [], 3)).toEqual(own(7, 8, 9));
    expect(blockValues("q", [7, 8], [2], 2)).toEqual(shared(7, 8));
    expect(blockValues("q", [[7, 8]], [2], 1)).toEqual(shared(7, 8));
  });

  it.each([
    [[1, 2], [3], 1, "q: got the shape [2], expected [3]."],
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [2, 3],
      1,
      "q: got the shape [3, 2], expected [2, 3].",
    ],
    [
      [
        [1, 2, 3],
        [4, 5],
      ],
      [2, 3],
      1,
      "q: got rows of different lengths, expected [2, 3].",
    ],
    [[1, 2], [3], 4, "q: got the shape [2], expected [3], or [4, 3] with one value per trajectory."],
    [[], [3], 1, "q: got the shape [0], expected [3]."],
    [
      [
        [1, 2, 3],
        [4, Number.NaN, 6],
      ],
      [2, 3],
      1,
      "q[1, 1]: got NaN, expected a finite number.",
    ],
    [Number.POSITIVE_INFINITY, [], 1, "q: got Infinity, expected a finite number."],
    [[["a", "b"]], [1, 2], 1, "rows of different lengths"],
  ])("refuses %j for the shape %j", (value, shape, trajectories, message) => {
    expect(() => blockValues("q", value as number[][], shape, trajectories)).toThrow(InputError);
    expect(() => blockValues("q", value as number[][], shape, trajectories)).toThrow(message);
  });
});

describe("names of entries", () => {
  it("are positions in row-major order", () => {
    expect(entryName("W", indexOf([2, 3], 5))).toBe("W[1, 2]");
    expect(entryName("q", indexOf([], 0))).toBe("q");
  });

  it("refuse what is not declared", () => {
    expect(() => checkNames("initial", { q: 1, r: 2 }, ["q", "p"])).toThrow(
      "initial.r: got a name the system does not declare, expected one of q, p.",
    );
    expect(() => checkNames("input", { u: 1 }, [])).toThrow("expected no names, because there are none.");
  });
});
