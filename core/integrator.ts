import type { Expression } from "./expression/expression.js";
import type { DynamicalSystem } from "./system.js";

/** Expressions by state block name. */
export type StateExpressions = ReadonlyMap<string, Expression>;

/** What the algebra of a step may use. All methods build graphs; nothing is computed here. */
export interface StepContext {
  readonly system: DynamicalSystem;
  /** Time at the start of the step. */
  readonly time: Expression;
  /** The step size h; positive, or negative when a run goes backwards in time. */
  readonly step: Expression;
  /** The state at the start of the step. */
  readonly state: StateExpressions;
  /**
   * Evaluates expressions of the system (a field, a part of it, a scalar) at another state and at the time
   * `time + fraction * step`. Inputs follow: held inputs keep the row of the step; inputs at nodes take row k at fraction 0
   * and row k + 1 at fraction 1 (between them linearly); functions of t are taken at that time.
   */
  at(state: StateExpressions, fraction: number, expressions: StateExpressions): Map<string, Expression>;
  /** Independent standard normal numbers of the block's shape, new in every step; `index` tells several draws apart. */
  noise(block: string, index?: number): Expression;
}

/**
 * The form a step preserves: the symplectic form dq ^ dp; that form times exp(-damping h) ("conformal symplectic"); or
 * volume in phase space alone. For systems with momenta or velocities only: of any other nothing is claimed.
 */
export type PreservedForm = "symplectic" | "conformal symplectic" | "volume" | "none";

/** A part of the Hamiltonian; see `hamiltonianPart`. */
export type HamiltonianPartName = "kinetic" | "potential" | "linear" | "nonlinear" | "whole";

/** A node of the quadrature of the Hamiltonian that belongs to a step; see {@link Integrator.hamiltonianTerms}. */
export interface HamiltonianTerm {
  readonly part: HamiltonianPartName;
  /** In steps; the weights of each part add up to 1. */
  readonly weight: number;
  /** The state where the part is taken. */
  readonly state: StateExpressions;
  /** The time where it is taken, as a fraction of the step. */
  readonly fraction: number;
}

/**
 * One one-step method as algebra. A new integrator is one file that returns this object, and one line in the
 * registry.
 */
export interface Integrator {
  /** A name for people to read, such as "Runge-Kutta 4"; it appears in error texts and figures. */
  readonly name: string;
  /** The step size h > 0. */
  readonly step: number;
  /** Order of convergence (weak order for stochastic methods). */
  readonly order: number;
  /** Whether the step with -h undoes the step with h. */
  readonly symmetric: boolean;
  readonly preserves: PreservedForm;
  readonly stochastic: boolean;
  /** Where the method comes from. */
  readonly reference: string;
  /**
   * Why this system cannot be integrated by this method and what to use instead, in one sentence without its full stop;
   * `undefined` where it can.
   */
  refusal(system: DynamicalSystem): string | undefined;
  /** The state after one step. */
  advance(context: StepContext): StateExpressions;
  /**
   * The state after one step of a run backwards in time, for methods where that is not the step with -h; `undefined` where
   * the system has no such step.
   */
  retreat?(context: StepContext): StateExpressions | undefined;
  /**
   * The quadrature of the Hamiltonian H over a step that generates how the step depends on parameters theta, exactly: with
   * the form omega(x, y) = x_q y_p - x_p y_q, a variation d of the state and of theta, and a variation w of the state alone,
   *
   *     omega(d z_1, w z_1) - omega(d z_0, w z_0) = h sum_i weight_i w[ d_theta H_i(node_i) ]
   *
   * where d_theta H_i is the change of the part's H by theta alone and w[...] is its change with the node. Echo gradients are
   * integrals of dH/dtheta by this rule. Momenta are those of the Lagrangian where the system has velocities; for a method
   * that is conformal symplectic both sides carry the factor exp(damping t) of their times. Left out where there is no such
   * rule.
   */
  hamiltonianTerms?(context: StepContext): readonly HamiltonianTerm[];
}
