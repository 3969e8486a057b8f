import { describe, expect, it } from "vitest";
import { RandomStream } from "../../random.js";
import { contentNumber } from "./content.js";

describe("the number of an array's content", () => {
  it("is shared by equal arrays only", () => {
    const number = contentNumber(Float64Array.of(1, -0, Number.NaN));
    expect(contentNumber(Float64Array.of(1, -0, Number.NaN))).toBe(number);
    expect(contentNumber(Float64Array.of(1, 0, Number.NaN))).not.toBe(number);
    expect(contentNumber(Float64Array.of(1, -0))).not.toBe(number);
    expect(contentNumber(new Int32Array(2))).not.toBe(contentNumber(new Float64Array(1)));
    expect(contentNumber(new Int32Array(0))).toBe(contentNumber(new Int32Array(0)));
    const view = new Float64Array([7, 1, 2]).subarray(1);
    expect(contentNumber(view)).toBe(contentNumber(Float64Array.of(1, 2)));
  });

  it("tells arrays apart also where their hashes collide", () => {
    // Of 200,000 hashes of 32 bits some five pairs collide.
    const random = new RandomStream(2);
    const numbers = new Map<string, number>();
    const seen = new Set<number>();
    for (let k = 0; k < 200_000; k++) {
      const array = Int32Array.of(random.nextInteger(2 ** 32), random.nextInteger(2 ** 32));
      const number = contentNumber(array);
      const text = array.join();
      numbers.set(text, number);
      seen.add(number);
    }
    expect(seen.size).toBe(numbers.size);
  });
});
