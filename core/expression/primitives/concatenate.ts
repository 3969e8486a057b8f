import { type Expression, ShapeError } from "../expression.js";
import { add } from "./arithmetic.js";
import { pad } from "./rearrangement.js";

/**
 * Arrays one after another along one axis, as a sum of padded arrays.
 *
 * @throws ShapeError where the extents along another axis differ.
 */
export function concatenate(parts: readonly Expression[], axis = 0): Expression {
  const rest = ({ shape }: Expression): string => shape.map((extent, k) => (k === axis ? "*" : extent)).join(", ");
  const [first] = parts;
  if (first === undefined) throw new ShapeError("concatenate: expects at least one part");
  for (const part of parts) {
    if (part.shape[axis] === undefined) throw new ShapeError(`concatenate: every part needs an axis ${axis}`);
    if (rest(part) !== rest(first)) {
      throw new ShapeError(`concatenate: got a part [${rest(part)}], expected [${rest(first)}] along axis ${axis}`);
    }
  }
  const extents = parts.map(({ shape }) => shape[axis] as number);
  const total = extents.reduce((sum, extent) => sum + extent, 0);
  let before = 0;
  const padded = parts.map((part, k) => {
    const extent = extents[k] as number;
    before += extent;
    return pad(part, axis, before - extent, total - before);
  });
  return padded.reduce((joined, part) => add(joined, part));
}
