import type { Backend } from "../../core/compile/program.js";
import { InputError } from "../../core/errors.js";
import { sizeOf } from "../../core/expression/expression.js";
import type { Integrator } from "../../core/integrator.js";
import { entryName, indexOf } from "../../core/simulation/values.js";
import type { BlockNames, StateArray } from "../../core/system.js";
import { StateVector } from "../../integrators/solvers/state-vector.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import { type CentralPair, extrapolatedDerivative } from "../estimators/richardson.js";
import type { GradientResult, LearningRule, PhaseReport, TaskData } from "../rule.js";
import type { PreparedPhase, StationaryPlan } from "../stationary-plan.js";
import type { LearningTask } from "../task.js";
import { InconclusiveError } from "./inconclusive.js";
import { settledPhases } from "./reliances.js";
import { mean, namedArrays, stationaryResult, stationaryRule } from "./stationary-rule.js";
import { trajectoryDifferences } from "./trajectory-differences.js";

/** Options of {@link finiteDifferences}: a solver for costs of stationary states, an integrator for those of trajectories. */
export type FiniteDifferencesOptions = DifferenceOptions &
  (
    | {
        /** How the perturbed states settle: `newton({ tolerance: 1e-12 })` is advised, as differences magnify what is left. */
        readonly settle: StationarySolver;
        readonly integrator?: undefined;
      }
    | { readonly integrator: Integrator; readonly settle?: undefined }
  );

interface DifferenceOptions {
  /**
   * The largest of the three steps, relative to the scale of an entry: its size or, where that is larger, the root mean
   * square of its block (1 for a block of zeros).
   * @defaultValue 1/64
   */
  readonly step?: number;
  /** @defaultValue generated JavaScript, or the interpreter where code generation is forbidden */
  readonly backend?: Backend;
}

/** A gradient with error bars. */
export interface FiniteDifferenceResult<N extends BlockNames = BlockNames> extends GradientResult<N> {
  /** An estimate of the error of each entry of `gradient`: what the extrapolation changed last, and rounding. */
  readonly errors: { readonly [K in N["parameters"]]: StateArray };
  /** Likewise for `inputGradient`. */
  readonly inputErrors: { readonly [K in N["input"]]: StateArray };
}

/** A learning rule that reports its own errors. */
export interface FiniteDifferencesRule extends LearningRule {
  gradient<N extends BlockNames, T extends string>(
    task: LearningTask<N, T>,
    data: TaskData<N, T>,
  ): FiniteDifferenceResult<N>;
}

/** Where a step leads off the branch or the error is not small, a smaller one is tried: so often, and so much smaller. */
const ATTEMPTS = 3;
const SMALLER = 16;
/** A small error, relative to the derivative or to the cost over the entry's scale. */
const SMALL_ERROR = 1e-10;
/** Changes of the state below this (relative to its size) are rounding and do not tell one branch from another. */
const STATE_NOISE = 1e-8;

/**
 * The gradient by central differences of the settled cost, one parameter (or input) entry at a time; a reference that knows
 * nothing of derivatives. Steps h, h/2 and h/4 are extrapolated (Richardson) to an error of order h^6. Each perturbed state
 * settles from the unperturbed one, so that it stays on the same branch. A smooth branch moves in proportion to the step;
 * where halving the step does not make the displacement smaller, the state has jumped to another branch, and where other
 * entries rest at bounds, it has crossed an edge. Then, where a state does not settle, and where the extrapolation has not
 * converged, smaller steps are tried.
 *
 * Over several examples it is the gradient of the mean cost. It settles 6 times per entry: use it for small systems.
 *
 * Source: Richardson 1911.
 *
 * @throws InputError for a step that is not between 0 and 1
 * @throws InconclusiveError from `gradient` where the state leaves its branch, or does not settle, at all steps tried; it
 * names the entry; and where the unperturbed state does not settle
 */
export function finiteDifferences(options: FiniteDifferencesOptions): FiniteDifferencesRule {
  const { settle, integrator, step = 1 / 64, backend } = options;
  if (!(step > 0 && step < 1)) {
    throw new InputError({
      field: "finiteDifferences step",
      given: String(step),
      expected: "a number between 0 and 1",
      remedy: "it is relative to the size of each parameter",
    });
  }
  if (integrator !== undefined) return trajectoryDifferences({ integrator, step, backend });
  return stationaryRule({
    name: "finite differences",
    reference: "central differences with Richardson 1911 extrapolation",
    maker: "finiteDifferences",
    settle,
    backend,
    dynamics: (task) => {
      const entries = [...task.system.parameters, ...task.system.input].reduce((n, { shape }) => n + sizeOf(shape), 0);
      return {
        phases: [{ name: "free", system: task.system, nudge: 0 }],
        reliesOn: [
          `no local update: each of the ${entries} entries of parameters and inputs is shifted to both sides by three steps, the state settles anew, and the costs are compared`,
          ...settledPhases(task, settle, step / 4),
        ],
      };
    },
    prepare: (plan) => new DifferencePlan(plan, settle),
    gradient: (prepared, data) => prepared.gradient(data, step),
  }) as FiniteDifferencesRule;
}

