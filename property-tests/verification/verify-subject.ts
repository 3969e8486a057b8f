import type { Integrator } from "../../core/integrator.js";
import { blockValues, checkNames } from "../../core/simulation/index.js";
import type { DynamicalSystem, NumericValue } from "../../core/system.js";
import type { LearningRule } from "../../learning/rule.js";
import type { LearningTask } from "../../learning/task.js";
import type { RuleSubject } from "../properties/rules/rule-subject.js";
import type { VerificationProperty } from "./verification-property.js";

/** A system under an integrator. */
export interface IntegratedSystem {
  readonly system: DynamicalSystem;
  readonly integrator: Integrator;
}

/** A task under a rule. */
export interface RuledTask {
  readonly task: LearningTask;
  readonly rule: LearningRule;
}

/** The properties a verification chooses from. */
export interface PropertyLists {
  readonly system: readonly VerificationProperty<DynamicalSystem>[];
  readonly integrator: readonly VerificationProperty<IntegratedSystem>[];
  readonly rule: readonly VerificationProperty<RuleSubject>[];
}

/** Whether a value is a system. */
export function isSystem(value: unknown): value is DynamicalSystem {
  const { field, state, facts } = (value ?? {}) as Partial<DynamicalSystem>;
  return typeof value === "object" && Array.isArray(state) && facts !== undefined && field instanceof Map;
}

/** Whether a value is a task. */
export function isTask(value: unknown): value is LearningTask {
  const { system, cost, target } = (value ?? {}) as Partial<LearningTask>;
  return typeof value === "object" && isSystem(system) && typeof cost === "object" && Array.isArray(target);
}

/**
 * The same system with the given parameter values as its defaults, about which the properties draw parameters.
 *
 * @throws InputError for a name that is no parameter, or a value that does not fit its shape
 */
export function withParameters(
  system: DynamicalSystem,
  values: Readonly<Record<string, NumericValue>>,
): DynamicalSystem {
  checkNames(
    "parameters",
    values,
    system.parameters.map(({ name }) => name),
  );
  const parameters = system.parameters.map((block) => {
    const value = values[block.name];
    if (value === undefined) return block;
    return { ...block, default: Float64Array.from(blockValues(`parameters.${block.name}`, value, block.shape).data) };
  });
  return { ...system, parameters };
}
