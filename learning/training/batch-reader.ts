import { InputError } from "../../core/errors.js";
import { type Shape, sizeOf } from "../../core/expression/expression.js";
import type { HeldInput, InputValue, NodeInput } from "../../core/simulation/inputs.js";
import { checkNames } from "../../core/simulation/values.js";
import { type LearningTask, taskName } from "../task.js";
import { type ExampleRows, isFunction, isRows, nestedViews, readExampleRows } from "./example-rows.js";
import { type ExampleSeries, type Examples, readExamples } from "./examples.js";

/** One batch of examples, by block name: what a rule takes as data. */
export interface Batch {
  readonly input: Readonly<Record<string, InputValue>>;
  readonly target: Readonly<Record<string, InputValue>>;
  readonly guess: Readonly<Record<string, Float64Array>>;
  readonly initial: Readonly<Record<string, Float64Array>>;
}

type Given = Readonly<Record<string, ExampleSeries | undefined>>;

/** What a {@link BatchReader} reads from; a group that is left out is not read. */
export interface BatchSources {
  readonly input?: Given;
  readonly target?: Given;
  readonly guess?: Given;
  readonly initial?: Given;
}

type Group = keyof Batch;

/** One block's examples and the group it belongs to. */
interface Source {
  readonly group: Group;
  readonly name: string;
  /** How many examples it has; one serves for all. */
  readonly count: number;
  /** Makes what holds a batch of so many examples, and what fills it with those at the places of an order. */
  hold(examples: number): Held;
}

interface Held {
  readonly value: InputValue;
  fill(order: Uint32Array, start: number, end: number): void;
}

/** Gathers examples into batches. Each size of batch has its buffers, which are filled anew by every read. */
export class BatchReader {
  /** How many examples there are. */
  readonly count: number;
  private readonly sources: readonly Source[];
  private readonly batches = new Map<number, { readonly batch: Batch; readonly held: readonly Held[] }>();

  /**
   * @param field names the data in error messages
   * @throws InputError for a missing or unknown block, examples of another size than the block's, blocks with different
   * numbers of examples, or what only tasks with a horizon have
   */
  constructor(field: string, task: LearningTask, given: BatchSources) {
    const { system, target, horizon, initial } = task;
    if (horizon === undefined) refuseTrajectories(field, task, given);
    const starting = horizon === undefined ? [] : system.state.filter(({ name }) => !initial?.has(name));
    this.sources = [
      ...sourcesOf(field, "input", system.input, given.input, true),
      ...sourcesOf(field, "target", target, given.target, given.target !== undefined),
      ...sourcesOf(field, "guess", system.state, given.guess, false),
      ...sourcesOf(field, "initial", starting, given.initial, true),
    ];
    this.count = this.sources.reduce((most, { count }) => Math.max(most, count), 1);
    const other = this.sources.find(({ count }) => count !== 1 && count !== this.count);
    if (other !== undefined) {
      throw new InputError({
        field: `${field}${other.group}.${other.name}`,
        given: `${other.count} examples`,
        expected: `${this.count} as in the other blocks, or one for all`,
      });
    }
  }

  /** Fills the buffers of a batch with the examples `order[start]` to `order[end - 1]`. */
  read(order: Uint32Array, start: number, end: number): Batch {
    const { batch, held } = this.buffers(end - start);
    for (const each of held) each.fill(order, start, end);
    return batch;
  }

  private buffers(examples: number) {
    let known = this.batches.get(examples);
    if (known === undefined) {
      const held = this.sources.map((source) => source.hold(examples));
      const of = <V>(group: Group): Record<string, V> =>
        Object.fromEntries(
          this.sources.flatMap((source, k) => (source.group === group ? [[source.name, held[k]?.value as V]] : [])),
        );
      known = { batch: { input: of("input"), target: of("target"), guess: of("guess"), initial: of("initial") }, held };
      this.batches.set(examples, known);
    }
    return known;
  }
}

/** What varies in time and initial states belong to tasks with a horizon. */
function refuseTrajectories(field: string, task: LearningTask, given: BatchSources): void {
  const refuse = (name: string, what: string, expected: string): never => {
    throw new InputError({ field: `${field}${name}`, given: `${what}, for ${taskName(task)}`, expected });
  };
  for (const group of ["input", "target"] as const) {
    for (const [name, value] of Object.entries(given[group] ?? {})) {
      if (value === undefined || !(isRows(value) || isFunction(value))) continue;
      refuse(`${group}.${name}`, "values that vary in time", "constant values, because the task has no horizon");
    }
  }
  if (given.initial !== undefined) {
    refuse("initial", "initial states", "none, because the task has no horizon");
  }
}

function sourcesOf(
  prefix: string,
  group: Group,
  blocks: readonly { readonly name: string; readonly shape: Shape }[],
  given: Given = {},
  required: boolean,
): Source[] {
  const field = `${prefix}${group}`;
  checkNames(
    field,
    given,
    blocks.map(({ name }) => name),
  );
  return blocks.flatMap(({ name, shape }): Source[] => {
    const values = Object.hasOwn(given, name) ? given[name] : undefined;
    if (values !== undefined) return [{ group, name, ...readSource(`${field}.${name}`, values, shape) }];
    if (!required) return [];
    throw new InputError({
      field: `${field}.${name}`,
      given: "nothing",
      expected: `examples of ${sizeOf(shape)} numbers each`,
    });
  });
}

function readSource(field: string, given: ExampleSeries, shape: Shape): Pick<Source, "count" | "hold"> {
  if (isFunction(given)) return { count: 1, hold: () => ({ value: given, fill: () => undefined }) };
  if (isRows(given)) return ofRows(readExampleRows(field, given, shape), shape);
  return ofExamples(readExamples(field, given, shape));
}

const ofExamples = (examples: Examples): Pick<Source, "count" | "hold"> => ({
  count: examples.count,
  hold(batch) {
    const { count, size } = examples;
    const buffer = new Float64Array(batch * size);
    return {
      value: buffer,
      fill(order, start, end) {
        for (let k = start; k < end; k++) {
          examples.read(count === 1 ? 0 : (order[k] as number), buffer, (k - start) * size);
        }
      },
    };
  },
});

const ofRows = ({ timing, rows, count, values }: ExampleRows, shape: Shape): Pick<Source, "count" | "hold"> => ({
  count,
  hold(batch) {
    const size = sizeOf(shape);
    const buffer = new Float64Array(rows * batch * size);
    const nested = nestedViews(buffer, [rows, batch, ...shape]) as HeldInput["rows"];
    const value: HeldInput | NodeInput = { timing, rows: nested };
    return {
      value,
      fill(order, start, end) {
        for (let row = 0; row < rows; row++) {
          for (let k = start; k < end; k++) {
            const from = (row * count + (count === 1 ? 0 : (order[k] as number))) * size;
            buffer.set(values.subarray(from, from + size), (row * batch + k - start) * size);
          }
        }
      },
    };
  },
});
