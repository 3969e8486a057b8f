import { sizeOf } from "../expression/expression.js";
import { symbol } from "../expression/functions.js";
import { substituteOne } from "../expression/transform.js";
import { separated } from "./canonical-steps.js";
import { type LayeredAction, layerSymbols, nextName } from "./layered-action.js";

/** The name of the one block of a flattened layer; no block can be declared with such a name. */
export const FLAT_LAYER = "[layer]";

/** The number of entries of a layer. */
export const layerSize = ({ layer }: LayeredAction): number =>
  layer.reduce((total, { shape }) => total + sizeOf(shape), 0);

/** The same action with all blocks of a layer joined to one vector, in the order of the blocks: for numerical methods. */
export function flattened(action: LayeredAction): LayeredAction {
  const shape = [layerSize(action)];
  const [here, next] = [symbol(FLAT_LAYER, shape), symbol(nextName(FLAT_LAYER), shape)];
  const parts = [...separated(here, layerSymbols(action)), ...separated(next, action.next)];
  const replacements = new Map([...layerSymbols(action), ...action.next].map((each, k) => [each, parts[k] as never]));
  return {
    ...action,
    layer: [{ name: FLAT_LAYER, shape, role: "state", symbol: here }],
    next: [next],
    coupling: substituteOne(action.coupling, replacements),
  };
}
