import { type Expression, isNode, sameShape, sizeOf, topologicalOrder } from "../../expression/expression.js";
import { symbolPrimitive } from "../../expression/primitives/leaves.js";
import type { Place } from "./emit-loops.js";
import { copyStatement, Emitter } from "./emitter.js";
import { positionText } from "./indexing.js";
import { isRunningFlag, nameOf, type Prepared } from "./preparation.js";
import { isLeaf, isScalar, schedule } from "./schedule.js";

/** Sizes that source generation depends on. */
interface Extents {
  readonly trajectories: number;
  /** Names of symbols with one value per trajectory. */
  readonly own: ReadonlySet<string>;
}

type Buffers = Readonly<Record<string, Float64Array>>;

/** Programs of more nodes than this are emitted as many functions. */
const LARGE_NODES = 3000;

const indented = (lines: readonly string[], spaces: number): string =>
  lines.map((line) => `${" ".repeat(spaces)}${line}\n`).join("");

const isSymbol = (node: Expression): boolean => isNode(node, symbolPrimitive);

class ModuleBuilder {
  readonly emitter: Emitter;
  private readonly bufferNames = new Map<string, string>();

  constructor(
    readonly prepared: Prepared,
    private readonly extents: Extents,
    private readonly order: readonly Expression[],
  ) {
    this.emitter = new Emitter(order.length > LARGE_NODES);
  }

  get laneLoop(): boolean {
    return this.prepared.perTrajectoryLoop && this.extents.trajectories > 1;
  }

  bufferName(name: string, buffers: Buffers): string {
    let known = this.bufferNames.get(name);
    if (known === undefined) {
      known = this.emitter.buffer(buffers[name] as Float64Array);
      this.bufferNames.set(name, known);
    }
    return known;
  }

  /** Entries of the user's symbol in one trajectory. */
  sizeIn(name: string, buffers: Buffers, copies = 1): number {
    const lanes = this.extents.own.has(name) ? this.extents.trajectories : 1;
    return (buffers[name] as Float64Array).length / lanes / copies;
  }

  /** The position of a symbol's first entry, for the trajectory at hand. */
  symbolPosition(node: Expression, buffers: Buffers): string {
    const { name, position } = this.prepared.source(node);
    const lane = this.laneLoop && this.extents.own.has(name);
    return positionText(
      lane ? [{ name: "lane", low: 0, high: 1 }] : [],
      lane ? [this.sizeIn(name, buffers)] : [],
      position,
      "",
    );
  }

  /** Places a constant-in-the-run symbol: scalars are read into a local once, arrays stay buffers. */
  placeInput(node: Expression, buffers: Buffers, lines: string[], mutable: boolean): void {
    const { name } = this.prepared.source(node);
    const buffer = this.bufferName(name, buffers);
    if (!isScalar(node) || this.emitter.large) {
      const start = this.symbolPosition(node, buffers);
      this.emitter.setPlace(node, { kind: "buffer", name: buffer, start: start === "0" ? "" : start });
      return;
    }
    const local = this.emitter.fresh(mutable ? "x" : "p");
    lines.push(`${mutable ? "let" : "const"} ${local} = ${buffer}[${this.symbolPosition(node, buffers)}];`);
    this.emitter.setPlace(node, { kind: "local", name: local });
  }

  symbols(): Expression[] {
    return this.order.filter(isSymbol);
  }

  source(body: string): string {
    return `${this.emitter.functions.join("\n")}\n${body}`;
  }
}

/** Source of a function module: it returns `run()`. */
export function functionSource(
  prepared: Prepared,
  inputs: Buffers,
  outputs: readonly Float64Array[],
  extents: Extents,
): { readonly source: string; readonly emitter: Emitter } {
  const flat = prepared.outputs.flat();
  const builder = new ModuleBuilder(prepared, extents, topologicalOrder(flat));
  const { emitter } = builder;
  const lines: string[] = [];
  for (const node of builder.symbols()) builder.placeInput(node, inputs, lines, false);
  const names = outputs.map((output) => emitter.buffer(output));
  const preset = new Map<Expression, string>();
  prepared.outputs.forEach((entries, k) => {
    const [node] = entries as [Expression];
    if (!isLeaf(node) && !isScalar(node)) preset.set(node, names[k] as string);
  });
  lines.push(...emitter.emitPhase(flat, new Set(), preset, false));
  prepared.outputs.forEach((entries, k) => {
    const name = names[k] as string;
    entries.forEach((node, position) => {
      const lane = builder.laneLoop ? [{ name: "lane", low: 0, high: 1 }] : [];
      const at = positionText(lane, [entries.length], position, "");
      lines.push(...storeStatements(emitter.place(node), node, name, at));
    });
  });
  const body = builder.laneLoop
    ? `  for (let lane = 0; lane < ${extents.trajectories}; lane++) {\n${indented(lines, 4)}  }\n`
    : indented(lines, 2);
  return { source: builder.source(`return function run() {\n${body}};\n`), emitter };
}

