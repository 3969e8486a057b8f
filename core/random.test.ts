import { describe, expect, it } from "vitest";
import { InputError } from "./errors.js";
import { checkSeed, fillNormals, fillUniforms, philox4x32, RANDOM_STREAM_FORMAT, RandomStream } from "./random.js";

function philox(counter: readonly number[], key: readonly number[]): number[] {
  const out = new Uint32Array(4);
  const [c0, c1, c2, c3] = counter as [number, number, number, number];
  philox4x32(c0, c1, c2, c3, key[0] as number, key[1] as number, out);
  return [...out];
}

describe("philox4x32", () => {
  // Known answers of philox4x32 with 10 rounds, from the kat_vectors file of Random123.
  const ones = 0xffffffff;
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [ones, ones, ones, ones],
      [ones, ones],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("gives the published words of counter %j and key %j", (counter, key, expected) => {
    expect(philox(counter, key)).toEqual(expected);
  });

  it("writes at an offset and nowhere else", () => {
    const out = new Uint32Array(6).fill(7);
    philox4x32(0, 0, 0, 0, 0, 0, out, 1);
    expect([...out]).toEqual([7, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8, 7]);
  });
});

describe("layout of the stream, format 1", () => {
  const seed = 0x12345 * 2 ** 32 + 0x6789abcd;
  const step = 0xabc * 2 ** 32 + 0xdef01234;
  const words = (pair: number) => philox([4_000_000_000, 0xdef01234, 0x0abc0007, pair], [0x6789abcd, 0x12345]);
  const uniform = (a: number, b: number) => Number((BigInt(a >>> 5) << 26n) | BigInt(b >>> 6)) / 2 ** 53;

  it("is format 1", () => {
    expect(RANDOM_STREAM_FORMAT).toBe(1);
  });

  it("makes uniforms of words 0, 1 and 2, 3 of the component pair", () => {
    const out = new Float64Array(4);
    fillUniforms(out, seed, 4_000_000_000, step, 7);
    const expected = [0, 1].flatMap((pair) => {
      const [a, b, c, d] = words(pair) as [number, number, number, number];
      return [uniform(a, b), uniform(c, d)];
    });
    expect([...out]).toEqual(expected);
  });

  it("makes normals by the Box-Muller transform, to a few units in the last place", () => {
    const count = 2000;
    const normals = new Float64Array(count);
    fillNormals(normals, seed, 4_000_000_000, step, 7);
    for (let i = 0; i < count; i += 2) {
      const [a, b, c, d] = words(i / 2) as [number, number, number, number];
      const radius = Math.sqrt(-2 * Math.log(1 - uniform(a, b)));
      const angle = 2 * Math.PI * (uniform(c, d) - 0.5);
      expect(Math.abs((normals[i] as number) - radius * Math.cos(angle))).toBeLessThan(4e-15);
      expect(Math.abs((normals[i + 1] as number) - radius * Math.sin(angle))).toBeLessThan(4e-15);
    }
  });

  it("keeps the step's high bits apart from the block", () => {
    const here = new Float64Array(2);
    const there = new Float64Array(2);
    fillUniforms(here, 1, 0, 2 ** 32, 0);
    fillUniforms(there, 1, 0, 0, 1);
    expect(here).not.toEqual(there);
    fillUniforms(there, 1, 0, 0, 0);
    expect(here).not.toEqual(there);
  });
});

describe.each([
  ["fillNormals", fillNormals],
  ["fillUniforms", fillUniforms],
] as const)("%s", (_, fill) => {
  it("gives the same values in any pieces and any order", () => {
    const whole = new Float64Array(2001);
    fill(whole, 5, 3, 9, 2);
    const pieces = new Float64Array(2001);
    const cuts = [0, 1, 4, 5, 517, 1030, 1031, 1543, 2000, 2001];
    for (let i = cuts.length - 2; i >= 0; i--) {
      fill(pieces.subarray(cuts[i], cuts[i + 1]), 5, 3, 9, 2, cuts[i]);
    }
    expect(pieces).toEqual(whole);
    expect(new Set(whole).size).toBe(2001);
  });

  it("changes with the seed, the trajectory, the step and the block", () => {
    const places = [
      [1, 0, 0, 0],
      [2, 0, 0, 0],
      [1 + 2 ** 32, 0, 0, 0],
      [1, 1, 0, 0],
      [1, 0, 1, 0],
      [1, 0, 0, 1],
    ] as const;
    const first = places.map(([seed, trajectory, step, block]) => {
      const out = new Float64Array(1);
      fill(out, seed, trajectory, step, block);
      return out[0];
    });
    expect(new Set(first).size).toBe(places.length);
  });

  it.each([
    ["seed", [-1, 0, 0, 0, 0]],
    ["seed", [0.5, 0, 0, 0, 0]],
    ["seed", [2 ** 53, 0, 0, 0, 0]],
    ["trajectory", [0, 2 ** 32, 0, 0, 0]],
    ["step", [0, 0, Number.NaN, 0, 0]],
    ["step", [0, 0, 2 ** 48, 0, 0]],
    ["block", [0, 0, 0, 65535, 0]],
    ["first component", [0, 0, 0, 0, -2]],
  ] as const)("refuses a %s out of range: %j", (field, [seed, trajectory, step, block, first]) => {
    expect(() => fill(new Float64Array(1), seed, trajectory, step, block, first)).toThrow(InputError);
    expect(() => fill(new Float64Array(1), seed, trajectory, step, block, first)).toThrow(`${field}: got`);
  });
});

