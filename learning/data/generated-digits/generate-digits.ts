import { InputError } from "../../../core/errors.js";
import { checkSeed, fillNormals, RandomStream } from "../../../core/random.js";
import type { ImageDataset, ImageSet } from "../dataset.js";
import type { Canvas } from "./canvas.js";
import { writeDigit } from "./write-digit.js";

/** Standard deviation of the noise on each pixel, where full ink is 1. */
const NOISE = 0.04;

/** What {@link generateDigits} is asked for. */
export interface GenerateDigitsOptions {
  /** Integer from 0 to 2^53 - 1; the same seed gives the same images. 0 by default. */
  readonly seed?: number;
  /** How many images to train on. */
  readonly train: number;
  /** How many images to test on. */
  readonly test: number;
  /** Pixels along each side of the square images; 28 by default. */
  readonly size?: number;
}

function checkCount(field: string, value: number, low: number, high: number): void {
  if (!(Number.isInteger(value) && value >= low && value <= high)) {
    throw new InputError({ field, given: String(value), expected: `an integer from ${low} to ${high}` });
  }
}

/** Draws `count` images; image i is drawn from the random stream 2i + parity. */
function drawImages(seed: number, count: number, size: number, parity: 0 | 1): ImageSet {
  const pixels = size * size;
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  const canvas: Canvas = { size, ink: new Float64Array(pixels) };
  const noise = new Float64Array(pixels);
  for (let i = 0; i < count; i++) {
    const stream = 2 * i + parity;
    const random = new RandomStream(seed, stream);
    const digit = random.nextInteger(10);
    const blackness = 0.65 + 0.35 * random.nextUniform();
    canvas.ink.fill(0);
    writeDigit(canvas, digit, random);
    fillNormals(noise, seed, stream, 0, 0);
    labels[i] = digit;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const value = blackness * (canvas.ink[pixel] as number) + NOISE * (noise[pixel] as number);
      images[i * pixels + pixel] = Math.round(255 * Math.min(1, Math.max(0, value)));
    }
  }
  return { images, labels, count, rows: size, columns: size };
}

/**
 * Handwritten-like digits for when no other images are at hand.
 *
 * Each image is one of several skeletons of its digit, bent by a smooth random displacement, sheared, scaled, rotated and
 * shifted, drawn with a pen of random width and pressure, sometimes with a gap or a stray line, and with noise on every pixel.
 * Training image i and test image i depend on the seed and on i only: a smaller set is the beginning of a larger one, and
 * training and test images never share a random stream.
 *
 * @throws InputError for a seed or a number out of range
 */
export function generateDigits({ seed = 0, train, test, size = 28 }: GenerateDigitsOptions): ImageDataset {
  checkSeed(seed);
  checkCount("train", train, 1, 1_000_000);
  checkCount("test", test, 1, 1_000_000);
  checkCount("size", size, 12, 256);
  return {
    name: "generated digits",
    train: drawImages(seed, train, size, 0),
    test: drawImages(seed, test, size, 1),
    classes: 10,
    classNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  };
}
