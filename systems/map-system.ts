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
import type { DynamicalSystem } from "../core/system.js";

/** What {@link mapSystem} takes. */
export interface MapSystemDeclaration<S, P, I> extends SystemDeclaration<P, I, NamesOf<S> | NamesOf<P> | NamesOf<I>> {
  /** State blocks by name: a shape, or `{ shape, bounds, unit }`. */
  readonly state: S;
  /** The next state of every block, of the block's shape (a scalar fills it); `t` is the number of steps taken. */
  readonly next: { readonly [K in NamesOf<S>]: ExpressionSource<NamesOf<S> | NamesOf<P> | NamesOf<I>> };
  /** The exact inverse: the state before, where the names stand for the state after and `t` for the time before. */
  readonly inverse?: { readonly [K in NamesOf<S>]: ExpressionSource<NamesOf<S> | NamesOf<P> | NamesOf<I>> };
}

/**
 * A system in discrete time: z(t + 1) = next(z(t)), all blocks at once, with the exact inverse map where it has one.
 *
 * @throws InputError for a block without a next state (or, with an inverse, without a previous one), a declaration that does
 * not hold together (see {@link SystemDraft}), or a formula that cannot be read or has another shape than its block
 */
export function mapSystem<
  const S extends Declarations<StateDeclaration>,
  const P extends Declarations<ParameterDeclaration> = NoBlocks,
  const I extends Declarations<BlockDeclaration> = NoBlocks,
>(
  declaration: MapSystemDeclaration<S, P, I>,
): DynamicalSystem<{ state: NamesOf<S>; parameters: NamesOf<P>; input: NamesOf<I>; defaults: DefaultedNames<P> }> {
  const draft = new SystemDraft("mapSystem", declaration, { state: "state" }, ["next", "inverse"]);
  const next = draft.readEach("next", declaration.next, draft.state);
  const inverse = declaration.inverse && draft.readEach("inverse", declaration.inverse, draft.state);
  return draft.finish({ kind: "map", field: [...next.values()], ...(inverse === undefined ? {} : { inverse }) });
}
