import { type Expression, sizeOf, topologicalOrder } from "../../expression/expression.js";
import { assignments, inPlaceTargets, storeStatements } from "./assignments.js";
import { Emitter, functionText, scalarText } from "./emitter.js";
import { loopIndex, positionText } from "./indexing.js";
import type { EmissionLimits } from "./limits.js";
import { isLeaf, isScalar, isSymbol } from "./nodes.js";
import { splitPhases } from "./phases.js";
import { isRunningFlag, nameOf, type Prepared } from "./preparation.js";
import { type Schedule, workOf } from "./schedule.js";

/** Sizes that source generation depends on. */
interface Extents {
  readonly trajectories: number;
  /** Names of symbols with one value per trajectory. */
  readonly own: ReadonlySet<string>;
}

type Buffers = Readonly<Record<string, Float64Array>>;

/** A generated module: the source of a function that returns `run`, and what it needs. */
export interface GeneratedModule {
  readonly source: string;
  readonly emitter: Emitter;
}

/** How often values change; see `splitPhases`. */
const ONCE = 0;
const PER_TRAJECTORY = 1;
const PER_STEP = 2;

const nested = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

class ModuleBuilder {
  readonly emitter: Emitter;
  /** Whether code runs one trajectory after the other. */
  readonly laneLoop: boolean;
  private readonly bufferNames = new Map<string, string>();

  constructor(
    readonly prepared: Prepared,
    readonly extents: Extents,
    readonly phases: readonly Schedule[],
    limits: EmissionLimits,
  ) {
    const nodes = phases.reduce(
      (count, { kernels }) => kernels.reduce((n, kernel) => n + kernel.nodes.length, count),
      0,
    );
    const work = phases.reduce((total, phase) => total + workOf(phase), 0);
    this.emitter = new Emitter(nodes > limits.inlineNodes || work > limits.inlineWork, limits);
    this.laneLoop = prepared.perTrajectoryLoop && extents.trajectories > 1;
  }

  bufferName(name: string, buffers: Buffers): string {
    let known = this.bufferNames.get(name);
    if (known === undefined) {
      known = this.emitter.buffer(buffers[name] as Float64Array);
      this.bufferNames.set(name, known);
    }
    return known;
  }

  /** The position of a symbol's first entry, for the trajectory at hand; `size` is that of the user's symbol. */
  position(node: Expression, size: number): string {
    const { name, position } = this.prepared.source(node);
    const lane = this.laneLoop && this.extents.own.has(name);
    return positionText(lane ? [loopIndex("lane", 0, 1)] : [], lane ? [size] : [], position, "");
  }

  /** How many entries of a buffer belong to one trajectory. */
  sizeIn(node: Expression, length: number): number {
    return length / (this.extents.own.has(this.prepared.source(node).name) ? this.extents.trajectories : 1);
  }

  /** Lets code read a symbol in its buffer. */
  placeInput(node: Expression, buffers: Buffers): void {
    const { name } = this.prepared.source(node);
    const buffer = this.bufferName(name, buffers);
    const start = this.position(node, this.sizeIn(node, (buffers[name] as Float64Array).length));
    if (isScalar(node)) this.emitter.setPlace(node, { kind: "shared", text: `${buffer}[${start}]` });
    else this.emitter.setPlace(node, { kind: "buffer", name: buffer, start: start === "0" ? "" : start });
  }

  /** Emits what is computed once in a run, for other functions to use. */
  sharedPhase(): string[] {
    const { emitter } = this;
    const phase = this.phases[ONCE] as Schedule;
    const lines = emitter.emitPhase(phase, new Map(), true);
    for (const node of phase.outputs) {
      const place = isScalar(node) && !isLeaf(node) ? emitter.target(node) : undefined;
      if (place?.kind !== "local") continue;
      const cell = emitter.cell();
      lines.push(`${cell.text} = ${place.name};`);
      emitter.setPlace(node, cell);
    }
    return lines;
  }

  /** The statements of `lines` for every trajectory. */
  forLanes(lines: readonly string[]): string[] {
    if (!this.laneLoop) return [...lines];
    const declared = this.emitter.inFunctions ? "" : "let ";
    return [`for (${declared}lane = 0; lane < ${this.extents.trajectories}; lane++) {`, ...nested(lines), "}"];
  }

  /** The module's functions, the last of which it returns. */
  source(variables: readonly string[], parameters: string, run: readonly string[]): string {
    const shared = variables.map((name) => `let ${name} = 0;\n`);
    return [...shared, ...this.emitter.functions, `return ${functionText("run", parameters, run)}`].join("");
  }
}

