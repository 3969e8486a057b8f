import type { DynamicalSystem } from "../../core/system.js";
import type { Nudging } from "../estimators/contrast.js";
import type { RulePhase } from "../rule.js";
import type { LearningTask } from "../task.js";
import type { PhaseRuleOptions } from "./phase-rule.js";

/** Options of rules that compare nudged phases with each other or with the free one. */
export interface NudgedPhasesOptions extends PhaseRuleOptions {
  /**
   * "centred" compares nudges of both signs (error of second order in the nudge), "one-sided" the nudged with the free
   * state (first order, one phase less).
   * @defaultValue "centred"
   */
  readonly nudging?: Nudging;
}

/** A free phase of the system and nudged phases of a transformed one. */
export function nudgedPhases(task: LearningTask, transformed: DynamicalSystem, nudging: Nudging): RulePhase[] {
  const free = { name: "free", system: task.system, nudge: 0, keep: "free" } as const;
  const plus = { name: "nudged", system: transformed, nudge: 1, keep: "plus" } as const;
  const minus = { name: "nudged back", system: transformed, nudge: -1, keep: "minus" } as const;
  return nudging === "centred" ? [free, plus, minus] : [free, plus];
}

/** "one-sided NAME", or the name. */
export const namedByNudging = (name: string, nudging: Nudging): string =>
  nudging === "centred" ? name : `one-sided ${name}`;
