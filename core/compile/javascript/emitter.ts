import { type Evaluation, type Expression, isNode, sizeOf } from "../../expression/expression.js";
import { constantPrimitive, constantValue, symbolName } from "../../expression/primitives/leaves.js";
import { emitLoops, type LoopSurroundings } from "./emit-loops.js";
import { EntryValues } from "./entry-values.js";
import { type Index, positionText } from "./indexing.js";
import type { EmissionLimits } from "./limits.js";
import { isMatrixTranspose, isScalar, operandOf } from "./nodes.js";
import type { Place, SharedPlace } from "./place.js";
import { type Kernel, type Schedule, sourceOf } from "./schedule.js";

/** The buffer of numbers that functions of one module share. */
const CELLS = "c";

/** A number as JavaScript source that is safe next to any operator. */
export function literal(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return text.startsWith("-") ? `(${text})` : text;
}

/**
 * Collects what one generated module needs: buffers, calls, functions, and the places of nodes.
 *
 * A small program is one stretch of code. In a large one each kernel is a function (`inFunctions`), for two reasons. Engines
 * stop optimising very large functions. And a function whose first call takes long is optimised in the middle of it, when
 * nothing is known yet of the code outside the loop it is in; V8 then throws the result away at the next call and may keep
 * entering the loop from unoptimised code for good (measured on Node 20: a chain of 3000 sites, 3.6 times slower in a
 * quarter of all processes).
 */
export class Emitter implements LoopSurroundings {
  readonly buffers: Float64Array[] = [];
  /** Primitives without an emitted form, which the generated code calls. */
  readonly calls: Evaluation[] = [];
  /** Sources of functions. */
  readonly functions: string[] = [];
  /** How many shared numbers there are. */
  cells = 0;
  private readonly places = new Map<Expression, Place | SharedPlace>();
  private readonly bufferByName = new Map<string, Float64Array>();
  private readonly pool = new Map<number, string[]>();
  /** Numbers and positions that the function under construction reads once, at its beginning. */
  private preloads: Map<string, string> | undefined;
  private phase: Schedule | undefined;
  private names = 0;

  constructor(
    readonly inFunctions: boolean,
    readonly limits: EmissionLimits,
  ) {}

  readonly fresh = (prefix: string): string => `${prefix}${this.names++}`;

  /** Declares a buffer and returns its name in functions; the module has it under the same name in capitals. */
  buffer(data: Float64Array): string {
    const name = `b${this.buffers.length}`;
    this.buffers.push(data);
    this.bufferByName.set(name, data);
    return name;
  }

  /** A number that all functions can read and write. */
  cell(): SharedPlace {
    return { kind: "shared", text: `${CELLS}[${this.cells++}]` };
  }

  /** Emits the body of a function. What it reads of shared numbers it reads once, at its beginning. */
  body(emit: () => string[]): string[] {
    const outer = this.preloads;
    const preloads = new Map<string, string>();
    this.preloads = preloads;
    const lines = emit();
    this.preloads = outer;
    return [...[...preloads].map(([text, name]) => `const ${name} = ${text};`), ...lines];
  }

  /** Emits the body of a function that holds kernels, or calls those that do: they write shared numbers while it runs. */
  outerBody(emit: () => string[]): string[] {
    if (!this.inFunctions) return this.body(emit);
    const outer = this.preloads;
    this.preloads = undefined;
    const lines = emit();
    this.preloads = outer;
    return lines;
  }

  readonly define = (parameters: string, emit: () => string[]): string => this.declare(parameters, this.body(emit));

  /** Adds a function with the given body and returns its name. */
  declare(parameters: string, lines: readonly string[]): string {
    const name = this.fresh("f");
    this.functions.push(functionText(name, parameters, lines));
    return name;
  }

  setPlace(node: Expression, place: Place | SharedPlace): void {
    this.places.set(node, place);
  }

  place(node: Expression): Place {
    const place = this.target(node);
    if (place.kind === "shared") return { kind: "local", name: this.preloaded("p", place.text) };
    if (place.kind === "buffer" && this.inFunctions && /\D/.test(place.start)) {
      return { ...place, start: this.preloaded("o", place.start) };
    }
    return place;
  }

