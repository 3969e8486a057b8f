import type { Expression } from "../core/expression/expression.js";
import { subtract } from "../core/expression/primitives/arithmetic.js";
import { symbol } from "../core/expression/primitives/leaves.js";
import { rootOf } from "../core/expression/primitives/root.js";
import type { Integrator, PreservedForm, StateExpressions, StepContext } from "../core/integrator.js";
import { checkStep, continuousTime, linearMomenta, refusalOf, unbounded } from "./requirements.js";
import { addSlopes } from "./slopes.js";

/** How the equations of an implicit step are solved, in every step to rounding. */
export interface ImplicitOptions {
  /** The step size h > 0. */
  readonly step: number;
  /**
   * "newton" uses the exact Jacobian as a dense matrix: any stiffness, up to a few hundred unknowns. "fixed-point" needs no
   * Jacobian and suits large systems, but converges only while h times the largest rate of the system stays below about 1.
   *
   * @defaultValue "newton"
   */
  readonly iteration?: "newton" | "fixed-point";
}

/** What tells implicit Runge-Kutta methods apart: a Butcher tableau and what is known of it. */
export interface ImplicitRungeKuttaDefinition extends ImplicitOptions {
  readonly name: string;
  readonly order: number;
  readonly symmetric: boolean;
  /** "symplectic" where b_i a_ij + b_j a_ji = b_i b_j. */
  readonly preserves: Extract<PreservedForm, "symplectic" | "none">;
  readonly reference: string;
  /** Row i holds the weights of all slopes in the state of stage i. */
  readonly stages: readonly (readonly number[])[];
  /** Weights of the slopes in the step. */
  readonly weights: readonly number[];
}

/**
 * Y_i = z + h sum_j a_ij F(t + c_j h, Y_j), z <- z + h sum_i b_i F(t + c_i h, Y_i), where c_i is the sum of row i. The
 * equations of all stages are solved together, in every step to rounding; a step whose equations have no solution near by
 * ends the run with an error that names it.
 *
 * @throws InputError for a step that is not finite and positive
 */
export function implicitRungeKutta(definition: ImplicitRungeKuttaDefinition): Integrator {
  const { name, step, order, symmetric, preserves, reference, weights } = definition;
  const fractions = fractionsOf(definition);
  const requirements = [continuousTime, unbounded, ...(preserves === "symplectic" ? [linearMomenta] : [])];
  return {
    name,
    step: checkStep(name, step),
    order,
    symmetric,
    preserves,
    stochastic: false,
    reference,
    refusal: refusalOf(name, requirements),
    advance(context) {
      const { system, state, at, step: h } = context;
      const slopes = solvedStages(context, definition).map((stage, i) =>
        at(stage, fractions[i] as number, system.field),
      );
      return addSlopes(state, weights, slopes, h);
    },
    ...(preserves === "symplectic"
      ? {
          hamiltonianTerms: (context) =>
            solvedStages(context, definition).map((state, i) => ({
              part: "whole",
              weight: weights[i] as number,
              state,
              fraction: fractions[i] as number,
            })),
        }
      : {}),
  };
}

const fractionsOf = ({ stages }: ImplicitRungeKuttaDefinition): number[] =>
  stages.map((row) => row.reduce((sum, weight) => sum + weight, 0));

/** The states Y_i of the stages. */
function solvedStages(context: StepContext, definition: ImplicitRungeKuttaDefinition): StateExpressions[] {
  const { system, state, at, step } = context;
  const { stages, iteration = "newton" } = definition;
  const fractions = fractionsOf(definition);
  const unknown = stages.map(
    (_, i) => new Map(system.state.map(({ name, shape }) => [name, symbol(`stage ${i} of ${name}`, shape)] as const)),
  );
  const slopes = unknown.map((stage, i) => at(stage, fractions[i] as number, system.field));
  const names = system.state.map(({ name }) => name);
  const flat = (states: readonly StateExpressions[]): Expression[] =>
    states.flatMap((each) => names.map((name) => each.get(name) as Expression));
  const sides = flat(stages.map((row) => addSlopes(state, row, slopes, step)));
  const unknowns = flat(unknown);
  const guesses = flat(
    fractions.map((fraction) => addSlopes(state, [fraction], [at(state, fraction, system.field)], step)),
  );
  const residuals = unknowns.map((each, k) => subtract(each, sides[k] as Expression));
  const solved = rootOf(residuals, { unknowns, guesses, iteration });
  return stages.map((_, i) => new Map(names.map((name, k) => [name, solved[i * names.length + k] as Expression])));
}
