import { type Expression, type Shape, sameShape, sizeOf, stridesOf } from "../../expression/expression.js";
import { type EntrySink, type EntrySurroundings, EntryValues, placedEntry } from "./entry-values.js";
import { type Index, type LoopIndex, loopIndex, movedIndex, positionText } from "./indexing.js";
import type { EmissionLimits } from "./limits.js";
import { formOf, operandOf } from "./nodes.js";
import type { Place, SharedPlace } from "./place.js";
import type { Kernel } from "./schedule.js";
import { type ComputedEntry, type Window, windowsOf } from "./windows.js";

/** What loop emission needs to know of the program around a kernel. */
export interface LoopSurroundings extends EntrySurroundings {
  readonly limits: EmissionLimits;
  /** Whether long loops are functions that are called for some entries at a time. */
  readonly inFunctions: boolean;
  isStored(node: Expression): boolean;
  /** Where the value of a node is to be written. */
  target(node: Expression): Place | SharedPlace;
  /** A fresh local name. */
  fresh(prefix: string): string;
  /** Adds a function and returns its name. */
  define(parameters: string, emit: () => string[]): string;
}

/** Stretches of at most so many entries are written out. */
const WRITTEN_OUT = 4;

const axesOf = (node: Expression): readonly number[] => node.attributes.axes as readonly number[];

/** Emits one fused loop nest. */
export function emitLoops(kernel: Kernel, surroundings: LoopSurroundings): string[] {
  return new LoopEmitter(kernel, surroundings).emit();
}

class LoopEmitter {
  private lines: string[] = [];
  private readonly domain: Shape;
  private readonly flat: boolean;
  private readonly shifts: boolean;
  private readonly values: EntryValues;
  private readonly accumulators = new Map<Expression, string>();
  private readonly sums: readonly Expression[];

  constructor(
    private readonly kernel: Kernel,
    private readonly surroundings: LoopSurroundings,
  ) {
    this.flat = this.readsFlat();
    this.domain = this.flat ? [sizeOf(kernel.domain)] : kernel.domain;
    this.shifts = kernel.nodes.some((node) => [node, ...node.operands].some(isShift));
    this.values = new EntryValues(kernel, surroundings, this.flat);
    this.sums = kernel.nodes.filter((node) => formOf(node) === "sum");
  }

  emit(): string[] {
    for (const node of this.sums) if (!this.opensAt(node, 0)) this.lines.push(...this.clearing(node));
    this.axis(0, [], "");
    return this.lines;
  }

  /** Whether every read is at the position of the write, so that one loop over all entries serves. */
  private readsFlat(): boolean {
    const { nodes, domain } = this.kernel;
    return nodes.every((node) => {
      if (formOf(node) === "view") return false;
      if (formOf(node) === "sum" && axesOf(node).length !== domain.length) return false;
      return node.operands.every(
        (operand) =>
          !this.surroundings.isInlineView(operand) && (sizeOf(operand.shape) === 1 || sameShape(operand.shape, domain)),
      );
    });
  }

  /** Whether a sum gathers in a local from this axis on: those over the last axes do; others add into their buffer. */
  private opensAt(node: Expression, axis: number): boolean {
    const axes = axesOf(node);
    if (this.flat) return axis === 0;
    return axes[0] === axis && axes.every((own, k) => own === this.domain.length - axes.length + k);
  }

  private clearing(node: Expression): string[] {
    const target = this.surroundings.target(node);
    if (target.kind === "local") return [`let ${target.name} = 0;`];
    if (target.kind === "shared") return [`${target.text} = 0;`];
    const opens = this.domain.some((_, axis) => this.opensAt(node, axis));
    return opens || target.kind !== "buffer" ? [] : [fillText(target.name, target.start, sizeOf(node.shape), "0")];
  }

  private targetText(node: Expression, indices: readonly Index[]): string {
    const target = this.surroundings.target(node);
    if (target.kind === "shared") return target.text;
    const axes = axesOf(node);
    const kept = this.flat ? [] : indices.filter((_, axis) => !axes.includes(axis));
    return placedEntry(target, kept, stridesOf(node.shape), 0);
  }

  private axis(axis: number, indices: readonly Index[], indent: string): void {
    const opening = this.sums.filter((node) => this.opensAt(node, axis));
    for (const node of opening) {
      const target = this.surroundings.target(node);
      const name = target.kind === "local" && axis === 0 ? target.name : this.surroundings.fresh("a");
      this.accumulators.set(node, name);
      this.lines.push(`${indent}let ${name} = 0;`);
    }
    this.ranges(axis, indices, indent);
    for (const node of opening) {
      const total = this.accumulators.get(node) as string;
      const target = this.targetText(node, indices);
      if (target !== total) this.lines.push(`${indent}${target} = ${total};`);
    }
  }

