import { type Expression, type ShiftView, sizeOf, stridesOf } from "../../expression/expression.js";
import { type Index, indexText, type LoopIndex, positionText, shiftedIndex, testedIndex } from "./indexing.js";
import { formOf, operandOf } from "./nodes.js";
import type { Place } from "./place.js";
import type { Kernel } from "./schedule.js";

/** What reading entries needs to know of the program around a kernel. */
export interface EntrySurroundings {
  place(node: Expression): Place;
  isInlineView(node: Expression): boolean;
}

/** Takes the statements that compute entries: emitted code, or a survey that only watches. */
export interface EntrySink {
  /** Binds the value of an entry to a local and returns its name. */
  define(text: string, node: Expression, indices: readonly Index[]): string;
  /** Binds a position along an axis to a local and returns its name. */
  position(text: string): string;
  /** Told where the rule of a shifted read along an axis changes: at this value of the loop variable. */
  crosses?(axis: number, cut: number): void;
}

/** The entry of a node that has a place, at indices into its own shape. */
export function placedEntry(
  place: Place,
  indices: readonly Index[],
  strides: readonly number[],
  offset: number,
): string {
  if (place.kind === "buffer") return `${place.name}[${positionText(indices, strides, offset, place.start)}]`;
  return place.kind === "literal" ? place.text : place.name;
}

/**
 * Computes entries of a kernel's nodes on demand, each once per scope: a scope is a block of emitted code, and what an
 * enclosing one has computed is at hand.
 */
export class EntryValues {
  private readonly own: ReadonlySet<Expression>;
  private scopes: Map<string, string>[] = [new Map()];
  /** Locals that hold tested positions. */
  private positions = new Map<string, string>();
  /** For each of them, what it was shifted from on a ring, and by how much. */
  private readonly origins = new Map<string, { readonly index: LoopIndex; readonly by: number }>();
  private binding: { readonly axis: number; bind(text: string): string; bound: Map<string, string> } | undefined;

  /** @param flat every array has the kernel's one axis */
  constructor(
    private readonly kernel: Kernel,
    private readonly surroundings: EntrySurroundings,
    private readonly flat: boolean,
  ) {
    this.own = new Set(kernel.nodes.filter((node) => formOf(node) !== "sum"));
  }

  /** Runs something whose values are forgotten afterwards. */
  scoped(run: () => void): void {
    this.scopes.push(new Map());
    run();
    this.scopes.pop();
  }

  /** Runs something outside all scopes, in a function of its own. */
  apart(run: () => void): void {
    const { scopes } = this;
    this.scopes = [new Map()];
    run();
    this.scopes = scopes;
  }

  /** Runs something that emits nothing. */
  survey(run: () => void): void {
    const { positions } = this;
    this.positions = new Map(positions);
    this.scoped(run);
    this.positions = positions;
  }

  /** Runs a survey and binds the tested positions along an axis that it asks for. */
  bindPositions(axis: number, bind: (text: string) => string, survey: () => void): void {
    const bound = new Map(this.positions);
    this.binding = { axis, bind, bound };
    survey();
    this.binding = undefined;
    this.positions = bound;
  }

  /** Makes the value of an entry known in the innermost scope. */
  remember(node: Expression, indices: readonly Index[], name: string): void {
    (this.scopes.at(-1) as Map<string, string>).set(keyOf(node, indices), name);
  }

  /** The local that holds an entry of one of the kernel's nodes. */
  value(node: Expression, indices: readonly Index[], sink: EntrySink): string {
    const key = keyOf(node, indices);
    for (let k = this.scopes.length - 1; k >= 0; k--) {
      const known = this.scopes[k]?.get(key);
      if (known !== undefined) return known;
    }
    const name = sink.define(this.text(node, indices, sink), node, indices);
    this.remember(node, indices, name);
    return name;
  }

  private text(node: Expression, indices: readonly Index[], sink: EntrySink): string {
    const { form } = node.primitive;
    if (form?.kind === "view") return this.view(node, indices, sink);
    const read = node.operands.map((operand) => this.operand(operand, indices, sink));
    return form?.kind === "elementwise" ? form.javascript(...read) : (read[0] as string);
  }

  /** An operand's entry for the loop's indices, broadcast as NumPy does. */
  operand(operand: Expression, indices: readonly Index[], sink: EntrySink): string {
    if (this.own.has(operand)) return this.value(operand, indices, sink);
    if (this.flat) {
      return placedEntry(this.surroundings.place(operand), sizeOf(operand.shape) === 1 ? [] : indices, [1], 0);
    }
    const lead = indices.length - operand.shape.length;
    const at = operand.shape.map((extent, axis) => (extent === 1 ? 0 : (indices[lead + axis] as Index)));
    return this.entry(operand, at, sink);
  }

  private entry(node: Expression, indices: readonly Index[], sink: EntrySink): string {
    if (this.own.has(node)) return this.value(node, indices, sink);
    if (this.surroundings.isInlineView(node)) return this.view(node, indices, sink);
    return placedEntry(this.surroundings.place(node), indices, stridesOf(node.shape), 0);
  }

  private view(node: Expression, indices: readonly Index[], sink: EntrySink): string {
    const { form } = node.primitive;
    if (form?.kind !== "view") throw new Error(`${node.primitive.name} is no view`);
    const view = form.view(node);
    const source = operandOf(node);
    if (view.kind === "affine") {
      return placedEntry(this.surroundings.place(source), indices, view.strides, view.offset);
    }
    const { axis } = view;
    const at = indices[axis] as Index;
    const extent = node.shape[axis] as number;
    const read = (index: Index): string =>
      this.entry(
        source,
        indices.map((own, k) => (k === axis ? index : own)),
        sink,
      );
    const shifted = shiftedIndex(at, extent, view);
    if (shifted.kind === "zero") return "0";
    if (shifted.kind === "inside") return read(shifted.index);
    const loop = at as LoopIndex;
    const along = axis + this.kernel.domain.length - node.shape.length;
    sink.crosses?.(along, shifted.cut - loop.offset);
    const { outside, index } = this.tested(loop, extent, view, along, sink);
    return view.boundary === "zero" ? `(${outside} ? 0 : ${read(index)})` : read(index);
  }

  /** An index computed by a test, bound to a local once. */
  private tested(
    at: LoopIndex,
    extent: number,
    view: ShiftView,
    along: number,
    sink: EntrySink,
  ): { readonly outside: string; readonly index: Index } {
    const { outside, position } = testedIndex(at, extent, view);
    const origin = this.origins.get(at.name);
    // There and back on a ring.
    if (origin !== undefined && view.boundary === "periodic" && origin.by === -view.by) {
      return { outside, index: origin.index };
    }
    let name = this.positions.get(position);
    if (name === undefined) {
      const binding = this.binding?.axis === along ? this.binding : undefined;
      name = binding === undefined ? sink.position(position) : binding.bind(position);
      this.positions.set(position, name);
      binding?.bound.set(position, name);
    }
    if (view.boundary === "periodic") this.origins.set(name, { index: at, by: view.by });
    return { outside, index: { name, offset: 0, low: 0, high: extent } };
  }
}

const keyOf = (node: Expression, indices: readonly Index[]): string => `${node.id}[${indices.map(indexText).join()}]`;
