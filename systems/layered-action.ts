import {
  type BlockDeclaration,
  type Declarations,
  type DefaultedNames,
  describeGiven,
  entriesOf,
  type NamesOf,
  type NoBlocks,
  type ParameterDeclaration,
  refuseUnknownKeys,
} from "../core/block-declarations.js";
import { SystemDraft } from "../core/define-system.js";
import { InputError } from "../core/errors.js";
import { jacobianProduct } from "../core/expression/derivatives.js";
import type { Expression } from "../core/expression/expression.js";
import type { ExpressionSource } from "../core/expression-source.js";
import { type LayeredAction, momentaOf, momentumName, nextName } from "../core/layers/layered-action.js";
import { dependsOn, directionSymbols } from "../core/structure-proofs.js";
import type { StateBlock, StateRole } from "../core/system.js";

/** What {@link layeredAction} takes. */
export interface LayeredActionDeclaration<L, P, S> {
  /** A name for people to read. */
  readonly name: string;
  /** The blocks of one layer: a shape, or `{ shape, unit }`. */
  readonly layer: L;
  /** Blocks that climb the scalar instead of descending it, which makes the stack a skew-gradient system. */
  readonly inhibitors?: readonly NamesOf<L>[];
  /** Parameters of one coupling, of which every coupling has its own. */
  readonly parameters?: P;
  /** Parameters that all couplings have in common. */
  readonly shared?: S;
  /**
   * The coupling L of a layer and the next, a scalar; NAME_next is block NAME of the next layer. Potentials of single layers
   * belong to either end. It may not depend on `t`.
   */
  readonly coupling: ExpressionSource<NamesOf<L> | `${NamesOf<L>}_next` | NamesOf<P> | NamesOf<S>>;
}

/** The block names of a declaration. */
export interface DeclaredNames<L, P, S> {
  readonly layer: NamesOf<L>;
  readonly own: NamesOf<P>;
  readonly shared: NamesOf<S>;
  readonly defaults: DefaultedNames<P> | DefaultedNames<S>;
}

/**
 * A layered action: layers x_0, ..., x_N of one shape with the scalar
 *
 * Phi = sum over i of L(x_i, x_(i+1); theta_i, shared), where L is bilinear across the layers.
 *
 * Any energy or skew-gradient potential of a network whose layers couple to their neighbours alone has this form. The stack
 * of layers as an ordinary system is `stackedSystem`, the recurrence along the depth `canonicalMap`.
 *
 * @throws InputError for a declaration that does not hold together, a coupling that cannot be read or is no scalar, one that
 * is not bilinear across the layers (then there is no explicit recurrence with an exact inverse), or one that leaves a block
 * of the next layer uncoupled
 */
export function layeredAction<
  const L extends Declarations<BlockDeclaration>,
  const P extends Declarations<ParameterDeclaration> = NoBlocks,
  const S extends Declarations<ParameterDeclaration> = NoBlocks,
>(declaration: LayeredActionDeclaration<L, P, S>): LayeredAction<DeclaredNames<L, P, S>> {
  const { name, layer, inhibitors = [], parameters = {}, shared = {}, coupling: source } = declaration;
  const label = `layeredAction "${name}"`;
  refuseUnknownKeys(label, declaration, ["name", "layer", "inhibitors", "parameters", "shared", "coupling"]);
  const ownNames = Object.keys(parameters);
  const twice = Object.keys(shared).find((each) => ownNames.includes(each));
  if (twice !== undefined) {
    throw new InputError({
      field: `${label}, shared`,
      given: `the name "${twice}"`,
      expected: "a name that is not taken by another parameter",
    });
  }
  const blocks = entriesOf<BlockDeclaration>(`${label}, layer`, layer);
  const likeLayer = (nameOf: (block: string) => string) =>
    Object.fromEntries(blocks.map(([block, given]) => [nameOf(block), shapeIn(given)]));
  const draft = new SystemDraft(
    "layeredAction",
    {
      name,
      layer,
      "next layer": likeLayer(nextName),
      momenta: likeLayer(momentumName),
      parameters: { ...parameters, ...shared },
    } as never,
    { layer: "coordinate", "next layer": "coordinate", momenta: "momentum" },
    [],
  );
  const coupling = draft.read("coupling", source);
  const count = blocks.length;
  const action: LayeredAction = {
    name,
    layer: withRoles(draft, draft.state.slice(0, count), inhibitors),
    next: draft.state.slice(count, 2 * count).map((block) => block.symbol),
    own: draft.parameters.filter((block) => ownNames.includes(block.name)),
    shared: draft.parameters.filter((block) => !ownNames.includes(block.name)),
    coupling,
  };
  checkCoupling(draft, action);
  return action as LayeredAction as LayeredAction<DeclaredNames<L, P, S>>;
}

/** The shape in a declaration that the draft has yet to check. */
const shapeIn = (declaration: BlockDeclaration): unknown =>
  Array.isArray(declaration) ? declaration : (declaration as { readonly shape?: unknown } | null)?.shape;

/** The blocks of a layer with what they do: descend the scalar, or climb it. */
function withRoles(
  draft: SystemDraft,
  blocks: readonly StateBlock[],
  inhibitors: readonly string[],
): readonly StateBlock[] {
  const names = blocks.map(({ name }) => name);
  const unknown = inhibitors.find((name) => !names.includes(name));
  if (unknown !== undefined || inhibitors.length === names.length) {
    throw new InputError({
      field: draft.at("inhibitors"),
      given: describeGiven(inhibitors),
      expected: `some but not all of ${names.join(", ")}`,
    });
  }
  const roleOf = (name: string): StateRole =>
    inhibitors.length === 0 ? "state" : inhibitors.includes(name) ? "inhibitor" : "activator";
  return blocks.map((block) => ({ ...block, role: roleOf(block.name) }));
}

/** Refuses a coupling that has no explicit canonical map in both directions. */
function checkCoupling(draft: SystemDraft, action: LayeredAction): void {
  const { layer, next, coupling } = action;
  const layers = [...layer.map((block) => block.symbol), ...next];
  const refuse = (given: string, expected: string, remedy: string): never => {
    throw new InputError({ field: draft.at("coupling"), given, expected, remedy });
  };
  const hidden: Expression[] = [draft.time, ...draft.symbols("momentum")];
  if (dependsOn([coupling], hidden)) {
    refuse(
      "a dependence on t or on momenta",
      "a function of two layers and parameters",
      "give each coupling parameters",
    );
  }
  const directions = directionSymbols(next);
  const mixed = jacobianProduct(momentaOf(action).before, next, directions);
  if (dependsOn(mixed, layers)) {
    refuse(
      "a coupling that is not linear in the next layer, or not in the layer before it",
      "terms that join the layers to be linear in each, such as dot(s, W @ s_next); terms of one layer alone may be anything",
      "choose the activities as the layer's blocks where nonlinear functions of them are coupled",
    );
  }
  const alone = layer.find((_, k) => !dependsOn(mixed, [directions[k] as Expression]));
  if (alone !== undefined) {
    refuse(
      `no term that joins the layers through ${nextName(alone.name)}`,
      "every block of a layer to be coupled to the layer before it",
      "a block without such a coupling follows from its own layer: eliminate it",
    );
  }
}
