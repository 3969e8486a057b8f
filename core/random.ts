/**
 * Counter-based randomness: every random value is a pure function of a seed and of where it is used, so it does not depend
 * on the order of evaluation, on threads or on chunking.
 *
 * Layout of the stream, {@link RANDOM_STREAM_FORMAT} 1. The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw,
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011); one call turns a key and a counter into four 32-bit words.
 *
 *     key 0      low 32 bits of the seed
 *     key 1      high 21 bits of the seed (a seed is an integer from 0 to 2^53 - 1)
 *     counter 0  trajectory, below 2^32
 *     counter 1  low 32 bits of the step (a step is below 2^48)
 *     counter 2  high 16 bits of the step, times 2^16, plus the block (below 65535)
 *     counter 3  component pair: components 2c and 2c + 1 come from the call with counter 3 = c
 *
 * Of the four words of a call, words 0 and 1 make the uniform of the even component and words 2 and 3 that of the odd one:
 * (floor(first / 2^5) * 2^26 + floor(second / 2^6)) / 2^53. The two normals of a pair are the Box-Muller transform
 * sqrt(-2 log(1 - u)) * (cos(a), sin(a)) of these two uniforms u and v, with the angle a = 2 pi (v - 1/2).
 *
 * Block 65535 belongs to {@link RandomStream}: counter 0 is the number of the stream, the step counts the calls and counter 3
 * is 0. The words of a call are used in order: an integer takes one, a uniform two and a pair of normals four; words too few
 * for what is asked are passed over.
 */

import { InputError } from "./errors.js";

/** Version of the layout above. It changes whenever the same seed would give other values. */
export const RANDOM_STREAM_FORMAT = 1;

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const KEY_INCREMENT_0 = 0x9e3779b9;
const KEY_INCREMENT_1 = 0xbb67ae85;

/**
 * Philox4x32-10: writes the four 32-bit words that belong to a counter and a key to `out[offset .. offset + 3]`.
 * Counters and keys are taken modulo 2^32.
 */
export function philox4x32(
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
  out: Uint32Array,
  offset = 0,
): void {
  let c0 = counter0 | 0;
  let c1 = counter1 | 0;
  let c2 = counter2 | 0;
  let c3 = counter3 | 0;
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < 10; round++) {
    // Math.imul gives the low half of a product; the high half is put together from 16-bit limbs.
    let low = c0 & 0xffff;
    let high = c0 >>> 16;
    let middle = (Math.imul(high, 0x1f53) + (Math.imul(low, 0x1f53) >>> 16)) | 0;
    let carry = (Math.imul(low, 0xd251) + (middle & 0xffff)) | 0;
    const high0 = (Math.imul(high, 0xd251) + (middle >>> 16) + (carry >>> 16)) | 0;
    const low0 = Math.imul(c0, MULTIPLIER_0);

    low = c2 & 0xffff;
    high = c2 >>> 16;
    middle = (Math.imul(high, 0x8d57) + (Math.imul(low, 0x8d57) >>> 16)) | 0;
    carry = (Math.imul(low, 0xcd9e) + (middle & 0xffff)) | 0;
    const high1 = (Math.imul(high, 0xcd9e) + (middle >>> 16) + (carry >>> 16)) | 0;
    const low1 = Math.imul(c2, MULTIPLIER_1);

    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + KEY_INCREMENT_0) | 0;
    k1 = (k1 + KEY_INCREMENT_1) | 0;
  }
  out[offset] = c0;
  out[offset + 1] = c1;
  out[offset + 2] = c2;
  out[offset + 3] = c3;
}

const PAIRS_PER_CHUNK = 256;
/** Words of a chunk of pairs; filled and used within one call. */
const words = new Uint32Array(4 * PAIRS_PER_CHUNK);

const STREAM_BLOCK = 0xffff;
const TWO_TO_32 = 2 ** 32;
const TWO_TO_48 = 2 ** 48;

function checkInteger(field: string, value: number, limit: number, expected: string): void {
  if (!(Number.isInteger(value) && value >= 0 && value < limit)) {
    throw new InputError({ field, given: String(value), expected: `an integer from 0 to ${expected}` });
  }
}