  private preloaded(prefix: string, text: string): string {
    const { preloads } = this;
    if (preloads === undefined) return text;
    let name = preloads.get(text);
    if (name === undefined) {
      name = this.fresh(prefix);
      preloads.set(text, name);
    }
    return name;
  }

  target(node: Expression): Place | SharedPlace {
    const known = this.places.get(node);
    if (known !== undefined) return known;
    const value = constantValue(node);
    if (value !== undefined) return { kind: "literal", text: literal(value) };
    if (isNode(node, constantPrimitive)) {
      const name = this.buffer(Float64Array.from(node.attributes.value as Float64Array));
      const place: Place = { kind: "buffer", name, start: "" };
      this.places.set(node, place);
      return place;
    }
    if (this.phase?.aliases.has(node)) return this.target(operandOf(node));
    throw new Error(`no place for ${symbolName(node) ?? node.primitive.name}`);
  }

  isInlineView(node: Expression): boolean {
    return this.phase?.inlineViews.has(node) ?? false;
  }

  isStored(node: Expression): boolean {
    return this.phase?.stored.has(node) ?? false;
  }

  /**
   * Emits the statements that carry out a schedule.
   *
   * @param preset buffers that some nodes must be computed into
   * @param keep whether buffers of intermediate values may not be reused (values that outlive the phase)
   */
  emitPhase(phase: Schedule, preset: ReadonlyMap<Expression, string>, keep: boolean): string[] {
    this.phase = phase;
    const lines: string[] = [];
    let live: { readonly node: Expression; readonly name: string; readonly size: number }[] = [];
    phase.kernels.forEach((kernel, position) => {
      for (const node of kernel.nodes) {
        const inRegister = kernel.kind === "scalars" || !phase.stored.has(node);
        if (inRegister) continue;
        if (kernel.kind === "loops" && isScalar(node)) {
          this.setPlace(node, this.inFunctions ? this.cell() : { kind: "local", name: this.fresh("s") });
          continue;
        }
        const given = preset.get(node);
        const size = sizeOf(node.shape);
        const name = given ?? this.take(size);
        this.setPlace(node, { kind: "buffer", name, start: "" });
        if (given === undefined) live.push({ node, name, size });
      }
      this.emitKernel(kernel, lines);
      if (keep) return;
      const done = live.filter(({ node }) => (phase.lastUse.get(node) ?? 0) <= position);
      for (const { name, size } of done) this.give(name, size);
      live = live.filter((each) => !done.includes(each));
    });
    // Later phases read aliases without knowing this schedule.
    for (const alias of phase.aliases) {
      if (phase.stored.has(sourceOf(alias, phase))) this.setPlace(alias, this.target(alias));
    }
    return lines;
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
    const [node] = kernel.nodes as [Expression];
    if (kernel.kind === "scalars") this.emitScalars(kernel, lines);
    else if (kernel.kind === "loops") this.collect(lines, () => emitLoops(kernel, this));
    else if (kernel.kind === "product") this.collect(lines, () => this.productStatement(node));
    else this.collect(lines, () => this.callStatement(node));
  }

  /** Adds statements in place, or as a function and its call. */
  private collect(lines: string[], emit: () => string[]): void {
    if (this.inFunctions) lines.push(`${this.define("", emit)}();`);
    else lines.push(...emit());
  }

  private emitScalars(kernel: Kernel, lines: string[]): void {
    if (!this.inFunctions) {
      lines.push(...this.scalarStatements(kernel, kernel.nodes));
      return;
    }
    const { functionNodes } = this.limits;
    for (let first = 0; first < kernel.nodes.length; first += functionNodes) {
      const nodes = kernel.nodes.slice(first, first + functionNodes);
      const within = new Set(nodes);
      const leaving = nodes.filter((node) => this.isReadBeyond(node, within));
      const cells = leaving.map(() => this.cell());
      this.collect(lines, () => [
        ...this.scalarStatements(kernel, nodes),
        ...leaving.map((node, k) => `${cells[k]?.text} = ${(this.target(node) as { name: string }).name};`),
      ]);
      leaving.forEach((node, k) => {
        this.setPlace(node, cells[k] as SharedPlace);
      });
    }
  }