  private ranges(axis: number, indices: readonly Index[], indent: string): void {
    const extent = this.domain[axis] as number;
    const innermost = axis === this.domain.length - 1;
    for (const [low, high] of innermost ? this.segments(indices) : [[0, extent] as const]) {
      const many = innermost ? high - low > WRITTEN_OUT : extent > 1;
      if (!many) for (let at = low; at < high; at++) this.inside(axis, [...indices, at], indent);
      else if (axis === 0 && this.surroundings.inFunctions) this.called(low, high, indent);
      else this.loop(axis, indices, [low, high], [String(low), String(high)], indent);
    }
  }

  private inside(axis: number, indices: readonly Index[], indent: string): void {
    if (axis + 1 < this.domain.length) this.axis(axis + 1, indices, indent);
    else this.body(indices, indent);
  }

  /** Cuts the innermost axis where shifts start or stop to cross an end, so that no read needs a test inside a loop. */
  private segments(indices: readonly Index[]): readonly (readonly [low: number, high: number])[] {
    const extent = this.domain.at(-1) as number;
    const whole = [0, extent] as const;
    if (!this.shifts) return [whole];
    const axis = this.domain.length - 1;
    const pending: (readonly [number, number])[] = [whole];
    const done: (readonly [number, number])[] = [];
    for (let range = pending.pop(); range !== undefined; range = pending.pop()) {
      const [low, high] = range;
      let found: number | undefined;
      const at = high - low === 1 ? low : loopIndex("?", low, high);
      this.survey([...indices, at], [], {
        crosses: (along, cut) => {
          if (along === axis) found ??= cut;
        },
      });
      if (found === undefined) done.push(range);
      else pending.push([found, high], [low, found]);
      if ((done.length + pending.length) * this.kernel.nodes.length > this.surroundings.limits.splitNodes)
        return [whole];
    }
    return done;
  }

  /** Goes through a body without emitting it. */
  private survey(indices: readonly Index[], windows: readonly Window[], watch: Partial<EntrySink>): void {
    const sink: EntrySink = { define: () => "?", position: (text) => `?${text}`, ...watch };
    this.values.survey(() => {
      for (const window of windows) this.rememberWindow(window, indices.at(-1) as Index, () => "?");
      this.entries(indices, sink);
    });
  }

  private rememberWindow({ node, outer, from, to }: Window, at: Index, nameOf: (position: number) => string): void {
    for (let k = from; k < to; k++) this.values.remember(node, [...outer, movedIndex(at, k)], nameOf(k - from));
  }

  private loop(
    axis: number,
    indices: readonly Index[],
    [low, high]: readonly [number, number],
    [from, to]: readonly [string, string],
    indent: string,
  ): void {
    const name = this.surroundings.fresh("i");
    const index = loopIndex(name, low, high);
    const innermost = axis === this.domain.length - 1;
    const windows = innermost && this.shifts ? this.windows(indices, index) : [];
    const start = from === String(low) ? low : loopIndex(from, low, high);
    const kept = windows.map((window) => this.firstEntries(window, start, indent));
    this.lines.push(`${indent}for (let ${name} = ${from}; ${name} < ${to}; ${name}++) {`);
    this.values.scoped(() => {
      const inner = `${indent}  `;
      windows.forEach((window, k) => {
        this.rememberWindow(window, index, (position) => kept[k]?.[position] as string);
      });
      if (!innermost && this.shifts) this.testedPositions(axis, [...indices, index], inner);
      this.inside(axis, [...indices, index], inner);
      windows.forEach((window, k) => {
        this.moveOn(window, index, kept[k] as readonly string[], inner);
      });
    });
    this.lines.push(`${indent}}`);
    // What the last pass kept is at hand for the entries after the loop.
    if (typeof start === "number") {
      windows.forEach((window, k) => {
        this.rememberWindow(window, high, (position) => kept[k]?.[position] as string);
      });
    }
  }

  private windows(indices: readonly Index[], index: LoopIndex): readonly Window[] {
    return windowsOf(index, (windows) => {
      const computed: ComputedEntry[] = [];
      this.survey([...indices, index], windows, {
        define: (_text, node, at) => {
          computed.push({ node, indices: at });
          return "?";
        },
      });
      return computed;
    });
  }