/** Refuses a seed that is not an integer from 0 to 2^53 - 1, with an {@link InputError} that names `field`. */
export function checkSeed(seed: number, field = "seed"): void {
  checkInteger(field, seed, 2 ** 53, "2^53 - 1");
}

function checkPosition(seed: number, trajectory: number, step: number, block: number, first: number): void {
  checkSeed(seed);
  checkInteger("trajectory", trajectory, TWO_TO_32, "2^32 - 1");
  checkInteger("step", step, TWO_TO_48, "2^48 - 1");
  checkInteger("block", block, STREAM_BLOCK, "65534");
  checkInteger("first component", first, TWO_TO_32, "2^32 - 1");
}

function fillWords(seed: number, trajectory: number, step: number, block: number, pair: number, pairs: number): void {
  const key1 = Math.floor(seed / TWO_TO_32);
  const counter2 = Math.floor(step / TWO_TO_32) * 0x10000 + block;
  for (let i = 0; i < pairs; i++) philox4x32(trajectory, step, counter2, pair + i, seed, key1, words, 4 * i);
}

/** The 53-bit uniform in [0, 1) made of the words at `index` and `index + 1`. */
function uniformAt(source: Uint32Array, index: number): number {
  const first = source[index] as number;
  const second = source[index + 1] as number;
  return ((first >>> 5) * 0x4000000 + (second >>> 6)) * 2 ** -53;
}

// Minimax polynomials of sin and cos on [-pi/4, pi/4] (fdlibm, Sun Microsystems, 1993).
const SIN_3 = -1.6666666666666632e-1;
const SIN_5 = 8.33333333332249e-3;
const SIN_7 = -1.984126982985795e-4;
const SIN_9 = 2.7557313707070068e-6;
const SIN_11 = -2.5050760253406863e-8;
const SIN_13 = 1.58969099521155e-10;
const COS_4 = 4.16666666666666e-2;
const COS_6 = -1.388888888887411e-3;
const COS_8 = 2.480158728947673e-5;
const COS_10 = -2.7557314351390663e-7;
const COS_12 = 2.087572321298175e-9;
const COS_14 = -1.1359647557788195e-11;

const normalPair = new Float64Array(2);

/**
 * Box-Muller transform of the four words at `index`, to {@link normalPair}. The angle is quartered into the range of the
 * polynomials and doubled back twice: no branch, and a third faster than Math.sin and Math.cos.
 */
function transformPair(source: Uint32Array, index: number): void {
  const radius = Math.sqrt(-2 * Math.log(1 - uniformAt(source, index)));
  const quarter = (uniformAt(source, index + 2) - 0.5) * (Math.PI / 2);
  const z = quarter * quarter;
  const sin1 = quarter * (1 + z * (SIN_3 + z * (SIN_5 + z * (SIN_7 + z * (SIN_9 + z * (SIN_11 + z * SIN_13))))));
  const cos1 = 1 - z * (0.5 - z * (COS_4 + z * (COS_6 + z * (COS_8 + z * (COS_10 + z * (COS_12 + z * COS_14))))));
  const sin2 = 2 * sin1 * cos1;
  const cos2 = 1 - 2 * sin1 * sin1;
  normalPair[0] = radius * (1 - 2 * sin2 * sin2);
  normalPair[1] = radius * (2 * sin2 * cos2);
}

/**
 * Fills `out` with independent standard normals: `out[i]` is component `first + i` of the given place in the stream.
 * Allocates nothing; filling a range in pieces gives the same values as filling it at once.
 *
 * @throws InputError for a seed outside 0 .. 2^53 - 1, a trajectory or first component outside 0 .. 2^32 - 1, a step
 * outside 0 .. 2^48 - 1 or a block outside 0 .. 65534.
 */
