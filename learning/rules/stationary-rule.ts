import type { Backend } from "../../core/compile/program.js";
import { InputError } from "../../core/errors.js";
import type { BlockNames, StateArray } from "../../core/system.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import type { GradientResult, LearningRule, PhaseReport, TaskData } from "../rule.js";
import { countExamples, PlanCache, StationaryPlan } from "../stationary-plan.js";
import { type LearningTask, taskName } from "../task.js";

/** A rule prepared for one task and one number of examples. */
export interface PreparedRule {
  gradient(data: TaskData): GradientResult;
}

/** What {@link stationaryRule} makes a learning rule of. */
export interface StationaryRuleDefinition extends Pick<LearningRule, "name" | "reference"> {
  /** The function a user calls, for error texts. */
  readonly maker: string;
  readonly settle: StationarySolver;
  /** What the rule asks of the task besides a cost of the stationary state and a system the solver takes. */
  refusal?(task: LearningTask): string | undefined;
  readonly backend?: Backend;
  /** Compiles what the rule needs; called once for each task and number of examples. */
  prepare(plan: StationaryPlan): PreparedRule;
}

/** Makes a learning rule whose phases are stationary states: it checks the task and keeps the compiled plans. */
export function stationaryRule(definition: StationaryRuleDefinition): LearningRule {
  const { name, reference, maker, settle, backend } = definition;
  const plans = new PlanCache((task, examples) => definition.prepare(new StationaryPlan(task, examples, backend)));
  const refusal = (task: LearningTask): string | undefined =>
    definition.refusal?.(task) ?? refuseTrajectoryCost(task) ?? settle.refusal(task.system);
  return {
    name,
    reference,
    refusal,
    gradient<N extends BlockNames, T extends string>(task: LearningTask<N, T>, data: TaskData<N, T>) {
      const [erased, values] = [task as LearningTask, data as TaskData];
      const refused = refusal(erased);
      if (refused !== undefined) throw new InputError({ field: maker, given: taskName(erased), expected: refused });
      return plans.get(erased, countExamples(erased, values)).gradient(values) as GradientResult<N>;
    },
  };
}

function refuseTrajectoryCost({ cost }: LearningTask): string | undefined {
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
