import { gradient } from "../expression/derivatives.js";
import type { Expression } from "../expression/expression.js";
import { negate } from "../expression/functions.js";
import type { ParameterBlock, StateBlock } from "../system.js";

/** Names of a layered action's blocks as types, so that a misspelt name is a compile error. */
export interface LayerNames {
  readonly layer: string;
  /** Parameters every coupling has for itself. */
  readonly own: string;
  /** Parameters all couplings have in common. */
  readonly shared: string;
  /** Parameters of either group that have a default, where the constructor knows; left out, any may have one. */
  readonly defaults?: string;
}

/**
 * A scalar made of couplings between neighbouring layers of one shape,
 *
 * Phi(x_0, ..., x_N) = sum over i = 0 .. N - 1 of L(x_i, x_(i+1); theta_i, shared).
 *
 * Read along the depth i it is a discrete action with the discrete Lagrangian L: its stationary states are orbits of a
 * symplectic map (Marsden and West 2001; for networks Kendall 2026, arXiv 2605.21568).
 */
export interface LayeredAction<N extends LayerNames = LayerNames> {
  readonly name: string;
  /** The blocks of a layer x_i; their roles say what descends Phi ("state", "activator") and what climbs it ("inhibitor"). */
  readonly layer: readonly StateBlock[];
  /** Symbols of the same blocks in the next layer, NAME_next. */
  readonly next: readonly Expression[];
  /** Parameters theta_i, one value for each coupling. */
  readonly own: readonly ParameterBlock[];
  /** Parameters with one value for all couplings. */
  readonly shared: readonly ParameterBlock[];
  /** L(x, x_next; theta, shared), bilinear across the layers: d2L/dx dx_next depends on neither. */
  readonly coupling: Expression;
  /** Only types; never set. */
  readonly names?: N;
}

/** The name of a block's symbol one layer on. */
export const nextName = <Name extends string>(block: Name): `${Name}_next` => `${block}_next`;

/** The name of a block's momentum. */
export const momentumName = <Name extends string>(block: Name): `${Name}_momentum` => `${block}_momentum`;

/** The name of a block's clamped first layer. */
export const firstName = <Name extends string>(block: Name): `${Name}_first` => `${block}_first`;

/** The symbols of a layer's blocks. */
export const layerSymbols = (action: LayeredAction): Expression[] => action.layer.map((block) => block.symbol);

/**
 * The momenta at the two ends of a coupling: P_i = -dL/dx_i and P_(i+1) = +dL/dx_(i+1), the discrete Legendre transforms.
 * The state is stationary where both couplings of a layer give it the same momentum.
 */
export function momentaOf(action: LayeredAction): { readonly before: Expression[]; readonly after: Expression[] } {
  const { coupling, next } = action;
  return { before: gradient(coupling, layerSymbols(action)).map(negate), after: gradient(coupling, next) };
}
