import { InputError } from "../../core/errors.js";

/** Parameter arrays by block name. */
export type ParameterArrays = Readonly<Record<string, Float64Array>>;

/** Gradients by block name, as a rule returns them. */
export type ParameterGradients = Readonly<Record<string, { readonly data: Float64Array }>>;

/** What an optimiser remembers, as plain data: checkpoints store it. */
export interface OptimiserState {
  /** Updates done. */
  updates: number;
  /** Running averages, by their name and parameter block. */
  readonly averages: Readonly<Record<string, ParameterArrays>>;
}

/**
 * A way to turn gradients into updates: two functions over plain state. A new optimiser is one file that returns this
 * object, and one line in the index.
 */
export interface Optimiser {
  /** Optimisers whose states have another layout have another name. */
  readonly name: string;
  /**
   * The state before the first update of these parameters.
   *
   * @throws InputError where options by name leave one of the parameters out
   */
  initialise(parameters: ParameterArrays): OptimiserState;
  /**
   * Changes the given parameters and the state in place; allocates nothing. Gradients of other parameters are passed over.
   *
   * @throws InputError where a schedule returns no number of 0 or more
   */
  update(parameters: ParameterArrays, gradient: ParameterGradients, state: OptimiserState): void;
}

/** A rate that changes while learning, as a function of the number of updates done before. */
export type Schedule = (updates: number) => number;

/** A learning rate: a number, or a schedule. */
export type LearningRate = number | Schedule;

/** One value for all parameters, or one for each by block name. */
export type ByParameter<Value> = Value | { readonly [name: string]: Value };

/** Zeros in the shape of the parameters. */
export const zerosLike = (parameters: ParameterArrays): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, new Float64Array(values.length)]));

/** The value of one parameter block, or `undefined` where options by name leave it out. */
export function settingOf<Value extends LearningRate>(values: ByParameter<Value>, name: string): Value | undefined {
  if (typeof values !== "object") return values;
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** The learning rate of a parameter block at an update. */
export function rateAt(field: string, rates: ByParameter<LearningRate>, name: string, updates: number): number {
  const rate = settingOf(rates, name);
  if (typeof rate === "number") return rate;
  const value = rate?.(updates);
  if (value === undefined || !(value >= 0 && Number.isFinite(value))) {
    throw new InputError({
      field: `${field} of ${name} at update ${updates}`,
      given: String(value),
      expected: "a number, 0 or more",
    });
  }
  return value;
}

/** Refuses a number that is not in [0, limit). */
export function checkNumber(field: string, value: number, limit = Number.POSITIVE_INFINITY): void {
  if (value >= 0 && value < limit) return;
  const expected = limit === Number.POSITIVE_INFINITY ? "a number, 0 or more" : `a number from 0, below ${limit}`;
  throw new InputError({ field, given: String(value), expected });
}

/** Refuses values that are not 0 or more, by name or for all. */
export function checkByParameter(field: string, values: ByParameter<LearningRate>): void {
  const named = typeof values === "object" ? Object.entries(values) : [["", values] as const];
  for (const [name, value] of named) {
    if (typeof value !== "function") checkNumber(name === "" ? field : `${field}.${name}`, value);
  }
}

/** Refuses learning rates by name that leave out a parameter. */
export function checkCovered(field: string, rates: ByParameter<LearningRate>, parameters: ParameterArrays): void {
  const missing = Object.keys(parameters).find((name) => settingOf(rates, name) === undefined);
  if (missing === undefined) return;
  throw new InputError({
    field,
    given: `no value for ${missing}`,
    expected: `one for each of ${Object.keys(parameters).join(", ")}, or a single one`,
  });
}
