import { InputError } from "../core/errors.js";
import { type Shape, sizeOf } from "../core/expression/expression.js";
import type { BlockNames, StateArray } from "../core/system.js";
import type { StationarySolver } from "../integrators/solvers/stationary-solver.js";
import { PhaseError, type PhaseReport, type TaskData } from "./rule.js";
import { PlanCache, type PreparedPhase, StationaryPlan } from "./stationary-plan.js";
import { type LearningTask, taskName } from "./task.js";
import { type Batch, BatchReader } from "./training/batch-reader.js";
import type { ExampleData, ExampleValues } from "./training/examples.js";

/** What {@link predict} takes. */
export interface PredictOptions<N extends BlockNames> extends Pick<ExampleData<N>, "input"> {
  /** Parameters; those with a default may be left out. */
  readonly parameters: TaskData<N>["parameters"];
  /** How the state settles. Plans are compiled once per solver object: use the same one again. */
  readonly settle: StationarySolver;
  /** Where the state starts, by state block; zero (moved into the bounds) where left out. */
  readonly guess?: { readonly [K in N["state"]]?: ExampleValues };
  /** Examples that settle together. @defaultValue 256 */
  readonly batch?: number;
  /** The state blocks to return. @defaultValue all */
  readonly keep?: readonly N["state"][];
}

/** What {@link evaluate} takes. */
export interface EvaluateOptions<N extends BlockNames, T extends string>
  extends PredictOptions<N>,
    Pick<ExampleData<N, T>, "target"> {}

/** How the phases of many batches settled. */
export interface SettlingSummary {
  /** The fraction of the examples whose residual is above the tolerance. */
  readonly unsettled: number;
  /** The largest residual. */
  readonly residual: number;
  readonly tolerance: number;
  /** The most iterations of a batch. */
  readonly iterations: number;
}

/** What {@link predict} returns. */
export interface Prediction<N extends BlockNames = BlockNames> {
  /** The stationary state by state block: of its shape, or [examples, ...shape] where there are several. */
  readonly state: { readonly [K in N["state"]]: StateArray };
  readonly settling: SettlingSummary;
}

/** What {@link evaluate} returns. */
export interface Evaluation<N extends BlockNames = BlockNames> extends Prediction<N> {
  /** Mean cost over the examples. */
  readonly cost: number;
  /** Cost of each example. */
  readonly costs: Float64Array;
}

/**
 * The states a system settles to, one for each example of the input, in batches. Needs no target and no cost.
 *
 * @throws InputError for data that are not those of the task, or a system the solver refuses
 * @throws PhaseError where a state leaves the finite numbers
 */
export function predict<N extends BlockNames, T extends string>(
  task: LearningTask<N, T>,
  options: PredictOptions<N>,
): Prediction<N> {
  return settleAll(task as LearningTask, options as PredictOptions<BlockNames>, undefined) as Prediction<N>;
}

/**
 * The cost of each example at the state the system settles to, in batches.
 *
 * @throws InputError for data that are not those of the task, a system the solver refuses, or a cost of a trajectory
 * @throws PhaseError where a state leaves the finite numbers
 */
export function evaluate<N extends BlockNames, T extends string>(
  task: LearningTask<N, T>,
  options: EvaluateOptions<N, T>,
): Evaluation<N> {
  const { final, running, perStep } = task.cost;
  if (final === undefined || running !== undefined || perStep !== undefined) {
    throw new InputError({
      field: "evaluate",
      given: `${taskName(task as LearningTask)} with a cost of a trajectory`,
      expected: "a cost of the stationary state alone (cost.final)",
    });
  }
  const target = (options.target ?? {}) as Readonly<Record<string, ExampleValues>>;
  return settleAll(task as LearningTask, options as PredictOptions<BlockNames>, target) as Evaluation<N>;
}

/**
 * The fraction of the examples whose largest output stands at the place of their label; the first of equal outputs counts.
 *
 * @param outputs [examples, classes], as {@link predict} returns an output block
 * @throws InputError where there is not one label for each row
 */
export function classificationAccuracy(outputs: StateArray, labels: ArrayLike<number>): number {
  const { data, shape } = outputs;
  const classes = shape[shape.length - 1] ?? 1;
  if (labels.length === 0 || labels.length * classes !== data.length) {
    throw new InputError({
      field: "classificationAccuracy labels",
      given: `${labels.length} labels`,
      expected: `${data.length / classes}, one for each row of the outputs`,
    });
  }
  let right = 0;
  for (let row = 0; row < labels.length; row++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if ((data[row * classes + k] as number) > (data[row * classes + best] as number)) best = k;
    }
    if (best === labels[row]) right++;
  }
  return right / labels.length;
}

