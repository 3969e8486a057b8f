import { describe, expect, it } from "vitest";
import { InputError } from "../../core/errors.js";
import type { Checkpoint } from "./checkpoint.js";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint-bytes.js";
import { crc32 } from "./crc32.js";

const oddNumbers = Float64Array.of(0, -0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, Math.PI, -1e308);

const example: Checkpoint = {
  format: 1,
  randomStream: 1,
  task: "übung, output [2]",
  rule: "equilibrium propagation",
  optimiser: "adam",
  seed: 2 ** 53 - 1,
  examples: 60000,
  batchSize: 64,
  lastBatch: "keep",
  trained: ["W", "b"],
  epoch: 1,
  batch: 2,
  parameters: { W: oddNumbers, b: new Float64Array(0), float64: Float64Array.of(1) },
  optimiserState: { updates: 3, averages: { mean: { W: oddNumbers.slice().reverse(), b: new Float64Array(0) } } },
  sums: { batches: 2, examples: 128, cost: 0.1 + 0.2, residual: Number.POSITIVE_INFINITY, unsettled: -0 },
  recentUnsettled: [0, 1 / 3],
  history: [
    {
      epoch: 1,
      cost: 1e-300,
      residual: 0,
      unsettled: 0,
      validation: { accuracy: Number.NaN, number: 0.5, float64: 2 },
    },
  ],
};

/** The same bytes with one bit changed. */
function flipped(bytes: Uint8Array, position: number): Uint8Array {
  const changed = bytes.slice();
  changed[position] = (changed[position] as number) ^ 0x10;
  return changed;
}

/** Bytes around another header, with a checksum that fits. */
function withHeader(header: unknown): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(24 + text.length);
  bytes.set(encodeCheckpoint(example).subarray(0, 8));
  const view = new DataView(bytes.buffer);
  view.setFloat64(8, bytes.length, true);
  view.setUint32(16, text.length, true);
  bytes.set(text, 20);
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)), true);
  return bytes;
}

describe("checkpoints as bytes", () => {
  it("keep every bit", () => {
    const decoded = decodeCheckpoint(encodeCheckpoint(example));
    // toEqual tells 0 from -0 and knows NaN.
    expect(decoded).toEqual(example);
    const bits = (values: Float64Array | undefined): BigUint64Array =>
      new BigUint64Array((values as Float64Array).buffer);
    expect(bits(decoded.parameters.W)).toEqual(bits(oddNumbers));
  });

  it("read from the middle of a larger buffer", () => {
    const bytes = encodeCheckpoint(example);
    const larger = new Uint8Array(bytes.length + 8);
    larger.set(bytes, 3);
    expect(decodeCheckpoint(larger.subarray(3, 3 + bytes.length))).toEqual(example);
  });

  it("are refused wherever they are cut or a bit is changed", () => {
    const bytes = encodeCheckpoint(example);
    for (let k = 0; k < bytes.length; k++) {
      expect(() => decodeCheckpoint(bytes.subarray(0, k))).toThrow(InputError);
      expect(() => decodeCheckpoint(flipped(bytes, k))).toThrow(InputError);
    }
  });

  it.each([
    [
      new TextEncoder().encode("<html>"),
      "bytes that do not begin like a checkpoint, expected what encodeCheckpoint wrote",
    ],
    [encodeCheckpoint(example).subarray(0, 10), "got 10 bytes, expected a whole checkpoint (the file was cut short"],
    [
      encodeCheckpoint(example).subarray(0, 200),
      /got 200 bytes, expected \d+, the length it was written with \(the file was cut/,
    ],
    [
      flipped(encodeCheckpoint(example), 100),
      "that do not match their checksum, expected the bytes as they were written (the",
    ],
    [withHeader({ ...example, format: 2 }), "got the format 2, expected 1 (it was written by another version)"],
    [withHeader("{"), "got a header that is not JSON"],
    [withHeader("null"), "got the format undefined"],
    [withHeader({ "[float64]": 1e9 }), "got a header that names more numbers than follow"],
    [withHeader({ "[float64]": -1 }), "got a header that names more numbers than follow"],
    [withHeader({ ...example, parameters: {}, optimiserState: {} }), 'got a header without a valid "optimiserState"'],
    [withHeader({ format: 1 }), 'got a header without a valid "randomStream"'],
  ])("are refused in one sentence: %#", (bytes, text) => {
    expect(() => decodeCheckpoint(bytes)).toThrow(InputError);
    expect(() => decodeCheckpoint(bytes)).toThrow(text);
  });

  it("are checked with the CRC-32 everyone uses", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });
});
