import { interpreter } from "../compile/interpreter/interpreter.js";
import type { Backend, CompiledLoop } from "../compile/program.js";
import { InputError } from "../errors.js";
import { type Expression, sizeOf } from "../expression/expression.js";
import { symbolName } from "../expression/primitives/leaves.js";
import type { Integrator } from "../integrator.js";
import { checkSeed } from "../random.js";
import type { BlockNames, DynamicalSystem, NumericValue, StateArray } from "../system.js";
import { type Clock, layClock } from "./clock.js";
import { type InputSource, type InputValue, inputSource } from "./inputs.js";
import type { Progress, SaveOptions } from "./options.js";
import { type Recorder, recorder } from "./recorder.js";
import { type RowFiller, rowFiller } from "./rows.js";
import { START_TIME, STEP_SIZE, type StepProgram, stepProgram } from "./step-program.js";
import { blockValues, checkNames, entryName, indexOf } from "./values.js";

/** The options of a run with their names erased; the checks here are those that types cannot make. */
export interface RunOptions {
  readonly integrator: Integrator;
  readonly initial: Readonly<Record<string, NumericValue>>;
  readonly parameters?: Readonly<Record<string, NumericValue | undefined>>;
  readonly input?: Readonly<Record<string, InputValue>>;
  readonly start?: number;
  readonly until?: number;
  readonly steps?: number;
  readonly save?: SaveOptions<BlockNames, string>;
  readonly seed?: number;
  readonly trajectories?: number;
  readonly firstTrajectory?: number;
  readonly onProgress?: (progress: Progress) => unknown;
  readonly backend?: Backend;
}

/** A run that is checked, compiled and filled with its initial state. */
export interface Run {
  readonly system: DynamicalSystem;
  readonly integrator: Integrator;
  readonly clock: Clock;
  readonly seed: number;
  readonly trajectories: number | undefined;
  readonly parameters: Readonly<Record<string, StateArray>>;
  readonly inputs: ReadonlyMap<string, InputSource>;
  readonly program: StepProgram;
  readonly loop: CompiledLoop;
  /** Names of the symbols, beside the carried ones, that have one value per trajectory. */
  readonly perTrajectory: ReadonlySet<string>;
  /** The loop's carried buffers by state block. */
  readonly state: Readonly<Record<string, Float64Array>>;
  /** Steps one call of the loop may take. */
  readonly longestCall: number;
  readonly fillRows: RowFiller;
  readonly recorder: Recorder;
  readonly onProgress: ((progress: Progress) => unknown) | undefined;
}

/** Steps between two checks for values that are not finite. */
const LONGEST_CALL = 1024;

/** Numbers of all row buffers together. */
const ROW_NUMBERS = 2 ** 17;

/**
 * Checks everything that can be wrong with a run before its first step, and compiles it.
 *
 * @throws InputError
 */
export function prepareRun(system: DynamicalSystem, options: RunOptions): Run {
  const { integrator, trajectories, seed = 0, firstTrajectory = 0, backend = interpreter } = options;
  checkFit(system, integrator);
  const clock = layClock(options, integrator.step);
  checkDirection(system, integrator, clock);
  checkSeed(seed);
  checkCount("trajectories", trajectories ?? 1, 1);
  checkCount("firstTrajectory", firstTrajectory, 0);
  const count = trajectories ?? 1;
  const parameters = readParameters(system, options.parameters ?? {}, count);
  const inputs = readInputs(system, options.input ?? {}, clock, count);
  const initial = readInitial(system, options.initial, count);

  const timings = Object.fromEntries([...inputs].map(([name, { timing }]) => [name, timing]));
  const program = stepProgram(system, integrator, { timings });
  const perTrajectory = new Set(program.noiseRows.map(({ symbol }) => nameOf(symbol)));
  for (const { name, shape } of system.parameters) {
    if ((parameters[name] as StateArray).shape.length > shape.length) perTrajectory.add(name);
  }
  for (const [name, source] of inputs) if (source.perTrajectory) perTrajectory.add(name);
  for (const row of program.inputRows) if (perTrajectory.has(row.input)) perTrajectory.add(nameOf(row.symbol));

  const rowSize = (program.loop.rows ?? [])
    .map((row) => sizeOf(row.shape) * (perTrajectory.has(nameOf(row)) ? count : 1))
    .reduce((sum, size) => sum + size, 0);
  const longestCall = Math.max(1, Math.min(LONGEST_CALL, clock.steps, Math.floor(ROW_NUMBERS / Math.max(1, rowSize))));
  const loop = backend.compileLoop(program.loop, { trajectories: count, perTrajectory, capacity: longestCall });

  for (const [name, { data }] of Object.entries(parameters)) loop.inputs[name]?.set(data);
  for (const [name, source] of inputs) {
    const buffer = source.timing === "constant" ? loop.inputs[name] : undefined;
    if (buffer !== undefined) source.write(buffer, 0, 0, 0);
  }
  loop.inputs[nameOf(STEP_SIZE)]?.fill(clock.step);
  loop.inputs[nameOf(START_TIME)]?.fill(clock.start);
  const state: Record<string, Float64Array> = {};
  for (const { name } of system.state) {
    const buffer = loop.inputs[name] as Float64Array;
    buffer.set(initial.get(name) as Float64Array);
    state[name] = buffer;
  }
  return {
    system,
    integrator,
    clock,
    seed,
    trajectories,
    parameters,
    inputs,
    program,
    loop,
    perTrajectory,
    state,
    longestCall,
    fillRows: rowFiller(program, loop.rows, inputs, { seed, trajectories: count, firstTrajectory }),
    recorder: recorder(options.save, { system, parameters, inputs, clock, trajectories }, state, backend),
    onProgress: options.onProgress,
  };
}

