import type { Expression, Shape } from "./expression/expression.js";

/** What a state block stands for. */
export type StateRole = "state" | "coordinate" | "momentum" | "velocity" | "activator" | "inhibitor";

/** The structure a system was declared with. */
export type SystemKind = "energy" | "hamiltonian" | "lagrangian" | "skew-gradient" | "force" | "map" | "native";

/** One named array of the state. */
export interface StateBlock {
  readonly name: string;
  readonly shape: Shape;
  readonly role: StateRole;
  /** The symbol that stands for the block in the system's expressions. */
  readonly symbol: Expression;
  /** The state stays in [low, high] by projection (hard-sigmoid units live in [0, 1]). */
  readonly bounds?: readonly [low: number, high: number];
  /** A unit for people to read, for example "rad". */
  readonly unit?: string;
}

/** One named parameter array, trained or fixed. */
export interface ParameterBlock {
  readonly name: string;
  readonly shape: Shape;
  readonly symbol: Expression;
  /** Used where the user gives no value; a number fills the shape. */
  readonly default?: number | Float64Array;
  /** A unit for people to read, for example "m/s". */
  readonly unit?: string;
}

/** One named external input array. */
export interface InputBlock {
  readonly name: string;
  readonly shape: Shape;
  readonly symbol: Expression;
  /** A unit for people to read, for example "V". */
  readonly unit?: string;
}

/** Facts about a system that were declared or proved on its graph; integrators and rules ask for them. */
export interface SystemFacts {
  /**
   * dq/dt depends on momenta (or velocities, under a constant mass matrix) only and dp/dt on coordinates only:
   * T(p) + V(q).
   */
  readonly separable: boolean;
  /** The field is minus the gradient of a scalar. */
  readonly gradient: boolean;
  /** The field depends on the time symbol `t` explicitly. */
  readonly timeDependent: boolean;
}

/** The kinetic structure Langevin and splitting methods need. */
export interface KineticStructure {
  /** For each momentum block, the expression of 1/mass entry by entry: T = sum p^2 inverseMass / 2. */
  readonly inverseMass: ReadonlyMap<string, Expression>;
}

/** Names of blocks as types, so that a misspelt name is a compile error. */
export interface BlockNames {
  readonly state: string;
  readonly parameters: string;
  readonly input: string;
  /** Parameters that have a default, where the constructor knows; left out, any may have one. */
  readonly defaults?: string;
}

/**
 * The one interface of everything that moves. The dynamics is `field`: dz/dt for each state block (or, in discrete time,
 * the next state) as expressions of the blocks' symbols and the time symbol `t`.
 */
export interface DynamicalSystem<N extends BlockNames = BlockNames> {
  readonly name: string;
  readonly kind: SystemKind;
  readonly time: "continuous" | "discrete";
  readonly state: readonly StateBlock[];
  readonly parameters: readonly ParameterBlock[];
  readonly input: readonly InputBlock[];
  /** By state block name; keys in the order of `state`. */
  readonly field: ReadonlyMap<string, Expression>;
  /** The scalar the dynamics follows from: energy, Hamiltonian, Lagrangian or potential; none for forces, maps, native. */
  readonly scalar?: Expression;
  /**
   * Scalars the motion conserves while the input is constant, by name: the energy as "energy" where the structure
   * conserves one, and the invariants that were declared.
   */
  readonly invariants: ReadonlyMap<string, Expression>;
  readonly facts: SystemFacts;
  readonly kinetic?: KineticStructure;
  /** In discrete time, the exact inverse map by state block name, where there is one. */
  readonly inverse?: ReadonlyMap<string, Expression>;
  /**
   * The scalar parameter gamma of damping proportional to the momentum, where there is any: d(dL/dv)/dt = dL/dq - gamma dL/dv
   * in Lagrangian systems, dp/dt = -dH/dq - gamma p in Hamiltonian systems.
   */
  readonly damping?: string;
  /** Lagrangian systems: the generalised force of each coordinate block that has one, added to dL/dq. */
  readonly generalisedForce?: ReadonlyMap<string, Expression>;
  /** Skew-gradient systems: by state block name the time constant (a scalar, or of the block's shape); none means 1. */
  readonly timeConstants?: ReadonlyMap<string, Expression>;
  /**
   * Energy systems of potentials and rates: by state block name the rate s = rho(u) of the potential u. The energy is a
   * function of the rates, and potentials follow du/dt = -dE/ds.
   */
  readonly rates?: ReadonlyMap<string, Expression>;
  /** Force systems declared as F = -dU/dz + F_nc: the energy U and, by state block name, the rest F_nc. */
  readonly decomposition?: {
    readonly energy: Expression;
    readonly nonConservative: ReadonlyMap<string, Expression>;
  };
  /** Force systems: by state block name the diagonal of a declared matrix P(z) with J' = P J P^-1 for J = dF/dz. */
  readonly twist?: ReadonlyMap<string, Expression>;
  /** Only types; never set. */
  readonly names?: N;
}

/** A number, or nested or flat numbers: what a user may give for a block. */
export type NumericValue = number | ArrayLike<number> | readonly (readonly number[])[];

/** Values by block name. */
export type Values<Names extends string = string> = { readonly [K in Names]: NumericValue };

/** A block's values in a result: flat row-major data with its shape. */
export interface StateArray {
  readonly data: Float64Array;
  readonly shape: Shape;
}

/** The symbol for time. */
export const TIME = "t";
