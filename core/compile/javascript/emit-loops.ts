import {
  type Expression,
  type Shape,
  type ShiftView,
  sameShape,
  sizeOf,
  stridesOf,
} from "../../expression/expression.js";
import { type Index, positionText, segments, shiftedIndex } from "./indexing.js";
import type { Kernel } from "./schedule.js";

/** Where the entries of a node are. */
export type Place =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "local"; readonly name: string }
  | { readonly kind: "buffer"; readonly name: string; readonly start: string };

/** What loop emission needs to know of the program around a kernel. */
export interface LoopSurroundings {
  place(node: Expression): Place;
  isInlineView(node: Expression): boolean;
  isStored(node: Expression): boolean;
  /** A fresh local name. */
  fresh(prefix: string): string;
}

/** Bodies of split loops together may hold this many nodes; beyond it shifted reads test their index instead. */
const SPLIT_NODES = 800;

const operandOf = (node: Expression): Expression => node.operands[0] as Expression;
const formOf = (node: Expression): string | undefined => node.primitive.form?.kind;
const axesOf = (node: Expression): readonly number[] => node.attributes.axes as readonly number[];

/** Emits one fused loop nest, and for one-entry domains plain statements. */
export function emitLoops(kernel: Kernel, surroundings: LoopSurroundings): string[] {
  return new LoopEmitter(kernel, surroundings).emit();
}

/** The expression for one entry of a node read at `indices`; used for scalars as well. */
export function readEntry(node: Expression, indices: readonly Index[], surroundings: LoopSurroundings): string {
  const form = node.primitive.form;
  if (surroundings.isInlineView(node) && form?.kind === "view") {
    return readView(node, form.view(node), indices, surroundings);
  }
  const place = surroundings.place(node);
  if (place.kind === "literal") return place.text;
  if (place.kind === "local") return place.name;
  return `${place.name}[${positionText(indices, stridesOf(node.shape), 0, place.start)}]`;
}

/** Reads operand entries through a view. */
export function readView(
  node: Expression,
  view: ShiftView | { readonly kind: "affine"; readonly offset: number; readonly strides: readonly number[] },
  indices: readonly Index[],
  surroundings: LoopSurroundings,
): string {
  const operand = operandOf(node);
  const place = surroundings.place(operand);
  if (view.kind === "affine") {
    if (place.kind === "literal") return place.text;
    if (place.kind === "local") return place.name;
    return `${place.name}[${positionText(indices, view.strides, view.offset, place.start)}]`;
  }
  const strides = stridesOf(node.shape);
  const extent = node.shape[view.axis] as number;
  const at = indices[view.axis] as Index;
  const shifted = shiftedIndex(at, extent, view);
  if (shifted.kind === "zero") return "0";
  const read = (text: string): string =>
    place.kind === "literal" ? place.text : place.kind === "local" ? place.name : `${place.name}[${text}]`;
  const start = place.kind === "buffer" ? place.start : "";
  const stride = strides[view.axis] as number;
  if (shifted.kind === "inside") {
    const moved = indices.map((index, axis) => (axis === view.axis ? shifted.index : index));
    return read(positionText(moved, strides, shifted.offset * stride, start));
  }
  return undecidedRead(view, at, extent, (offset, replaced) =>
    read(
      positionText(
        indices.map((index, axis) => (axis === view.axis ? (replaced ?? index) : index)),
        strides,
        offset * stride,
        start,
      ),
    ),
  );
}

function undecidedRead(
  { by, boundary }: ShiftView,
  at: Index,
  extent: number,
  read: (offset: number, replaced?: number) => string,
): string {
  const step = boundary === "periodic" ? by % extent : by;
  const name = typeof at === "number" ? String(at) : at.name;
  const outsideLow = boundary === "zero" ? "0" : boundary === "no-flux" ? read(0, 0) : read(extent - step);
  const outsideHigh = boundary === "zero" ? "0" : boundary === "no-flux" ? read(0, extent - 1) : read(-extent - step);
  return step > 0
    ? `(${name} < ${step} ? ${outsideLow} : ${read(-step)})`
    : `(${name} >= ${extent + step} ? ${outsideHigh} : ${read(-step)})`;
}

class LoopEmitter {
  private readonly locals = new Map<Expression, string>();
  private readonly accumulators = new Map<Expression, string>();
  private readonly lines: string[] = [];
  private readonly domain: Shape;
  private readonly flat: boolean;
  private readonly split: boolean;
  private readonly shifts: ShiftView[][];

  constructor(
    private readonly kernel: Kernel,
    private readonly surroundings: LoopSurroundings,
  ) {
    this.flat = this.readsFlat();
    this.domain = this.flat ? [sizeOf(kernel.domain)] : kernel.domain;
    this.shifts = this.domain.map((_, axis) => (this.flat ? [] : this.shiftsAlong(axis)));
    const bodies = this.domain.reduce(
      (n, extent, axis) => n * segments(extent, this.shifts[axis] as ShiftView[]).length,
      1,
    );
    this.split = bodies * kernel.nodes.length <= SPLIT_NODES;
  }

