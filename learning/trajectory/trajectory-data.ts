import { InputError } from "../../core/errors.js";
import { type Shape, sizeOf } from "../../core/expression/expression.js";
import { symbolName } from "../../core/expression/primitives/leaves.js";
import type { Integrator } from "../../core/integrator.js";
import { type Clock, layClock } from "../../core/simulation/clock.js";
import { type InputSource, type InputTiming, type InputValue, inputSource } from "../../core/simulation/inputs.js";
import { readParameters } from "../../core/simulation/read-values.js";
import { blockValues, checkNames, nestedShape } from "../../core/simulation/values.js";
import type { NumericValue } from "../../core/system.js";
import type { TaskData } from "../rule.js";
import { type LearningTask, taskName } from "../task.js";

/** The data of a trajectory task, read and checked. */
export interface TrajectoryData {
  readonly clock: Clock;
  readonly examples: number;
  /** Flat values by parameter. */
  readonly parameters: Readonly<Record<string, Float64Array>>;
  /** Inputs and targets by name, ready to be sampled. */
  readonly sources: ReadonlyMap<string, InputSource>;
  /** [examples, ...shape] by state block; blocks the task computes are missing. */
  readonly initial: ReadonlyMap<string, Float64Array>;
  /** What compiled programs depend on: how inputs and targets vary. */
  readonly signature: string;
}

type Values = Readonly<Record<string, InputValue | undefined>>;

/**
 * Reads the data of one call.
 *
 * @throws InputError for a missing or unknown name, a shape or number of rows that does not fit, or an entry that is not finite
 */
export function readTrajectoryData(task: LearningTask, integrator: Integrator, data: TaskData): TrajectoryData {
  const { system, target, horizon = {}, initial: computed = new Map() } = task;
  const clock = layClock(horizon, integrator.step);
  if (clock.step < 0 || clock.steps < 1) {
    throw new InputError({
      field: `${taskName(task)}, horizon`,
      given: JSON.stringify(horizon),
      expected: "at least one step forward in time",
    });
  }
  const examples = countTrajectories(task, data);
  const sources = new Map<string, InputSource>();
  const groups = [
    ["input", system.input, data.input],
    ["target", target, data.target],
  ] as const;
  for (const [group, blocks, given = {}] of groups) {
    checkNames(
      group,
      given,
      blocks.map(({ name }) => name),
    );
    for (const block of blocks) {
      const value = own(given, block.name);
      if (value === undefined) throw missing(`${group}.${block.name}`, block.shape);
      sources.set(block.name, inputSource(block, value, { clock, trajectories: examples }));
    }
  }
  const given = (data.initial ?? {}) as Values;
  const blocks = system.state.filter(({ name }) => !computed.has(name));
  checkNames(
    "initial",
    given,
    blocks.map(({ name }) => name),
  );
  const initial = new Map<string, Float64Array>();
  for (const { name, shape } of blocks) {
    const value = own(given, name) as NumericValue | undefined;
    if (value === undefined) throw missing(`initial.${name}`, shape);
    initial.set(name, spread(`initial.${name}`, value, shape, examples));
  }
  const parameters = readParameters(system, data.parameters as never, 1);
  const signature = [...sources]
    .map(([name, { timing, perTrajectory }]) => `${name}:${timing}${perTrajectory ? ":each" : ""}`)
    .join(";");
  return {
    clock,
    examples,
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, { data: values }]) => [name, values])),
    sources,
    initial,
    signature: `${examples};${signature}`,
  };
}

const own = (given: Values, name: string): InputValue | undefined =>
  Object.hasOwn(given, name) ? given[name] : undefined;

const missing = (field: string, shape: Shape): InputError =>
  new InputError({ field, given: "nothing", expected: `a value of the shape [${shape.join(", ")}]` });

/** One value per example. */
function spread(field: string, value: NumericValue, shape: Shape, examples: number): Float64Array {
  const { data, perTrajectory } = blockValues(field, value, shape, examples);
  if (perTrajectory || examples === 1) return data;
  const all = new Float64Array(examples * data.length);
  for (let example = 0; example < examples; example++) all.set(data, example * data.length);
  return all;
}

const isRows = (value: InputValue): value is Extract<InputValue, { readonly timing: InputTiming }> =>
  typeof value === "object" && "timing" in value;

/** The number of examples in constants (their leading axis) and rows (the axis after the rows). */
function countTrajectories({ system, target }: LearningTask, data: TaskData): number {
  let examples = 1;
  const look = (value: InputValue | undefined, shape: Shape): void => {
    if (value === undefined || typeof value === "function" || typeof value === "number") return;
    const given = isRows(value) ? nestedShape(value.rows).slice(1) : nestedShape(value);
    const entries = given.reduce((total, extent) => total * extent, 1);
    const several = given.length > shape.length || (given.length === 1 && entries > sizeOf(shape));
    if (several && entries % sizeOf(shape) === 0) examples = Math.max(examples, entries / sizeOf(shape));
  };
  const groups = [
    [system.input, data.input],
    [target, data.target],
    [system.state, data.initial],
  ] as const;
  for (const [blocks, given] of groups) {
    for (const { name, shape } of blocks) look(own((given ?? {}) as Values, name), shape);
  }
  return examples;
}

/** The name of a symbol. */
export const nameOf = (symbol: Parameters<typeof symbolName>[0]): string => symbolName(symbol) as string;
