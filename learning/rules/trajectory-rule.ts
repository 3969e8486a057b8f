import { defaultBackend } from "../../core/compile/choose.js";
import type { Backend } from "../../core/compile/program.js";
import type { Integrator } from "../../core/integrator.js";
import type { BlockNames } from "../../core/system.js";
import { PlanCache, SharedCaches } from "../plan-cache.js";
import type { GradientResult, LearningRule, PhaseReport, TaskData } from "../rule.js";
import type { LearningTask } from "../task.js";
import { readTrajectoryData, type TrajectoryData } from "../trajectory/trajectory-data.js";
import { TrajectoryPlan } from "../trajectory/trajectory-plan.js";
import { type FramedRuleDefinition, ruleFrame } from "./rule-frame.js";

/** What {@link trajectoryRule} makes a learning rule of; `P` is what it compiles for a task. */
export interface TrajectoryRuleDefinition<P extends object> extends FramedRuleDefinition {
  readonly integrator: Integrator;
  readonly backend: Backend | undefined;
  /**
   * The options that what is compiled depends on, as text. Rules of one maker and variant then share it where they have the
   * same integrator object, so that a sweep over nudges compiles once.
   */
  readonly variant?: string;
  /** What the rule asks of the task besides a horizon and a system the integrator takes. */
  refusal?(task: LearningTask): string | undefined;
  /** Compiles what the rule needs for one task, number of examples and way of varying the inputs. */
  prepare(plan: TrajectoryPlan): P;
  gradient(prepared: P, data: TrajectoryData, given: TaskData): GradientResult;
}

/** Makes a learning rule of trajectories: it checks the task, reads the data and keeps what it compiled. */
export function trajectoryRule<P extends object>(definition: TrajectoryRuleDefinition<P>): LearningRule {
  const { maker, variant, integrator, backend } = definition;
  const plans = variant === undefined ? new PlanCache<P>() : caches.of<P>(integrator, maker, variant, backend);
  const refusal = (task: LearningTask): string | undefined =>
    task.horizon === undefined
      ? "a task with a horizon, because the rule learns from trajectories"
      : (integrator.refusal(task.system) ?? definition.refusal?.(task));
  const { frame, checkFit } = ruleFrame(definition, refusal);
  return {
    ...frame,
    integrator,
    gradient<N extends BlockNames, T extends string>(task: LearningTask<N, T>, given: TaskData<N, T>) {
      const [erased, values] = [task as LearningTask, given as TaskData];
      checkFit(erased);
      const data = readTrajectoryData(erased, integrator, values);
      const prepared = plans.get(erased, data.signature, () =>
        definition.prepare(new TrajectoryPlan(erased, data.examples, backend ?? defaultBackend(), data)),
      );
      return definition.gradient(prepared, data, values) as GradientResult<N>;
    },
  };
}

const caches = new SharedCaches<Integrator>();

/** The report of a phase that takes a number of steps: it has nothing to settle. */
export const trajectoryPhase = (phase: string, { examples, clock }: TrajectoryPlan): PhaseReport => ({
  phase,
  residual: new Float64Array(examples),
  tolerance: 0,
  iterations: clock.steps,
  unsettled: 0,
  displacement: 0,
  converged: true,
});
