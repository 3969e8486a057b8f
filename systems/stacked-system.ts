import { describeGiven } from "../core/block-declarations.js";
import { InputError } from "../core/errors.js";
import type { Expression, Shape } from "../core/expression/expression.js";
import { concatenate, reshape, slice, sum, symbol } from "../core/expression/functions.js";
import { batchExpressions } from "../core/expression/transform.js";
import { firstName, type LayeredAction, type LayerNames } from "../core/layers/layered-action.js";
import type { DynamicalSystem, ParameterBlock, StateBlock } from "../core/system.js";
import { energySystem } from "./energy-system.js";
import { parameterDeclaration } from "./parameter-declaration.js";
import { skewGradientSystem } from "./skew-gradient-system.js";

/** Options of {@link stackedSystem}. */
export interface StackedSystemOptions<N extends LayerNames> {
  /** The number N of couplings, which is the number of layers after the clamped one. */
  readonly layers: number;
  /** With inhibitors: time constants by block, positive numbers or names of shared scalar parameters; 1 by default. */
  readonly timeConstants?: { readonly [K in N["layer"]]?: number | N["shared"] };
}

/** The block names of a {@link stackedSystem}. */
export interface StackedNames<N extends LayerNames> {
  readonly state: N["layer"];
  readonly parameters: N["own"] | N["shared"];
  readonly input: `${N["layer"]}_first`;
  readonly defaults: N extends { readonly defaults: infer D extends string } ? D : N["own"] | N["shared"];
}

/**
 * All layers of a layered action as one ordinary system with the scalar Phi = sum over i of L(x_i, x_(i+1); theta_i): an
 * energy system, or a skew-gradient system where the action has inhibitors. Block NAME of the layers 1 to N is one array
 * [N, ...shape]; the clamped layer 0 is the input NAME_first; the last layer is free. The couplings' own parameters become
 * arrays [N, ...shape], row i for the coupling of the layers i and i + 1.
 *
 * @throws InputError for a number of layers that is not a whole number from 1 on, or what the constructors refuse
 */
export function stackedSystem<N extends LayerNames>(
  action: LayeredAction<N>,
  options: StackedSystemOptions<N>,
): DynamicalSystem<StackedNames<N>> {
  const { layers, timeConstants } = options;
  if (!Number.isSafeInteger(layers) || layers < 1) {
    throw new InputError({
      field: `stackedSystem of ${action.name}, layers`,
      given: describeGiven(layers),
      expected: "a whole number from 1 on",
    });
  }
  const shapes = (blocks: readonly StateBlock[]): Record<string, Shape> =>
    Object.fromEntries(blocks.map(({ name, shape }) => [name, [layers, ...shape]]));
  const declaration = {
    name: `${action.name}, ${layers} layers`,
    parameters: Object.fromEntries([
      ...action.own.map((block) => [block.name, stackedParameter(block, layers)] as const),
      ...action.shared.map((block) => [block.name, parameterDeclaration(block)] as const),
    ]),
    input: Object.fromEntries(action.layer.map(({ name, shape }) => [firstName(name), shape])),
  };
  const scalar = (): Expression => stackedScalar(action as LayeredAction, layers);
  const ofRole = (role: StateBlock["role"]) => shapes(action.layer.filter((block) => block.role === role));
  const system: unknown = action.layer.some(({ role }) => role === "inhibitor")
    ? skewGradientSystem({
        ...declaration,
        activators: ofRole("activator"),
        inhibitors: ofRole("inhibitor"),
        timeConstants: (timeConstants ?? {}) as Record<string, string | number>,
        potential: scalar,
      })
    : energySystem({ ...declaration, state: shapes(action.layer), energy: scalar });
  return system as DynamicalSystem<StackedNames<N>>;
}

/** A default array is that of every coupling. */
function stackedParameter(block: ParameterBlock, layers: number) {
  const { default: value, ...rest } = parameterDeclaration(block);
  const repeated =
    value instanceof Float64Array
      ? Float64Array.from({ length: layers * value.length }, (_, k) => value[k % value.length] as number)
      : value;
  return {
    ...rest,
    shape: [layers, ...block.shape],
    ...(repeated === undefined ? {} : { default: repeated }),
  };
}

/** The couplings of all neighbours at once: the batch of the one coupling over the depth, summed. */
function stackedScalar({ layer, next, own, coupling }: LayeredAction, layers: number): Expression {
  const batched = new Map<Expression, Expression>();
  layer.forEach(({ name, shape, symbol: here }, k) => {
    const above = symbol(name, [layers, ...shape]);
    const first = reshape(symbol(firstName(name), shape), [1, ...shape]);
    batched.set(here, layers === 1 ? first : concatenate([first, slice(above, 0, 0, layers - 1)]));
    batched.set(next[k] as Expression, above);
  });
  for (const { name, shape, symbol: one } of own) batched.set(one, symbol(name, [layers, ...shape]));
  return sum(batchExpressions([coupling], batched, layers)[0] as Expression);
}
