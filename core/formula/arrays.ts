import { type Expression, ShapeError, sameShape } from "../expression/expression.js";
import { concatenate, constant, reshape, slice } from "../expression/functions.js";
import { constantEntries } from "./call-arguments.js";
import type { Index } from "./surface.js";

/** An array of equally shaped parts along a new first axis; of constants it is one constant. */
export function stack(parts: readonly Expression[]): Expression {
  const { shape } = parts[0] as Expression;
  const other = parts.find((part) => !sameShape(part.shape, shape));
  if (other !== undefined) {
    throw new ShapeError(`array: entries of shapes [${shape.join(", ")}] and [${other.shape.join(", ")}]`);
  }
  const entries = parts.map(constantEntries);
  if (entries.every((part) => part !== undefined)) {
    return constant(
      entries.flatMap((part) => [...part]),
      [parts.length, ...shape],
    );
  }
  return concatenate(parts.map((part) => reshape(part, [1, ...shape])));
}

/**
 * Entries at an index per axis, 0-based: a position drops its axis, a range is half-open; negative ones count from the end,
 * and axes not named stay whole.
 *
 * @throws ShapeError where an index is outside its axis, a range is empty, or there are more indices than axes
 */
export function indexed(operand: Expression, indices: readonly Index[]): Expression {
  const { shape } = operand;
  if (indices.length > shape.length) {
    throw new ShapeError(`${indices.length} indices for the shape [${shape.join(", ")}]`);
  }
  let sliced = operand;
  const kept = [...shape];
  indices.forEach((index, axis) => {
    const extent = shape[axis] as number;
    const fromStart = (position: number): number => (position < 0 ? position + extent : position);
    const [from, to] = typeof index === "number" ? [index, undefined] : index;
    const start = fromStart(from ?? 0);
    const stop = typeof index === "number" ? start + 1 : fromStart(to ?? extent);
    if (start < 0 || stop > extent || start >= stop) {
      const asked = typeof index === "number" ? `index ${index}` : `range ${from ?? ""}:${to ?? ""}`;
      throw new ShapeError(`${asked} along axis ${axis} of the shape [${shape.join(", ")}]`);
    }
    sliced = slice(sliced, axis, start, stop);
    kept[axis] = typeof index === "number" ? 0 : stop - start;
  });
  return reshape(
    sliced,
    kept.filter((extent) => extent > 0),
  );
}
