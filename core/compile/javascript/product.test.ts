import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomStream } from "../../random.js";
import { matrixProduct } from "./product.js";

/** The product by its definition, summed over the inner index in ascending order. */
function byDefinition(m: number, n: number, k: number, a: (i: number, l: number) => number, b: typeof a): Float64Array {
  return Float64Array.from({ length: m * n }, (_, at) => {
    let total = 0;
    for (let l = 0; l < k; l++) total += a(Math.floor(at / n), l) * b(l, at % n);
    return total;
  });
}

function compare(m: number, k: number, n: number, flipLeft: boolean, flipRight: boolean, start: number): void {
  const random = new RandomStream(m + 100 * k + 10_000 * n);
  const uniform = (count: number): Float64Array =>
    Float64Array.from({ length: start + count }, () => random.nextUniform() - 0.5);
  const [a, b] = [uniform(m * k), uniform(k * n)];
  const [aRow, aColumn] = flipLeft ? [1, m] : [k, 1];
  const [bRow, bColumn] = flipRight ? [1, k] : [n, 1];
  const c = new Float64Array(start + m * n + 1).fill(7);
  matrixProduct(m, n, k, a, start, aRow, aColumn, b, start, bRow, bColumn, c, start);
  const expected = byDefinition(
    m,
    n,
    k,
    (i, l) => a[start + i * aRow + l * aColumn] as number,
    (l, j) => b[start + l * bRow + j * bColumn] as number,
  );
  expect(c.subarray(start, start + m * n)).toEqual(expected);
  expect(c.subarray(0, start).every((value) => value === 7)).toBe(true);
  expect(c[start + m * n]).toBe(7);
}

describe("matrix products", () => {
  it("are the sums of their definition to the last bit, for all shapes and strides", () => {
    const extent = fc.integer({ min: 1, max: 23 });
    fc.assert(fc.property(extent, extent, extent, fc.boolean(), fc.boolean(), fc.nat(3), compare), {
      seed: 4,
      numRuns: 300,
    });
  });

  it("are so in several blocks of rows, columns and inner indices", () => {
    compare(2000, 90, 5, false, true, 1);
    compare(5, 90, 1000, true, false, 2);
    compare(9, 9001, 7, false, false, 0);
    compare(2, 9001, 1, true, false, 0);
  });
});