/** The settled system at shifted parameters: each example's cost and state. */
interface Sample {
  readonly costs: Float64Array;
  readonly states: readonly Float64Array[];
  readonly report: PhaseReport;
}

/** A derivative of each example's cost, with its error. */
interface Slopes {
  readonly value: Float64Array;
  readonly error: Float64Array;
}

/** A block whose entries are shifted. */
interface Varied {
  readonly name: string;
  readonly shape: readonly number[];
}

class DifferencePlan {
  private readonly solver: PreparedPhase;
  private readonly vector: StateVector;
  private base: Readonly<Record<string, Float64Array>> = {};
  private baseSample: Pick<Sample, "costs" | "states"> = { costs: new Float64Array(0), states: [] };
  private perturbed: PhaseReport | undefined;

  constructor(
    private readonly plan: StationaryPlan,
    settle: StationarySolver,
  ) {
    this.solver = plan.prepare(settle);
    this.vector = new StateVector(plan.task.system);
  }

  gradient(data: TaskData, step: number): FiniteDifferenceResult {
    const { plan } = this;
    const { parameters, input } = plan.task.system;
    plan.load(data);
    const free = plan.settle("free", this.solver);
    if (!free.converged) {
      const { residual, tolerance } = free;
      throw new InconclusiveError(
        `Finite differences need a settled state: its residual is ${Math.max(...residual)}, above the solver's tolerance of ${tolerance}.`,
      );
    }
    this.base = plan.copyState();
    this.baseSample = this.sampled(free);
    this.perturbed = undefined;
    const forParameters = parameters.map((block) => this.alongParameter(block, step));
    const forInputs = input.map((block) => this.alongInput(block, step));
    const values = (slopes: readonly Slopes[]): Float64Array[] => slopes.map(({ value }) => value);
    const errors = (slopes: readonly Slopes[]): Float64Array[] => slopes.map(({ error }) => error);
    return {
      ...stationaryResult(plan, {
        costs: this.baseSample.costs,
        freeState: this.base,
        gradient: values(forParameters),
        inputGradient: values(forInputs),
        phases: this.perturbed === undefined ? [free] : [free, this.perturbed],
      }),
      errors: namedArrays(plan, parameters, errors(forParameters), false),
      inputErrors: namedArrays(plan, input, errors(forInputs), true),
    };
  }

  /** d(mean cost)/d(entry) for the entries of a parameter. */
  private alongParameter(block: Varied, step: number): Slopes {
    const size = sizeOf(block.shape);
    const result = { value: new Float64Array(size), error: new Float64Array(size) };
    for (let k = 0; k < size; k++) {
      const { value, error } = this.slopes(block, k, [k], step);
      result.value[k] = mean(value);
      result.error[k] = mean(error);
    }
    return result;
  }

  /** d(mean cost)/d(entry) for the entries of an input; that of all examples is shifted together, as none feels another's. */
  private alongInput(block: Varied, step: number): Slopes {
    const { examples } = this.plan;
    const size = sizeOf(block.shape);
    const result = { value: new Float64Array(examples * size), error: new Float64Array(examples * size) };
    for (let k = 0; k < size; k++) {
      const places = Array.from({ length: examples }, (_, example) => example * size + k);
      const { value, error } = this.slopes(block, k, places, step);
      places.forEach((place, example) => {
        result.value[place] = (value[example] as number) / examples;
        result.error[place] = (error[example] as number) / examples;
      });
    }
    return result;
  }

