import type { ShiftView } from "../../expression/expression.js";

/** A loop variable plus an offset, with the range of the sum; or a fixed position. */
export type Index = number | LoopIndex;

/** See {@link Index}. */
export interface LoopIndex {
  readonly name: string;
  readonly offset: number;
  readonly low: number;
  readonly high: number;
}

/** The loop variable itself, which runs from `low` to before `high`. */
export const loopIndex = (name: string, low: number, high: number): LoopIndex => ({ name, offset: 0, low, high });

/** The index some places further. */
export const movedIndex = (index: Index, by: number): Index =>
  typeof index === "number"
    ? index + by
    : { name: index.name, offset: index.offset + by, low: index.low + by, high: index.high + by };

/** The text of a position: the sum of indices times strides, an offset and the start of a buffer's window. */
export function positionText(
  indices: readonly Index[],
  strides: readonly number[],
  offset: number,
  windowStart: string,
): string {
  const terms: string[] = windowStart === "" ? [] : [windowStart];
  let fixed = offset;
  indices.forEach((index, axis) => {
    const stride = strides[axis] as number;
    if (typeof index === "number") {
      fixed += index * stride;
      return;
    }
    if (stride === 0) return;
    fixed += index.offset * stride;
    terms.push(stride === 1 ? index.name : `${index.name} * ${stride}`);
  });
  if (terms.length === 0) return String(fixed);
  if (fixed === 0) return terms.join(" + ");
  return `${terms.join(" + ")} ${fixed < 0 ? "-" : "+"} ${Math.abs(fixed)}`;
}

/** The text of one index. */
export const indexText = (index: Index): string => positionText([index], [1], 0, "");

/**
 * Where a shifted read finds its entry: at a position along the axis, nowhere (zero), or, where the rule changes within the
 * range of the index, undecided: values of the index below `cut` and from `cut` on differ.
 */
export type ShiftedIndex =
  | { readonly kind: "inside"; readonly index: Index }
  | { readonly kind: "zero" }
  | { readonly kind: "undecided"; readonly cut: number };

/** Resolves `index - by` under the boundary rule for the whole range of the index. */
export function shiftedIndex(index: Index, extent: number, { by, boundary }: ShiftView): ShiftedIndex {
  const step = boundary === "periodic" ? by % extent : by;
  const [low, high] = typeof index === "number" ? [index, index + 1] : [index.low, index.high];
  const [first, last] = [low - step, high - 1 - step];
  if (first >= 0 && last < extent) return { kind: "inside", index: movedIndex(index, -step) };
  if (last < 0) {
    if (boundary === "periodic") return { kind: "inside", index: movedIndex(index, extent - step) };
    return boundary === "zero" ? { kind: "zero" } : { kind: "inside", index: 0 };
  }
  if (first >= extent) {
    if (boundary === "periodic") return { kind: "inside", index: movedIndex(index, -extent - step) };
    return boundary === "zero" ? { kind: "zero" } : { kind: "inside", index: extent - 1 };
  }
  return { kind: "undecided", cut: step > 0 ? step : extent + step };
}

/** The condition that an undecided shifted read lies beyond an end, and the text of an index that is valid either way. */
export function testedIndex(
  index: LoopIndex,
  extent: number,
  { by, boundary }: ShiftView,
): { readonly outside: string; readonly position: string } {
  const step = boundary === "periodic" ? by % extent : by;
  const at = indexText(index);
  const outside = step > 0 ? `${at} < ${step}` : `${at} >= ${extent + step}`;
  const wrapped = movedIndex(index, step > 0 ? extent - step : -extent - step);
  const end = step > 0 ? 0 : extent - 1;
  const beyond = boundary === "periodic" ? indexText(wrapped) : String(end);
  return { outside, position: `${outside} ? ${beyond} : ${indexText(movedIndex(index, -step))}` };
}
