import {
  type BlockDeclaration,
  type Declarations,
  type DefaultedNames,
  describeGiven,
  type NamesOf,
  type NoBlocks,
  type ParameterDeclaration,
  type StateDeclaration,
} from "../core/block-declarations.js";
import { type SystemDeclaration, SystemDraft } from "../core/define-system.js";
import { InputError } from "../core/errors.js";
import type { Expression } from "../core/expression/expression.js";
import { constant } from "../core/expression/functions.js";
import { type NativeField, nativeDefinition, nativeField } from "../core/expression/primitives/native.js";
import type { DynamicalSystem, StateBlock } from "../core/system.js";
import { checkPairs } from "./pairs.js";

export type { NativeArrays, NativeField, NativeGroups } from "../core/expression/primitives/native.js";

/** What both constructors of native systems take. */
interface NativeDeclaration<P, I, Names extends string> extends SystemDeclaration<P, I, Names> {
  /** Declares that the functions do not use the time; they are then called with a time that is not a number. */
  readonly autonomous?: boolean;
}

/** What {@link nativeSystem} takes. */
export interface NativeSystemDeclaration<S, P, I>
  extends NativeDeclaration<P, I, NamesOf<S> | NamesOf<P> | NamesOf<I>>,
    NativeField<NamesOf<S>, NamesOf<P>, NamesOf<I>> {
  /** State blocks by name: a shape, or `{ shape, bounds, unit }`. */
  readonly state: S;
}

/** What {@link nativeSeparableSystem} takes. */
export interface NativeSeparableSystemDeclaration<Q, M, P, I>
  extends NativeDeclaration<P, I, NamesOf<Q> | NamesOf<M> | NamesOf<P> | NamesOf<I>> {
  /** Coordinate blocks by name: a shape, or `{ shape, unit }`. */
  readonly coordinates: Q;
  /** Momentum blocks, paired with the coordinates in order and of their shapes. */
  readonly momenta: M;
  /** dq/dt, which sees the momenta but not the coordinates. */
  readonly drift: NativeField<NamesOf<M>, NamesOf<P>, NamesOf<I>, NamesOf<Q>>;
  /** dp/dt, which sees the coordinates but not the momenta. */
  readonly kick: NativeField<NamesOf<Q>, NamesOf<P>, NamesOf<I>, NamesOf<M>>;
}

/**
 * A system whose field no formula can express, written by hand over flat row-major arrays: `field(time, state, parameters,
 * input, out)` writes dz/dt to `out`. Its Jacobian products are needed only where derivatives are asked for; without them
 * the error says which is missing. It runs on the JavaScript and interpreter backends.
 *
 * @throws InputError for a field that is no function, or a declaration that does not hold together (see {@link SystemDraft})
 */
export function nativeSystem<
  const S extends Declarations<StateDeclaration>,
  const P extends Declarations<ParameterDeclaration> = NoBlocks,
  const I extends Declarations<BlockDeclaration> = NoBlocks,
>(
  declaration: NativeSystemDeclaration<S, P, I>,
): DynamicalSystem<{ state: NamesOf<S>; parameters: NamesOf<P>; input: NamesOf<I>; defaults: DefaultedNames<P> }> {
  const options = ["autonomous", ...FUNCTIONS];
  const draft = new SystemDraft("nativeSystem", declaration, { state: "state" }, options);
  const field = fieldOf(draft, "field", declaration as NativeField, declaration.autonomous, draft.state, draft.state);
  return draft.finish({ kind: "native", field });
}

/**
 * A native system in two parts, for splitting methods: `drift` writes dq/dt from the momenta, `kick` writes dp/dt from the
 * coordinates, each with its own Jacobian products.
 *
 * @throws InputError for momenta that do not pair with the coordinates, a part that is no function, or a declaration that
 * does not hold together (see {@link SystemDraft})
 */
export function nativeSeparableSystem<
  const Q extends Declarations<BlockDeclaration>,
  const M extends Declarations<BlockDeclaration>,
  const P extends Declarations<ParameterDeclaration> = NoBlocks,
  const I extends Declarations<BlockDeclaration> = NoBlocks,
>(
  declaration: NativeSeparableSystemDeclaration<Q, M, P, I>,
): DynamicalSystem<{
  state: NamesOf<Q> | NamesOf<M>;
  parameters: NamesOf<P>;
  input: NamesOf<I>;
  defaults: DefaultedNames<P>;
}> {
  const groups = { coordinates: "coordinate", momenta: "momentum" } as const;
  const draft = new SystemDraft("nativeSeparableSystem", declaration, groups, ["autonomous", "drift", "kick"]);
  checkPairs(draft);
  const coordinates = draft.state.filter(({ role }) => role === "coordinate");
  const momenta = draft.state.filter(({ role }) => role === "momentum");
  const { drift, kick, autonomous } = declaration;
  return draft.finish({
    kind: "native",
    field: [
      ...fieldOf(draft, "drift.field", drift as unknown as NativeField, autonomous, momenta, coordinates),
      ...fieldOf(draft, "kick.field", kick as unknown as NativeField, autonomous, coordinates, momenta),
    ],
    facts: { separable: true },
  });
}

const FUNCTIONS = ["field", "jacobianProduct", "transposedJacobianProduct"] as const;

/** The expressions of a native field that reads some state blocks and writes some. */
function fieldOf(
  draft: SystemDraft,
  option: string,
  functions: NativeField | undefined,
  autonomous: boolean | undefined,
  state: readonly StateBlock[],
  outputs: readonly StateBlock[],
): Expression[] {
  for (const name of FUNCTIONS) {
    const given: unknown = functions?.[name];
    if (typeof given === "function" || (given === undefined && name !== "field")) continue;
    const field = draft.at(option.replace("field", name));
    throw new InputError({ field, given: describeGiven(given), expected: "a function over flat arrays" });
  }
  const { parameters, input } = draft;
  const definition = nativeDefinition({
    label: draft.at(option),
    groups: { state, parameters, input },
    outputs,
    functions: functions as NativeField,
  });
  const blocks = [...state, ...parameters, ...input].map(({ symbol }) => symbol);
  return nativeField(definition, [autonomous === true ? constant(Number.NaN) : draft.time, ...blocks]);
}
