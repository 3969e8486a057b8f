import { defaultBackend } from "../compile/choose.js";
import type { Backend, CompiledLoop } from "../compile/program.js";
import { InputError } from "../errors.js";
import { type Expression, sizeOf } from "../expression/expression.js";
import { symbolName } from "../expression/primitives/leaves.js";
import type { Integrator } from "../integrator.js";
import { checkSeed } from "../random.js";
import type { BlockNames, DynamicalSystem, NumericValue, StateArray } from "../system.js";
import { type Clock, layClock } from "./clock.js";
import type { InputSource, InputValue } from "./inputs.js";
import type { Progress, SaveOptions } from "./options.js";
import { readInitial, readInputs, readParameters } from "./read-values.js";
import { type Recorder, recorder } from "./recorder.js";
import { type RowFiller, rowFiller } from "./rows.js";
import { START_TIME, STEP_SIZE, type StepProgram, stepProgram } from "./step-program.js";

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
  const { integrator, trajectories, seed = 0, firstTrajectory = 0, backend = defaultBackend() } = options;
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
  const program = stepProgram(system, integrator, { timings, backwards: clock.step < 0 });
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
  const oneWay = system.time === "discrete" && system.inverse === undefined;
  if (clock.step > 0 || !(integrator.stochastic || oneWay)) return;
  throw new InputError({
    field: "until",
    given: "a time before the start",
    expected: "a later time",
    remedy: oneWay ? `"${system.name}" declares no inverse map` : "noise cannot be run backwards",
  });
}

function checkCount(field: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least && value < 2 ** 32) return;
  throw new InputError({ field, given: String(value), expected: `a whole number from ${least} to 2^32 - 1` });
}
