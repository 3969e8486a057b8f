import { type Expression, isNode, sizeOf, topologicalOrder } from "../../expression/expression.js";
import { constantPrimitive, constantValue, symbolName } from "../../expression/primitives/leaves.js";
import { emitLoops, type LoopSurroundings, type Place, readEntry, readView } from "./emit-loops.js";
import { type Index, positionText } from "./indexing.js";
import { isLeaf, isMatrixTranspose, isScalar, type Kernel, type Schedule, schedule } from "./schedule.js";

/** Straight-line code beyond this many nodes is cut into functions: engines stop optimising very large ones. */
const FUNCTION_NODES = 1000;

/** A function the generated code calls for a primitive without an emitted form. */
export type PrimitiveCall = () => void;

/** A number as JavaScript source that is safe next to any operator. */
export function literal(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return text.startsWith("-") ? `(${text})` : text;
}

/** Collects what one generated module needs: buffers, calls, functions, and the places of nodes. */
export class Emitter implements LoopSurroundings {
  readonly buffers: Float64Array[] = [];
  readonly calls: PrimitiveCall[] = [];
  /** Sources of functions, in large programs. */
  readonly functions: string[] = [];
  private readonly places = new Map<Expression, Place>();
  private readonly bufferByName = new Map<string, Float64Array>();
  private readonly pool = new Map<number, string[]>();
  private phase: Schedule | undefined;
  private names = 0;

  /** @param large cut into functions; scalars then live in buffers instead of locals */
  constructor(readonly large: boolean) {}

  fresh(prefix: string): string {
    return `${prefix}${this.names++}`;
  }

  /** Declares a buffer and returns its name in the source. */
  buffer(data: Float64Array): string {
    const name = `b${this.buffers.length}`;
    this.buffers.push(data);
    this.bufferByName.set(name, data);
    return name;
  }

  setPlace(node: Expression, place: Place): void {
    this.places.set(node, place);
  }

  place(node: Expression): Place {
    const known = this.places.get(node);
    if (known !== undefined) return known;
    const value = constantValue(node);
    if (value !== undefined) return { kind: "literal", text: literal(value) };
    if (isNode(node, constantPrimitive)) {
      const place: Place = {
        kind: "buffer",
        name: this.buffer(Float64Array.from(node.attributes.value as Float64Array)),
        start: "",
      };
      this.places.set(node, place);
      return place;
    }
    if (this.phase?.aliases.has(node)) return this.place(node.operands[0] as Expression);
    throw new Error(`no place for ${symbolName(node) ?? node.primitive.name}`);
  }

  isInlineView(node: Expression): boolean {
    return this.phase?.inlineViews.has(node) ?? false;
  }

  isStored(node: Expression): boolean {
    return this.phase?.stored.has(node) ?? false;
  }

  /**
   * Emits the statements that compute `outputs`.
   *
   * @param known nodes with a place already
   * @param preset buffers that some nodes must be computed into
   * @param keep whether buffers of intermediate values may not be reused (values that outlive the phase)
   */
  emitPhase(
    outputs: readonly Expression[],
    known: ReadonlySet<Expression>,
    preset: ReadonlyMap<Expression, string>,
    keep: boolean,
  ): string[] {
    const order = topologicalOrder(outputs).filter((node) => !known.has(node) && !isLeaf(node));
    const leaves = topologicalOrder(outputs).filter((node) => isLeaf(node));
    const phase = schedule(order, outputs, new Set([...known, ...leaves]));
    this.phase = phase;
    const lines: string[] = [];
    const live: { readonly node: Expression; readonly name: string; readonly size: number }[] = [];
    for (const kernel of phase.kernels) {
      for (const node of kernel.nodes) {
        if (isScalar(node) ? kernel.kind === "scalars" : !phase.stored.has(node)) continue;
        if (kernel.kind === "loops" && isScalar(node) && !this.large && !preset.has(node)) {
          this.setPlace(node, { kind: "local", name: this.fresh("s") });
          continue;
        }
        const given = preset.get(node);
        const size = sizeOf(node.shape);
        const name = given ?? this.take(size);
        this.setPlace(node, { kind: "buffer", name, start: "" });
        if (given === undefined) live.push({ node, name, size });
      }
      this.emitKernel(kernel, lines);
      if (keep) continue;
      for (let k = live.length - 1; k >= 0; k--) {
        const { node, name, size } = live[k] as (typeof live)[number];
        if ((phase.lastUse.get(node) ?? 0) > kernel.stage - 1) continue;
        this.give(name, size);
        live.splice(k, 1);
      }
    }
    // Later phases read aliases without knowing this schedule.
    for (const alias of phase.aliases)
      if (phase.stored.has(this.sourceOf(alias))) this.setPlace(alias, this.place(alias));
    return lines;
  }

  /** What an alias is another shape of. */
  private sourceOf(node: Expression): Expression {
    return this.phase?.aliases.has(node) ? this.sourceOf(node.operands[0] as Expression) : node;
  }

  private take(size: number): string {
    return this.pool.get(size)?.pop() ?? this.buffer(new Float64Array(size));
  }