/** Puts a node's value into a buffer, where it is not there already. */
function storeStatements(place: Place, node: Expression, name: string, at: string): string[] {
  const size = sizeOf(node.shape);
  if (place.kind === "buffer") {
    if (place.name === name) return [];
    if (size > 1) return [copyStatement(name, at === "0" ? "" : at, place.name, place.start, size)];
    return [`${name}[${at}] = ${place.name}[${place.start === "" ? "0" : place.start}];`];
  }
  const value = place.kind === "literal" ? place.text : place.name;
  return [size > 1 ? `${name}.fill(${value});` : `${name}[${at}] = ${value};`];
}

/** Source of a loop module: it returns `run(start, count)`. */
export function loopSource(
  prepared: Prepared,
  inputs: Buffers,
  rows: Buffers,
  extents: Extents & { readonly capacity: number },
): { readonly source: string; readonly emitter: Emitter } {
  const { carried, stepIndex, until } = prepared;
  const targets = [...carried.map(({ next }) => next), ...(until === undefined ? [] : [until])];
  const order = topologicalOrder([...targets, ...carried.map(({ symbol }) => symbol)]);
  const builder = new ModuleBuilder(prepared, extents, order);
  const { emitter } = builder;
  const states = new Set(carried.map(({ symbol }) => symbol));
  const isRow = (node: Expression): boolean => isSymbol(node) && prepared.rows.has(prepared.source(node).name);
  const varying = new Set<Expression>();
  for (const node of order) {
    if (states.has(node) || node === stepIndex || isRow(node) || node.operands.some((o) => varying.has(o)))
      varying.add(node);
  }
  const before: string[] = [];
  const buffers: Buffers = carried.some(({ symbol }) => isSymbol(symbol) && isRunningFlag(nameOf(symbol)))
    ? { ...inputs, ...runningFlag(carried) }
    : inputs;
  for (const { symbol } of carried)
    if (isRunningFlag(nameOf(symbol))) before.push(`${builder.bufferName(nameOf(symbol), buffers)}.fill(1);`);
  for (const node of builder.symbols()) {
    if (node !== stepIndex && !isRow(node)) builder.placeInput(node, buffers, before, states.has(node));
  }
  const fixed = order.filter((node) => !varying.has(node) && !isLeaf(node));
  const used = new Set(order.filter((node) => varying.has(node)).flatMap((node) => node.operands));
  const hoisted = fixed.filter((node) => used.has(node) || targets.includes(node));
  before.push(...emitter.emitPhase(hoisted, new Set(), new Map(), true));
  const step: string[] = [];
  placeStepSymbols(builder, step, rows, order, isRow, stepIndex, extents);
  const known = new Set(fixed);
  const preset = inPlaceTargets(prepared, order, known, varying, (symbol) =>
    builder.bufferName(prepared.source(symbol).name, buffers),
  );
  step.push(...emitter.emitPhase(targets, known, preset, false));
  step.push(...assignments(builder, carried, preset));
  const after: string[] = [];
  for (const { symbol } of carried) {
    const place = emitter.place(symbol);
    if (place.kind === "local") {
      const { name } = prepared.source(symbol);
      after.push(`${builder.bufferName(name, buffers)}[${builder.symbolPosition(symbol, buffers)}] = ${place.name};`);
    }
  }
  const condition = until === undefined ? [] : [`if (${scalarText(emitter.place(until))} > 0) break;`];
  const globals = emitter.large ? "let k = 0;\n" : "";
  const lines = [
    ...before,
    `${emitter.large ? "" : "let "}k = 0;`,
    "while (k < count) {",
    ...step.map((line) => `  ${line}`),
    "  k++;",
    ...condition.map((line) => `  ${line}`),
    "}",
    ...after,
    "if (k > longest) longest = k;",
  ];
  const body = builder.laneLoop
    ? `  for (let lane = 0; lane < ${extents.trajectories}; lane++) {\n${indented(lines, 4)}  }\n`
    : indented(lines, 2);
  const source = `${globals}${builder.source(`return function run(start, count) {\n  let longest = 0;\n${body}  return longest;\n};\n`)}`;
  return { source, emitter };
}

const scalarText = (place: Place): string =>
  place.kind === "literal" ? place.text : place.kind === "local" ? place.name : `${place.name}[${place.start || "0"}]`;

function runningFlag(carried: Prepared["carried"]): Record<string, Float64Array> {
  const flag = carried.find(({ symbol }) => isRunningFlag(nameOf(symbol)));
  return flag === undefined ? {} : { [nameOf(flag.symbol)]: new Float64Array(sizeOf(flag.symbol.shape)) };
}