/** Source of a function module: it returns `run()`. */
export function functionSource(
  prepared: Prepared,
  inputs: Buffers,
  outputs: readonly Float64Array[],
  extents: Extents,
  limits: EmissionLimits,
): GeneratedModule {
  const flat = prepared.outputs.flat();
  const lanes = prepared.perTrajectoryLoop && extents.trajectories > 1;
  const level = (node: Expression): number =>
    lanes && extents.own.has(prepared.source(node).name) ? PER_TRAJECTORY : ONCE;
  const phases = splitPhases(flat, level, lanes ? 2 : 1);
  const builder = new ModuleBuilder(prepared, extents, phases, limits);
  const { emitter } = builder;
  for (const node of topologicalOrder(flat)) if (isSymbol(node)) builder.placeInput(node, inputs);
  const names = outputs.map((output) => emitter.buffer(output));
  const preset = new Map<Expression, string>();
  prepared.outputs.forEach(([node], k) => {
    if (node !== undefined && !isLeaf(node) && !isScalar(node)) preset.set(node, names[k] as string);
  });
  const compute = (): string[] => [
    ...emitter.emitPhase(phases.at(-1) as Schedule, preset, false),
    ...prepared.outputs.flatMap((entries, k) =>
      entries.flatMap((node, position) => {
        const start = positionText(lanes ? [loopIndex("lane", 0, 1)] : [], [entries.length], position, "");
        const to = { kind: "buffer", name: names[k] as string, start: start === "0" ? "" : start } as const;
        return storeStatements(emitter.place(node), to, sizeOf(node.shape));
      }),
    ),
  ];
  const run = emitter.outerBody(() => {
    if (!lanes) return compute();
    const before = builder.sharedPhase();
    const parameters = emitter.inFunctions ? "" : "lane";
    const each = emitter.declare(parameters, emitter.outerBody(compute));
    return [...before, ...builder.forLanes([`${each}(${parameters});`])];
  });
  const variables = emitter.inFunctions && lanes ? ["lane"] : [];
  return { source: builder.source(variables, "", run), emitter };
}

/** Source of a loop module: it returns `run(start, count)`. */
export function loopSource(
  prepared: Prepared,
  inputs: Buffers,
  rows: Buffers,
  extents: Extents & { readonly capacity: number },
  limits: EmissionLimits,
): GeneratedModule {
  return new LoopModule(prepared, inputs, rows, extents, limits).generate();
}

class LoopModule {
  private readonly targets: readonly Expression[];
  private readonly states: ReadonlySet<Expression>;
  private readonly symbols: readonly Expression[];
  private readonly builder: ModuleBuilder;
  private readonly emitter: Emitter;
  private readonly buffers: Buffers;

  constructor(
    private readonly prepared: Prepared,
    inputs: Buffers,
    private readonly rows: Buffers,
    private readonly extents: Extents & { readonly capacity: number },
    private readonly limits: EmissionLimits,
  ) {
    const { carried, until } = prepared;
    this.states = new Set(carried.map(({ symbol }) => symbol));
    this.targets = [...carried.map(({ next }) => next), ...(until === undefined ? [] : [until])];
    this.symbols = topologicalOrder([...this.targets, ...this.states]).filter(isSymbol);
    const lanes = prepared.perTrajectoryLoop && extents.trajectories > 1;
    const level = (node: Expression): number => {
      if (this.states.has(node) || node === prepared.stepIndex || this.isRow(node)) return PER_STEP;
      return lanes && extents.own.has(prepared.source(node).name) ? PER_TRAJECTORY : ONCE;
    };
    this.builder = new ModuleBuilder(prepared, extents, splitPhases(this.targets, level, 3), limits);
    this.emitter = this.builder.emitter;
    const flag = carried.find(({ symbol }) => isRunningFlag(nameOf(symbol)))?.symbol;
    this.buffers = flag === undefined ? inputs : { ...inputs, [nameOf(flag)]: new Float64Array(sizeOf(flag.shape)) };
  }

  private isRow(node: Expression): boolean {
    return isSymbol(node) && this.prepared.rows.has(this.prepared.source(node).name);
  }

  generate(): GeneratedModule {
    const { builder, emitter, prepared } = this;
    const { inFunctions } = emitter;
    for (const node of this.symbols) {
      if (node !== prepared.stepIndex && !this.isRow(node)) builder.placeInput(node, this.buffers);
    }
    const run = emitter.outerBody(() => this.run());
    const variables = [
      ...(inFunctions ? ["k"] : []),
      ...(inFunctions && builder.laneLoop ? ["lane"] : []),
      ...(prepared.until === undefined ? [] : ["ended"]),
    ];
    return { source: builder.source(variables, "start, count", run), emitter };
  }

