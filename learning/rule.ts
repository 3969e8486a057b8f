import type { Expression } from "../core/expression/expression.js";
import type { Integrator } from "../core/integrator.js";
import type { InputValue } from "../core/simulation/inputs.js";
import type { ParameterValues } from "../core/simulation/options.js";
import type { BlockNames, DynamicalSystem, StateArray, Values } from "../core/system.js";
import type { SettleReport } from "../integrators/solvers/stationary-solver.js";
import type { LearningTask } from "./task.js";
import type { DerivedState } from "./transformations/names.js";

/**
 * One example, or a batch of them: inputs, targets, guesses and initial states may have a leading axis of examples. In tasks
 * with a horizon inputs and targets may vary in time as in `simulate`: `held` rows (of a target: row k belongs to the state
 * after step k), `nodes` rows, each [rows, ...shape] or [rows, examples, ...shape], or a function of t.
 */
export interface TaskData<N extends BlockNames = BlockNames, T extends string = string> {
  /** Parameters; those with a default may be left out. */
  readonly parameters: ParameterValues<N>;
  readonly input?: { readonly [K in N["input"]]: InputValue };
  readonly target?: { readonly [K in T]: InputValue };
  /** Where the free phase starts, by state block; zero (moved into the bounds) where left out. */
  readonly guess?: Partial<Values<N["state"]>>;
  /** The initial state of a task with a horizon, by state block, unless the task itself computes it. */
  readonly initial?: Partial<Values<N["state"]>>;
  /** Positions at the end of trajectories, by coordinate block, for rules that are told to fix them. */
  readonly boundary?: Partial<Values<N["state"]>>;
}

/** How one phase of a rule went. */
export interface PhaseReport extends SettleReport {
  /** "free", "nudged" or "nudged back". */
  readonly phase: string;
  /** Euclidean distance from the free state, the largest over examples; 0 for the free phase. */
  readonly displacement: number;
  /** Every example reached the solver's tolerance. */
  readonly converged: boolean;
  /** A sentence without its full stop, where rounding may be more than a thousandth of the gradient. */
  readonly warning?: string;
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
  /**
   * d(cost)/d(initial state) where the task has a horizon, by state block: of its shape, or [examples, ...shape]; blocks the
   * task computes itself are included.
   */
  readonly initialGradient?: { readonly [K in N["state"]]: StateArray };
  /** The free state, or the last state of a trajectory, by state block: of its shape, or [examples, ...shape]. */
  readonly state: { readonly [K in N["state"]]: StateArray };
  /** The largest residual over phases and examples. */
  readonly residual: number;
  readonly phases: readonly PhaseReport[];
}

/** Where a part of a trajectory is: over its time, over the states after each step, at its last or at its first state. */
export type TermPlace = "integral" | "sum" | "end" | "start";

/** A part of a gradient that is found along trajectories, in the states the phases have at one time `t` of the free one. */
export interface TrajectoryTerm {
  readonly place: TermPlace;
  readonly value: Expression;
}

/** What a phase that integrates adds to a state block: once, at the states after each step, or all the time. */
export interface TrajectoryPush extends TrajectoryTerm {
  readonly block: string;
}

/** One phase of a rule. The first starts from the guess, the others from the state the first found. */
export interface RulePhase {
  /** "free", "nudged", "nudged back", "doubled", "probed", "adjoint" or "echo", for reports and errors. */
  readonly name: string;
  /** The system that settles: the task's, or a transformation of it. */
  readonly system: DynamicalSystem;
  /** The nudge in units of the rule's: 1, -1, or 0 for a free phase. */
  readonly nudge: -1 | 0 | 1;
  /** The derived name under which the estimate finds the state; without one, the blocks' own. */
  readonly keep?: DerivedState;
  /** What the phase does where it does not settle, for example "integrates from the initial state". */
  readonly motion?: string;
  readonly pushes?: readonly TrajectoryPush[];
}

/** What a rule does with a task: the phases it runs, and how it reads the gradient off the states they leave. */
export interface LearningDynamics {
  readonly phases: readonly RulePhase[];
  /**
   * dC/d(parameter) by parameter block, in the states the phases kept (x_free, x_plus, ...), parameters, inputs, targets and
   * the nudge; none for a rule that does not read it off states.
   */
  readonly gradient?: ReadonlyMap<string, Expression>;
  /** The same where it is found along trajectories, as parts that add up. */
  readonly alongTrajectory?: ReadonlyMap<string, readonly TrajectoryTerm[]>;
  /** dC/d(initial state) by state block, in the states at the time of the initial one. */
  readonly initial?: ReadonlyMap<string, Expression>;
  /** What the rule relies on beyond settled phases, in sentences without their full stop. */
  readonly reliesOn: readonly string[];
}

/** A learning rule: a way to obtain the gradient of a task's cost from the task's own dynamics. */
export interface LearningRule {
  readonly name: string;
  /** Where the rule comes from. */
  readonly reference: string;
  /** Of a rule of trajectories: what integrates them. */
  readonly integrator?: Integrator;
  /** Why the rule does not fit this task, in one sentence; `undefined` where it does. */
  refusal(task: LearningTask): string | undefined;
  /**
   * What the rule does with this task, as data; `explain` writes it down. A rule may leave it out.
   *
   * @throws InputError where the rule does not fit
   */
  dynamics?(task: LearningTask): LearningDynamics;
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
