import { defaultBackend } from "../../core/compile/choose.js";
import type { Backend } from "../../core/compile/program.js";
import { InputError } from "../../core/errors.js";
import type { Integrator } from "../../core/integrator.js";
import type { BlockNames } from "../../core/system.js";
import type { GradientResult, LearningDynamics, LearningRule, PhaseReport, TaskData } from "../rule.js";
import { type LearningTask, taskName } from "../task.js";
import { readTrajectoryData, type TrajectoryData } from "../trajectory/trajectory-data.js";
import { TrajectoryPlan } from "../trajectory/trajectory-plan.js";

/** What {@link trajectoryRule} makes a learning rule of; `P` is what it compiles for a task. */
export interface TrajectoryRuleDefinition<P extends object> extends Pick<LearningRule, "name" | "reference"> {
  /** The function a user calls, for error texts. */
  readonly maker: string;
  readonly integrator: Integrator;
  readonly backend: Backend | undefined;
  /**
   * The options that what is compiled depends on, as text. Rules of one maker and variant then share it where they have the
   * same integrator object, so that a sweep over nudges compiles once.
   */
  readonly variant?: string;
  /** What the rule asks of the task besides a horizon and a system the integrator takes. */
  refusal?(task: LearningTask): string | undefined;
  /** What the rule does with a task that it does not refuse. */
  dynamics?(task: LearningTask): LearningDynamics;
  /** Compiles what the rule needs for one task, number of examples and way of varying the inputs. */
  prepare(plan: TrajectoryPlan): P;
  gradient(prepared: P, data: TrajectoryData, given: TaskData): GradientResult;
}

/** Makes a learning rule of trajectories: it checks the task, reads the data and keeps what it compiled. */
export function trajectoryRule<P extends object>(definition: TrajectoryRuleDefinition<P>): LearningRule {
  const { name, reference, maker, integrator, backend = defaultBackend() } = definition;
  const prepared = sharedPlans(definition);
  const refusal = (task: LearningTask): string | undefined =>
    task.horizon === undefined
      ? "a task with a horizon, because the rule learns from trajectories"
      : (integrator.refusal(task.system) ?? definition.refusal?.(task));
  const checkFit = (task: LearningTask): void => {
    const refused = refusal(task);
    if (refused !== undefined) throw new InputError({ field: maker, given: taskName(task), expected: refused });
  };
  const dynamics = (task: LearningTask): LearningDynamics => {
    checkFit(task);
    return definition.dynamics?.(task) as LearningDynamics;
  };
  return {
    name,
    reference,
    integrator,
    refusal,
    ...(definition.dynamics === undefined ? {} : { dynamics }),
    gradient<N extends BlockNames, T extends string>(task: LearningTask<N, T>, given: TaskData<N, T>) {
      const [erased, values] = [task as LearningTask, given as TaskData];
      checkFit(erased);
      const data = readTrajectoryData(erased, integrator, values);
      let ofTask = prepared.get(erased);
      if (ofTask === undefined) {
        ofTask = new Map();
        prepared.set(erased, ofTask);
      }
      let ready = ofTask.get(data.signature);
      if (ready === undefined) {
        ready = definition.prepare(new TrajectoryPlan(erased, data.examples, backend, data));
        ofTask.set(data.signature, ready);
      }
      return definition.gradient(ready, data, values) as GradientResult<N>;
    },
  };
}

type Prepared<P> = WeakMap<LearningTask, Map<string, P>>;

interface SharedPlans extends Pick<TrajectoryRuleDefinition<object>, "maker" | "variant" | "backend"> {
  readonly prepared: Prepared<object>;
}

const sharedByIntegrator = new WeakMap<Integrator, SharedPlans[]>();

/** What rules of one maker, variant and integrator compiled. */
function sharedPlans<P extends object>(definition: TrajectoryRuleDefinition<P>): Prepared<P> {
  const { maker, variant, backend, integrator } = definition;
  if (variant === undefined) return new WeakMap();
  const known = sharedByIntegrator.get(integrator) ?? [];
  sharedByIntegrator.set(integrator, known);
  let shared = known.find((each) => each.maker === maker && each.variant === variant && each.backend === backend);
  if (shared === undefined) {
    shared = { maker, variant, backend, prepared: new WeakMap() };
    known.push(shared);
  }
  return shared.prepared as Prepared<P>;
}

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
