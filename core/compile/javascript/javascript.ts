import { type Expression, sizeOf } from "../../expression/expression.js";
import { stableLogcosh, stableSigmoid, stableSoftplus } from "../../expression/primitives/transcendental.js";
import {
  type Backend,
  type BatchOptions,
  type CompiledFunction,
  type CompiledLoop,
  type FunctionProgram,
  inputBuffer,
  type LoopProgram,
} from "../program.js";
import type { Emitter } from "./emitter.js";
import { functionSource, loopSource } from "./module.js";
import { nameOf, ownNames, prepareFunction, prepareLoop, symbolSizes } from "./preparation.js";
import { matrixProduct } from "./product.js";

/** What emitted code may call besides `Math`. */
const runtime = { sigmoid: stableSigmoid, softplus: stableSoftplus, logcosh: stableLogcosh, matrixProduct };

const PRELUDE = `"use strict";
const { abs, atan2, cos, exp, log, max, min, pow, sin, sqrt, tanh } = Math;
const { sigmoid, softplus, logcosh, matrixProduct } = R;
`;

/** Emitted code is built from numbers and fixed text only: no name of a user's system ever reaches it. */
function instantiate<F>(source: string, buffers: readonly Float64Array[], calls: readonly (() => void)[]): F {
  const declarations = buffers.map((_, k) => `const b${k} = B[${k}];\n`).join("");
  return new Function("B", "P", "R", PRELUDE + declarations + source)(buffers, calls, runtime) as F;
}

function compileFunction(program: FunctionProgram, options: BatchOptions = {}): CompiledFunction {
  const { trajectories = 1, perTrajectory = new Set<string>() } = options;
  const inputs: Record<string, Float64Array> = {};
  for (const [name, size] of symbolSizes(program.outputs)) {
    inputs[name] = inputBuffer(name, perTrajectory.has(name) ? size * trajectories : size, options.bind);
  }
  const outputs = program.outputs.map((output) => new Float64Array(trajectories * sizeOf(output.shape)));
  const prepared = prepareFunction(program.outputs, options);
  const { source, emitter } = functionSource(prepared, inputs, outputs, { trajectories, own: perTrajectory });
  return { inputs, outputs, run: instantiate<() => void>(source, emitter.buffers, emitter.calls) };
}

interface LoopModule {
  readonly inputs: Record<string, Float64Array>;
  readonly rows: Record<string, Float64Array>;
  readonly source: string;
  readonly emitter: Emitter;
}

function loopModule(program: LoopProgram, options: BatchOptions, capacity: number): LoopModule {
  const { trajectories = 1 } = options;
  const own = ownNames(program, options);
  const rowNames = new Set((program.rows ?? []).map(nameOf));
  const inputs: Record<string, Float64Array> = {};
  const rows: Record<string, Float64Array> = {};
  const every: Expression[] = [
    ...program.carried.flatMap(({ symbol, next }) => [symbol, next]),
    ...(program.rows ?? []),
    ...(program.until === undefined ? [] : [program.until]),
  ];
  for (const [name, size] of symbolSizes(every)) {
    if (program.stepIndex !== undefined && name === nameOf(program.stepIndex)) continue;
    const length = own.has(name) ? size * trajectories : size;
    if (rowNames.has(name)) rows[name] = new Float64Array(capacity * length);
    else inputs[name] = inputBuffer(name, length, options.bind);
  }
  return { inputs, rows, ...loopSource(prepareLoop(program, options), inputs, rows, { trajectories, own, capacity }) };
}

function compileLoop(program: LoopProgram, options: BatchOptions & { readonly capacity?: number } = {}): CompiledLoop {
  const { capacity = 256 } = options;
  const { inputs, rows, source, emitter } = loopModule(program, options, capacity);
  const run = instantiate<(start: number, count: number) => number>(source, emitter.buffers, emitter.calls);
  return { inputs, rows, capacity, run };
}

/** Whether this place allows code generation (a content security policy may forbid it). */
export function canGenerateCode(): boolean {
  try {
    return new Function("return true")() as boolean;
  } catch {
    return false;
  }
}

/** Generated JavaScript in float64. */
export const javascript: Backend = { name: "javascript", compileFunction, compileLoop };

/** The source a loop compiles to, for people to read. */
export const emittedLoop = (program: LoopProgram, options: BatchOptions = {}): string =>
  loopModule(program, options, 1).source;