  /** Computes what a window holds before the first pass. */
  private firstEntries({ node, outer, from, to }: Window, start: Index, indent: string): readonly string[] {
    const sink = this.sink(indent);
    return Array.from({ length: to - from }, (_, k) => {
      const value = this.values.value(node, [...outer, movedIndex(start, from + k)], sink);
      const name = this.surroundings.fresh("w");
      this.lines.push(`${indent}let ${name} = ${value};`);
      return name;
    });
  }

  private moveOn({ node, outer, to }: Window, index: Index, names: readonly string[], indent: string): void {
    names.forEach((name, k) => {
      const next = names[k + 1] ?? this.values.value(node, [...outer, movedIndex(index, to)], this.sink(indent));
      this.lines.push(`${indent}${name} = ${next};`);
    });
  }

  /** Binds the positions that shifts along an outer axis read, before the loops over the axes inside. */
  private testedPositions(axis: number, indices: readonly Index[], indent: string): void {
    const inner = this.domain.slice(axis + 1).map((extent, k) => loopIndex(`?${k}`, 0, extent));
    const sink = this.sink(indent);
    this.values.bindPositions(
      axis,
      (text) => sink.position(text),
      () => this.survey([...indices, ...inner], [], {}),
    );
  }

  /** A stretch of the outermost axis as a function, called for some entries at a time; see `callWork`. */
  private called(low: number, high: number, indent: string): void {
    const { limits, define, fresh } = this.surroundings;
    const work = (sizeOf(this.domain) / (this.domain[0] as number)) * this.kernel.nodes.length;
    const entries = Math.max(1, Math.floor(limits.callWork / work));
    if (high - low <= entries) {
      this.loop(0, [], [low, high], [String(low), String(high)], indent);
      return;
    }
    const totals = this.sums.filter((node) => this.opensAt(node, 0));
    const spill = (): string[] =>
      totals.map((node) => `${this.targetText(node, [])} = ${this.accumulators.get(node)};`);
    const name = define("low, high", () => {
      const { lines } = this;
      this.lines = totals.map((node) => `let ${this.accumulators.get(node)} = ${this.targetText(node, [])};`);
      this.values.apart(() => this.loop(0, [], [low, high], ["low", "high"], ""));
      const body = [...this.lines, ...spill()];
      this.lines = lines;
      return body;
    });
    const z = fresh("z");
    this.lines.push(...spill().map((line) => indent + line));
    this.lines.push(
      `${indent}for (let ${z} = ${low}; ${z} < ${high}; ${z} += ${entries}) ${name}(${z}, min(${z} + ${entries}, ${high}));`,
      ...totals.map((node) => `${indent}${this.accumulators.get(node)} = ${this.targetText(node, [])};`),
    );
  }

  private sink(indent: string): EntrySink {
    const bind = (prefix: string, text: string): string => {
      const name = this.surroundings.fresh(prefix);
      this.lines.push(`${indent}const ${name} = ${text};`);
      return name;
    };
    return { define: (text) => bind("v", text), position: (text) => bind("j", text) };
  }

  private body(indices: readonly Index[], indent: string): void {
    this.lines.push(...this.entries(indices, this.sink(indent)).map((line) => indent + line));
  }

  /** Computes what the kernel needs at one entry; returns the statements that write it. */
  private entries(indices: readonly Index[], sink: EntrySink): string[] {
    // Stores come last: a value may replace the one it was computed from.
    const writes: string[] = [];
    for (const node of this.kernel.nodes) {
      if (formOf(node) === "sum") {
        const total = this.accumulators.get(node) ?? this.targetText(node, indices);
        writes.push(`${total} += ${this.values.operand(operandOf(node), indices, sink)};`);
      } else if (this.surroundings.isStored(node)) {
        const { name, start } = this.surroundings.target(node) as Extract<Place, { kind: "buffer" }>;
        const value = this.values.value(node, indices, sink);
        writes.push(`${name}[${positionText(indices, stridesOf(this.domain), 0, start)}] = ${value};`);
      }
    }
    return writes;
  }
}

function isShift(node: Expression): boolean {
  const { form } = node.primitive;
  return form?.kind === "view" && form.view(node).kind === "shift";
}

function fillText(name: string, start: string, size: number, value: string): string {
  return start === "" ? `${name}.fill(${value});` : `${name}.fill(${value}, ${start}, ${start} + ${size});`;
}
