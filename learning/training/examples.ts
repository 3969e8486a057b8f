import { formatShape, InputError } from "../../core/errors.js";
import { type Shape, sizeOf } from "../../core/expression/expression.js";
import type { HeldInput, InputFunction, NodeInput } from "../../core/simulation/inputs.js";
import { blockValues, nestedShape } from "../../core/simulation/values.js";
import type { BlockNames, NumericValue } from "../../core/system.js";

/**
 * A set of examples that are read one at a time, so that large sets stay in their compact form. Anything that can write an
 * example's numbers may be one: bytes, a file in memory, a generator. The same index must always give the same numbers.
 */
export interface Examples {
  /** How many there are; a single one serves for all examples of the other blocks. */
  readonly count: number;
  /** Numbers per example. */
  readonly size: number;
  /** Writes example number `index` to `out[offset]` and the entries after it. */
  read(index: number, out: Float64Array, offset: number): void;
}

/** Examples, or their numbers: of the block's shape for all examples, or with a leading axis of examples, flat or nested. */
export type ExampleValues = Examples | NumericValue;

/**
 * Examples of an input or target. In tasks with a horizon it may vary in time: `held` or `nodes` rows, nested as
 * [rows, examples, ...shape] or, for all examples, [rows, ...shape]; or a function of t for all examples.
 */
export type ExampleSeries = ExampleValues | HeldInput | NodeInput | InputFunction;

/** What a task is learned from or evaluated on: examples for every input and target block. */
export interface ExampleData<N extends BlockNames = BlockNames, T extends string = string> {
  readonly input?: { readonly [K in N["input"]]: ExampleSeries };
  readonly target?: { readonly [K in T]: ExampleSeries };
  /** Initial states of tasks with a horizon, for the blocks that the task does not compute itself. */
  readonly initial?: { readonly [K in N["state"]]?: ExampleValues };
}

const checkCount = (field: string, count: number): void => {
  if (Number.isInteger(count) && count >= 1) return;
  throw new InputError({ field, given: String(count), expected: "a whole number, 1 or more" });
};

/**
 * Examples that lie one after another in an array, which is kept as it is and not copied.
 *
 * @param count how many there are
 * @param scale multiplies every number as it is read; 1 by default
 * @throws InputError where the array is no whole number of examples, or an entry is not finite
 */
export function arrayExamples(values: ArrayLike<number>, count: number, scale = 1): Examples {
  checkCount("arrayExamples count", count);
  if (values.length === 0 || values.length % count !== 0) {
    throw new InputError({
      field: "arrayExamples",
      given: `${values.length} numbers`,
      expected: `a positive multiple of the count ${count}`,
    });
  }
  if (!(values instanceof Uint8Array)) {
    for (let k = 0; k < values.length; k++) {
      if (Number.isFinite(values[k])) continue;
      throw new InputError({ field: `arrayExamples[${k}]`, given: String(values[k]), expected: "a finite number" });
    }
  }
  const size = values.length / count;
  return {
    count,
    size,
    read(index, out, offset) {
      const start = index * size;
      for (let k = 0; k < size; k++) out[offset + k] = scale * (values[start + k] as number);
    },
  };
}

/**
 * Images kept as bytes, expanded to numbers as they are read.
 *
 * @param scale multiplies every byte; 1/255 by default, which gives numbers from 0 to 1
 * @throws InputError where the bytes are no whole number of images
 */
export function imageExamples(set: { readonly images: Uint8Array; readonly count: number }, scale = 1 / 255): Examples {
  return arrayExamples(set.images, set.count, scale);
}

/** The two values of {@link oneHot}. */
export interface OneHotOptions {
  /** The value of the other classes. @defaultValue 0 */
  readonly off?: number;
  /** The value of the example's own class. @defaultValue 1 */
  readonly on?: number;
}

/**
 * Targets for classification: one number per class, `on` for the example's own and `off` for the others.
 *
 * @throws InputError for a label that is no whole number from 0 to `classes - 1`
 */
export function oneHot(labels: ArrayLike<number>, classes: number, options: OneHotOptions = {}): Examples {
  const { off = 0, on = 1 } = options;
  checkCount("oneHot classes", classes);
  checkCount("oneHot, number of labels", labels.length);
  for (let k = 0; k < labels.length; k++) {
    const label = labels[k] as number;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new InputError({
      field: `oneHot labels[${k}]`,
      given: String(label),
      expected: `a whole number from 0 to ${classes - 1}`,
    });
  }
  return {
    count: labels.length,
    size: classes,
    read(index, out, offset) {
      out.fill(off, offset, offset + classes);
      out[offset + (labels[index] as number)] = on;
    },
  };
}

const isExamples = (given: ExampleValues): given is Examples =>
  typeof given === "object" && "read" in given && typeof given.read === "function";

/**
 * The examples a user gave for a block.
 *
 * @param field the option's name in error messages, for example `data.input.x`
 * @throws InputError where they do not fit the block's shape, or a number is not finite
 */
export function readExamples(field: string, given: ExampleValues, shape: Shape): Examples {
  const size = sizeOf(shape);
  if (isExamples(given)) {
    checkCount(`${field}.count`, given.count);
    if (given.size === size) return given;
    throw new InputError({
      field,
      given: `examples of ${given.size} numbers`,
      expected: `${size} numbers each, for the shape ${formatShape(shape)}`,
    });
  }
  const entries = typeof given === "number" ? size : nestedShape(given).reduce((all, extent) => all * extent, 1);
  if (entries === 0 || entries % size !== 0) {
    throw new InputError({
      field,
      given: `${entries} numbers`,
      expected: `the shape ${formatShape(shape)}, with a leading axis where there are several examples`,
    });
  }
  const count = entries / size;
  if (given instanceof Float64Array || given instanceof Float32Array || given instanceof Uint8Array) {
    return arrayExamples(given, count);
  }
  return arrayExamples(blockValues(field, given, shape, count).data, count);
}
