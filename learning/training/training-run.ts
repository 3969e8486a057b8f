import { InputError } from "../../core/errors.js";
import { sizeOf } from "../../core/expression/expression.js";
import { RANDOM_STREAM_FORMAT, RandomStream } from "../../core/random.js";
import { SimulationError } from "../../core/simulation/failure.js";
import { entryName, indexOf } from "../../core/simulation/values.js";
import type { OptimiserState, ParameterArrays } from "../optimisers/optimiser.js";
import { PhaseError } from "../rule.js";
import type { LearningTask } from "../task.js";
import { BatchReader } from "./batch-reader.js";
import {
  CHECKPOINT_FORMAT,
  type Checkpoint,
  checkCheckpoint,
  copyArrays,
  copyOptimiserState,
  type EpochRecord,
  type EpochSums,
  type TrainingIdentity,
} from "./checkpoint.js";
import {
  type AnyTrainingOptions,
  checkTrainingOptions,
  readParameters,
  type TrainingResult,
  trainedNames,
} from "./options.js";
import type { TrainingPosition } from "./progress.js";
import { SettlingWatch, type WorstPhase, worstPhase } from "./settling-watch.js";
import { causeMessage, NotFiniteError, TrainingError, unsettledMessage } from "./training-error.js";

/** Epoch k, counted from 0, is shuffled by the random stream 2^31 + k. */
const SHUFFLE_STREAM = 2 ** 31;

const NO_SUMS: EpochSums = { batches: 0, examples: 0, cost: 0, residual: 0, unsettled: 0 };

/** A training between two batches. Everything the next batch depends on is in its checkpoint. */
export class TrainingRun {
  readonly parameters: Record<string, Float64Array>;
  /** Batches of an epoch. */
  readonly batches: number;
  private readonly trained: ParameterArrays;
  private readonly reader: BatchReader;
  private readonly identity: TrainingIdentity;
  private readonly watch: SettlingWatch;
  private readonly order: Uint32Array;
  private orderedEpoch = -1;
  private optimiserState: OptimiserState;
  private epoch = 0;
  private batch = 0;
  private sums = NO_SUMS;
  /** The largest of the last batch. */
  private residual = 0;
  private history: readonly EpochRecord[] = [];
  private isUpdating = false;
  private lastGood: Checkpoint;
  private sinceGood = 0;
  /** Epoch and batch begun last, counted from 1. */
  private begun = { epoch: 1, batch: 1 };

  /** @throws InputError for options that do not fit, or a checkpoint of another training */
  constructor(private readonly options: AnyTrainingOptions) {
    checkTrainingOptions(options);
    const { task, rule, optimiser, data, batch: batchSize, seed = 0, lastBatch = "keep", resume } = options;
    const names = trainedNames(options);
    this.watch = new SettlingWatch(options.settling);
    this.reader = new BatchReader("data.", task, { ...data, input: data.input ?? {}, target: data.target ?? {} });
    const examples = this.reader.count;
    this.batches = lastBatch === "keep" ? Math.ceil(examples / batchSize) : Math.floor(examples / batchSize);
    if (this.batches === 0) {
      throw new InputError({
        field: "train, batch",
        given: `${batchSize}, with lastBatch "drop"`,
        expected: `at most ${examples}, the number of examples`,
      });
    }
    this.order = new Uint32Array(examples);
    this.parameters =
      resume === undefined ? readParameters(task.system, options.parameters) : copyArrays(resume.parameters);
    const fresh = resume === undefined ? this.parameters : emptyParameters(task);
    const state = optimiser.initialise(pick(fresh, names));
    this.identity = {
      task: describeTask(task),
      rule: rule.name,
      optimiser: optimiser.name,
      seed,
      examples,
      batchSize,
      lastBatch,
      trained: names,
    };
    this.optimiserState = state;
    if (resume !== undefined) {
      const expected = { ...this.identity, randomStream: RANDOM_STREAM_FORMAT } as const;
      checkCheckpoint(resume, expected, fresh, state, this.batches);
      this.optimiserState = copyOptimiserState(resume.optimiserState);
      this.epoch = resume.epoch;
      this.batch = resume.batch;
      this.sums = resume.sums;
      this.history = resume.history;
      this.watch.recent = resume.recentUnsettled;
    }
    this.trained = pick(this.parameters, names);
    this.lastGood = this.checkpoint();
  }

  get isFinished(): boolean {
    return this.epoch >= this.options.epochs;
  }

  /** All batches of the epoch are done; it is to be closed. */
  get isEpochDone(): boolean {
    return this.batch === this.batches;
  }

  /** Updates done. */
  get updates(): number {
    return this.epoch * this.batches + this.batch;
  }

  /** Examples of all epochs. */
  get allExamples(): number {
    return this.options.epochs * this.examplesPerEpoch;
  }

  get position(): TrainingPosition {
    const { sums } = this;
    return {
      epoch: this.epoch + 1,
      epochs: this.options.epochs,
      batch: this.batch,
      batches: this.batches,
      examples: this.epoch * this.examplesPerEpoch + sums.examples,
      cost: sums.cost / sums.examples,
      residual: this.residual,
      unsettled: this.watch.mean,
    };
  }

  private get examplesPerEpoch(): number {
    const { examples, batchSize, lastBatch } = this.identity;
    return lastBatch === "keep" ? examples : this.batches * batchSize;
  }

