import type { Expression } from "../core/expression/expression.js";
import { add, multiply } from "../core/expression/primitives/arithmetic.js";
import type { Integrator, StateExpressions, StepContext } from "../core/integrator.js";
import type { StateRole } from "../core/system.js";
import { checkStep, continuousTime, refusalOf, separable, unbounded } from "./requirements.js";

/** A part of a splitting step: the exact flow of one part of the field over `coefficient` steps. */
export interface SplittingStage {
  readonly part: "drift" | "kick";
  readonly coefficient: number;
}

/** q <- q + coefficient h dT/dp. */
export const drift = (coefficient: number): SplittingStage => ({ part: "drift", coefficient });

/** p <- p - coefficient h dV/dq. */
export const kick = (coefficient: number): SplittingStage => ({ part: "kick", coefficient });

const MOVED: Readonly<Record<SplittingStage["part"], readonly StateRole[]>> = {
  drift: ["coordinate"],
  kick: ["momentum", "velocity"],
};

/**
 * The state after one stage, from `elapsed` steps after the start of the step on. Time goes on during drifts: a kick sees
 * the time and the inputs where it stands, a drift those of its middle.
 */
export function applyStage(
  context: StepContext,
  state: StateExpressions,
  { part, coefficient }: SplittingStage,
  elapsed: number,
): Map<string, Expression> {
  const { system, step } = context;
  const moved = system.state.filter(({ role }) => MOVED[part].includes(role));
  const field = new Map(moved.map(({ name }) => [name, system.field.get(name) as Expression]));
  const fraction = part === "drift" ? elapsed + coefficient / 2 : elapsed;
  const rates = context.at(state, nearWhole(fraction), field);
  const after = new Map(state);
  for (const [name, rate] of rates) {
    after.set(name, add(state.get(name) as Expression, multiply(multiply(coefficient, step), rate)));
  }
  return after;
}

/** Coefficients of high-order methods add up to 1 only to rounding; the node at the end of the step is meant. */
function nearWhole(fraction: number): number {
  const whole = Math.round(fraction);
  return Math.abs(fraction - whole) < 1e-12 ? whole : fraction;
}

/** What tells splitting methods apart. */
export interface SplittingDefinition {
  readonly name: string;
  readonly step: number;
  readonly order: number;
  readonly symmetric: boolean;
  readonly reference: string;
  /** In the order they are applied; the coefficients of drifts and those of kicks each add up to 1. */
  readonly stages: readonly SplittingStage[];
}

/**
 * A symplectic method for separable systems as a list of drifts and kicks, each the exact flow of T(p) or V(q).
 *
 * @throws InputError for a step that is not finite and positive
 */
export function splittingMethod({ name, step, order, symmetric, reference, stages }: SplittingDefinition): Integrator {
  return {
    name,
    step: checkStep(name, step),
    order,
    symmetric,
    preserves: "symplectic",
    stochastic: false,
    reference,
    refusal: refusalOf(name, [continuousTime, separable, unbounded]),
    advance(context) {
      let state = context.state;
      let elapsed = 0;
      for (const stage of stages) {
        state = applyStage(context, state, stage, elapsed);
        if (stage.part === "drift") elapsed += stage.coefficient;
      }
      return state;
    },
  };
}
