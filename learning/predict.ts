import { InputError } from "../core/errors.js";
import { type Shape, sizeOf } from "../core/expression/expression.js";
import type { Integrator } from "../core/integrator.js";
import type { BlockNames, StateArray } from "../core/system.js";
import type { StationarySolver } from "../integrators/solvers/stationary-solver.js";
import { SharedCaches } from "./plan-cache.js";
import { type BatchOutcome, integrateBatch } from "./predict-trajectories.js";
import { PhaseError, type TaskData } from "./rule.js";
import { type PreparedPhase, StationaryPlan } from "./stationary-plan.js";
import { type LearningTask, taskName } from "./task.js";
import { type Batch, BatchReader } from "./training/batch-reader.js";
import type { ExampleData, ExampleSeries, ExampleValues } from "./training/examples.js";

/** What {@link predict} takes: a solver for a stationary state, an integrator for a task with a horizon. */
export type PredictOptions<N extends BlockNames> = CommonOptions<N> &
  (
    | {
        /** How the state settles. Plans are compiled once per solver object: use the same one again. */
        readonly settle: StationarySolver;
        /** Where the state starts, by state block; zero (moved into the bounds) where left out. */
        readonly guess?: { readonly [K in N["state"]]?: ExampleValues };
        readonly integrator?: undefined;
        readonly initial?: undefined;
      }
    | ({
        /** What integrates to the horizon. Plans are compiled once per integrator object: use the same one again. */
        readonly integrator: Integrator;
        readonly settle?: undefined;
        readonly guess?: undefined;
      } & Pick<ExampleData<N>, "initial">)
  );

interface CommonOptions<N extends BlockNames> extends Pick<ExampleData<N>, "input"> {
  /** Parameters; those with a default may be left out. */
  readonly parameters: TaskData<N>["parameters"];
  /** Examples that run together. @defaultValue 256 */
  readonly batch?: number;
  /** The state blocks to return. @defaultValue all */
  readonly keep?: readonly N["state"][];
}

/** What {@link evaluate} takes. */
export type EvaluateOptions<N extends BlockNames, T extends string> = PredictOptions<N> &
  Pick<ExampleData<N, T>, "target">;

/** How the phases of many batches settled; trajectories take their steps and have no residual. */
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
  /** The stationary state, or the last of a trajectory, by state block: of its shape, or [examples, ...shape] where there are several. */
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
 * The states a system settles to, or reaches at the horizon of its task, one for each example, in batches. Needs no target and
 * no cost. `simulate` gives whole trajectories.
 *
 * @throws InputError for data that are not those of the task, or a system the solver or integrator refuses
 * @throws PhaseError where a state leaves the finite numbers
 */
export function predict<N extends BlockNames, T extends string>(
  task: LearningTask<N, T>,
  options: PredictOptions<N>,
): Prediction<N> {
  return settleAll(task as LearningTask, options as PredictOptions<BlockNames>, undefined) as Prediction<N>;
}

/**
 * The cost of each example, at the state the system settles to or over its trajectory to the horizon, in batches.
 *
 * @throws InputError for data that are not those of the task, a system the solver or integrator refuses, or a cost of a
 * trajectory without a horizon
 * @throws PhaseError where a state leaves the finite numbers
 */
export function evaluate<N extends BlockNames, T extends string>(
  task: LearningTask<N, T>,
  options: EvaluateOptions<N, T>,
): Evaluation<N> {
  const { final, running, perStep } = task.cost;
  const isStationary = final !== undefined && running === undefined && perStep === undefined;
  if (task.horizon === undefined && !isStationary) {
    throw new InputError({
      field: "evaluate",
      given: `${taskName(task as LearningTask)} with a cost of a trajectory`,
      expected: "a cost of the stationary state alone (cost.final)",
    });
  }
  const target = (options.target ?? {}) as Readonly<Record<string, ExampleSeries>>;
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

  settle(parameters: TaskData["parameters"], { input, target, guess }: Batch, withTarget: boolean): BatchOutcome {
    const { plan } = this;
    plan.load({ parameters, input, target, guess }, !withTarget);
    const report = plan.settle("free", this.solver);
    return { report, state: (name) => plan.buffers[name] as Float64Array, costs: () => plan.costs() };
  }
}

const caches = new SharedCaches<StationarySolver>();

type Runner = (batch: Batch, examples: number) => BatchOutcome;

/** Settles or integrates a batch, as the task asks for. */
function runnerFor(task: LearningTask, options: PredictOptions<BlockNames>, withTarget: boolean): Runner {
  const { settle, integrator, parameters } = options;
  const refused = (settle ?? integrator)?.refusal(task.system);
  if (task.horizon === undefined && settle !== undefined) {
    if (refused === undefined) {
      return (batch, examples) =>
        caches
          .of<PredictionPlan>(settle)
          .get(task, examples, () => new PredictionPlan(task, examples, settle))
          .settle(parameters, batch, withTarget);
    }
    throw new InputError({ field: `${settle.name} solver`, given: task.system.name, expected: refused });
  }
  if (task.horizon !== undefined && integrator !== undefined) {
    if (refused === undefined) {
      return ({ input, target, initial }) =>
        integrateBatch(task, integrator, { parameters, input, target, initial }, withTarget);
    }
    throw new InputError({ field: integrator.name, given: task.system.name, expected: refused });
  }
  throw new InputError({
    field: task.horizon === undefined ? "settle" : "integrator",
    given: `nothing, for ${taskName(task)}`,
    expected:
      task.horizon === undefined
        ? "a solver, because the task is one of a stationary state"
        : "an integrator, because the task has a horizon",
  });
}

function settleAll(
  task: LearningTask,
  options: PredictOptions<BlockNames>,
  target: Readonly<Record<string, ExampleSeries>> | undefined,
): Prediction & Partial<Evaluation> {
  const { batch: batchSize = 256 } = options;
  const run = runnerFor(task, options, target !== undefined);
  if (!(Number.isInteger(batchSize) && batchSize >= 1)) {
    throw new InputError({ field: "batch", given: String(batchSize), expected: "a whole number, 1 or more" });
  }
  const reader = new BatchReader("", task, {
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.guess === undefined ? {} : { guess: options.guess }),
    ...(options.initial === undefined ? {} : { initial: options.initial }),
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
    const outcome = countedFrom(start, () => run(reader.read(order, start, end), end - start));
    const { report } = outcome;
    unsettled += report.unsettled;
    residual = report.residual.reduce((most, value) => Math.max(most, value), residual);
    iterations = Math.max(iterations, report.iterations);
    blocks.forEach(({ name, shape }, k) => {
      kept[k]?.set(outcome.state(name), start * sizeOf(shape));
    });
    costs?.set(outcome.costs(), start);
  }
  const tolerance = options.settle?.tolerance ?? 0;
  const prediction = {
    state: Object.fromEntries(
      blocks.map(({ name, shape }, k) => [
        name,
        { data: kept[k] as Float64Array, shape: count > 1 ? [count, ...shape] : shape },
      ]),
    ),
    settling: { unsettled: unsettled / count, residual, tolerance, iterations },
  };
  if (costs === undefined) return prediction;
  return { ...prediction, costs, cost: costs.reduce((total, value) => total + value, 0) / count };
}

/** Counts the example a phase failed at from the first of all batches. */
function countedFrom(start: number, run: () => BatchOutcome): BatchOutcome {
  try {
    return run();
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
