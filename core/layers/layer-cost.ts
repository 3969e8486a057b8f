import {
  type BlockDeclaration,
  type Declarations,
  inputBlocks,
  type NamesOf,
  type NoBlocks,
} from "../block-declarations.js";
import { formatShape, InputError } from "../errors.js";
import type { Expression } from "../expression/expression.js";
import { type ExpressionSource, readSource } from "../expression-source.js";
import { checkNames } from "../simulation/values.js";
import type { InputBlock, NumericValue } from "../system.js";
import { readRows } from "./layer-values.js";
import { type LayeredAction, type LayerNames, nextName } from "./layered-action.js";

/** A cost of the last layer of a layered action. */
export interface LayerCost<T extends string = string> {
  /** What the cost compares the layer with. */
  readonly target: readonly InputBlock[];
  /** A scalar of the layer's symbols and the targets. */
  readonly cost: Expression;
  /** Only types; never set. */
  readonly targetNames?: T;
}

/** What {@link layerCost} takes. */
export interface LayerCostDeclaration<L extends string, T> {
  /** Target arrays by name. */
  readonly target?: T;
  /** The cost, a scalar of the last layer's blocks and the targets. */
  readonly cost: ExpressionSource<L | NamesOf<T>>;
}

/**
 * A cost C(x_N, target) of the last layer.
 *
 * @throws InputError for a target with the name of a block of the action, or a cost that cannot be read or is no scalar
 */
export function layerCost<N extends LayerNames, const T extends Declarations<BlockDeclaration> = NoBlocks>(
  action: LayeredAction<N>,
  declaration: LayerCostDeclaration<N["layer"], T>,
): LayerCost<NamesOf<T>> {
  const label = `layerCost of ${action.name}`;
  const target = inputBlocks(`${label}, target`, (declaration.target ?? {}) as Declarations<BlockDeclaration>);
  const names = action.layer.map(({ name }) => name);
  const taken = [...names, ...names.map(nextName), ...[...action.own, ...action.shared].map(({ name }) => name)];
  const twice = target.find(({ name }) => taken.includes(name));
  if (twice !== undefined) {
    throw new InputError({
      field: `${label}, target.${twice.name}`,
      given: "a name the action uses already",
      expected: "a name of its own",
    });
  }
  const scope = new Map([...action.layer, ...target].map((block) => [block.name, block.symbol] as const));
  const cost = readSource(`${label}, cost`, declaration.cost as string, scope);
  if (cost.shape.length > 0) {
    throw new InputError({
      field: `${label}, cost`,
      given: `an expression of the shape ${formatShape(cost.shape)}`,
      expected: "a scalar",
      remedy: "sum(...) adds all entries",
    });
  }
  return { target, cost };
}

/** A cost with the values of its targets, flat by name. */
export interface LayerTarget {
  readonly cost: LayerCost;
  readonly target: Readonly<Record<string, Float64Array>>;
}

/**
 * Reads the targets of a cost.
 *
 * @throws InputError for names that are not declared, values that are missing, or shapes that do not fit
 */
export function readLayerTarget(cost: LayerCost, given: Readonly<Record<string, NumericValue>> = {}): LayerTarget {
  checkNames(
    "target",
    given,
    cost.target.map(({ name }) => name),
  );
  const read = (block: InputBlock): readonly [string, Float64Array] => {
    const value = Object.hasOwn(given, block.name) ? { [block.name]: given[block.name] } : {};
    return [block.name, readRows("target", [block], value)[0] as Float64Array];
  };
  return { cost, target: Object.fromEntries(cost.target.map(read)) };
}
