import { type Expression, sameShape, sizeOf } from "../../expression/expression.js";
import { copyStatement, type Emitter, scalarText } from "./emitter.js";
import { isElementwise, isScalar, operandOf } from "./nodes.js";
import type { Place, SharedPlace } from "./place.js";
import type { Prepared } from "./preparation.js";
import { type Kernel, type Schedule, sourceOf } from "./schedule.js";

type Carried = Prepared["carried"];

/**
 * Carried arrays whose next value can be written over the old one as it is computed, with their buffers: nothing reads the
 * old value later, and the loop that writes it reads it at the same entry only.
 */
export function inPlaceTargets(
  carried: Carried,
  phase: Schedule,
  bufferOf: (symbol: Expression) => string,
): Map<Expression, string> {
  const preset = new Map<Expression, string>();
  for (const { symbol, next } of carried) {
    const home = phase.kernels.findIndex((kernel) => kernel.nodes.includes(next));
    const kernel = phase.kernels[home];
    if (kernel?.kind !== "loops" || !isElementwise(next) || isScalar(next) || preset.has(next)) continue;
    if (!sameShape(kernel.domain, symbol.shape)) continue;
    if (carried.some((other) => sourceOf(other.next, phase) === symbol)) continue;
    const safe = phase.kernels.every((other, position) =>
      position === home ? readsOwnEntryOnly(kernel, symbol, phase) : position < home || !reads(other, symbol, phase),
    );
    if (safe) preset.set(next, bufferOf(symbol));
  }
  return preset;
}

const reads = (kernel: Kernel, symbol: Expression, phase: Schedule): boolean =>
  kernel.nodes.some((node) => node.operands.some((operand) => sourceOf(operand, phase) === symbol));

/** Whether a loop reads a symbol directly, and in no value that it computes ahead for a shift. */
function readsOwnEntryOnly(kernel: Kernel, symbol: Expression, phase: Schedule): boolean {
  const within = new Set(kernel.nodes);
  const ahead = new Set<Expression>();
  for (const node of [...kernel.nodes].reverse()) {
    for (const operand of node.operands) {
      const source = phase.inlineViews.has(operand) ? operandOf(operand) : operand;
      if (within.has(source) && (source !== operand || ahead.has(node))) ahead.add(source);
    }
  }
  return kernel.nodes.every((node) =>
    node.operands.every((operand) => {
      if (sourceOf(operand, phase) !== symbol) return true;
      return operand === symbol && isElementwise(node) && !ahead.has(node);
    }),
  );
}

/** All carried quantities change together, so values that would be overwritten before they are read are kept aside. */
export function assignments(
  emitter: Emitter,
  carried: Carried,
  phase: Schedule,
  preset: ReadonlyMap<Expression, string>,
): string[] {
  const first: string[] = [];
  const second: string[] = [];
  const states = new Set(carried.map(({ symbol }) => symbol));
  for (const { symbol, next } of carried) {
    if (next === symbol) continue;
    const to = emitter.target(symbol);
    if (to.kind === "buffer" && preset.get(next) === to.name) continue;
    const from = states.has(sourceOf(next, phase)) ? keptAside(emitter, next, first) : emitter.place(next);
    second.push(...storeStatements(from, to, sizeOf(symbol.shape)));
  }
  return [...first, ...second];
}

/** Copies a value that is another quantity's old value. */
function keptAside(emitter: Emitter, node: Expression, lines: string[]): Place {
  const from = emitter.place(node);
  const size = sizeOf(node.shape);
  if (from.kind === "buffer" && size > 1) {
    const kept = emitter.buffer(new Float64Array(size));
    lines.push(copyStatement(kept, "", from.name, from.start, size));
    return { kind: "buffer", name: kept, start: "" };
  }
  const kept = emitter.fresh("s");
  lines.push(`const ${kept} = ${scalarText(from)};`);
  return { kind: "local", name: kept };
}

/** Puts a value where it belongs, unless it is there already. */
export function storeStatements(from: Place, to: Place | SharedPlace, size: number): string[] {
  if (to.kind === "shared") return [`${to.text} = ${scalarText(from)};`];
  if (to.kind === "local") return [`${to.name} = ${scalarText(from)};`];
  if (to.kind === "literal") throw new Error("a number cannot be assigned to");
  if (size === 1) return [`${to.name}[${to.start === "" ? "0" : to.start}] = ${scalarText(from)};`];
  if (from.kind !== "buffer") return [`${to.name}.fill(${scalarText(from)});`];
  if (from.name === to.name && from.start === to.start) return [];
  return [copyStatement(to.name, to.start, from.name, from.start, size)];
}