  private give(name: string, size: number): void {
    const free = this.pool.get(size);
    if (free === undefined) this.pool.set(size, [name]);
    else free.push(name);
  }

  private emitKernel(kernel: Kernel, lines: string[]): void {
    if (kernel.kind === "scalars") {
      for (let first = 0; first < kernel.nodes.length; first += FUNCTION_NODES) {
        const nodes = this.large ? kernel.nodes.slice(first, first + FUNCTION_NODES) : kernel.nodes;
        this.collect(lines, () => nodes.flatMap((node) => this.scalarStatement(node)));
        if (!this.large) return;
      }
      return;
    }
    const node = kernel.nodes[0] as Expression;
    if (kernel.kind === "loops") this.collect(lines, () => emitLoops(kernel, this));
    else
      this.collect(lines, () => (kernel.kind === "product" ? this.productStatement(node) : this.callStatement(node)));
  }

  /** Adds statements in place, or as a function and its call. */
  private collect(lines: string[], emit: () => string[]): void {
    const statements = emit();
    if (!this.large) {
      lines.push(...statements);
      return;
    }
    const name = this.fresh("f");
    this.functions.push(`function ${name}() {\n${statements.map((line) => `  ${line}`).join("\n")}\n}`);
    lines.push(`${name}();`);
  }

  private scalarStatement(node: Expression): string[] {
    const { form } = node.primitive;
    const zeros = (operand: Expression): Index[] => operand.shape.map(() => 0);
    let value: string;
    if (form?.kind === "view") value = readView(node, form.view(node), zeros(node), this);
    else {
      const read = node.operands.map((operand) => readEntry(operand, zeros(operand), this));
      value = form?.kind === "elementwise" ? form.javascript(...read) : (read[0] as string);
    }
    if (this.large) {
      const name = this.take(1);
      this.setPlace(node, { kind: "buffer", name, start: "" });
      return [`${name}[0] = ${value};`];
    }
    const name = this.fresh("s");
    this.setPlace(node, { kind: "local", name });
    return [`const ${name} = ${value};`];
  }

  /** A whole buffer holding the node, with statements that fill it where the node is no buffer by itself. */
  private asBuffer(
    node: Expression,
    statements: string[],
    whole: boolean,
  ): { readonly name: string; readonly start: string } {
    const place = this.place(node);
    if (place.kind === "buffer" && (!whole || place.start === "")) return place;
    const size = sizeOf(node.shape);
    if (place.kind === "literal") {
      const data = new Float64Array(size).fill(constantValue(node) as number);
      return { name: this.buffer(data), start: "" };
    }
    const name = this.buffer(new Float64Array(size));
    if (place.kind === "local") statements.push(`${name}[0] = ${place.name};`);
    else statements.push(copyStatement(name, "", place.name, place.start, size));
    return { name, start: "" };
  }

  private productStatement(node: Expression): string[] {
    const statements: string[] = [];
    const [a, b] = node.operands as [Expression, Expression];
    const [m, n] = node.shape.slice(-2) as [number, number];
    const k = a.shape.at(-1) as number;
    const slices = node.shape.length === 3 ? (node.shape[0] as number) : 1;
    const side = (operand: Expression, rows: number, columns: number): string => {
      const flipped = this.isInlineView(operand) && isMatrixTranspose(operand);
      const { name, start } = this.asBuffer(flipped ? (operand.operands[0] as Expression) : operand, statements, false);
      const at = positionText(slices === 1 ? [] : [{ name: "z", low: 0, high: slices }], [rows * columns], 0, start);
      return `${name}, ${at}, ${flipped ? `1, ${rows}` : `${columns}, 1`}`;
    };
    const [left, right] = [side(a, m, k), side(b, k, n)];
    const place = this.place(node) as Extract<Place, { kind: "buffer" }>;
    const at = slices === 1 ? "0" : `z * ${m * n}`;
    const call = `matrixProduct(${m}, ${n}, ${k}, ${left}, ${right}, ${place.name}, ${at});`;
    statements.push(slices === 1 ? call : `for (let z = 0; z < ${slices}; z++) ${call}`);
    return statements;
  }

  private callStatement(node: Expression): string[] {
    const statements: string[] = [];
    const data = (name: string): Float64Array => this.bufferByName.get(name) as Float64Array;
    const operands = node.operands.map((operand) => data(this.asBuffer(operand, statements, true).name));
    const out = data((this.place(node) as Extract<Place, { kind: "buffer" }>).name);
    const call = { node, operands, out };
    statements.push(`P[${this.calls.length}]();`);
    this.calls.push(() => node.primitive.evaluate(call));
    return statements;
  }
}

/** Copies `size` entries without allocating. */
export function copyStatement(to: string, toStart: string, from: string, fromStart: string, size: number): string {
  if (toStart === "" && fromStart === "") return `${to}.set(${from});`;
  const position = (start: string): string => positionText([{ name: "i", low: 0, high: size }], [1], 0, start);
  return `for (let i = 0; i < ${size}; i++) ${to}[${position(toStart)}] = ${from}[${position(fromStart)}];`;
}
