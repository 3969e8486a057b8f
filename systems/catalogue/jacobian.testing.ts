import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import type { Expression } from "../../core/expression/expression.js";
import { jacobianMatrix } from "../../core/expression/jacobian-matrix.js";
import type { DynamicalSystem } from "../../core/system.js";
import type { SystemValues } from "../evaluation.testing.js";

export type Matrix = readonly Float64Array[];

/** The Jacobian of a system's field by all entries of its state, row by row. */
export function jacobianAt(system: DynamicalSystem, values: SystemValues): Matrix {
  const state = system.state.map((block) => block.symbol);
  const matrix = jacobianMatrix([...system.field.values()], state);
  const [entries] = evaluate([matrix], values) as [Float64Array];
  const [rows, columns] = matrix.shape as [number, number];
  return Array.from({ length: rows }, (_, row) => entries.slice(row * columns, (row + 1) * columns));
}

/** A matrix times a vector. */
export const times = (matrix: Matrix, vector: ArrayLike<number>): number[] =>
  matrix.map((row) => row.reduce((sum, entry, k) => sum + entry * (vector[k] as number), 0));

/** The largest |P J - (P J)'| of a system with a declared twist P. */
export function twistAsymmetry(system: DynamicalSystem, values: SystemValues): number {
  const jacobian = jacobianAt(system, values);
  const twist = evaluate(
    system.state.map(({ name }) => system.twist?.get(name) as Expression),
    values,
  ).flatMap((block) => [...block]);
  const entry = (i: number, j: number): number => (twist[i] as number) * (jacobian[i]?.[j] as number);
  return Math.max(...jacobian.flatMap((row, i) => [...row].map((_, j) => Math.abs(entry(i, j) - entry(j, i)))));
}

/** The largest |J - J'|. */
export const asymmetry = (jacobian: Matrix): number =>
  Math.max(...jacobian.flatMap((row, i) => [...row].map((entry, j) => Math.abs(entry - (jacobian[j]?.[i] as number)))));

function multiplied(a: Matrix, b: Matrix): Float64Array[] {
  return a.map((row) => {
    const result = new Float64Array(row.length);
    row.forEach((entry, k) => {
      (b[k] as Float64Array).forEach((other, j) => {
        result[j] = (result[j] as number) + entry * other;
      });
    });
    return result;
  });
}

/**
 * The largest real part of an eigenvalue: the growth rate of exp(J t), which is squared again and again, scaled to keep
 * within the range of numbers.
 */
export function spectralAbscissa(jacobian: Matrix): number {
  const norm = Math.max(...jacobian.map((row) => row.reduce((sum, entry) => sum + Math.abs(entry), 0)));
  let time = 2 ** -Math.ceil(Math.log2(4 * norm));
  let power: Float64Array[] = jacobian.map((_, i) => Float64Array.from(jacobian, (_row, j) => +(i === j)));
  for (let order = 16; order >= 1; order--) {
    power = multiplied(
      jacobian.map((row) => row.map((entry) => (entry * time) / order)),
      power,
    );
    power.forEach((row, i) => {
      row[i] = (row[i] as number) + 1;
    });
  }
  let logarithm = 0;
  for (let squaring = 0; squaring < 34; squaring++) {
    const largest = Math.max(...power.flatMap((row) => [...row].map(Math.abs)));
    power = power.map((row) => row.map((entry) => entry / largest));
    power = multiplied(power, power);
    logarithm = 2 * (logarithm + Math.log(largest));
    time *= 2;
  }
  return (logarithm + Math.log(Math.max(...power.flatMap((row) => [...row].map(Math.abs))))) / time;
}
