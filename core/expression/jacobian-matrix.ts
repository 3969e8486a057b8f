import { jacobianProduct } from "./derivatives.js";
import { type Expression, sizeOf } from "./expression.js";
import { concatenate } from "./primitives/concatenate.js";
import { constant, symbol } from "./primitives/leaves.js";
import { reshape, transpose } from "./primitives/rearrangement.js";
import { batchExpressions } from "./transform.js";

/**
 * The whole Jacobian as one matrix, a graph again: row i is entry i of the outputs, column k entry k of `withRespectTo`,
 * both counted row-major from the first array to the last. It is one Jacobian product, taken over the unit directions as a
 * batch, so it suits small arrays.
 */
export function jacobianMatrix(outputs: readonly Expression[], withRespectTo: readonly Expression[]): Expression {
  const sizes = withRespectTo.map(({ shape }) => sizeOf(shape));
  const columns = sizes.reduce((total, size) => total + size, 0);
  // No block can have such a name.
  const directions = withRespectTo.map(({ shape }, k) => symbol(`unit direction ${k}`, shape));
  let first = 0;
  const units = withRespectTo.map(({ shape }, k) => {
    const size = sizes[k] as number;
    const entries = new Float64Array(columns * size);
    for (let entry = 0; entry < size; entry++) entries[(first + entry) * size + entry] = 1;
    first += size;
    return constant(entries, [columns, ...shape]);
  });
  const batched = new Map(directions.map((direction, k) => [direction, units[k] as Expression]));
  const products = batchExpressions(jacobianProduct(outputs, withRespectTo, directions), batched, columns);
  const flat = products.map((product) => reshape(product, [columns, sizeOf(product.shape) / columns]));
  return transpose(concatenate(flat, 1));
}
