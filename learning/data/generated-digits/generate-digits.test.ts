import { describe, expect, it } from "vitest";
import { InputError } from "../../../core/errors.js";
import { linearClassifier } from "../linear-classifier.js";
import { generateDigits } from "./generate-digits.js";
import { GLYPHS } from "./glyphs.js";

describe("glyphs", () => {
  it("has several ways of writing each digit, each within the box of a skeleton", () => {
    expect(GLYPHS).toHaveLength(10);
    for (const ways of GLYPHS) {
      expect(ways.length).toBeGreaterThanOrEqual(3);
      for (const stroke of ways.flat()) {
        expect(stroke.x.length).toBe(stroke.y.length);
        expect(stroke.x.every((x) => Math.abs(x) < 0.7)).toBe(true);
        expect(stroke.y.every((y) => Math.abs(y) < 1.1)).toBe(true);
      }
    }
  });

  it("draws strokes as smooth curves through their points", () => {
    const [upright] = GLYPHS[1]?.[0] ?? [];
    expect(upright?.y[0]).toBe(-1);
    expect(upright?.y.at(-1)).toBe(1);
    expect(upright?.y[4]).toBe(0);
    for (const stroke of GLYPHS.flat(2)) {
      for (let i = 1; i < stroke.x.length; i++) {
        const step = Math.hypot(
          (stroke.x[i] as number) - (stroke.x[i - 1] as number),
          (stroke.y[i] as number) - (stroke.y[i - 1] as number),
        );
        expect(step).toBeLessThan(0.4);
      }
    }
  });
});

describe("generateDigits", () => {
  it("has the form of every image dataset", () => {
    const digits = generateDigits({ train: 200, test: 50 });
    expect(digits).toMatchObject({ name: "generated digits", classes: 10 });
    expect(digits.classNames).toEqual([..."0123456789"]);
    for (const [set, count] of [
      [digits.train, 200],
      [digits.test, 50],
    ] as const) {
      expect(set).toMatchObject({ count, rows: 28, columns: 28 });
      expect(set.images).toHaveLength(count * 784);
      expect(set.labels).toHaveLength(count);
    }
    expect(new Set(digits.train.labels).size).toBe(10);
  });

  it("gives the beginning of a larger set as the smaller set", () => {
    const large = generateDigits({ seed: 4, train: 60, test: 40 });
    const small = generateDigits({ seed: 4, train: 11, test: 7 });
    expect(small.train.images).toEqual(large.train.images.subarray(0, 11 * 784));
    expect(small.train.labels).toEqual(large.train.labels.subarray(0, 11));
    expect(small.test.images).toEqual(large.test.images.subarray(0, 7 * 784));
    expect(small.test.labels).toEqual(large.test.labels.subarray(0, 7));
  });

  it("depends on the seed, and draws no image twice", () => {
    const digits = generateDigits({ seed: 4, train: 300, test: 300 });
    const other = generateDigits({ seed: 5, train: 300, test: 300 });
    const drawn = [digits.train, digits.test, other.train, other.test].flatMap(({ images }) =>
      Array.from({ length: 300 }, (_, i) => images.subarray(i * 784, (i + 1) * 784).join(",")),
    );
    expect(new Set(drawn).size).toBe(1200);
  });

  it("keeps the ink in the middle and the paper at the rim", () => {
    const { images } = generateDigits({ train: 500, test: 1 }).train;
    const mean = (keep: (row: number, column: number) => boolean) => {
      let sum = 0;
      let count = 0;
      for (const [i, value] of images.entries()) {
        if (!keep(Math.floor((i % 784) / 28), i % 28)) continue;
        sum += value;
        count++;
      }
      return sum / count;
    };
    expect(mean((row, column) => Math.min(row, column, 27 - row, 27 - column) === 0)).toBeLessThan(10);
    expect(mean((row, column) => Math.abs(row - 13.5) < 6 && Math.abs(column - 13.5) < 5)).toBeGreaterThan(70);
  });

  it("puts fresh noise on the paper of each image", () => {
    const { images, count } = generateDigits({ train: 500, test: 1 }).train;
    const corner = Array.from({ length: count }, (_, i) => images[784 * i] as number);
    const zeros = corner.filter((value) => value === 0).length / count;
    expect(zeros).toBeGreaterThan(0.4);
    expect(zeros).toBeLessThan(0.6);
    expect(new Set(corner).size).toBeGreaterThan(10);
  });

  it("draws the same picture at other sizes", () => {
    const small = generateDigits({ train: 20, test: 1, size: 14 }).train;
    const large = generateDigits({ train: 20, test: 1, size: 56 }).train;
    expect(small.labels).toEqual(large.labels);
    expect(large).toMatchObject({ rows: 56, columns: 56 });
    let difference = 0;
    for (let i = 0; i < small.images.length; i++) {
      const [image, row, column] = [Math.floor(i / 196), Math.floor((i % 196) / 14), i % 14];
      let sum = 0;
      for (let k = 0; k < 16; k++) {
        const at = (image * 56 + 4 * row + (k >> 2)) * 56 + 4 * column + (k & 3);
        sum += large.images[at] as number;
      }
      difference += Math.abs(sum / 16 - (small.images[i] as number)) / small.images.length;
    }
    expect(difference).toBeLessThan(12);
  });

  it("is hard for a linear classifier, yet far from noise: between 75 % and 90 %", () => {
    const accuracy = linearClassifier(generateDigits({ train: 6000, test: 1500 }), { epochs: 8 });
    expect(accuracy).toBeGreaterThan(0.75);
    expect(accuracy).toBeLessThan(0.9);
  });

  it.each([
    ["seed", { seed: -1, train: 1, test: 1 }],
    ["train", { train: 0, test: 1 }],
    ["test", { train: 1, test: 1.5 }],
    ["size", { train: 1, test: 1, size: 4 }],
  ])("refuses a bad %s", (field, options) => {
    expect(() => generateDigits(options)).toThrow(InputError);
    expect(() => generateDigits(options)).toThrow(`${field}: got`);
  });
});
