/**
 * Hash-consed expression graphs. A node is a primitive applied to operands; two structurally equal nodes are the same
 * object, so common subexpressions are shared by construction and `===` is structural equality.
 *
 * A graph has static shapes, no data type and no batch: those are choices of the plan that runs it.
 */

/** Extents per axis, row-major; `[]` is a scalar. */
export type Shape = readonly number[];

/** Static arguments of a primitive: plain data, never expressions. */
export type Attributes = Readonly<Record<string, unknown>>;

/** One node of an expression graph. Create nodes with the builder functions, never by hand. */
export interface Expression<A extends Attributes = Attributes> {
  /** Creation order: operands have smaller identifiers, so sorting by `id` is a topological order. */
  readonly id: number;
  readonly primitive: Primitive;
  readonly operands: readonly Expression[];
  readonly attributes: A;
  readonly shape: Shape;
}

/** Real and imaginary part of a complexified expression; `imaginary` undefined means identically zero. */
export interface Complex {
  readonly real: Expression;
  readonly imaginary: Expression | undefined;
}

/** An operand during batching: `batched` operands carry a leading trajectory axis. */
export interface BatchOperand {
  readonly expression: Expression;
  readonly batched: boolean;
}

/** A graph as a function: write `inputs` (by symbol name), call `run`, read `outputs`; the buffers stay the same objects. */
export interface RunnableGraph {
  readonly inputs: Readonly<Record<string, Float64Array>>;
  readonly outputs: readonly Float64Array[];
  run(): void;
}

/** How the program that evaluates a primitive evaluates graphs. */
export type GraphCompiler = (outputs: readonly Expression[]) => RunnableGraph;

/** Buffers of one primitive application; all arrays are flat and row-major. */
export interface Evaluation<A extends Attributes = Attributes> {
  readonly node: Expression<A>;
  readonly operands: readonly Float64Array[];
  readonly out: Float64Array;
  /** For primitives that evaluate graphs of their own; the interpreter by default. */
  readonly compile?: GraphCompiler;
}

/** Where a linear view reads: `offset + sum_a stride_a * index_a`, per output axis. */
export interface AffineView {
  readonly kind: "affine";
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A shifted read along one axis (see the `shift` primitive). */
export interface ShiftView {
  readonly kind: "shift";
  readonly axis: number;
  readonly by: number;
  readonly boundary: "periodic" | "no-flux" | "zero";
}

/**
 * How generated code may compute a primitive. A `rearrangement` only moves entries (and puts zeros); a `view` is one that
 * can be read in place. Without a form, generated code calls {@link Primitive.evaluate}.
 */
export type EmittedForm<A extends Attributes = Attributes> =
  | { readonly kind: "elementwise"; javascript(...operands: readonly string[]): string }
  | { readonly kind: "view"; view(node: Expression<A>): AffineView | ShiftView }
  | { readonly kind: "rearrangement" }
  | { readonly kind: "sum" }
  | { readonly kind: "matmul" };

/** A function type in method form, so that a primitive of special attributes is a primitive. */
export type ComplexRule<A extends Attributes = Attributes> = {
  rule(node: Expression<A>, operands: readonly Complex[]): Complex;
}["rule"];

/**
 * A primitive operation. One object holds everything the framework needs of it: shape rule, value, derivatives in both
 * modes, complex form, batched form and how code is generated for it.
 */
export interface Primitive<A extends Attributes = Attributes> {
  readonly name: string;
  /** Result shape; throws a {@link ShapeError} where the operands do not fit. */
  shape(operands: readonly Shape[], attributes: A): Shape;
  /** The value by its definition: the oracle every backend is checked against. */
  evaluate(call: Evaluation<A>): void;
  /** Forward mode: the tangent of the result from the operands' tangents (`undefined` is zero, at least one is given). */
  pushforward(node: Expression<A>, tangents: readonly (Expression | undefined)[]): Expression | undefined;
  /** Reverse mode: the operands' cotangents from the result's (`undefined` is zero). */
  pullback(node: Expression<A>, cotangent: Expression): readonly (Expression | undefined)[];
  /** Analytic continuation to complex operands, or why there is none. */
  readonly complex: ComplexRule<A> | { readonly none: string };
  /** The same operation over `size` trajectories; batched operands and the result carry a leading axis. */
  batch(node: Expression<A>, operands: readonly BatchOperand[], size: number): Expression;
  readonly form?: EmittedForm<A>;
  /** A simpler expression of the same value, or `undefined`. */
  simplify?(operands: readonly Expression[], attributes: A): Expression | undefined;
  /** Attribute key for hash-consing; by default the JSON text. */
  key?(attributes: A): string;
}

/** Operands whose shapes do not fit the primitive. */
export class ShapeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ShapeError";
  }
}

const interned = new Map<string, WeakRef<Expression>>();
const collected = new FinalizationRegistry<string>((key) => {
  if (interned.get(key)?.deref() === undefined) interned.delete(key);
});
let nextId = 0;

/** Applies a primitive: simplifies, or returns the one node of this structure. */
export function apply<A extends Attributes>(
  primitive: Primitive<A>,
  operands: readonly Expression[],
  attributes: A,
): Expression {
  const shape = primitive.shape(
    operands.map((operand) => operand.shape),
    attributes,
  );
  const simpler = primitive.simplify?.(operands, attributes);
  if (simpler !== undefined) return simpler;
  const attributeKey = primitive.key?.(attributes) ?? JSON.stringify(attributes);
  const key = `${primitive.name}(${operands.map((operand) => operand.id).join()})${attributeKey}`;
  const known = interned.get(key)?.deref();
  if (known !== undefined) return known;
  const node: Expression = Object.freeze({ id: nextId++, primitive, operands, attributes, shape });
  interned.set(key, new WeakRef(node));
  collected.register(node, key);
  return node;
}

/** Number of entries of a shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Row-major strides. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

/** All nodes the given ones depend on, operands first. */
export function topologicalOrder(outputs: readonly Expression[]): Expression[] {
  const seen = new Set<Expression>();
  const pending = [...outputs];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    pending.push(...node.operands);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** Whether `expression` is a node of the given primitive. */
export function isNode<A extends Attributes>(
  expression: Expression,
  primitive: Primitive<A>,
): expression is Expression<A> {
  return expression.primitive === primitive;
}
