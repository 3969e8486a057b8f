import type { ParameterValues } from "../core/simulation/options.js";
import type { BlockNames, StateArray, Values } from "../core/system.js";
import type { SettleReport } from "../integrators/solvers/stationary-solver.js";
import type { LearningTask } from "./task.js";

/** One example, or a batch of them: inputs, targets and guesses may have a leading axis of examples. */
export interface TaskData<N extends BlockNames = BlockNames, T extends string = string> {
  /** Parameters; those with a default may be left out. */
  readonly parameters: ParameterValues<N>;
  readonly input?: Values<N["input"]>;
  readonly target?: Values<T>;
  /** Where the free phase starts, by state block; zero (moved into the bounds) where left out. */
  readonly guess?: Partial<Values<N["state"]>>;
}

/** How one phase of a rule went. */
export interface PhaseReport extends SettleReport {
  /** "free", "nudged" or "nudged back". */
  readonly phase: string;
  /** Euclidean distance from the free state, the largest over examples; 0 for the free phase. */
  readonly displacement: number;
  /** Every example reached the solver's tolerance. */
  readonly converged: boolean;
}

/** What a rule returns: the cost averaged over the examples, and its gradient. */
export interface GradientResult<N extends BlockNames = BlockNames> {
  /** Mean cost over the examples, at the free state. */
  readonly cost: number;
  /** Cost of each example. */
  readonly costs: Float64Array;
  /** d(cost)/d(parameter), by parameter block, of its shape. */
  readonly gradient: { readonly [K in N["parameters"]]: StateArray };
  /** d(cost)/d(input), by input block: of its shape, or [examples, ...shape]. */
  readonly inputGradient: { readonly [K in N["input"]]: StateArray };
  /** The free state, by state block: of its shape, or [examples, ...shape]. */
  readonly state: { readonly [K in N["state"]]: StateArray };
  /** The largest residual over phases and examples. */
  readonly residual: number;
  readonly phases: readonly PhaseReport[];
}

/** A learning rule: a way to obtain the gradient of a task's cost from the task's own dynamics. */
export interface LearningRule {
  readonly name: string;
  /** Where the rule comes from. */
  readonly reference: string;
  /** Why the rule does not fit this task, in one sentence; `undefined` where it does. */
  refusal(task: LearningTask): string | undefined;
  /**
   * @throws InputError where the rule does not fit or the data are not those of the task
   * @throws PhaseError where a phase leaves the numbers (not a number, infinite)
   */
  gradient<N extends BlockNames, T extends string>(task: LearningTask<N, T>, data: TaskData<N, T>): GradientResult<N>;
}

/** A phase whose state is no longer made of finite numbers. */
export class PhaseError extends Error {
  /** The phase: "free", "nudged" or "nudged back". */
  readonly phase: string;
  /** The entry at fault, for example `hidden[3]`. */
  readonly component: string;
  /** Which example of the batch. */
  readonly example: number;
  /** Its value: NaN or an infinity. */
  readonly value: number;
  /** What to change, as a clause. */
  readonly remedy: string;

  constructor(phase: string, component: string, example: number, value: number, remedy: string) {
    super(`The ${phase} phase left the finite numbers: ${component} of example ${example} is ${value}; ${remedy}.`);
    this.name = "PhaseError";
    this.phase = phase;
    this.component = component;
    this.example = example;
    this.value = value;
    this.remedy = remedy;
  }
}
