import type { Expression } from "../core/expression/expression.js";
import { add, multiply } from "../core/expression/primitives/arithmetic.js";
import type { HamiltonianTerm, Integrator, StateExpressions, StepContext } from "../core/integrator.js";
import type { StateRole } from "../core/system.js";
import { checkStep, continuousTime, linearVelocities, refusalOf, separable, unbounded } from "./requirements.js";

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

/** A composition of leapfrog steps of the given sizes, stages of one kind that meet being joined. */
export function composedLeapfrog(sizes: readonly number[], first: SplittingStage["part"]): SplittingStage[] {
  const stages: SplittingStage[] = [];
  const append = (stage: SplittingStage): void => {
    const last = stages.at(-1);
    if (last?.part !== stage.part) stages.push(stage);
    else stages[stages.length - 1] = { part: stage.part, coefficient: last.coefficient + stage.coefficient };
  };
  const [outer, inner] = first === "kick" ? [kick, drift] : [drift, kick];
  for (const size of sizes) for (const stage of [outer(size / 2), inner(size), outer(size / 2)]) append(stage);
  return stages;
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
  /**
   * The method has its order only where the kinetic energy is quadratic in the momenta (Runge-Kutta-Nystroem type).
   *
   * @defaultValue false
   */
  readonly quadratic?: boolean;
}

/**
 * A symplectic method for separable systems as a list of drifts and kicks, each the exact flow of T(p) or V(q).
 *
 * @throws InputError for a step that is not finite and positive
 */
export function splittingMethod(definition: SplittingDefinition): Integrator {
  const { name, step, order, symmetric, reference, stages, quadratic = false } = definition;
  const requirements = [continuousTime, separable, ...(quadratic ? [linearVelocities] : []), unbounded];
  return {
    name,
    step: checkStep(name, step),
    order,
    symmetric,
    preserves: "symplectic",
    stochastic: false,
    reference,
    refusal: refusalOf(name, requirements),
    advance: (context) => applyStages(context, stages).after,
    hamiltonianTerms: (context) => applyStages(context, stages).terms,
  };
}

/** The state after all stages, and the Hamiltonian's parts that moved it. */
function applyStages(
  context: StepContext,
  stages: readonly SplittingStage[],
): { readonly after: StateExpressions; readonly terms: readonly HamiltonianTerm[] } {
  const terms: HamiltonianTerm[] = [];
  let after = context.state;
  let elapsed = 0;
  for (const stage of stages) {
    const drifts = stage.part === "drift";
    const fraction = nearWhole(drifts ? elapsed + stage.coefficient / 2 : elapsed);
    terms.push({ part: drifts ? "kinetic" : "potential", weight: stage.coefficient, state: after, fraction });
    after = applyStage(context, after, stage, elapsed);
    if (drifts) elapsed += stage.coefficient;
  }
  return { after, terms };
}