describe("distribution", () => {
  const count = 1_000_000;
  // Five standard errors: a sound generator fails one such bound in two million seeds, and the seed here is fixed.
  const sigmas = 5 / Math.sqrt(count);

  it("normals have the moments of the standard normal within five standard errors", () => {
    const x = new Float64Array(count);
    fillNormals(x, 2024, 0, 0, 0);
    const moment = (power: number) => x.reduce((sum, value) => sum + value ** power, 0) / count;
    expect(Math.abs(moment(1))).toBeLessThan(sigmas);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(sigmas * Math.sqrt(2));
    expect(Math.abs(moment(3))).toBeLessThan(sigmas * Math.sqrt(15));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(sigmas * Math.sqrt(96));
    const beyondThree = x.reduce((sum, value) => sum + (Math.abs(value) > 3 ? 1 : 0), 0) / count;
    expect(Math.abs(beyondThree - 0.0026998)).toBeLessThan(sigmas * Math.sqrt(0.0027));
  });

  it("uniforms fill a hundred equal bins evenly (chi-square)", () => {
    const x = new Float64Array(count);
    fillUniforms(x, 2024, 0, 0, 0);
    const bins = new Float64Array(100);
    for (const value of x) bins[Math.floor(value * 100)]! += 1;
    const chiSquare = bins.reduce((sum, n) => sum + (n - count / 100) ** 2 / (count / 100), 0);
    expect(chiSquare).toBeGreaterThan(99 - 5 * Math.sqrt(198));
    expect(chiSquare).toBeLessThan(99 + 5 * Math.sqrt(198));
  });

  it("neighbouring components, steps, trajectories, blocks and seeds are uncorrelated", () => {
    const x = new Float64Array(count);
    fillNormals(x, 7, 0, 0, 0);
    const correlation = (y: Float64Array) => y.reduce((sum, value, i) => sum + value * (x[i] as number), 0) / count;
    const y = new Float64Array(count);
    for (const [seed, trajectory, step, block, first] of [
      [7, 0, 0, 0, 1],
      [7, 0, 0, 0, 2],
      [7, 0, 1, 0, 0],
      [7, 1, 0, 0, 0],
      [7, 0, 0, 1, 0],
      [8, 0, 0, 0, 0],
    ] as const) {
      fillNormals(y, seed, trajectory, step, block, first);
      expect(Math.abs(correlation(y))).toBeLessThan(sigmas);
    }
  });
});

describe("RandomStream", () => {
  it("repeats for the same seed and stream, and differs for others", () => {
    const draw = (seed: number, stream?: number) => {
      const random = new RandomStream(seed, stream);
      return [random.nextUniform(), random.nextNormal(), random.nextInteger(1000), random.nextNormal()];
    };
    expect(draw(3)).toEqual(draw(3, 0));
    expect(draw(3, 1)).not.toEqual(draw(3, 0));
    expect(draw(4, 0)).not.toEqual(draw(3, 0));
  });

  it("uses the words of block 65535 in order", () => {
    const seed = 9 * 2 ** 32 + 5;
    const first = philox([11, 0, 0xffff, 0], [5, 9]) as [number, number, number, number];
    const third = philox([11, 2, 0xffff, 0], [5, 9]);
    const random = new RandomStream(seed, 11);
    const whole = 2 ** 32;
    expect(random.nextInteger(whole)).toBe(first[0]);
    expect(random.nextUniform()).toBe(((first[1] >>> 5) * 2 ** 26 + (first[2] >>> 6)) / 2 ** 53);
    random.nextNormal();
    expect(random.nextInteger(whole)).toBe(third[0]);
  });

  it("has standard normal moments within five standard errors", () => {
    const count = 200_000;
    const random = new RandomStream(12);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < count; i++) {
      const x = random.nextNormal();
      sum += x;
      squares += x * x;
    }
    expect(Math.abs(sum / count)).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(squares / count - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
  });

  it("draws integers without bias, also where the bound does not divide 2^32", () => {
    // Without rejection, values below 2^30 would be twice as likely as the others for this bound.
    const bound = 3 * 2 ** 30;
    const count = 30_000;
    const random = new RandomStream(1);
    const thirds = [0, 0, 0];
    for (let i = 0; i < count; i++) thirds[Math.floor(random.nextInteger(bound) / 2 ** 30)]! += 1;
    for (const n of thirds) expect(Math.abs(n - count / 3)).toBeLessThan(5 * Math.sqrt((count * 2) / 9));
    expect(random.nextInteger(1)).toBe(0);
  });

  it("shuffles into every order equally often", () => {
    const random = new RandomStream(2);
    const orders = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const values = Int32Array.of(0, 1, 2, 3);
      random.shuffle(values);
      orders.set(values.join(""), (orders.get(values.join("")) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    for (const n of orders.values()) expect(Math.abs(n - 1000)).toBeLessThan(5 * Math.sqrt((1000 * 23) / 24));
  });

  it.each([0, -1, 1.5, 2 ** 32 + 1, Number.NaN])("refuses the bound %d", (bound) => {
    expect(() => new RandomStream(1).nextInteger(bound)).toThrow("bound: got");
  });

  it("refuses a seed or a stream out of range", () => {
    expect(() => new RandomStream(-1)).toThrow("seed: got -1, expected an integer from 0 to 2^53 - 1.");
    expect(() => new RandomStream(1, 2 ** 32)).toThrow("stream: got");
    expect(() => checkSeed(Number.POSITIVE_INFINITY, "--seed")).toThrow("--seed: got Infinity");
  });
});
