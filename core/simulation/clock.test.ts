import { describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { layClock, stepOf, timeAt } from "./clock.js";

describe("layClock", () => {
  it("counts the steps to a time", () => {
    expect(layClock({ until: 20 }, 0.01)).toEqual({ start: 0, step: 0.01, steps: 2000 });
    expect(layClock({ start: 3, until: 3 }, 0.5)).toEqual({ start: 3, step: 0.5, steps: 0 });
  });

  it("takes a number of steps", () => {
    expect(layClock({ start: -1, steps: 7 }, 0.25)).toEqual({ start: -1, step: 0.25, steps: 7 });
  });

  it("runs backwards to an earlier time", () => {
    expect(layClock({ start: 2, until: -1 }, 0.5)).toEqual({ start: 2, step: -0.5, steps: 6 });
  });

  it("forgives the rounding of a decimal step, and no more", () => {
    expect(layClock({ until: 0.3 }, 0.1).steps).toBe(3);
    expect(layClock({ until: 1e6 + 1e-4 }, 1).steps).toBe(1e6);
    expect(() => layClock({ until: 1 + 1e-8 }, 1)).toThrow(InputError);
  });

  it.each([
    [
      { until: 1 },
      0.3,
      "until: got 1, expected a whole number of steps of 0.3 from 0; the nearest step that fits is 0.3333333333333333, 3 of them.",
    ],
    [{ until: 0.1 }, 1, "the nearest step that fits is 0.1, 1 of them."],
    [{ until: 1, steps: 3 }, 0.1, "until, steps: got both, expected exactly one of them."],
    [{}, 0.1, "until, steps: got neither, expected exactly one of them."],
    [{ steps: 1.5 }, 0.1, "steps: got 1.5, expected a whole number from 0 to 2^48 - 1."],
    [{ steps: -1 }, 0.1, "steps: got -1,"],
    [{ until: Number.POSITIVE_INFINITY }, 0.1, "until: got Infinity, expected a finite number."],
    [{ start: Number.NaN, steps: 1 }, 0.1, "start: got NaN, expected a finite number."],
  ])("refuses %j with the step %d", (horizon, step, message) => {
    expect(() => layClock(horizon, step)).toThrow(InputError);
    expect(() => layClock(horizon, step)).toThrow(message);
  });
});

describe("the grid of times", () => {
  it("has no accumulated rounding", () => {
    const clock = layClock({ steps: 1000 }, 0.1);
    expect(timeAt(clock, 1000)).toBe(100);
    expect(timeAt(clock, 3, 0.5)).toBe(3.5 * 0.1);
    expect(timeAt(clock, 7, 1)).toBe(timeAt(clock, 8));
  });

  it("knows which step ends at a time", () => {
    const clock = { start: 1, step: -0.1 };
    expect(stepOf(clock, 0.7)).toBe(3);
    expect(stepOf(clock, 0.75)).toBeUndefined();
  });
});
