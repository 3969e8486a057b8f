import { interpreter } from "../../core/compile/interpreter/interpreter.js";
import type { Backend } from "../../core/compile/program.js";
import { type Expression, type GraphCompiler, sizeOf, topologicalOrder } from "../../core/expression/expression.js";
import { symbolName } from "../../core/expression/primitives/leaves.js";

/** Values of symbols by name, flat and row-major: a state with its time, parameters and input. */
export type PointValues = Readonly<Record<string, Float64Array>>;

/** Expressions at a point: one new array per expression. */
export interface PointFunction {
  (at: PointValues): Float64Array[];
  /** The same with the result of every operation moved by a rounding unit up or down, for one pattern of signs. */
  readonly withRounding?: (at: PointValues, pattern: number) => Float64Array[];
}

/** Expressions as a function of the values of their symbols, on the interpreter unless another backend is asked for. */
export function pointFunction(outputs: readonly Expression[], backend: Backend = interpreter): PointFunction {
  const compiled = backend.compileFunction({ outputs });
  const names = Object.keys(compiled.inputs);
  const evaluate = (at: PointValues): Float64Array[] => {
    for (const name of names) compiled.inputs[name]?.set(at[name] as Float64Array);
    compiled.run();
    return compiled.outputs.map((output) => Float64Array.from(output));
  };
  const order = topologicalOrder(outputs);
  const compile: GraphCompiler = (graphs) => backend.compileFunction({ outputs: graphs });
  return Object.assign(evaluate, { withRounding: roundedEvaluation(outputs, order, compile) });
}

/** Evaluates node by node, and moves every entry of every result by a rounding unit (Vignes' stochastic arithmetic). */
const roundedEvaluation =
  (outputs: readonly Expression[], order: readonly Expression[], compile: GraphCompiler) =>
  (at: PointValues, pattern: number): Float64Array[] => {
    const values = new Map<Expression, Float64Array>();
    order.forEach((node, position) => {
      const name = symbolName(node);
      const value = name === undefined ? new Float64Array(sizeOf(node.shape)) : (at[name] as Float64Array);
      if (name === undefined) {
        const operands = node.operands.map((operand) => values.get(operand) as Float64Array);
        node.primitive.evaluate({ node, operands, out: value, compile });
        if (operands.length > 0)
          value.forEach((entry, k) => {
            value[k] = entry * (1 + signOf(31 * position + k, pattern) * Number.EPSILON);
          });
      }
      values.set(node, value);
    });
    return outputs.map((output) => values.get(output) as Float64Array);
  };

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

/** By how much arguments are perturbed: four rounding units. */
const PERTURBATION = 2 ** -50;
const PATTERNS = [1, 2, 3, 4];

/** Signs without a pattern, the same ones every time. */
function signOf(entry: number, pattern: number): number {
  const mixed = Math.imul(Math.imul(entry + 1, 0x9e3779b1) + pattern, 0x85ebca6b);
  return (Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 16) & 1 ? -1 : 1;
}

/**
 * The rounding to expect in each output at a point: how far it moves when every argument moves by four rounding units up or
 * down and every operation rounds, where the function is one of expressions. It grows where terms cancel.
 */
export function roundingOf(evaluate: PointFunction, at: PointValues): number[] {
  const middle = evaluate(at);
  const noise = middle.map((output) => 4 * Number.EPSILON * largest(output));
  for (const pattern of PATTERNS) {
    let entry = 0;
    const perturbed = Object.entries(at).map(([name, values]) => [
      name,
      values.map((value) => value * (1 + signOf(entry++, pattern) * PERTURBATION)),
    ]);
    const nearby: PointValues = Object.fromEntries(perturbed);
    const shifted = evaluate.withRounding?.(nearby, pattern) ?? evaluate(nearby);
    shifted.forEach((output, k) => {
      const change = output.map((value, i) => value - (middle[k]?.[i] as number));
      noise[k] = Math.max(noise[k] as number, largest(change));
    });
  }
  return noise;
}
