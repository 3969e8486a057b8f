import { interpreter } from "../../core/compile/interpreter/interpreter.js";
import type { Backend } from "../../core/compile/program.js";
import type { Expression } from "../../core/expression/expression.js";

/** Values of symbols by name, flat and row-major: a state with its time, parameters and input. */
export type PointValues = Readonly<Record<string, Float64Array>>;

/** Expressions at a point: one new array per expression. */
export type PointFunction = (at: PointValues) => Float64Array[];

/** Expressions as a function of the values of their symbols, on the interpreter unless another backend is asked for. */
export function pointFunction(outputs: readonly Expression[], backend: Backend = interpreter): PointFunction {
  const compiled = backend.compileFunction({ outputs });
  const names = Object.keys(compiled.inputs);
  return (at) => {
    for (const name of names) compiled.inputs[name]?.set(at[name] as Float64Array);
    compiled.run();
    return compiled.outputs.map((output) => Float64Array.from(output));
  };
}

/** The point moved by `length` along a direction; what has no direction stays. */
export function moved(at: PointValues, direction: PointValues, length: number): PointValues {
  const shifted = Object.entries(direction).map(([name, along]) => [
    name,
    (at[name] as Float64Array).map((value, k) => value + length * (along[k] as number)),
  ]);
  return { ...at, ...Object.fromEntries(shifted) };
}

/** Whether every number is finite. */
export const allFinite = (arrays: readonly Float64Array[]): boolean =>
  arrays.every((array) => array.every(Number.isFinite));

/** The largest absolute value, 0 of nothing. */
export const largest = (array: ArrayLike<number>): number =>
  Array.from(array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The sum of the products of all entries of two lists of arrays. */
export const innerProduct = (a: readonly Float64Array[], b: readonly Float64Array[]): number =>
  a.reduce((total, array, k) => array.reduce((sum, value, i) => sum + value * (b[k]?.[i] as number), total), 0);

/** Of how many rounding units the arguments are perturbed. */
const PERTURBATION = 2 ** -50;

/**
 * The rounding to expect in each output at a point: how far it moves when every argument moves by four rounding units, plus
 * the rounding of the result itself. It grows where terms cancel.
 */
export function roundingOf(evaluate: PointFunction, at: PointValues): number[] {
  const middle = evaluate(at);
  const noise = middle.map((output) => 4 * Number.EPSILON * largest(output));
  for (const pattern of [1, 2, 3]) {
    const perturbed = Object.entries(at).map(([name, values]) => [
      name,
      values.map((value, k) => value * (1 + ((k * pattern) % 3 === 1 ? -1 : 1) * (pattern % 2 ? 1 : -1) * PERTURBATION)),
    ]);
    evaluate(Object.fromEntries(perturbed)).forEach((output, k) => {
      const change = output.map((value, i) => value - (middle[k]?.[i] as number));
      noise[k] = Math.max(noise[k] as number, largest(change));
    });
  }
  return noise;
}
