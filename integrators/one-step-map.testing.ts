import { evaluate } from "../core/compile/interpreter/evaluate.js";
import { sizeOf } from "../core/expression/expression.js";
import { symbolName } from "../core/expression/primitives/leaves.js";
import type { Integrator } from "../core/integrator.js";
import { stepProgram } from "../core/simulation/index.js";
import type { DynamicalSystem } from "../core/system.js";

/** z <- A z + B xi for a linear system of scalar blocks: the matrices of one step, row by row. */
export interface LinearStep {
  readonly state: readonly (readonly number[])[];
  readonly noise: readonly (readonly number[])[];
}

/** The matrices of one step of a linear system, by evaluating the step at unit vectors. */
export function linearStep(
  system: DynamicalSystem,
  integrator: Integrator,
  parameters: Readonly<Record<string, number>>,
): LinearStep {
  const { loop } = stepProgram(system, integrator);
  const stateNames = system.state.map(({ name }) => name);
  const noiseNames = (loop.rows ?? []).map((row) => symbolName(row) as string);
  const zero = Object.fromEntries([...stateNames, ...noiseNames].map((name) => [name, 0]));
  const run = { ...parameters, "step size": integrator.step, "start time": 0, "step number": 0 };
  const outputs = loop.carried.map(({ next }) => next);
  const columns = (names: readonly string[]) =>
    names.map((name) => evaluate(outputs, { ...run, ...zero, [name]: 1 }).map((value) => value[0] as number));
  const rowsOf = (matrix: readonly (readonly number[])[]) =>
    outputs.map((output, row) => matrix.map((column) => column[row * sizeOf(output.shape)] as number));
  return { state: rowsOf(columns(stateNames)), noise: rowsOf(columns(noiseNames)) };
}

/** The stationary covariance C = A C A' + B B', by doubling the number of steps. */
export function stationaryCovariance({ state, noise }: LinearStep): number[][] {
  const product = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
    a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
  const transpose = (a: readonly (readonly number[])[]) => a[0]!.map((_, j) => a.map((row) => row[j]!));
  let covariance = product(noise, transpose(noise));
  let map = state.map((row) => [...row]);
  for (let doubling = 0; doubling < 40; doubling++) {
    const moved = product(product(map, covariance), transpose(map));
    covariance = covariance.map((row, i) => row.map((value, j) => value + moved[i]![j]!));
    map = product(map, map);
  }
  return covariance;
}
