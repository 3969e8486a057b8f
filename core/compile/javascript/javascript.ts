import { type Expression, type GraphCompiler, sizeOf } from "../../expression/expression.js";
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
import { type EmissionLimits, LIMITS } from "./limits.js";
import { functionSource, type GeneratedModule, loopSource } from "./module.js";
import { nameOf, ownNames, prepareFunction, prepareLoop, symbolSizes } from "./preparation.js";
import { matrixProduct } from "./product.js";

/** What emitted code may call besides `Math`. */
const runtime = { sigmoid: stableSigmoid, softplus: stableSoftplus, logcosh: stableLogcosh, matrixProduct };

const PRELUDE = `"use strict";
const { abs, atan2, cos, exp, log, max, min, pow, sin, sqrt, tanh } = Math;
const { sigmoid, softplus, logcosh, matrixProduct } = R;
const C = cells;
`;

let programs = 0;

/**
 * Emitted code is built from numbers and fixed text only: no name of a user's system ever reaches it.
 *
 * Buffers are constants of the module. V8 compiles them into the code, but only while one function object comes from one
 * source text; so every text is made unique. Without this, the same system simulated ten times ran at half the speed.
 */
function instantiate<F>({ source, emitter }: GeneratedModule): F {
  const declarations = emitter.buffers.map((_, k) => `const B${k} = B[${k}];\n`).join("");
  const text = `// program ${programs++}\n${PRELUDE}${declarations}${source}`;
  const cells = new Float64Array(emitter.cells);
  const calls = emitter.calls.map((call) => {
    const evaluation = { ...call, compile };
    return () => call.node.primitive.evaluate(evaluation);
  });
  return new Function("B", "P", "R", "cells", text)(emitter.buffers, calls, runtime, cells) as F;
}

type Buffers = Record<string, Float64Array>;

function functionModule(
  program: FunctionProgram,
  options: BatchOptions,
  limits: EmissionLimits,
): Omit<CompiledFunction, "run"> & { readonly module: GeneratedModule } {
  const { trajectories = 1, perTrajectory = new Set<string>() } = options;
  const inputs: Buffers = {};
  for (const [name, size] of symbolSizes(program.outputs)) {
    inputs[name] = inputBuffer(name, perTrajectory.has(name) ? size * trajectories : size, options.bind);
  }
  const outputs = program.outputs.map((output) => new Float64Array(trajectories * sizeOf(output.shape)));
  const prepared = prepareFunction(program.outputs, options, limits);
  const module = functionSource(prepared, inputs, outputs, { trajectories, own: perTrajectory }, limits);
  return { inputs, outputs, module };
}

interface LoopBuffers {
  readonly inputs: Buffers;
  readonly rows: Buffers;
  readonly module: GeneratedModule;
}

function loopModule(
  program: LoopProgram,
  options: BatchOptions,
  capacity: number,
  limits: EmissionLimits,
): LoopBuffers {
  const { trajectories = 1 } = options;
  const own = ownNames(program, options);
  const rowNames = new Set((program.rows ?? []).map(nameOf));
  const inputs: Buffers = {};
  const rows: Buffers = {};
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
  const prepared = prepareLoop(program, options, limits);
  return { inputs, rows, module: loopSource(prepared, inputs, rows, { trajectories, own, capacity }, limits) };
}

/** Generated JavaScript in float64, with given limits. */
export function javascriptBackend(limits: Partial<EmissionLimits> = {}): Backend {
  const all = { ...LIMITS, ...limits };
  return {
    name: "javascript",
    compileFunction: (program, options = {}) => {
      const { inputs, outputs, module } = functionModule(program, options, all);
      return { inputs, outputs, run: instantiate<CompiledFunction["run"]>(module) };
    },
    compileLoop: (program, options = {}): CompiledLoop => {
      const { capacity = 256 } = options;
      const { inputs, rows, module } = loopModule(program, options, capacity, all);
      return { inputs, rows, capacity, run: instantiate<CompiledLoop["run"]>(module) };
    },
  };
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
export const javascript: Backend = javascriptBackend();

/** What primitives evaluate that hold graphs of their own. */
const compile: GraphCompiler = (outputs) => javascript.compileFunction({ outputs });

/** The source a loop compiles to, for people to read. */
export const emittedLoop = (program: LoopProgram, options: BatchOptions = {}): string =>
  loopModule(program, options, 1, LIMITS).module.source;

/** The source a function compiles to, for people to read. */
export const emittedFunction = (program: FunctionProgram, options: BatchOptions = {}): string =>
  functionModule(program, options, LIMITS).module.source;