const nameOf = (expression: Expression): string => symbolName(expression) as string;

function checkFit(system: DynamicalSystem, integrator: Integrator): void {
  const refusal = integrator.refusal(system);
  if (refusal === undefined) return;
  throw new InputError({
    field: "integrator",
    given: integrator.name,
    expected: `a method for "${system.name}"`,
    remedy: refusal,
  });
}

function checkDirection(system: DynamicalSystem, integrator: Integrator, clock: Clock): void {
  if (clock.step > 0 || !(integrator.stochastic || system.time === "discrete")) return;
  throw new InputError({
    field: "until",
    given: "a time before the start",
    expected: "a later time",
    remedy: `${integrator.stochastic ? "noise" : "a map"} has no reverse by a negative step`,
  });
}

function checkCount(field: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least && value < 2 ** 32) return;
  throw new InputError({ field, given: String(value), expected: `a whole number from ${least} to 2^32 - 1` });
}

function readParameters(
  system: DynamicalSystem,
  given: Readonly<Record<string, NumericValue | undefined>>,
  trajectories: number,
): Record<string, StateArray> {
  const names = system.parameters.map(({ name }) => name);
  checkNames("parameters", given, names);
  const values: Record<string, StateArray> = {};
  for (const { name, shape, default: fallback } of system.parameters) {
    const value = valueOf(given, name) ?? fallback;
    const field = `parameters.${name}`;
    if (value === undefined) throw missing(field, shape);
    const { data, perTrajectory } = blockValues(field, value, shape, trajectories);
    values[name] = { data, shape: perTrajectory ? [trajectories, ...shape] : shape };
  }
  return values;
}

function readInputs(
  system: DynamicalSystem,
  given: Readonly<Record<string, InputValue>>,
  clock: Clock,
  trajectories: number,
): Map<string, InputSource> {
  const names = system.input.map(({ name }) => name);
  checkNames("input", given, names);
  return new Map(
    system.input.map((block) => {
      const value = valueOf(given, block.name);
      if (value === undefined) throw missing(`input.${block.name}`, block.shape);
      return [block.name, inputSource(block, value, { clock, trajectories })];
    }),
  );
}

function readInitial(
  system: DynamicalSystem,
  given: Readonly<Record<string, NumericValue>>,
  trajectories: number,
): Map<string, Float64Array> {
  const names = system.state.map(({ name }) => name);
  checkNames("initial", given, names);
  const initial = new Map<string, Float64Array>();
  for (const { name, shape, bounds } of system.state) {
    const value = valueOf(given, name);
    const field = `initial.${name}`;
    if (value === undefined) throw missing(field, shape);
    const { data, perTrajectory } = blockValues(field, value, shape, trajectories);
    const size = sizeOf(shape);
    const outside = bounds === undefined ? -1 : data.findIndex((entry) => entry < bounds[0] || entry > bounds[1]);
    if (bounds !== undefined && outside >= 0) {
      throw new InputError({
        field: entryName(field, indexOf(shape, outside % size)),
        given: String(data[outside]),
        expected: `a number in the block's bounds [${bounds.join(", ")}]`,
      });
    }
    const all = new Float64Array(trajectories * size);
    for (let lane = 0; lane < trajectories; lane++) {
      all.set(perTrajectory ? data.subarray(lane * size, (lane + 1) * size) : data, lane * size);
    }
    initial.set(name, all);
  }
  return initial;
}

function valueOf<Value>(given: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(given, name) ? given[name] : undefined;
}

function missing(field: string, shape: readonly number[]): InputError {
  return new InputError({ field, given: "nothing", expected: `a value of shape [${shape.join(", ")}]` });
}
