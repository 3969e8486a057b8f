import { InputError } from "../../core/errors.js";
import { sizeOf } from "../../core/expression/expression.js";
import { checkSeed } from "../../core/random.js";
import { blockValues, checkNames } from "../../core/simulation/values.js";
import type { BlockNames, DynamicalSystem, NumericValue } from "../../core/system.js";
import type { Optimiser } from "../optimisers/optimiser.js";
import type { LearningRule, TaskData } from "../rule.js";
import { type LearningTask, taskName } from "../task.js";
import type { Checkpoint, EpochRecord } from "./checkpoint.js";
import type { ExampleData } from "./examples.js";
import type { TrainingProgress } from "./progress.js";
import type { SettlingLimits } from "./settling-watch.js";

/** What {@link train} takes. */
export interface TrainingOptions<N extends BlockNames = BlockNames, T extends string = string> {
  readonly task: LearningTask<N, T>;
  /** What gives the gradients. */
  readonly rule: LearningRule;
  /** What turns them into updates. */
  readonly optimiser: Optimiser;
  /** Initial parameters; those with a default may be left out, and all of them where a checkpoint is resumed. */
  readonly parameters?: TaskData<N>["parameters"];
  readonly data: ExampleData<N, T>;
  /** Examples per update; the gradient is that of their mean cost. */
  readonly batch: number;
  /** Passes over the data. */
  readonly epochs: number;
  /** Shuffles the data in each epoch; an integer from 0 to 2^53 - 1. @defaultValue 0 */
  readonly seed?: number;
  /** The parameter blocks to train; others keep their initial values. @defaultValue all */
  readonly train?: readonly N["parameters"][];
  /**
   * What becomes of the examples left over when the batch does not divide their number: a smaller last batch, or none
   * (other examples are left out in each epoch).
   *
   * @defaultValue "keep"
   */
  readonly lastBatch?: "keep" | "drop";
  /** When to stop because phases do not settle. */
  readonly settling?: SettlingLimits;
  /** Ends the training between two batches, with a checkpoint to go on from. */
  readonly signal?: AbortSignal;
  /** Called about twenty times a second and at the end of each epoch; `false` ends the training as `signal` does. */
  readonly onProgress?: (progress: TrainingProgress) => unknown;
  /**
   * Measures the parameters at the end of each epoch, counted from 1: accuracies, costs of other data. The parameters are
   * those in training, to be read and not kept.
   */
  readonly validate?: (
    parameters: { readonly [K in N["parameters"]]: Float64Array },
    epoch: number,
  ) => Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>;
  /** Updates from one call of `onCheckpoint` to the next. @defaultValue one epoch */
  readonly checkpointEvery?: number;
  /** Takes checkpoints, for example to a file; the training waits for its promise. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => unknown;
  /** Goes on from here, bit for bit as if there had been no interruption. */
  readonly resume?: Checkpoint;
}

/** What {@link train} returns. */
export interface TrainingResult<N extends BlockNames = BlockNames> {
  /** "interrupted" where `signal` or `onProgress` ended the training. */
  readonly status: "completed" | "interrupted";
  /** All parameters, also those that were not trained. */
  readonly parameters: { readonly [K in N["parameters"]]: Float64Array };
  /** One record per completed epoch, those before a resumed checkpoint included. */
  readonly history: readonly EpochRecord[];
  /** To go on from: after an interruption, or for more epochs. */
  readonly checkpoint: Checkpoint;
}

/** Options whose values are checked, without what only the types of names need. */
export type AnyTrainingOptions = TrainingOptions<BlockNames, string>;

function checkWhole(field: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new InputError({ field: `train, ${field}`, given: String(value), expected: "a whole number, 1 or more" });
}

/**
 * Refuses options that do not fit, before any work starts.
 *
 * @throws InputError that names the option
 */
export function checkTrainingOptions(options: AnyTrainingOptions): void {
  const { task, rule, batch, epochs, seed = 0, lastBatch = "keep", checkpointEvery = 1 } = options;
  const refused = rule.refusal(task);
  if (refused !== undefined) {
    throw new InputError({ field: `train, ${rule.name}`, given: taskName(task), expected: refused });
  }
  checkWhole("batch", batch);
  checkWhole("epochs", epochs);
  checkWhole("checkpointEvery", checkpointEvery);
  checkSeed(seed, "train, seed");
  if (lastBatch !== "keep" && lastBatch !== "drop") {
    throw new InputError({
      field: "train, lastBatch",
      given: JSON.stringify(lastBatch),
      expected: '"keep" or "drop"',
    });
  }
}

/** The names of the blocks to train, in the order of the system. */
export function trainedNames({ task, train }: AnyTrainingOptions): readonly string[] {
  const names = task.system.parameters.map(({ name }) => name);
  const unknown = train?.find((name) => !names.includes(name));
  const chosen = train === undefined ? names : names.filter((name) => train.includes(name));
  if (unknown === undefined && chosen.length > 0) return chosen;
  throw new InputError({
    field: "train, train",
    given: unknown === undefined ? "no name" : `the name "${unknown}"`,
    expected: names.length === 0 ? "a system with parameters" : `some of ${names.join(", ")}`,
  });
}

/** Own copies of the initial parameters, defaults filled in. */
export function readParameters(
  system: DynamicalSystem,
  given: Readonly<Record<string, NumericValue | undefined>> | undefined,
): Record<string, Float64Array> {
  checkNames(
    "parameters",
    given ?? {},
    system.parameters.map(({ name }) => name),
  );
  const read = system.parameters.map((block): [string, Float64Array] => {
    const { name, shape } = block;
    const value = (given !== undefined && Object.hasOwn(given, name) ? given[name] : undefined) ?? block.default;
    if (value === undefined) {
      throw new InputError({
        field: `parameters.${name}`,
        given: "nothing",
        expected: `${sizeOf(shape)} numbers`,
        remedy: "initialParameters(system, { seed }) draws values to start from",
      });
    }
    return [name, blockValues(`parameters.${name}`, value, shape).data];
  });
  return Object.fromEntries(read);
}
