import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../core/errors.js";
import { encodeIdx, parseIdx } from "./idx.js";

const labels = encodeIdx({ shape: [3], data: Uint8Array.of(5, 0, 4) });

describe("parseIdx", () => {
  it("reads the layout of the MNIST files", () => {
    const bytes = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255);
    expect(parseIdx(bytes, "images")).toEqual({ shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 255) });
  });

  it("reads what encodeIdx writes, at any offset into a buffer", () => {
    const tensors = fc.array(fc.nat(4), { maxLength: 4 }).chain((shape) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return fc.record({ shape: fc.constant(shape), data: fc.uint8Array({ minLength: size, maxLength: size }) });
    });
    fc.assert(
      fc.property(tensors, fc.nat(7), (tensor, offset) => {
        const bytes = encodeIdx(tensor);
        const shifted = new Uint8Array(offset + bytes.length).subarray(offset);
        shifted.set(bytes);
        expect(parseIdx(shifted, "tensor")).toEqual(tensor);
      }),
      { seed: 1 },
    );
  });

  it.each([
    [
      "an empty file",
      new Uint8Array(0),
      "labels: got 0 bytes, expected an IDX file, which has a header of at least 4 bytes.",
    ],
    [
      "a wrong magic number",
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47),
      "labels: got first bytes 0x89 0x50 0x4e 0x47, expected an IDX file, which begins with 0x00 0x00 0x08.",
    ],
    [
      "a file that is still packed",
      Uint8Array.of(0x1f, 0x8b, 8, 0),
      "labels: got first bytes 0x1f 0x8b 0x08 0x00, expected an IDX file, which begins with 0x00 0x00 0x08; unpack it first, these are gzip's.",
    ],
    [
      "floating-point values",
      Uint8Array.of(0, 0, 0x0d, 1),
      "labels: got IDX element type 0x0d, expected 0x08, unsigned bytes.",
    ],
    [
      "a truncated header",
      labels.subarray(0, 6),
      "labels: got a file of 6 bytes, expected 1 dimensions in a header of 8 bytes.",
    ],
    [
      "truncated values",
      labels.subarray(0, 10),
      "labels: got 2 values (the file is truncated), expected 3 for shape [3].",
    ],
    [
      "trailing bytes",
      Uint8Array.of(...labels, 0),
      "labels: got 4 values (bytes trail after the last one), expected 3 for shape [3].",
    ],
  ])("refuses %s in one sentence", (_, bytes, message) => {
    expect(() => parseIdx(bytes, "labels")).toThrow(InputError);
    expect(() => parseIdx(bytes, "labels")).toThrow(message);
  });

  it("refuses every proper beginning of a file", () => {
    for (let length = 0; length < labels.length; length++) {
      expect(() => parseIdx(labels.subarray(0, length), "labels")).toThrow(InputError);
    }
  });
});
