import { InputError } from "../../core/errors.js";
import { RandomStream } from "../../core/random.js";
import type { ImageDataset, ImageSet } from "./dataset.js";

/** How {@link linearClassifier} learns. */
export interface LinearClassifierOptions {
  /** Orders the images; an integer from 0 to 2^53 - 1, 0 by default. */
  readonly seed?: number;
  /** Passes over the training images; by default as many as it takes to see 100 000 images, at least 2 and at most 50. */
  readonly epochs?: number;
}

const BATCH = 50;
const LEARNING_RATE = 0.1;
const MOMENTUM = 0.9;
const IMAGES_TO_SEE = 100_000;

/** Writes the pixels of one image, from 0 to 1, and after them the 1 that the bias multiplies. */
function readInput(set: ImageSet, image: number, input: Float64Array): void {
  const pixels = input.length - 1;
  const start = image * pixels;
  for (let i = 0; i < pixels; i++) input[i] = (set.images[start + i] as number) * (1 / 255);
  input[pixels] = 1;
}

/** One score per class: the rows of `weights`, one per class, times the input. */
function scoreClasses(weights: Float64Array, input: Float64Array, scores: Float64Array): void {
  const length = input.length;
  for (let k = 0; k < scores.length; k++) {
    const row = k * length;
    let sum = 0;
    for (let i = 0; i < length; i++) sum += (weights[row + i] as number) * (input[i] as number);
    scores[k] = sum;
  }
}

/** Turns scores into probabilities, in place: exp(s_k) / sum over j of exp(s_j). */
function softmax(scores: Float64Array): void {
  const largest = scores.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (let k = 0; k < scores.length; k++) {
    const value = Math.exp((scores[k] as number) - largest);
    scores[k] = value;
    sum += value;
  }
  for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] as number) / sum;
}

/** Adds the outer product of error and input to `gradient`. */
function addGradient(error: Float64Array, input: Float64Array, gradient: Float64Array): void {
  const length = input.length;
  for (let k = 0; k < error.length; k++) {
    const row = k * length;
    const factor = error[k] as number;
    for (let i = 0; i < length; i++) gradient[row + i] = (gradient[row + i] as number) + factor * (input[i] as number);
  }
}

/**
 * Softmax regression on the pixels, the yardstick for what no hidden layer can do: the mean cross-entropy of
 * softmax(W x + b), with pixels from 0 to 1, is descended by mini-batches of 50 with momentum 0.9 and a learning rate that falls linearly to 0.
 *
 * @returns the fraction of the test images that it classifies rightly
 * @throws InputError for a seed or a number of epochs out of range
 */
export function linearClassifier(dataset: ImageDataset, options: LinearClassifierOptions = {}): number {
  const { train, test, classes } = dataset;
  const { seed = 0, epochs = Math.min(50, Math.max(2, Math.ceil(IMAGES_TO_SEE / train.count))) } = options;
  if (!(Number.isInteger(epochs) && epochs >= 1)) {
    throw new InputError({ field: "epochs", given: String(epochs), expected: "an integer from 1" });
  }
  const random = new RandomStream(seed);
  const input = new Float64Array(train.rows * train.columns + 1);
  const weights = new Float64Array(classes * input.length);
  const gradient = new Float64Array(weights.length);
  const velocity = new Float64Array(weights.length);
  const scores = new Float64Array(classes);
  const order = Uint32Array.from({ length: train.count }, (_, i) => i);
  let seen = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    random.shuffle(order);
    for (let start = 0; start < order.length; start += BATCH) {
      const batch = order.subarray(start, start + BATCH);
      gradient.fill(0);
      for (const image of batch) {
        readInput(train, image, input);
        scoreClasses(weights, input, scores);
        softmax(scores);
        const label = train.labels[image] as number;
        scores[label] = (scores[label] as number) - 1;
        addGradient(scores, input, gradient);
      }
      const rate = (LEARNING_RATE * (1 - seen / (epochs * train.count))) / batch.length;
      for (let i = 0; i < weights.length; i++) {
        velocity[i] = MOMENTUM * (velocity[i] as number) - rate * (gradient[i] as number);
        weights[i] = (weights[i] as number) + (velocity[i] as number);
      }
      seen += batch.length;
    }
  }
  let right = 0;
  for (let image = 0; image < test.count; image++) {
    readInput(test, image, input);
    scoreClasses(weights, input, scores);
    if (scores.indexOf(Math.max(...scores)) === test.labels[image]) right++;
  }
  return right / test.count;
}