  private isReadBeyond(node: Expression, within: ReadonlySet<Expression>): boolean {
    const { outputs, users } = this.phase as Schedule;
    return outputs.has(node) || (users.get(node) ?? []).some((user) => !within.has(user));
  }

  private scalarStatements(kernel: Kernel, nodes: readonly Expression[]): string[] {
    const lines: string[] = [];
    const values = new EntryValues({ ...kernel, nodes: [] }, this, false);
    const sink = { define: String, position: String };
    for (const node of nodes) {
      const text = values.value(node, zeros(node), sink);
      const name = this.fresh("s");
      lines.push(`const ${name} = ${text};`);
      this.setPlace(node, { kind: "local", name });
    }
    return lines;
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
      return { name: this.buffer(new Float64Array(size).fill(constantValue(node) as number)), start: "" };
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
    const at = (start: string, size: number): string =>
      positionText(slices === 1 ? [] : [{ name: "z", offset: 0, low: 0, high: slices }], [size], 0, start);
    const side = (operand: Expression, rows: number, columns: number): string => {
      const flipped = this.isInlineView(operand) && isMatrixTranspose(operand);
      const { name, start } = this.asBuffer(flipped ? operandOf(operand) : operand, statements, false);
      return `${name}, ${at(start, rows * columns)}, ${flipped ? `1, ${rows}` : `${columns}, 1`}`;
    };
    const [left, right] = [side(a, m, k), side(b, k, n)];
    const { name, start } = this.place(node) as Extract<Place, { kind: "buffer" }>;
    const call = `matrixProduct(${m}, ${n}, ${k}, ${left}, ${right}, ${name}, ${at(start, m * n)});`;
    statements.push(slices === 1 ? call : `for (let z = 0; z < ${slices}; z++) ${call}`);
    return statements;
  }

  private callStatement(node: Expression): string[] {
    const statements: string[] = [];
    const data = (name: string): Float64Array => this.bufferByName.get(name) as Float64Array;
    const operands = node.operands.map((operand) => data(this.asBuffer(operand, statements, true).name));
    const out = data((this.place(node) as Extract<Place, { kind: "buffer" }>).name);
    statements.push(`P[${this.calls.length}]();`);
    this.calls.push({ node, operands, out });
    return statements;
  }
}

/**
 * The text of a function. It binds the module's buffers that it uses to locals of its own: V8 then finds that they are
 * constants also where it compiles the function into its caller, and not otherwise (measured on Node 20: 1.5 times slower).
 */
export function functionText(name: string, parameters: string, lines: readonly string[]): string {
  const used = new Set(lines.join("\n").match(/\b(?:b\d+\b|c(?=\[))/g));
  const bound = [...used].map((buffer) => `const ${buffer} = ${buffer.toUpperCase()};`);
  return `function ${name}(${parameters}) {\n${[...bound, ...lines].map((line) => `  ${line}\n`).join("")}}\n`;
}

/** Copies `size` entries without allocating. */
export function copyStatement(to: string, toStart: string, from: string, fromStart: string, size: number): string {
  if (toStart === "" && fromStart === "") return `${to}.set(${from});`;
  const position = (start: string): string =>
    positionText([{ name: "i", offset: 0, low: 0, high: size }], [1], 0, start);
  return `for (let i = 0; i < ${size}; i++) ${to}[${position(toStart)}] = ${from}[${position(fromStart)}];`;
}

/** Text of a scalar's value wherever it is. */
export function scalarText(place: Place): string {
  if (place.kind === "buffer") return `${place.name}[${place.start === "" ? "0" : place.start}]`;
  return place.kind === "literal" ? place.text : place.name;
}

const zeros = (node: Expression): Index[] => node.shape.map(() => 0);
