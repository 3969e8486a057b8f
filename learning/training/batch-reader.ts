import { InputError } from "../../core/errors.js";
import { type Shape, sizeOf } from "../../core/expression/expression.js";
import { checkNames } from "../../core/simulation/values.js";
import type { LearningTask } from "../task.js";
import { type Examples, type ExampleValues, readExamples } from "./examples.js";

/** Buffers with one batch of examples, by block name: what a rule takes as data. */
export interface Batch {
  readonly input: Readonly<Record<string, Float64Array>>;
  readonly target: Readonly<Record<string, Float64Array>>;
  readonly guess: Readonly<Record<string, Float64Array>>;
}

type Given = Readonly<Record<string, ExampleValues | undefined>>;

/** What a {@link BatchReader} reads from; a group that is left out is not read. */
export interface BatchSources {
  readonly input?: Given;
  readonly target?: Given;
  readonly guess?: Given;
}

type Group = keyof Batch;

/** One block's examples and the group it belongs to. */
interface Source {
  readonly group: Group;
  readonly name: string;
  readonly examples: Examples;
}

/** Gathers examples into batches. Each size of batch has its buffers, which are filled anew by every read. */
export class BatchReader {
  /** How many examples there are. */
  readonly count: number;
  private readonly sources: readonly Source[];
  private readonly batches = new Map<number, Batch>();

  /**
   * @param field names the data in error messages
   * @throws InputError for a missing or unknown block, examples of another size than the block's, or blocks with different
   * numbers of examples
   */
  constructor(field: string, task: LearningTask, given: BatchSources) {
    const { system, target } = task;
    this.sources = [
      ...sourcesOf(field, "input", system.input, given.input, true),
      ...sourcesOf(field, "target", target, given.target, given.target !== undefined),
      ...sourcesOf(field, "guess", system.state, given.guess, false),
    ];
    this.count = this.sources.reduce((most, { examples }) => Math.max(most, examples.count), 1);
    const other = this.sources.find(({ examples }) => examples.count !== 1 && examples.count !== this.count);
    if (other !== undefined) {
      throw new InputError({
        field: `${field}${other.group}.${other.name}`,
        given: `${other.examples.count} examples`,
        expected: `${this.count} as in the other blocks, or one for all`,
      });
    }
  }

  /** Fills the buffers of a batch with the examples `order[start]` to `order[end - 1]`. */
  read(order: Uint32Array, start: number, end: number): Batch {
    const batch = this.buffers(end - start);
    for (const { group, name, examples } of this.sources) {
      const out = batch[group][name] as Float64Array;
      for (let k = start; k < end; k++) {
        examples.read(examples.count === 1 ? 0 : (order[k] as number), out, (k - start) * examples.size);
      }
    }
    return batch;
  }

  private buffers(examples: number): Batch {
    let batch = this.batches.get(examples);
    if (batch === undefined) {
      const of = (group: Group): Record<string, Float64Array> =>
        Object.fromEntries(
          this.sources
            .filter((source) => source.group === group)
            .map((source) => [source.name, new Float64Array(examples * source.examples.size)]),
        );
      batch = { input: of("input"), target: of("target"), guess: of("guess") };
      this.batches.set(examples, batch);
    }
    return batch;
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
  return blocks.flatMap(({ name, shape }) => {
    const values = Object.hasOwn(given, name) ? given[name] : undefined;
    if (values !== undefined) return [{ group, name, examples: readExamples(`${field}.${name}`, values, shape) }];
    if (!required) return [];
    throw new InputError({
      field: `${field}.${name}`,
      given: "nothing",
      expected: `examples of ${sizeOf(shape)} numbers each`,
    });
  });
}
