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
import { energyDescent } from "../core/energy-descent.js";
import { InputError } from "../core/errors.js";
import type { Expression } from "../core/expression/expression.js";
import { add } from "../core/expression/functions.js";
import { constantValue } from "../core/expression/primitives/leaves.js";
import type { AnyExpressionSource, ExpressionSource } from "../core/expression-source.js";
import { hasSymmetricJacobian } from "../core/structure-proofs.js";
import type { DynamicalSystem } from "../core/system.js";

/** What {@link forceSystem} takes. */
export interface ForceSystemDeclaration<S, P, I> extends SystemDeclaration<P, I, NamesOf<S> | NamesOf<P> | NamesOf<I>> {
  /** State blocks by name: a shape, or `{ shape, bounds, unit }`. */
  readonly state: S;
  /** dz/dt of every state block, of the block's shape (a scalar fills it), of state, parameters, input and `t`. */
  readonly force: { readonly [K in NamesOf<S>]: ExpressionSource<NamesOf<S> | NamesOf<P> | NamesOf<I>> };
  /**
   * An energy U, a scalar, whose descent is added to the force: dz/dt = -dU/dz + force. Rules may treat its parameters as
   * equilibrium propagation does.
   */
  readonly energy?: ExpressionSource<NamesOf<S> | NamesOf<P> | NamesOf<I>>;
  /**
   * A diagonal matrix P with J' = P J P^-1 for the Jacobian J of the whole field, by state block (1 where left out), for a
   * system that is symmetric in another metric: P = rho'(z) in -z + W rho(z) with a symmetric W. `verify` checks it.
   */
  readonly twist?: { readonly [K in NamesOf<S>]?: ExpressionSource<NamesOf<S> | NamesOf<P> | NamesOf<I>> };
}

/**
 * A system given by its force field: dz/dt = F(z), or dz/dt = -dU/dz + F(z) with an energy U besides. Where the graph shows
 * that the Jacobian is symmetric, the system counts as a gradient system.
 *
 * @throws InputError for a block without force, a twist of zero, a declaration that does not hold together (see
 * {@link SystemDraft}), or a formula that cannot be read or has another shape than its block
 */
export function forceSystem<
  const S extends Declarations<StateDeclaration>,
  const P extends Declarations<ParameterDeclaration> = NoBlocks,
  const I extends Declarations<BlockDeclaration> = NoBlocks,
>(
  declaration: ForceSystemDeclaration<S, P, I>,
): DynamicalSystem<{ state: NamesOf<S>; parameters: NamesOf<P>; input: NamesOf<I>; defaults: DefaultedNames<P> }> {
  const draft = new SystemDraft("forceSystem", declaration, { state: "state" }, ["force", "energy", "twist"]);
  const force = draft.readEach("force", declaration.force, draft.state);
  const energy = declaration.energy === undefined ? undefined : draft.read("energy", declaration.energy);
  const descent = energy === undefined ? [] : energyDescent(energy, draft.state, undefined);
  const field = [...force.values()].map((value, k) =>
    energy === undefined ? value : add(descent[k] as Expression, value),
  );
  return draft.finish({
    kind: "force",
    field,
    facts: { gradient: hasSymmetricJacobian([...force.values()], draft.symbols()) },
    ...(energy === undefined ? {} : { decomposition: { energy, nonConservative: force } }),
    ...(declaration.twist === undefined
      ? {}
      : { twist: readTwist(draft, declaration.twist as Readonly<Record<string, AnyExpressionSource | undefined>>) }),
  });
}

function readTwist(
  draft: SystemDraft,
  given: Readonly<Record<string, AnyExpressionSource | undefined>>,
): Map<string, Expression> {
  const twist = draft.readEach("twist", given, draft.state, true);
  for (const [name, diagonal] of twist) {
    if (constantValue(diagonal) !== 0) continue;
    throw new InputError({ field: draft.at(`twist.${name}`), given: "0", expected: "entries that are not zero" });
  }
  return twist;
}
