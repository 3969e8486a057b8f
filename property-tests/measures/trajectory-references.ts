import type { Integrator } from "../../core/integrator.js";
import type { LearningRule } from "../../learning/rule.js";
import { backpropagationThroughTime } from "../../learning/rules/backpropagation-through-time.js";
import { type FiniteDifferencesRule, finiteDifferences } from "../../learning/rules/finite-differences.js";

/** What the gradient of a trajectory's cost is compared with: that of the discrete steps of one integrator. */
export interface TrajectoryReferences {
  /** Backpropagation through time. */
  readonly exact: LearningRule;
  readonly differences: FiniteDifferencesRule;
}

const known = new WeakMap<Integrator, TrajectoryReferences>();

/** The same rules for the same integrator object, so that those who compare share what is compiled for a task. */
export function trajectoryReferences(integrator: Integrator): TrajectoryReferences {
  const references = known.get(integrator) ?? {
    exact: backpropagationThroughTime({ integrator }),
    differences: finiteDifferences({ integrator }),
  };
  known.set(integrator, references);
  return references;
}

/** What integrates the trajectories that a rule learns from, where the rule says it. */
export const integratorOf = (rule: LearningRule): Integrator | undefined => rule.integrator;
