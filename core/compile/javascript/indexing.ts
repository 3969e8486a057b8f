import type { ShiftView } from "../../expression/expression.js";

/** A loop variable with the range it covers, or a fixed position. */
export type Index = number | { readonly name: string; readonly low: number; readonly high: number };

/** The text of a position: the sum of loop variables times strides, an offset and the start of a buffer's window. */
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
    if (typeof index === "number") fixed += index * stride;
    else if (stride === 1) terms.push(index.name);
    else if (stride !== 0) terms.push(`${index.name} * ${stride}`);
  });
  if (terms.length === 0) return String(fixed);
  if (fixed === 0) return terms.join(" + ");
  return `${terms.join(" + ")} ${fixed < 0 ? "-" : "+"} ${Math.abs(fixed)}`;
}

/** Where a shifted read finds its entry: a position along the axis, nothing (zero), or a condition to test in the loop. */
export type ShiftedIndex =
  | { readonly kind: "inside"; readonly index: Index; readonly offset: number }
  | { readonly kind: "zero" }
  | { readonly kind: "undecided" };

/** Resolves `index - by` under the boundary rule for the whole range of the index. */
export function shiftedIndex(index: Index, extent: number, { by, boundary }: ShiftView): ShiftedIndex {
  const step = boundary === "periodic" ? by % extent : by;
  const [low, high] = typeof index === "number" ? [index, index + 1] : [index.low, index.high];
  const [first, last] = [low - step, high - 1 - step];
  if (first >= 0 && last < extent) return { kind: "inside", index, offset: -step };
  if (last < 0) {
    if (boundary === "periodic") return { kind: "inside", index, offset: extent - step };
    return boundary === "zero" ? { kind: "zero" } : { kind: "inside", index: 0, offset: 0 };
  }
  if (first >= extent) {
    if (boundary === "periodic") return { kind: "inside", index, offset: -extent - step };
    return boundary === "zero" ? { kind: "zero" } : { kind: "inside", index: extent - 1, offset: 0 };
  }
  return { kind: "undecided" };
}

/** Cuts [0, extent) where a shift starts or stops to cross an end, so that no read needs a test inside a loop. */
export function segments(extent: number, shifts: readonly ShiftView[]): [low: number, high: number][] {
  const cuts = new Set([0, extent]);
  for (const { by, boundary } of shifts) {
    const step = boundary === "periodic" ? by % extent : by;
    const cut = step > 0 ? step : extent + step;
    if (cut > 0 && cut < extent) cuts.add(cut);
  }
  const sorted = [...cuts].sort((p, q) => p - q);
  return sorted.slice(1).map((high, k) => [sorted[k] as number, high]);
}
