import { InputError } from "../../core/errors.js";
import type { RANDOM_STREAM_FORMAT } from "../../core/random.js";
import type { OptimiserState, ParameterArrays } from "../optimisers/optimiser.js";

/** Version of the checkpoint's layout; it changes whenever older programs could not read a newer checkpoint. */
export const CHECKPOINT_FORMAT = 1;

/** What belongs together with an update: a checkpoint goes on only under the same. */
export interface TrainingIdentity {
  readonly task: string;
  readonly rule: string;
  readonly optimiser: string;
  readonly seed: number;
  /** How many examples the data have. */
  readonly examples: number;
  readonly batchSize: number;
  readonly lastBatch: "keep" | "drop";
  /** The parameter blocks that are trained. */
  readonly trained: readonly string[];
}

/** Sums over the batches of an epoch. */
export interface EpochSums {
  readonly batches: number;
  readonly examples: number;
  /** Sum of the costs of all examples. */
  readonly cost: number;
  /** The largest residual. */
  readonly residual: number;
  /** Sum over the batches of the unsettled fraction of the phase that settled worst. */
  readonly unsettled: number;
}

/** What an epoch came to. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Mean cost over the examples, each at the parameters of its batch. */
  readonly cost: number;
  /** The largest residual of a phase. */
  readonly residual: number;
  /** Mean over the batches of the unsettled fraction of the phase that settled worst. */
  readonly unsettled: number;
  /** What `validate` returned after the epoch. */
  readonly validation?: Readonly<Record<string, number>>;
}

/** A state of a training that it can go on from exactly, as plain data. */
export interface Checkpoint extends TrainingIdentity {
  readonly format: typeof CHECKPOINT_FORMAT;
  /** The layout of the random stream the batches were drawn with. */
  readonly randomStream: typeof RANDOM_STREAM_FORMAT;
  /** Epochs completed. */
  readonly epoch: number;
  /** Batches done in the epoch under way. */
  readonly batch: number;
  /** All parameters, also those that are not trained. */
  readonly parameters: ParameterArrays;
  readonly optimiserState: OptimiserState;
  readonly sums: EpochSums;
  /** The unsettled fractions of the last batches, oldest first. */
  readonly recentUnsettled: readonly number[];
  readonly history: readonly EpochRecord[];
}

/** Independent copies of arrays by name. */
export const copyArrays = (arrays: ParameterArrays): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, values.slice()]));

/** An independent copy of an optimiser's state. */
export const copyOptimiserState = ({ updates, averages }: OptimiserState): OptimiserState => ({
  updates,
  averages: Object.fromEntries(Object.entries(averages).map(([name, arrays]) => [name, copyArrays(arrays)])),
});

const REMEDY = "to go on under other conditions, start anew with checkpoint.parameters as the initial parameters";

function refuse(field: string, given: unknown, expected: unknown): never {
  throw new InputError({
    field: `checkpoint ${field}`,
    given: String(given),
    expected: String(expected),
    remedy: REMEDY,
  });
}

/** Names and lengths of arrays, for comparison and to read. */
const layout = (arrays: ParameterArrays): string =>
  Object.keys(arrays)
    .sort()
    .map((name) => `${name} (${(arrays[name] as Float64Array).length})`)
    .join(", ") || "none";

/**
 * Refuses a checkpoint of another training.
 *
 * @param identity of the training that is to go on
 * @param parameters arrays of the sizes it needs
 * @param state the state its optimiser begins with
 * @throws InputError that names what differs
 */
export function checkCheckpoint(
  checkpoint: Checkpoint,
  identity: TrainingIdentity & Pick<Checkpoint, "randomStream">,
  parameters: ParameterArrays,
  state: OptimiserState,
  batches: number,
): void {
  if (checkpoint.format !== CHECKPOINT_FORMAT) refuse("format", checkpoint.format, CHECKPOINT_FORMAT);
  for (const [field, expected] of Object.entries(identity)) {
    const given = checkpoint[field as keyof TrainingIdentity];
    if (String(given) !== String(expected)) refuse(field, given, expected);
  }
  if (layout(checkpoint.parameters) !== layout(parameters)) {
    refuse("parameters", layout(checkpoint.parameters), layout(parameters));
  }
  const averages = checkpoint.optimiserState.averages;
  for (const name of new Set([...Object.keys(averages), ...Object.keys(state.averages)])) {
    const [given, expected] = [layout(averages[name] ?? {}), layout(state.averages[name] ?? {})];
    if (given !== expected) refuse(`optimiserState.averages.${name}`, given, expected);
  }
  const { epoch, batch } = checkpoint;
  if (!(Number.isInteger(epoch) && epoch >= 0)) refuse("epoch", epoch, "a whole number, 0 or more");
  if (!(Number.isInteger(batch) && batch >= 0 && batch <= batches)) {
    refuse("batch", batch, `a whole number from 0 to ${batches}`);
  }
}
