import type { CompiledLoop } from "../compile/program.js";
import { sizeOf } from "../expression/expression.js";
import { symbolName } from "../expression/primitives/leaves.js";
import { fillNormals } from "../random.js";
import type { InputSource } from "./inputs.js";
import type { StepProgram } from "./step-program.js";

/** Where the noise of a run lies in the random stream. */
export interface NoisePlace {
  readonly seed: number;
  readonly trajectories: number;
  /** The number of the first trajectory in the random stream. */
  readonly firstTrajectory: number;
}

/** Writes the rows of `count` steps, from step `first` of the run on, to the start of the loop's row buffers. */
export type RowFiller = (first: number, count: number) => void;

/**
 * Prepares the filling of a compiled loop's rows. The values of a step depend on its number alone, so they are the same for
 * every division of a run into chunks.
 */
export function rowFiller(
  program: StepProgram,
  rows: CompiledLoop["rows"],
  inputs: ReadonlyMap<string, InputSource>,
  place: NoisePlace,
): RowFiller {
  const fillers: RowFiller[] = [];
  for (const { input, fraction, symbol } of program.inputRows) {
    const source = inputs.get(input) as InputSource;
    const buffer = rows[symbolName(symbol) as string] as Float64Array;
    const size = sizeOf(symbol.shape) * (source.perTrajectory ? place.trajectories : 1);
    fillers.push((first, count) => {
      for (let k = 0; k < count; k++) source.write(buffer, k * size, first + k, fraction);
    });
  }
  for (const { streamBlock, symbol } of program.noiseRows) {
    const buffer = rows[symbolName(symbol) as string] as Float64Array;
    fillers.push(noiseFiller(buffer, sizeOf(symbol.shape), streamBlock, place));
  }
  return (first, count) => {
    for (const fill of fillers) fill(first, count);
  };
}

function noiseFiller(buffer: Float64Array, size: number, streamBlock: number, place: NoisePlace): RowFiller {
  const { seed, trajectories, firstTrajectory } = place;
  const normals = new Float64Array(size);
  return (first, count) => {
    let position = 0;
    for (let k = 0; k < count; k++) {
      for (let lane = 0; lane < trajectories; lane++) {
        fillNormals(normals, seed, firstTrajectory + lane, first + k, streamBlock);
        for (let i = 0; i < size; i++) buffer[position++] = normals[i] as number;
      }
    }
  };
}
