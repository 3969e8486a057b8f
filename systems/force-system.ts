import type {
  BlockDeclaration,
  Declarations,
  DefaultedNames,
  NamesOf,
  NoBlocks,
  ParameterDeclaration,
  StateDeclaration,
} from "../core/block-declarations.js";
import { type SystemDeclaration, SystemDraft } from "../core/define-system.js";
import type { ExpressionSource } from "../core/expression-source.js";
import { hasSymmetricJacobian } from "../core/structure-proofs.js";
import type { DynamicalSystem } from "../core/system.js";

/** What {@link forceSystem} takes. */
export interface ForceSystemDeclaration<S, P, I> extends SystemDeclaration<P, I, NamesOf<S> | NamesOf<P> | NamesOf<I>> {
  /** State blocks by name: a shape, or `{ shape, bounds, unit }`. */
  readonly state: S;
  /** dz/dt of every state block, of the block's shape (a scalar fills it), of state, parameters, input and `t`. */
  readonly force: { readonly [K in NamesOf<S>]: ExpressionSource<NamesOf<S> | NamesOf<P> | NamesOf<I>> };
}

/**
 * A system given by its force field: dz/dt = F(z), with no scalar behind it that we know of. Where the graph shows that the
 * Jacobian is symmetric, the system counts as a gradient system.
 *
 * @throws InputError for a block without force, a declaration that does not hold together (see {@link SystemDraft}), or a
 * formula that cannot be read or has another shape than its block
 */
export function forceSystem<
  const S extends Declarations<StateDeclaration>,
  const P extends Declarations<ParameterDeclaration> = NoBlocks,
  const I extends Declarations<BlockDeclaration> = NoBlocks,
>(
  declaration: ForceSystemDeclaration<S, P, I>,
): DynamicalSystem<{ state: NamesOf<S>; parameters: NamesOf<P>; input: NamesOf<I>; defaults: DefaultedNames<P> }> {
  const draft = new SystemDraft("forceSystem", declaration, { state: "state" }, ["force"]);
  const field = [...draft.readEach("force", declaration.force, draft.state).values()];
  return draft.finish({ kind: "force", field, facts: { gradient: hasSymmetricJacobian(field, draft.symbols()) } });
}
