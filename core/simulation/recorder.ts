import { describeGiven } from "../block-declarations.js";
import type { Backend } from "../compile/program.js";
import { InputError } from "../errors.js";
import type { Expression, Shape } from "../expression/expression.js";
import type { BlockNames, DynamicalSystem, StateArray, StateBlock } from "../system.js";
import { type Clock, stepOf, timeAt } from "./clock.js";
import { type ObservedRun, observer, readSystemExpression } from "./observer.js";
import type { SaveOptions } from "./options.js";

/** Keeps what a run is asked to save. */
export interface Recorder {
  /** The number of the next step to save, or infinity. */
  next(): number;
  /** Saves the state after `step`, which must be `next()`. */
  record(step: number): void;
  /** Forgets what was saved after `step`. */
  forgetAfter(step: number): void;
  /** What has been saved, in arrays of its own. */
  saved(): {
    readonly times: Float64Array;
    readonly savedSteps: Float64Array;
    readonly states: Readonly<Record<string, StateArray>>;
  };
}

/** 8 GiB of numbers: more than a result can hold. */
const MAXIMUM_NUMBERS = 2 ** 30;

/** A quantity to save: where it can be read after each step. */
interface Quantity {
  readonly name: string;
  readonly shape: Shape;
  readonly buffer: Float64Array;
}

/**
 * Prepares the saving of a run.
 *
 * @param state the run's state buffers, read when a state is saved
 * @throws InputError for a step interval, times, blocks or a map that cannot be
 */
export function recorder(
  save: SaveOptions<BlockNames, string> = {},
  run: ObservedRun,
  state: Readonly<Record<string, Float64Array>>,
  backend: Backend,
): Recorder {
  const steps = stepsToSave(save, run.clock);
  const lead = run.trajectories === undefined ? [] : [run.trajectories];
  const { quantities, refresh } = quantitiesOf(save, run, state, backend);
  const total = quantities.reduce((sum, { buffer }) => sum + buffer.length, 0);
  if (total * steps.length > MAXIMUM_NUMBERS) {
    throw new InputError({
      field: "save",
      given: `${steps.length} states of ${total} numbers`,
      expected: `at most ${MAXIMUM_NUMBERS} numbers`,
      remedy: "save fewer with { every } or { times }, or less of the state with { keep } or { map }",
    });
  }
  const arrays = quantities.map(({ buffer }) => new Float64Array(steps.length * buffer.length));
  let count = 0;
  return {
    next: () => steps[count] ?? Number.POSITIVE_INFINITY,
    record(step) {
      refresh(step);
      for (let k = 0; k < quantities.length; k++) {
        const { buffer } = quantities[k] as Quantity;
        copyTo(arrays[k] as Float64Array, count * buffer.length, buffer);
      }
      count++;
    },
    forgetAfter(step) {
      while (count > 0 && (steps[count - 1] as number) > step) count--;
    },
    saved() {
      const savedSteps = steps.slice(0, count);
      const states = quantities.map(({ name, shape, buffer }, k): [string, StateArray] => {
        const array = arrays[k] as Float64Array;
        const data = count === steps.length ? array : array.slice(0, count * buffer.length);
        return [name, { data, shape: [count, ...lead, ...shape] }];
      });
      const times = savedSteps.map((step) => timeAt(run.clock, step));
      return { times, savedSteps, states: Object.fromEntries(states) };
    },
  };
}

/** `set` is the fastest for long arrays, and costs more than it copies for short ones. */
function copyTo(target: Float64Array, offset: number, source: Float64Array): void {
  if (source.length > 32) target.set(source, offset);
  else for (let i = 0; i < source.length; i++) target[offset + i] = source[i] as number;
}

function stepsToSave({ every, times }: SaveOptions<BlockNames, string>, clock: Clock): Float64Array {
  if (times === undefined) {
    const interval = every ?? 1;
    if (!(Number.isInteger(interval) && interval >= 1)) {
      throw new InputError({
        field: "save.every",
        given: String(interval),
        expected: "a whole number of steps, at least 1",
      });
    }
    const count = Math.floor(clock.steps / interval) + 1;
    if (count > MAXIMUM_NUMBERS) {
      throw new InputError({
        field: "save.every",
        given: String(interval),
        expected: `at most ${MAXIMUM_NUMBERS} states`,
      });
    }
    return Float64Array.from({ length: count }, (_, k) => k * interval);
  }
  if (every !== undefined) {
    throw new InputError({ field: "save", given: "both every and times", expected: "one of them" });
  }
  let last = -1;
  return Float64Array.from(times, (time, k) => {
    const step = stepOf(clock, time);
    if (step === undefined || step <= last || step > clock.steps) {
      throw new InputError({
        field: `save.times[${k}]`,
        given: String(time),
        expected: `the end of a step of ${clock.step} from ${clock.start} to ${timeAt(clock, clock.steps)}`,
        remedy: "times follow each other in the order of the run, each once",
      });
    }
    last = step;
    return step;
  });
}

/**
 * The blocks to save.
 *
 * @throws InputError for a name that is no block of the state
 */
function keptBlocks(keep: readonly string[] | undefined, { state }: DynamicalSystem): readonly StateBlock[] {
  if (keep === undefined) return state;
  const names = state.map(({ name }) => name);
  const unknown = keep.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const [given, expected] = [describeGiven(unknown), `blocks of the state: ${names.join(", ")}`];
    throw new InputError({ field: "save.keep", given, expected });
  }
  return state.filter(({ name }) => keep.includes(name));
}

function quantitiesOf(
  { keep, map }: SaveOptions<BlockNames, string>,
  run: ObservedRun,
  state: Readonly<Record<string, Float64Array>>,
  backend: Backend,
): { readonly quantities: readonly Quantity[]; readonly refresh: (step: number) => void } {
  if (map === undefined) {
    const quantities = keptBlocks(keep, run.system).map(({ name, shape }) => ({
      name,
      shape,
      buffer: state[name] as Float64Array,
    }));
    return { quantities, refresh: () => {} };
  }
  if (keep !== undefined) {
    throw new InputError({
      field: "save",
      given: "both keep and map",
      expected: "one of them",
      remedy: 'a map keeps a block NAME as { NAME: "NAME" }',
    });
  }
  const entries = Object.entries(map).map(([name, source]): [string, Expression] => {
    return [name, readSystemExpression(`save.map.${name}`, source, run.system)];
  });
  const expressions = entries.map(([, expression]) => expression);
  const watch = observer("save.map", expressions, run, backend);
  return {
    quantities: entries.map(([name, { shape }], k) => ({ name, shape, buffer: watch.outputs[k] as Float64Array })),
    refresh: (step) => watch.observe(state, 0, step),
  };
}
