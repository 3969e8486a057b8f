import type {
  BlockDeclaration,
  Declarations,
  NamesOf,
  NoBlocks,
  ParameterDeclaration,
  StateDeclaration,
} from "../core/block-declarations.js";
import { type SystemDeclaration, SystemDraft } from "../core/define-system.js";
import { gradient } from "../core/expression/derivatives.js";
import { negate } from "../core/expression/functions.js";
import type { ExpressionSource } from "../core/expression-source.js";
import type { DynamicalSystem } from "../core/system.js";

/** What {@link energySystem} takes. */
export interface EnergySystemDeclaration<S, P, I>
  extends SystemDeclaration<P, I, NamesOf<S> | NamesOf<P> | NamesOf<I>> {
  /** State blocks by name: a shape, or `{ shape, bounds, unit }`. */
  readonly state: S;
  /** The energy E, a scalar of state, parameters, input and `t`. */
  readonly energy: ExpressionSource<NamesOf<S> | NamesOf<P> | NamesOf<I>>;
}

/**
 * A system that runs down an energy: dz/dt = -dE/dz for every state block z. Blocks with bounds are kept inside them by
 * projection.
 *
 * @throws InputError for a declaration that does not hold together (see {@link SystemDraft}) or a formula that cannot be
 * read or is no scalar
 */
export function energySystem<
  const S extends Declarations<StateDeclaration>,
  const P extends Declarations<ParameterDeclaration> = NoBlocks,
  const I extends Declarations<BlockDeclaration> = NoBlocks,
>(
  declaration: EnergySystemDeclaration<S, P, I>,
): DynamicalSystem<{ state: NamesOf<S>; parameters: NamesOf<P>; input: NamesOf<I> }> {
  const draft = new SystemDraft("energySystem", declaration, { state: "state" }, ["energy"]);
  const energy = draft.read("energy", declaration.energy);
  return draft.finish({
    kind: "energy",
    scalar: energy,
    field: gradient(energy, draft.symbols()).map(negate),
    facts: { gradient: true },
  });
}
