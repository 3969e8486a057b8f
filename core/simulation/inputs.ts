import { formatShape, InputError } from "../errors.js";
import { type Shape, sameShape, sizeOf } from "../expression/expression.js";
import type { InputBlock, NumericValue } from "../system.js";
import { type Clock, timeAt } from "./clock.js";
import { blockValues, flattenNumbers, nestedShape } from "./values.js";

/** Rows of values, one after the other in time: nested or flat, [rows, ...shape] or [rows, trajectories, ...shape]. */
export type InputRows = ArrayLike<number> | readonly NumericValue[];

/** See {@link held}. */
export interface HeldInput {
  readonly timing: "held";
  readonly rows: InputRows;
}

/** See {@link nodes}. */
export interface NodeInput {
  readonly timing: "nodes";
  readonly rows: InputRows;
}

/** An input as a function of time: a number (fills the shape) or the block's entries, flat. Must not depend on the past. */
export type InputFunction = (time: number) => number | ArrayLike<number>;

/** What may be given for an input: a constant, {@link held} or {@link nodes} rows, or a function of t. */
export type InputValue = NumericValue | HeldInput | NodeInput | InputFunction;

/** An input that keeps row k during the whole of step k: K rows for K steps. */
export const held = (rows: InputRows): HeldInput => ({ timing: "held", rows });

/** An input known at the times between steps: K + 1 rows for K steps, taken linearly within a step. */
export const nodes = (rows: InputRows): NodeInput => ({ timing: "nodes", rows });

/** How an input varies in time. */
export type InputTiming = "constant" | "held" | "nodes" | "function";

/** An input of a run, ready to be sampled. */
export interface InputSource {
  readonly block: InputBlock;
  readonly timing: InputTiming;
  /** Values are [trajectories, ...shape]. */
  readonly perTrajectory: boolean;
  /** Writes the value at `fraction` of step `step` to `out` from `offset` on. */
  write(out: Float64Array, offset: number, step: number, fraction: number): void;
}

/** What an input is sampled on. */
export interface InputGrid {
  readonly clock: Clock;
  readonly trajectories: number;
}

function isRows(value: InputValue): value is HeldInput | NodeInput {
  return typeof value === "object" && "timing" in value;
}

/**
 * Reads what a user gave for an input.
 *
 * @throws InputError where its shape or its number of rows does not fit
 */
export function inputSource(block: InputBlock, value: InputValue, grid: InputGrid): InputSource {
  if (typeof value === "function") return functionSource(block, value, grid);
  if (isRows(value)) return rowSource(block, value, grid);
  const { data, perTrajectory } = blockValues(`input.${block.name}`, value, block.shape, grid.trajectories);
  return { block, timing: "constant", perTrajectory, write: (out, offset) => out.set(data, offset) };
}

function rowSource(block: InputBlock, { timing, rows }: HeldInput | NodeInput, grid: InputGrid): InputSource {
  const { data, perTrajectory } = readRows(block, timing, rows, grid);
  const size = sizeOf(block.shape) * (perTrajectory ? grid.trajectories : 1);
  const write: InputSource["write"] = (out, offset, step, fraction) => {
    const weight = timing === "held" ? 0 : fraction;
    const row = step * size;
    for (let i = 0; i < size; i++) {
      const here = weight === 1 ? 0 : (1 - weight) * (data[row + i] as number);
      const next = weight === 0 ? 0 : weight * (data[row + size + i] as number);
      out[offset + i] = here + next;
    }
  };
  return { block, timing, perTrajectory, write };
}

function readRows(
  block: InputBlock,
  timing: "held" | "nodes",
  rows: InputRows,
  { clock, trajectories }: InputGrid,
): { readonly data: Float64Array; readonly perTrajectory: boolean } {
  const field = `input.${block.name}`;
  const count = timing === "held" ? clock.steps : clock.steps + 1;
  const given = nestedShape(rows);
  const fits = (shape: Shape): boolean =>
    sameShape(given, shape) || (given.length === 1 && given[0] === sizeOf(shape)) || (count === 0 && given[0] === 0);
  const shared = [count, ...block.shape];
  const several = [count, trajectories, ...block.shape];
  const data = fits(shared) || fits(several) ? flattenNumbers(rows, given) : undefined;
  const bad = data?.findIndex((entry) => !Number.isFinite(entry)) ?? -1;
  if (data === undefined || bad >= 0) {
    const alternative = trajectories > 1 ? ` or ${formatShape(several)}` : "";
    throw new InputError({
      field,
      given:
        data === undefined
          ? `rows of the shape ${formatShape(given)}`
          : `${data[bad]} in row ${rowOf(bad, data, count)}`,
      expected: `finite numbers of the shape ${formatShape(shared)}${alternative}, one row per ${timing === "held" ? "step" : "node"}`,
    });
  }
  return { data, perTrajectory: trajectories > 1 && !fits(shared) };
}

const rowOf = (entry: number, data: Float64Array, rows: number): number => Math.floor(entry / (data.length / rows));

function functionSource(block: InputBlock, value: InputFunction, { clock, trajectories }: InputGrid): InputSource {
  const size = sizeOf(block.shape);
  const first = value(clock.start);
  const perTrajectory = typeof first !== "number" && trajectories > 1 && first.length === trajectories * size;
  const expected = perTrajectory ? trajectories * size : size;
  const check = (time: number, entries: ArrayLike<number>): void => {
    if (entries.length === expected) return;
    throw new InputError({
      field: `input.${block.name}`,
      given: `${entries.length} numbers at t = ${time}`,
      expected: `${expected} for the shape ${formatShape(block.shape)}, flat, or one number`,
    });
  };
  if (typeof first !== "number") check(clock.start, first);
  const write: InputSource["write"] = (out, offset, step, fraction) => {
    const time = timeAt(clock, step, fraction);
    const entries = value(time);
    if (typeof entries === "number") {
      out.fill(entries, offset, offset + expected);
      return;
    }
    check(time, entries);
    for (let i = 0; i < expected; i++) out[offset + i] = entries[i] as number;
  };
  return { block, timing: "function", perTrajectory, write };
}
