import type { Backend } from "../../core/compile/program.js";
import { symbol } from "../../core/expression/functions.js";
import { dependsOn } from "../../core/structure-proofs.js";
import { type BlockNames, type StateArray, TIME } from "../../core/system.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import { SharedCaches } from "../plan-cache.js";
import type { GradientResult, LearningRule, PhaseReport, TaskData } from "../rule.js";
import { countExamples, StationaryPlan } from "../stationary-plan.js";
import type { LearningTask } from "../task.js";
import { type FramedRuleDefinition, ruleFrame } from "./rule-frame.js";

/** What {@link stationaryRule} makes a learning rule of; `P` is what it compiles for a task. */
export interface StationaryRuleDefinition<P extends object> extends FramedRuleDefinition {
  readonly settle: StationarySolver;
  /** What the rule asks of the task besides a cost of the stationary state and a system the solver takes. */
  refusal?(task: LearningTask): string | undefined;
  readonly backend: Backend | undefined;
  /** The options that what is compiled depends on, as text. */
  readonly variant?: string;
  /** Compiles what the rule needs for one task and number of examples. */
  prepare(plan: StationaryPlan): P;
  gradient(prepared: P, data: TaskData): GradientResult;
}

/**
 * Makes a learning rule whose phases are stationary states: it checks the task and keeps what it compiled. Rules of one maker
 * and variant share it where they have the same solver object, so that a sweep over nudges compiles once.
 */
export function stationaryRule<P extends object>(definition: StationaryRuleDefinition<P>): LearningRule {
  const { maker, variant = "", settle, backend } = definition;
  const plans = caches.of<P>(settle, maker, variant, backend);
  const refusal = (task: LearningTask): string | undefined =>
    definition.refusal?.(task) ?? refuseTrajectoryCost(task) ?? settle.refusal(task.system);
  const { frame, checkFit } = ruleFrame(definition, refusal);
  return {
    ...frame,
    gradient<N extends BlockNames, T extends string>(task: LearningTask<N, T>, data: TaskData<N, T>) {
      const [erased, values] = [task as LearningTask, data as TaskData];
      checkFit(erased);
      const examples = countExamples(erased, values);
      const prepared = plans.get(erased, examples, () =>
        definition.prepare(new StationaryPlan(erased, examples, backend)),
      );
      return definition.gradient(prepared, values) as GradientResult<N>;
    },
  };
}

const caches = new SharedCaches<StationarySolver>();

function refuseTrajectoryCost({ cost, horizon }: LearningTask): string | undefined {
  if (horizon !== undefined) return "a task without a horizon, because the rule compares stationary states";
  if (cost.final !== undefined && dependsOn([cost.final], [symbol(TIME)])) {
    return "a cost that does not depend on the time t, because a stationary state has none";
  }
  const stationary = cost.final !== undefined && cost.running === undefined && cost.perStep === undefined;
  return stationary ? undefined : "a cost of the stationary state alone (cost.final)";
}

/** What a rule found, in the order of the blocks. */
export interface StationaryFindings {
  readonly costs: Float64Array;
  readonly freeState: Readonly<Record<string, Float64Array>>;
  /** One array per parameter block. */
  readonly gradient: readonly Float64Array[];
  /** One array per input block, for all examples. */
  readonly inputGradient: readonly Float64Array[];
  readonly phases: readonly PhaseReport[];
}

/** The result of a rule from what it found; buffers are copied. */
export function stationaryResult(plan: StationaryPlan, findings: StationaryFindings): GradientResult {
  const { costs, freeState, gradient, inputGradient, phases } = findings;
  const { state, parameters, input } = plan.task.system;
  const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, value), 0);
  return {
    cost: mean(costs),
    costs,
    gradient: namedArrays(plan, parameters, gradient, false),
    inputGradient: namedArrays(plan, input, inputGradient, true),
    state: namedArrays(
      plan,
      state,
      state.map(({ name }) => freeState[name] as Float64Array),
      true,
    ),
    residual: Math.max(...phases.map(({ residual }) => largest(residual))),
    phases,
  };
}

/** Results by block name, for as many blocks as there are values. */
export function namedArrays(
  plan: StationaryPlan,
  blocks: readonly { readonly name: string; readonly shape: readonly number[] }[],
  values: readonly Float64Array[],
  perExample: boolean,
): Record<string, StateArray> {
  return Object.fromEntries(
    values.map((value, k) => {
      const { name, shape } = blocks[k] as (typeof blocks)[number];
      return [name, plan.result(value, shape, perExample)];
    }),
  );
}

/** The mean of an array that is not empty. */
export const mean = (values: Float64Array): number => values.reduce((total, value) => total + value, 0) / values.length;