/** The buffers and the free phase of one task for one number of examples. */
class PredictionPlan {
  private readonly plan: StationaryPlan;
  private readonly solver: PreparedPhase;

  constructor(task: LearningTask, examples: number, settle: StationarySolver) {
    this.plan = new StationaryPlan(task, examples);
    this.solver = this.plan.prepare(settle);
  }

  settle(parameters: TaskData["parameters"], batch: Batch, withoutTarget: boolean): PhaseReport {
    this.plan.load({ parameters, ...batch }, withoutTarget);
    return this.plan.settle("free", this.solver);
  }

  state(name: string): Float64Array {
    return this.plan.buffers[name] as Float64Array;
  }

  costs(): Float64Array {
    return this.plan.costs();
  }
}

const caches = new WeakMap<StationarySolver, PlanCache<PredictionPlan>>();

function planFor(task: LearningTask, examples: number, settle: StationarySolver): PredictionPlan {
  let cache = caches.get(settle);
  if (cache === undefined) {
    cache = new PlanCache((ofTask, count) => new PredictionPlan(ofTask, count, settle));
    caches.set(settle, cache);
  }
  return cache.get(task, examples);
}

function settleAll(
  task: LearningTask,
  options: PredictOptions<BlockNames>,
  target: Readonly<Record<string, ExampleValues>> | undefined,
): Prediction & Partial<Evaluation> {
  const { parameters, settle, batch: batchSize = 256 } = options;
  const refused = settle.refusal(task.system);
  if (refused !== undefined) {
    throw new InputError({ field: `${settle.name} solver`, given: task.system.name, expected: refused });
  }
  if (!(Number.isInteger(batchSize) && batchSize >= 1)) {
    throw new InputError({ field: "batch", given: String(batchSize), expected: "a whole number, 1 or more" });
  }
  const reader = new BatchReader("", task, {
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.guess === undefined ? {} : { guess: options.guess }),
    ...(target === undefined ? {} : { target }),
  });
  const { count } = reader;
  const blocks = keptBlocks(task, options.keep);
  const kept = blocks.map(({ shape }) => new Float64Array(count * sizeOf(shape)));
  const costs = target === undefined ? undefined : new Float64Array(count);
  const order = Uint32Array.from({ length: count }, (_, k) => k);
  let [unsettled, residual, iterations] = [0, 0, 0];
  for (let start = 0; start < count; start += batchSize) {
    const end = Math.min(start + batchSize, count);
    const plan = planFor(task, end - start, settle);
    const report = settleFrom(start, () =>
      plan.settle(parameters, reader.read(order, start, end), target === undefined),
    );
    unsettled += report.unsettled;
    residual = report.residual.reduce((most, value) => Math.max(most, value), residual);
    iterations = Math.max(iterations, report.iterations);
    blocks.forEach(({ name, shape }, k) => {
      kept[k]?.set(plan.state(name), start * sizeOf(shape));
    });
    costs?.set(plan.costs(), start);
  }
  const prediction = {
    state: Object.fromEntries(
      blocks.map(({ name, shape }, k) => [
        name,
        { data: kept[k] as Float64Array, shape: count > 1 ? [count, ...shape] : shape },
      ]),
    ),
    settling: { unsettled: unsettled / count, residual, tolerance: settle.tolerance, iterations },
  };
  if (costs === undefined) return prediction;
  return { ...prediction, costs, cost: costs.reduce((total, value) => total + value, 0) / count };
}

/** Counts the example a phase failed at from the first of all batches. */
function settleFrom(start: number, settle: () => PhaseReport): PhaseReport {
  try {
    return settle();
  } catch (error) {
    if (!(error instanceof PhaseError)) throw error;
    throw new PhaseError(error.phase, error.component, start + error.example, error.value, error.remedy);
  }
}

function keptBlocks(
  task: LearningTask,
  keep: readonly string[] | undefined,
): readonly { readonly name: string; readonly shape: Shape }[] {
  const { state } = task.system;
  const unknown = keep?.find((name) => !state.some((block) => block.name === name));
  if (unknown !== undefined) {
    throw new InputError({
      field: "keep",
      given: `the name "${unknown}"`,
      expected: `some of ${state.map(({ name }) => name).join(", ")}`,
    });
  }
  return keep === undefined ? state : state.filter(({ name }) => keep.includes(name));
}
