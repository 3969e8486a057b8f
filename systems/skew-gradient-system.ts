import {
  type BlockDeclaration,
  type Declarations,
  type DefaultedNames,
  describeGiven,
  entriesOf,
  type NamesOf,
  type NoBlocks,
  type ParameterDeclaration,
  type StateDeclaration,
} from "../core/block-declarations.js";
import { type SystemDeclaration, SystemDraft } from "../core/define-system.js";
import { formatShape, InputError } from "../core/errors.js";
import { type Expression, sameShape } from "../core/expression/expression.js";
import { constant } from "../core/expression/functions.js";
import type { ExpressionSource } from "../core/expression-source.js";
import { skewGradientFlow } from "../core/skew-gradient-flow.js";
import type { DynamicalSystem, StateBlock } from "../core/system.js";

/** What {@link skewGradientSystem} takes. */
export interface SkewGradientSystemDeclaration<A, B, P, I>
  extends SystemDeclaration<P, I, NamesOf<A> | NamesOf<B> | NamesOf<P> | NamesOf<I>> {
  /** Blocks that run down the potential: a shape, or `{ shape, bounds, unit }`. */
  readonly activators: A;
  /** Blocks that climb it. */
  readonly inhibitors: B;
  /** Per block a positive number, or the name of a parameter that is a scalar or of the block's shape; 1 by default. */
  readonly timeConstants?: { readonly [K in NamesOf<A> | NamesOf<B>]?: number | NoInfer<NamesOf<P>> };
  /** The potential Phi, a scalar of state, parameters, input and `t`. */
  readonly potential: ExpressionSource<NamesOf<A> | NamesOf<B> | NamesOf<P> | NamesOf<I>>;
}

/**
 * A skew-gradient system: with time constants tau, tau du/dt = -dPhi/du for activators u and tau dv/dt = +dPhi/dv for
 * inhibitors v. The state is all activators, then all inhibitors. (Kuramoto and Yanagida's activator-inhibitor systems;
 * the FitzHugh-Nagumo cell is one.)
 *
 * @throws InputError for a time constant that is neither a positive number nor a parameter of a fitting shape, a declaration
 * that does not hold together (see {@link SystemDraft}), or a formula that cannot be read or is no scalar
 */
export function skewGradientSystem<
  const A extends Declarations<StateDeclaration>,
  const B extends Declarations<StateDeclaration>,
  const P extends Declarations<ParameterDeclaration> = NoBlocks,
  const I extends Declarations<BlockDeclaration> = NoBlocks,
>(
  declaration: SkewGradientSystemDeclaration<A, B, P, I>,
): DynamicalSystem<{
  state: NamesOf<A> | NamesOf<B>;
  parameters: NamesOf<P>;
  input: NamesOf<I>;
  defaults: DefaultedNames<P>;
}> {
  const groups = { activators: "activator", inhibitors: "inhibitor" } as const;
  const draft = new SystemDraft("skewGradientSystem", declaration, groups, ["timeConstants", "potential"]);
  const potential = draft.read("potential", declaration.potential);
  const timeConstants = readTimeConstants(draft, declaration.timeConstants ?? {});
  const field = skewGradientFlow(potential, { state: draft.state, timeConstants });
  return draft.finish({ kind: "skew-gradient", scalar: potential, field, timeConstants });
}

function readTimeConstants(
  draft: SystemDraft,
  given: Readonly<Record<string, number | string | undefined>>,
): Map<string, Expression> {
  const timeConstants = new Map<string, Expression>();
  for (const [name, value] of entriesOf(draft.at("timeConstants"), given)) {
    const block = draft.state.find((candidate) => candidate.name === name);
    if (block === undefined) {
      throw new InputError({
        field: draft.at("timeConstants"),
        given: `the unknown block "${name}"`,
        expected: `some of ${draft.state.map((known) => known.name).join(", ")}`,
      });
    }
    if (value !== undefined) timeConstants.set(name, readTimeConstant(draft, block, value));
  }
  return timeConstants;
}

function readTimeConstant(draft: SystemDraft, { name, shape }: StateBlock, value: number | string): Expression {
  const field = draft.at(`timeConstants.${name}`);
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return constant(value);
  const parameter = draft.parameters.find((candidate) => candidate.name === value);
  if (parameter === undefined) {
    throw new InputError({
      field,
      given: describeGiven(value),
      expected: "a positive number or the name of a parameter",
    });
  }
  if (parameter.shape.length > 0 && !sameShape(parameter.shape, shape)) {
    throw new InputError({
      field,
      given: `the parameter ${parameter.name} of the shape ${formatShape(parameter.shape)}`,
      expected:
        shape.length === 0 ? "a scalar parameter" : `a scalar parameter, or one of the shape ${formatShape(shape)}`,
    });
  }
  return parameter.symbol;
}
