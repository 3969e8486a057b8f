import type { BlockNames, StateArray } from "../../core/system.js";
import type { GradientResult, LearningRule, TaskData } from "../rule.js";
import type { LearningTask } from "../task.js";

/** A gradient read off an action, with its two terms apart. */
export interface LagrangianGradientResult<N extends BlockNames = BlockNames> extends GradientResult<N> {
  /** The contrast of the action along the trajectories: `gradient` without its boundary terms. */
  readonly bulk: { readonly [K in N["parameters"]]: StateArray };
  /**
   * R(T) - R(0), with what comes through an initial state that the task computes: `gradient` is `bulk` plus this.
   */
  readonly boundaryTerm: { readonly [K in N["parameters"]]: StateArray };
  /** d(cost)/d(given positions at the end), by coordinate block, where the boundary condition fixes them. */
  readonly boundaryGradient?: Readonly<Record<string, StateArray>>;
  /** Runs of the linearised equations that the residual took: 0 but under given initial values. */
  readonly tangentRuns: number;
  /** Sentences on what makes the numbers doubtful: phases that are not stationary, and runs back through much damping. */
  readonly warnings: readonly string[];
}

/** A learning rule that tells the terms of its gradient apart. */
export interface LagrangianRule extends LearningRule {
  gradient<N extends BlockNames, T extends string>(
    task: LearningTask<N, T>,
    data: TaskData<N, T>,
  ): LagrangianGradientResult<N>;
}

/** The relative error at the best nudge of a reversed run, by the integral of the damping over the horizon. */
const REVERSED_ERRORS: readonly (readonly [exponent: number, error: number])[] = [
  [10, 2e-9],
  [20, 2e-6],
  [25, 1e-3],
  [30, 0.15],
];

/** What is to be said of a run back through damping, whose exponent is the damping integrated over the horizon. */
export function reversedRunWarnings(exponent: number): string[] {
  const [first] = REVERSED_ERRORS as readonly [readonly [number, number]];
  if (!(exponent > first[0])) return [];
  const known = REVERSED_ERRORS.map(([at, error]) => `${error} at ${at}`).join(", ");
  return [
    `The run back in time grows against the damping, by e^${Number(exponent.toPrecision(3))} over this horizon. Float64 carries it, for a cost at the end and the best nudge, to a relative error of about ${known}: take a shorter horizon or less damping.`,
  ];
}

/** What is to be said of phases in which forces are left. */
export const unsettledWarning = (phases: readonly string[]): string =>
  `Forces are left on the path of the ${phases.join(" and the ")} phase, so that it is not stationary and the gradient means nothing: allow more iterations, start the search elsewhere (\`initial\`), or look whether the boundary value problem has a solution.`;
