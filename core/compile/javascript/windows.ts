import type { Expression } from "../../expression/expression.js";
import { type Index, indexText, type LoopIndex } from "./indexing.js";

/**
 * Entries of a node that one pass of a loop needs at several places: positions `from` to `to` relative to the loop variable,
 * at fixed indices along the other axes. Only the last is computed; the others are kept from the passes before.
 */
export interface Window {
  readonly node: Expression;
  /** Indices along the axes before the loop's. */
  readonly outer: readonly Index[];
  readonly from: number;
  readonly to: number;
}

/** Entries further apart than this are computed apart. */
const WIDEST = 4;

/** An entry that a pass computes. */
export interface ComputedEntry {
  readonly node: Expression;
  readonly indices: readonly Index[];
}

/**
 * The windows of a loop. A window of one node changes what a pass needs of those it is computed from, so they are found one
 * by one, users before their operands.
 *
 * @param survey lists the entries that a pass computes when the given windows are kept
 */
export function windowsOf(
  loop: LoopIndex,
  survey: (windows: readonly Window[]) => readonly ComputedEntry[],
): readonly Window[] {
  const windows: Window[] = [];
  for (;;) {
    const next = latestWindow(loop, survey(windows));
    if (next === undefined) return windows;
    windows.push(next);
  }
}

function latestWindow(loop: LoopIndex, computed: readonly ComputedEntry[]): Window | undefined {
  const groups = new Map<string, { node: Expression; outer: readonly Index[]; offsets: number[] }>();
  for (const { node, indices } of computed) {
    const last = indices.at(-1) as Index;
    if (typeof last === "number" || last.name !== loop.name) continue;
    const outer = indices.slice(0, -1);
    const key = `${node.id}[${outer.map(indexText).join()}]`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { node, outer, offsets: [last.offset] });
    else group.offsets.push(last.offset);
  }
  let latest: Window | undefined;
  for (const { node, outer, offsets } of groups.values()) {
    if (latest !== undefined && node.id <= latest.node.id) continue;
    const run = firstRun(offsets.sort((p, q) => p - q));
    if (run !== undefined) latest = { node, outer, from: run[0], to: run[1] };
  }
  return latest;
}

/** The first stretch of several positions close to each other. */
function firstRun(offsets: readonly number[]): [from: number, to: number] | undefined {
  let from = 0;
  for (let k = 1; k <= offsets.length; k++) {
    const joined = k < offsets.length && (offsets[k] as number) - (offsets[k - 1] as number) <= WIDEST;
    if (joined) continue;
    if (k - from > 1) return [offsets[from] as number, offsets[k - 1] as number];
    from = k;
  }
  return undefined;
}