  /**
   * @param places where the entry stands in the buffer
   * @param largest the first step to try, relative to the entry's scale
   */
  private slopes(block: Varied, entry: number, places: readonly number[], largest: number): Slopes {
    const buffer = this.plan.buffers[block.name] as Float64Array;
    const centre = places.map((place) => buffer[place] as number);
    const scale = scaleOf(buffer, centre);
    const shift = (by: number): void => {
      places.forEach((place, k) => {
        buffer[place] = (centre[k] as number) + by;
      });
      this.plan.invalidate();
    };
    const shifted = (by: number): Sample => {
      shift(by);
      return this.settled();
    };
    const pair = (by: number): Pair => ({ step: by, ahead: shifted(by), behind: shifted(-by) });
    let best: Slopes | undefined;
    let left: string | undefined;
    try {
      for (let attempt = 0, step = largest * scale; attempt < ATTEMPTS; attempt++, step /= SMALLER) {
        const pairs = [pair(step), pair(step / 2), pair(step / 4)] as const;
        const why = this.leavesBranch(pairs[0], pairs[1]) ?? this.leavesBranch(pairs[1], pairs[2]);
        if (why !== undefined) {
          left = `${why} when it changes by ${step.toExponential(1)}`;
          continue;
        }
        const found = extrapolate(pairs);
        if (best === undefined || mean(found.error) < mean(best.error)) best = found;
        for (const { ahead, behind } of pairs) this.report(ahead, behind);
        const natural = Math.max(mean(found.value.map(Math.abs)), mean(this.baseSample.costs.map(Math.abs)) / scale);
        if (mean(found.error) <= SMALL_ERROR * natural) break;
      }
    } finally {
      shift(0);
    }
    if (best !== undefined) return best;
    throw new InconclusiveError(
      `The derivative with respect to ${entryName(block.name, indexOf(block.shape, entry))} is inconclusive: ${left}.`,
    );
  }

  /** Settles from the unperturbed state. */
  private settled(): Sample {
    const { plan } = this;
    plan.restoreState(this.base);
    return this.sampled(plan.settle("perturbed", this.solver, this.base));
  }

  private sampled(report: PhaseReport): Sample {
    const { plan, vector } = this;
    const blocks = plan.task.system.state.map(({ name }) => plan.buffers[name] as Float64Array);
    const states = Array.from({ length: plan.examples }, (_, example) => vector.read(blocks, example));
    return { costs: plan.costs(), states, report };
  }

  private report(...samples: readonly Sample[]): void {
    for (const { report } of samples) {
      this.perturbed = this.perturbed === undefined ? report : worse(this.perturbed, report);
    }
  }

  /** Why the states at a step and its half do not lie on the unperturbed state's branch; `undefined` where they do. */
  private leavesBranch(whole: Pair, half: Pair): string | undefined {
    const { vector } = this;
    const samples = [whole.ahead, whole.behind, half.ahead, half.behind];
    if (!samples.every(({ report }) => report.converged)) return "the state does not settle";
    for (const [example, base] of this.baseSample.states.entries()) {
      for (const side of ["ahead", "behind"] as const) {
        const [far, near] = [whole[side].states[example], half[side].states[example]] as [Float64Array, Float64Array];
        if (far.some((value, k) => isAtBound(vector, value, k) !== isAtBound(vector, base[k] as number, k))) {
          return `the state of example ${example} reaches or leaves a bound`;
        }
        const displacement = distance(far, base);
        const excess = Math.hypot(...far.map((value, k) => value - 2 * (near[k] as number) + (base[k] as number)));
        const noise = STATE_NOISE * (1 + Math.hypot(...base));
        if (excess > 0.75 * displacement + noise) {
          return `the state of example ${example} jumps by ${displacement.toExponential(1)} to another branch`;
        }
      }
    }
    return undefined;
  }
}

/** Samples at a step to both sides. */
interface Pair {
  readonly step: number;
  readonly ahead: Sample;
  readonly behind: Sample;
}

/** The derivative of each example's cost. */
function extrapolate(pairs: readonly [Pair, Pair, Pair]): Slopes {
  const examples = pairs[0].ahead.costs.length;
  const slopes = { value: new Float64Array(examples), error: new Float64Array(examples) };
  for (let k = 0; k < examples; k++) {
    const values = ({ step, ahead, behind }: Pair): CentralPair => ({
      step,
      ahead: ahead.costs[k] as number,
      behind: behind.costs[k] as number,
    });
    const { value, error } = extrapolatedDerivative(values(pairs[0]), values(pairs[1]), values(pairs[2]));
    slopes.value[k] = value;
    slopes.error[k] = error;
  }
  return slopes;
}

function scaleOf(block: Float64Array, entries: readonly number[]): number {
  const size = Math.sqrt(mean(block.map((value) => value ** 2)));
  return Math.max(size, ...entries.map(Math.abs)) || 1;
}

const isAtBound = ({ low, high }: StateVector, value: number, k: number): boolean =>
  value <= (low[k] as number) || value >= (high[k] as number);

const distance = (a: Float64Array, b: Float64Array): number =>
  Math.hypot(...a.map((value, k) => value - (b[k] as number)));

/** The larger numbers of two reports. */
function worse(a: PhaseReport, b: PhaseReport): PhaseReport {
  return {
    ...b,
    residual: a.residual.map((value, k) => Math.max(value, b.residual[k] as number)),
    iterations: Math.max(a.iterations, b.iterations),
    unsettled: Math.max(a.unsettled, b.unsettled),
    displacement: Math.max(a.displacement, b.displacement),
    converged: a.converged && b.converged,
  };
}
