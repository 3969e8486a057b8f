import { describe, expect, it } from "vitest";
import { RandomStream } from "../../core/random.js";
import type { ImageDataset, ImageSet } from "./dataset.js";
import { linearClassifier } from "./linear-classifier.js";

/** Images of one row of two random pixels, labelled by a rule. */
function points(seed: number, count: number, label: (x: number, y: number) => number): ImageSet {
  const random = new RandomStream(seed);
  const images = Uint8Array.from({ length: 2 * count }, () => random.nextInteger(256));
  const labels = Uint8Array.from({ length: count }, (_, i) =>
    label(images[2 * i] as number, images[2 * i + 1] as number),
  );
  return { images, labels, count, rows: 1, columns: 2 };
}

function task(label: (x: number, y: number) => number, classes: number): ImageDataset {
  const classNames = Array.from({ length: classes }, (_, k) => String(k));
  return { name: "points", train: points(1, 2000, label), test: points(2, 1000, label), classes, classNames };
}

describe("linearClassifier", () => {
  it("learns three classes that two lines separate", () => {
    const stripes = task((x, y) => (x + y < 180 ? 0 : x + y < 330 ? 1 : 2), 3);
    expect(linearClassifier(stripes)).toBeGreaterThan(0.93);
  });

  it("cannot learn exclusive or", () => {
    const exclusiveOr = task((x, y) => Number(x < 128) ^ Number(y < 128), 2);
    expect(linearClassifier(exclusiveOr)).toBeLessThan(0.7);
  });

  it("repeats for the same seed and epochs, and depends on both", () => {
    const noisy = task((x, y) => Number(x + ((x * 7 + y * 13) % 200) < 200), 2);
    const few = { epochs: 2 };
    expect(linearClassifier(noisy, few)).toBe(linearClassifier(noisy, { ...few, seed: 0 }));
    const others = [1, 2, 3].map((seed) => linearClassifier(noisy, { ...few, seed }));
    expect(new Set([linearClassifier(noisy, few), ...others]).size).toBeGreaterThan(1);
    expect(linearClassifier(noisy, { epochs: 1 })).not.toBe(linearClassifier(noisy, { epochs: 30 }));
  });

  it.each([0, 2.5, Number.NaN])("refuses %d epochs", (epochs) => {
    expect(() =>
      linearClassifier(
        task(() => 0, 2),
        { epochs },
      ),
    ).toThrow(`epochs: got ${epochs}, expected an integer from 1.`);
  });
});