  emit(): string[] {
    for (const node of this.kernel.nodes) {
      if (formOf(node) === "sum" && !this.sumsTrailing(node)) this.lines.push(this.clearing(node));
    }
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

  private shiftsAlong(axis: number): ShiftView[] {
    const found: ShiftView[] = [];
    const collect = (node: Expression): void => {
      const { form } = node.primitive;
      if (form?.kind !== "view") return;
      const view = form.view(node);
      const lead = this.kernel.domain.length - node.shape.length;
      if (view.kind === "shift" && view.axis + lead === axis) found.push(view);
    };
    for (const node of this.kernel.nodes) {
      if (formOf(node) === "view") collect(node);
      for (const operand of node.operands) if (this.surroundings.isInlineView(operand)) collect(operand);
    }
    return found;
  }

  /** Sums over the last axes gather in a local; others add into their buffer. */
  private sumsTrailing(node: Expression): boolean {
    const axes = axesOf(node);
    return this.flat || axes.every((axis, k) => axis === this.domain.length - axes.length + k);
  }

  private firstSummedAxis(node: Expression): number {
    return this.flat ? 0 : (axesOf(node)[0] as number);
  }

  private clearing(node: Expression): string {
    const place = this.surroundings.place(node);
    if (place.kind !== "buffer") return `let ${place.kind === "local" ? place.name : ""} = 0;`;
    const size = sizeOf(node.shape);
    return place.start === ""
      ? `${place.name}.fill(0);`
      : `${place.name}.fill(0, ${place.start}, ${place.start} + ${size});`;
  }

  private axis(axis: number, indices: readonly Index[], indent: string): void {
    const opening = this.kernel.nodes.filter(
      (node) => formOf(node) === "sum" && this.sumsTrailing(node) && this.firstSummedAxis(node) === axis,
    );
    for (const node of opening) {
      const place = this.surroundings.place(node);
      const name = place.kind === "local" ? place.name : this.surroundings.fresh("a");
      this.accumulators.set(node, name);
      this.lines.push(`${indent}let ${name} = 0;`);
    }
    this.ranges(axis, indices, indent);
    for (const node of opening) {
      const place = this.surroundings.place(node);
      if (place.kind === "buffer") {
        const position = positionText(indices, stridesOf(node.shape), 0, place.start);
        this.lines.push(`${indent}${place.name}[${position}] = ${this.accumulators.get(node)};`);
      }
    }
  }

  private ranges(axis: number, indices: readonly Index[], indent: string): void {
    if (axis === this.domain.length) {
      this.body(indices, indent);
      return;
    }
    const extent = this.domain[axis] as number;
    const cuts = this.split ? segments(extent, this.shifts[axis] as ShiftView[]) : [[0, extent] as const];
    for (const [low, high] of cuts) {
      if (high - low === 1) {
        this.lines.push(`${indent}{`);
        this.axisOrBody(axis + 1, [...indices, low], `${indent}  `);
        this.lines.push(`${indent}}`);
        continue;
      }
      const name = this.surroundings.fresh("i");
      this.lines.push(`${indent}for (let ${name} = ${low}; ${name} < ${high}; ${name}++) {`);
      this.axisOrBody(axis + 1, [...indices, { name, low, high }], `${indent}  `);
      this.lines.push(`${indent}}`);
    }
  }

  private axisOrBody(axis: number, indices: readonly Index[], indent: string): void {
    if (axis < this.domain.length) this.axis(axis, indices, indent);
    else this.body(indices, indent);
  }

  private body(indices: readonly Index[], indent: string): void {
    this.locals.clear();
    // Stores come last: a value may replace the one it was computed from.
    const stores: string[] = [];
    for (const node of this.kernel.nodes) {
      const value = this.valueText(node, indices);
      if (formOf(node) === "sum") {
        this.lines.push(`${indent}${this.sumTarget(node, indices)} += ${value};`);
        continue;
      }
      const name = this.surroundings.fresh("v");
      this.lines.push(`${indent}const ${name} = ${value};`);
      this.locals.set(node, name);
      if (this.surroundings.isStored(node)) {
        const place = this.surroundings.place(node) as Extract<Place, { kind: "buffer" }>;
        stores.push(`${indent}${place.name}[${this.ownPosition(indices, place.start)}] = ${name};`);
      }
    }
    this.lines.push(...stores);
  }

  private ownPosition(indices: readonly Index[], start: string): string {
    return positionText(indices, stridesOf(this.domain), 0, start);
  }

  private sumTarget(node: Expression, indices: readonly Index[]): string {
    const local = this.accumulators.get(node);
    if (local !== undefined) return local;
    const place = this.surroundings.place(node);
    if (place.kind === "local") return place.name;
    const axes = axesOf(node);
    const kept = indices.filter((_, axis) => !axes.includes(axis));
    const { name, start } = place as Extract<Place, { kind: "buffer" }>;
    return `${name}[${positionText(kept, stridesOf(node.shape), 0, start)}]`;
  }

  private valueText(node: Expression, indices: readonly Index[]): string {
    const { form } = node.primitive;
    if (form?.kind === "view") return readView(node, form.view(node), indices, this.surroundings);
    const read = node.operands.map((operand) => this.operandText(operand, indices));
    if (form?.kind === "elementwise") return form.javascript(...read);
    return read[0] as string;
  }

  private operandText(operand: Expression, indices: readonly Index[]): string {
    const local = this.locals.get(operand);
    if (local !== undefined) return local;
    if (this.flat) {
      const place = this.surroundings.place(operand);
      if (place.kind !== "buffer") return place.kind === "local" ? place.name : place.text;
      if (sizeOf(operand.shape) === 1) return `${place.name}[${place.start === "" ? "0" : place.start}]`;
      return `${place.name}[${positionText(indices, [1], 0, place.start)}]`;
    }
    const lead = indices.length - operand.shape.length;
    const own = operand.shape.map((extent, axis) => (extent === 1 ? 0 : (indices[lead + axis] as Index)));
    return readEntry(operand, own, this.surroundings);
  }
}