  /** Learns from the next batch. */
  step(): void {
    const { task, rule, optimiser, batch: batchSize } = this.options;
    this.begun = { epoch: this.epoch + 1, batch: this.batch + 1 };
    this.shuffle();
    const start = this.batch * batchSize;
    const end = Math.min(start + batchSize, this.reader.count);
    const { input, target, initial } = this.reader.read(this.order, start, end);
    const examples = task.horizon === undefined ? { input, target } : { input, target, initial };
    const { costs, gradient, phases, residual } = rule.gradient(task, { parameters: this.parameters, ...examples });
    const bad = costs.findIndex((cost) => !Number.isFinite(cost));
    if (bad >= 0) throw new NotFiniteError(`the cost of example ${this.order[start + bad]}`, costs[bad] as number);
    for (const name in this.trained) {
      this.checkFinite("the gradient of the cost by", name, (gradient[name] as { readonly data: Float64Array }).data);
    }
    const worst = worstPhase(phases);
    this.watch.add(worst.unsettled);
    if (this.watch.isExceeded) throw this.unsettled(worst);
    this.isUpdating = true;
    optimiser.update(this.trained, gradient, this.optimiserState);
    for (const name in this.trained) this.checkFinite("the parameter", name, this.trained[name] as Float64Array);
    this.isUpdating = false;
    this.count(costs, residual, worst.unsettled);
    this.keepGood(worst);
  }

  /** Ends the epoch whose batches are done. */
  closeEpoch(validation: Readonly<Record<string, number>> | undefined): void {
    const { batches, examples, cost, residual, unsettled } = this.sums;
    const record = { epoch: this.epoch + 1, cost: cost / examples, residual, unsettled: unsettled / batches };
    this.history = [...this.history, validation === undefined ? record : { ...record, validation: { ...validation } }];
    this.epoch++;
    this.batch = 0;
    this.sums = NO_SUMS;
  }

  checkpoint(): Checkpoint {
    return {
      format: CHECKPOINT_FORMAT,
      randomStream: RANDOM_STREAM_FORMAT,
      ...this.identity,
      epoch: this.epoch,
      batch: this.batch,
      parameters: copyArrays(this.parameters),
      optimiserState: copyOptimiserState(this.optimiserState),
      sums: this.sums,
      recentUnsettled: [...this.watch.recent],
      history: this.history,
    };
  }

  result(): TrainingResult {
    return {
      status: this.isFinished ? "completed" : "interrupted",
      parameters: copyArrays(this.parameters),
      history: this.history,
      checkpoint: this.checkpoint(),
    };
  }

  /** What an error in a batch or a callback means for the training. */
  failure(error: unknown): TrainingError {
    if (error instanceof TrainingError) return error;
    const isPhase = error instanceof PhaseError;
    const isNumber = isPhase || error instanceof NotFiniteError || error instanceof SimulationError;
    const first = (this.begun.batch - 1) * this.options.batch;
    const failed = isPhase ? error.example : error instanceof SimulationError ? (error.trajectory ?? 0) : undefined;
    const example = failed === undefined ? undefined : this.order[first + failed];
    return new TrainingError(
      causeMessage(error, example),
      {
        reason: isNumber ? "not finite" : "failed",
        ...this.begun,
        checkpoint: isNumber || this.isUpdating ? this.lastGood : this.checkpoint(),
        ...(isPhase ? { phase: error.phase } : {}),
      },
      { cause: error },
    );
  }

  private unsettled(worst: WorstPhase): TrainingError {
    const { mean, over } = this.watch;
    return new TrainingError(unsettledMessage(worst, mean, over), {
      reason: "unsettled",
      ...this.begun,
      checkpoint: this.lastGood,
      phase: worst.phase,
      residual: worst.residual,
      tolerance: worst.tolerance,
      unsettled: mean,
    });
  }

  private shuffle(): void {
    if (this.orderedEpoch === this.epoch) return;
    const { order, epoch } = this;
    for (let k = 0; k < order.length; k++) order[k] = k;
    new RandomStream(this.identity.seed, SHUFFLE_STREAM + epoch).shuffle(order);
    this.orderedEpoch = epoch;
  }

  private checkFinite(what: string, name: string, values: Float64Array): void {
    for (let k = 0; k < values.length; k++) {
      if (Number.isFinite(values[k])) continue;
      const shape = this.options.task.system.parameters.find((block) => block.name === name)?.shape ?? [];
      throw new NotFiniteError(`${what} ${entryName(name, indexOf(shape, k))}`, values[k] as number);
    }
  }

  private count(costs: Float64Array, residual: number, unsettled: number): void {
    const { sums } = this;
    this.batch++;
    this.residual = residual;
    this.sums = {
      batches: sums.batches + 1,
      examples: sums.examples + costs.length,
      cost: costs.reduce((total, value) => total + value, sums.cost),
      residual: Math.max(sums.residual, residual),
      unsettled: sums.unsettled + unsettled,
    };
  }

  /** Keeps a state to fall back on once per window, while phases settle. */
  private keepGood(worst: WorstPhase): void {
    const { over, maximum, mean } = this.watch;
    if (++this.sinceGood < over || worst.unsettled > maximum || mean > maximum) return;
    this.lastGood = this.checkpoint();
    this.sinceGood = 0;
  }
}

const pick = (arrays: ParameterArrays, names: readonly string[]): ParameterArrays =>
  Object.fromEntries(names.map((name) => [name, arrays[name] as Float64Array]));

const emptyParameters = ({ system }: LearningTask): ParameterArrays =>
  Object.fromEntries(system.parameters.map(({ name, shape }) => [name, new Float64Array(sizeOf(shape))]));

/** The task as a checkpoint names it: its system and what there is to read and to reach. */
function describeTask({ system, target, horizon }: LearningTask): string {
  const list = (blocks: readonly { readonly name: string; readonly shape: readonly number[] }[]): string =>
    blocks.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join(", ") || "nothing";
  return `${system.name}: state ${list(system.state)}; input ${list(system.input)}; target ${list(target)}${
    horizon === undefined ? "" : `; horizon ${JSON.stringify(horizon)}`
  }`;
}