  /** The body of the function that is called: what is computed once, then all steps, in stretches. */
  private run(): string[] {
    const { builder, emitter, prepared } = this;
    const before = builder.sharedPhase();
    for (const { symbol } of prepared.carried) {
      if (!isRunningFlag(nameOf(symbol))) continue;
      before.push(`${builder.bufferName(nameOf(symbol), this.buffers)}.fill(1);`);
    }
    const parameters = `${builder.laneLoop && !emitter.inFunctions ? "lane, " : ""}start`;
    const steps = emitter.declare(
      `${parameters}, first, end`,
      emitter.outerBody(() => this.steps()),
    );
    const ends = prepared.until !== undefined;
    return [
      ...before,
      "let longest = 0;",
      ...builder.forLanes([
        "let done = 0;",
        ...(ends ? ["ended = 0;"] : []),
        `while (done < count${ends ? " && ended === 0" : ""}) {`,
        `  done = ${steps}(${parameters}, done, min(done + ${this.stepsPerCall()}, count));`,
        "}",
        "if (done > longest) longest = done;",
      ]),
      "return longest;",
    ];
  }

  /** Short enough that the first call ends before engines optimise the function; see {@link Emitter}. */
  private stepsPerCall(): number {
    const { kernels } = this.builder.phases[PER_STEP] as Schedule;
    const work = kernels.reduce((total, { domain, nodes }) => total + sizeOf(domain) * nodes.length, 1);
    return Math.max(1, Math.floor(this.limits.callWork / (this.emitter.inFunctions ? kernels.length + 1 : work)));
  }

  /** The body of the function that takes a stretch of steps of one trajectory, with scalar states in registers. */
  private steps(): string[] {
    const { builder, emitter, prepared } = this;
    const lines: string[] = [];
    const after: string[] = [];
    for (const { symbol } of prepared.carried) {
      const place = emitter.target(symbol);
      if (place.kind !== "shared" || emitter.inFunctions) continue;
      const name = emitter.fresh("x");
      lines.push(`let ${name} = ${place.text};`);
      after.push(`${place.text} = ${name};`);
      emitter.setPlace(symbol, { kind: "local", name });
    }
    lines.push(...emitter.emitPhase(builder.phases[PER_TRAJECTORY] as Schedule, new Map(), true));
    lines.push(`${emitter.inFunctions ? "" : "let "}k = first;`, "while (k < end) {", ...nested(this.step()), "}");
    return [...lines, ...after, "return k;"];
  }

  private step(): string[] {
    const { builder, emitter, prepared } = this;
    const { carried, until } = prepared;
    const lines = this.stepSymbols();
    const phase = builder.phases[PER_STEP] as Schedule;
    const preset = inPlaceTargets(carried, phase, (symbol) =>
      builder.bufferName(prepared.source(symbol).name, this.buffers),
    );
    lines.push(...emitter.emitPhase(phase, preset, false));
    if (until !== undefined) lines.push(`const stop = ${scalarText(emitter.place(until))} > 0;`);
    lines.push(...assignments(emitter, carried, phase, preset), "k++;");
    if (until !== undefined) lines.push("if (stop) {", "  ended = 1;", "  break;", "}");
    return lines;
  }

  /** Row symbols read row k of their buffer; the step index counts from the start of the run. */
  private stepSymbols(): string[] {
    const { builder, emitter, prepared, extents } = this;
    const lines: string[] = [];
    const stepIndex = this.symbols.find((node) => node === prepared.stepIndex);
    if (stepIndex !== undefined && emitter.inFunctions) {
      const cell = emitter.cell();
      lines.push(`${cell.text} = start + k;`);
      emitter.setPlace(stepIndex, cell);
    } else if (stepIndex !== undefined) {
      const name = emitter.fresh("n");
      lines.push(`const ${name} = start + k;`);
      emitter.setPlace(stepIndex, { kind: "local", name });
    }
    for (const node of this.symbols) {
      if (!this.isRow(node)) continue;
      const { name } = prepared.source(node);
      const buffer = builder.bufferName(name, this.rows);
      const length = (this.rows[name] as Float64Array).length / extents.capacity;
      const position = builder.position(node, builder.sizeIn(node, length));
      const start = `k * ${length}${position === "0" ? "" : ` + ${position}`}`;
      const text = isScalar(node) ? `${buffer}[${start}]` : start;
      if (emitter.inFunctions) {
        emitter.setPlace(node, isScalar(node) ? { kind: "shared", text } : { kind: "buffer", name: buffer, start });
        continue;
      }
      const local = emitter.fresh(isScalar(node) ? "r" : "o");
      lines.push(`const ${local} = ${text};`);
      emitter.setPlace(
        node,
        isScalar(node) ? { kind: "local", name: local } : { kind: "buffer", name: buffer, start: local },
      );
    }
    return lines;
  }
}