/** Row symbols read row k of their buffer; the step index is a local. */
function placeStepSymbols(
  builder: ModuleBuilder,
  lines: string[],
  rows: Buffers,
  order: readonly Expression[],
  isRow: (node: Expression) => boolean,
  stepIndex: Expression | undefined,
  extents: Extents & { readonly capacity: number },
): void {
  const { emitter } = builder;
  if (stepIndex !== undefined) {
    if (emitter.large) {
      const name = emitter.buffer(new Float64Array(1));
      lines.push(`${name}[0] = start + k;`);
      emitter.setPlace(stepIndex, { kind: "buffer", name, start: "" });
    } else {
      const name = emitter.fresh("n");
      lines.push(`const ${name} = start + k;`);
      emitter.setPlace(stepIndex, { kind: "local", name });
    }
  }
  for (const node of order) {
    if (!isRow(node)) continue;
    const { name } = builder.prepared.source(node);
    const buffer = builder.bufferName(name, rows);
    const perRow = (rows[name] as Float64Array).length / extents.capacity;
    const position = builder.symbolPosition(node, scaled(rows, name, extents.capacity));
    const start = position === "0" ? `k * ${perRow}` : `k * ${perRow} + ${position}`;
    if (isScalar(node) && !emitter.large) {
      const local = emitter.fresh("r");
      lines.push(`const ${local} = ${buffer}[${start}];`);
      emitter.setPlace(node, { kind: "local", name: local });
    } else {
      const from = emitter.large ? start : emitter.fresh("o");
      if (!emitter.large) lines.push(`const ${from} = ${start};`);
      emitter.setPlace(node, { kind: "buffer", name: buffer, start: from });
    }
  }
}

/** One row of a row buffer as if it were the buffer. */
const scaled = (rows: Buffers, name: string, capacity: number): Buffers => ({
  [name]: (rows[name] as Float64Array).subarray(0, (rows[name] as Float64Array).length / capacity),
});

/** Arrays whose next value can be written over the old one, because nothing reads the old one later. */
function inPlaceTargets(
  prepared: Prepared,
  order: readonly Expression[],
  known: ReadonlySet<Expression>,
  varying: ReadonlySet<Expression>,
  bufferOf: (symbol: Expression) => string,
): Map<Expression, string> {
  const targets = [
    ...prepared.carried.map(({ next }) => next),
    ...(prepared.until === undefined ? [] : [prepared.until]),
  ];
  const steps = order.filter((node) => varying.has(node) && !isLeaf(node));
  const phase = schedule(steps, targets, new Set([...known, ...order.filter(isLeaf)]));
  const kernelOf = new Map(phase.kernels.flatMap((kernel) => kernel.nodes.map((node) => [node, kernel] as const)));
  const preset = new Map<Expression, string>();
  for (const { symbol, next } of prepared.carried) {
    const home = kernelOf.get(next);
    if (home === undefined || home.kind !== "loops" || isScalar(next) || !sameShape(home.domain, symbol.shape))
      continue;
    if (next.primitive.form?.kind !== "elementwise" || preset.has(next)) continue;
    if (prepared.carried.some((other) => other.next === symbol)) continue;
    const reads = (node: Expression): boolean =>
      node === symbol ||
      ((phase.aliases.has(node) || phase.inlineViews.has(node)) && reads(node.operands[0] as Expression));
    const safe = phase.kernels.every((kernel) => {
      const indirect = kernel.nodes.some((node) =>
        node.operands.some((operand) => operand !== symbol && reads(operand)),
      );
      const direct = kernel.nodes.some((node) => node.operands.includes(symbol));
      const viewed = kernel.nodes.some(
        (node) => node.primitive.form?.kind === "view" && node.operands.includes(symbol),
      );
      if (kernel === home) return !indirect && !viewed;
      return (!indirect && !direct) || kernel.stage < home.stage;
    });
    if (safe) preset.set(next, bufferOf(symbol));
  }
  return preset;
}

/** All carried quantities change together, so values that would be overwritten before they are read are kept aside. */
function assignments(
  builder: ModuleBuilder,
  carried: Prepared["carried"],
  preset: ReadonlyMap<Expression, string>,
): string[] {
  const { emitter } = builder;
  const first: string[] = [];
  const second: string[] = [];
  const states = new Set(carried.map(({ symbol }) => symbol));
  for (const { symbol, next } of carried) {
    const to = emitter.place(symbol);
    if (next === symbol || (to.kind === "buffer" && preset.get(next) === to.name)) continue;
    let from = emitter.place(next);
    const size = sizeOf(symbol.shape);
    if (states.has(next)) {
      // The next value is another quantity's old value.
      if (from.kind === "local") {
        const kept = emitter.fresh("s");
        first.push(`const ${kept} = ${from.name};`);
        from = { kind: "local", name: kept };
      } else if (from.kind === "buffer") {
        const kept = emitter.buffer(new Float64Array(size));
        first.push(copyStatement(kept, "", from.name, from.start, size));
        from = { kind: "buffer", name: kept, start: "" };
      }
    }
    if (to.kind === "local") second.push(`${to.name} = ${scalarText(from)};`);
    else if (to.kind === "buffer")
      second.push(...storeStatements(from, symbol, to.name, to.start === "" ? "0" : to.start));
  }
  return [...first, ...second];
}