export function fillNormals(
  out: Float64Array,
  seed: number,
  trajectory: number,
  step: number,
  block: number,
  first = 0,
): void {
  checkPosition(seed, trajectory, step, block, first);
  const end = first + out.length;
  for (let pair = Math.floor(first / 2); 2 * pair < end; pair += PAIRS_PER_CHUNK) {
    const pairs = Math.min(PAIRS_PER_CHUNK, Math.ceil(end / 2) - pair);
    fillWords(seed, trajectory, step, block, pair, pairs);
    const start = 2 * pair - first;
    for (let i = 0; i < pairs; i++) {
      transformPair(words, 4 * i);
      const at = start + 2 * i;
      if (at >= 0) out[at] = normalPair[0] as number;
      if (at + 1 < out.length) out[at + 1] = normalPair[1] as number;
    }
  }
}

/** Fills `out` with independent uniforms in [0, 1) of 53 bits; places and errors as in {@link fillNormals}. */
export function fillUniforms(
  out: Float64Array,
  seed: number,
  trajectory: number,
  step: number,
  block: number,
  first = 0,
): void {
  checkPosition(seed, trajectory, step, block, first);
  const end = first + out.length;
  for (let pair = Math.floor(first / 2); 2 * pair < end; pair += PAIRS_PER_CHUNK) {
    const pairs = Math.min(PAIRS_PER_CHUNK, Math.ceil(end / 2) - pair);
    fillWords(seed, trajectory, step, block, pair, pairs);
    const start = 2 * pair - first;
    for (let i = 0; i < pairs; i++) {
      const at = start + 2 * i;
      if (at >= 0) out[at] = uniformAt(words, 4 * i);
      if (at + 1 < out.length) out[at + 1] = uniformAt(words, 4 * i + 2);
    }
  }
}

/** A sequence of random numbers, for initial values, shuffles and generated data. Streams of one seed are independent. */
export class RandomStream {
  readonly seed: number;
  readonly stream: number;
  readonly #words = new Uint32Array(4);
  #calls = 0;
  #used = 4;
  #spareNormal: number | undefined;

  /**
   * @param seed integer from 0 to 2^53 - 1
   * @param stream number of the stream, an integer from 0 to 2^32 - 1; 0 by default
   * @throws InputError where either is out of its range
   */
  constructor(seed: number, stream = 0) {
    checkSeed(seed);
    checkInteger("stream", stream, TWO_TO_32, "2^32 - 1");
    this.seed = seed;
    this.stream = stream;
  }

  /** Makes `count` unused words lie side by side, and returns the index of the first. */
  #take(count: 1 | 2 | 4): number {
    if (this.#used + count > 4) {
      const stepHigh = Math.floor(this.#calls / TWO_TO_32) * 0x10000;
      const keyHigh = Math.floor(this.seed / TWO_TO_32);
      philox4x32(this.stream, this.#calls, stepHigh + STREAM_BLOCK, 0, this.seed, keyHigh, this.#words);
      this.#calls++;
      this.#used = 0;
    }
    const index = this.#used;
    this.#used += count;
    return index;
  }

  /** A uniform number in [0, 1), of 53 bits. */
  nextUniform(): number {
    return uniformAt(this.#words, this.#take(2));
  }

  /** A standard normal number. */
  nextNormal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    transformPair(this.#words, this.#take(4));
    this.#spareNormal = normalPair[1];
    return normalPair[0] as number;
  }

  /**
   * An integer from 0 to `bound - 1`, each equally likely (words that would favour small values are drawn again).
   *
   * @throws InputError unless `bound` is an integer from 1 to 2^32
   */
  nextInteger(bound: number): number {
    if (!(Number.isInteger(bound) && bound >= 1 && bound <= TWO_TO_32)) {
      throw new InputError({ field: "bound", given: String(bound), expected: "an integer from 1 to 2^32" });
    }
    const limit = TWO_TO_32 - (TWO_TO_32 % bound);
    let word = this.#words[this.#take(1)] as number;
    while (word >= limit) word = this.#words[this.#take(1)] as number;
    return word % bound;
  }

  /** Shuffles in place, every order equally likely (Fisher-Yates). */
  shuffle(values: Int32Array | Uint32Array): void {
    for (let last = values.length - 1; last > 0; last--) {
      const other = this.nextInteger(last + 1);
      const kept = values[last] as number;
      values[last] = values[other] as number;
      values[other] = kept;
    }
  }
}
