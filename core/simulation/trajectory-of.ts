import { InputError } from "../errors.js";
import { sizeOf } from "../expression/expression.js";
import type { BlockNames, StateArray } from "../system.js";
import type { InputSource } from "./inputs.js";
import type { SimulationResult } from "./result.js";

/**
 * One trajectory of a run of several, as a result without the axis of trajectories: what the trajectory would have been
 * run alone (under noise, alone as `firstTrajectory`).
 *
 *     energyDrift(trajectoryOf(swings, 2));
 *
 * @param trajectory its number in the run, from 0 on
 * @throws InputError for a number the run does not have, and for a result without an axis of trajectories
 */
export function trajectoryOf<N extends BlockNames, Saved extends string>(
  result: SimulationResult<N, Saved>,
  trajectory: number,
): SimulationResult<N, Saved> {
  const { trajectories } = result;
  if (trajectories === undefined) {
    throw new InputError({
      field: "trajectoryOf",
      given: "a result without an axis of trajectories",
      expected: "one of a run with the option trajectories",
      remedy: "use the result itself",
    });
  }
  if (!(Number.isInteger(trajectory) && trajectory >= 0 && trajectory < trajectories)) {
    throw new InputError({
      field: "trajectoryOf",
      given: `the trajectory ${trajectory}`,
      expected: `a whole number from 0 to ${trajectories - 1}`,
    });
  }
  const ownParameters = result.system.parameters
    .filter(({ name, shape }) => arrayOf(result.parameters, name).shape.length > shape.length)
    .map(({ name }) => [name, laneOf(arrayOf(result.parameters, name), 0, trajectory)] as const);
  return {
    ...result,
    times: result.times.slice(),
    savedSteps: result.savedSteps.slice(),
    states: lanesOf(result.states, 1, trajectory),
    final: lanesOf(result.final, 0, trajectory),
    parameters: { ...result.parameters, ...Object.fromEntries(ownParameters) },
    inputs: new Map([...result.inputs].map(([name, source]) => [name, laneOfInput(source, trajectories, trajectory)])),
    trajectories: undefined,
  };
}

type Arrays = Readonly<Record<string, StateArray>>;

const arrayOf = (arrays: Arrays, name: string): StateArray => arrays[name] as StateArray;

const lanesOf = <A extends Arrays>(arrays: A, axis: 0 | 1, lane: number): A =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, laneOf(array, axis, lane)])) as A;

/** The entries at `lane` of the axis of trajectories, which is left out. */
function laneOf({ data, shape }: StateArray, axis: 0 | 1, lane: number): StateArray {
  const [before, inner] = [shape.slice(0, axis), shape.slice(axis + 1)];
  const [rows, size, stride] = [sizeOf(before), sizeOf(inner), sizeOf(shape.slice(axis))];
  const own = new Float64Array(rows * size);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < size; i++) own[row * size + i] = data[row * stride + lane * size + i] as number;
  }
  return { data: own, shape: [...before, ...inner] };
}

/** The input as one trajectory felt it. */
function laneOfInput(source: InputSource, trajectories: number, lane: number): InputSource {
  if (!source.perTrajectory) return source;
  const size = sizeOf(source.block.shape);
  const all = new Float64Array(trajectories * size);
  return {
    ...source,
    perTrajectory: false,
    write(out, offset, step, fraction) {
      source.write(all, 0, step, fraction);
      out.set(all.subarray(lane * size, (lane + 1) * size), offset);
    },
  };
}
