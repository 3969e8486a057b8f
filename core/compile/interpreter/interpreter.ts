import { type Expression, sizeOf, topologicalOrder } from "../../expression/expression.js";
import { symbolName, symbolsOf } from "../../expression/primitives/leaves.js";
import { batchByName } from "../../expression/transform.js";
import {
  type Backend,
  type BatchOptions,
  type CompiledFunction,
  type CompiledLoop,
  type FunctionProgram,
  inputBuffer,
  type LoopProgram,
} from "../program.js";
import { evaluate } from "./evaluate.js";

const nameOf = (expression: Expression): string => symbolName(expression) as string;

function buffersOf(expressions: readonly Expression[], bind: BatchOptions["bind"]): Record<string, Float64Array> {
  const buffers: Record<string, Float64Array> = {};
  for (const [name, node] of symbolsOf(topologicalOrder(expressions))) {
    buffers[name] = inputBuffer(name, sizeOf(node.shape), bind);
  }
  return buffers;
}

function compileFunction(program: FunctionProgram, options: BatchOptions = {}): CompiledFunction {
  const { trajectories = 1, perTrajectory = new Set<string>() } = options;
  const outputs = trajectories === 1 ? program.outputs : batchByName(program.outputs, perTrajectory, trajectories);
  const inputs = buffersOf(outputs, options.bind);
  const results = outputs.map((output) => new Float64Array(sizeOf(output.shape)));
  return {
    inputs,
    outputs: results,
    run() {
      evaluate(outputs, inputs).forEach((value, k) => {
        results[k]?.set(value);
      });
    },
  };
}

/** One trajectory after the other, one step after the other, by definition. */
function compileLoop(program: LoopProgram, options: BatchOptions & { readonly capacity?: number } = {}): CompiledLoop {
  const { trajectories = 1, perTrajectory = new Set<string>(), capacity = 256 } = options;
  const { carried, rows = [], stepIndex, until } = program;
  const next = carried.map(({ next: value }) => value);
  const all = [...next, ...carried.map(({ symbol: state }) => state), ...(until === undefined ? [] : [until])];
  const single = buffersOf(all, undefined);
  const own = new Set([...perTrajectory, ...carried.map(({ symbol: state }) => nameOf(state))]);
  const rowNames = new Set(rows.map(nameOf));
  const copies = (name: string): number => (own.has(name) ? trajectories : 1);
  const inputs: Record<string, Float64Array> = {};
  const rowBuffers: Record<string, Float64Array> = {};
  for (const [name, buffer] of Object.entries(single)) {
    if (stepIndex !== undefined && name === nameOf(stepIndex)) continue;
    if (!rowNames.has(name)) inputs[name] = inputBuffer(name, copies(name) * buffer.length, options.bind);
  }
  for (const row of rows) {
    const name = nameOf(row);
    rowBuffers[name] = new Float64Array(capacity * copies(name) * sizeOf(row.shape));
    single[name] ??= new Float64Array(sizeOf(row.shape));
  }
  const load = (from: Float64Array, into: Float64Array, position: number): void => {
    into.set(from.subarray(position * into.length, (position + 1) * into.length));
  };
  function runTrajectory(lane: number, start: number, count: number): number {
    for (const [name, buffer] of Object.entries(inputs))
      load(buffer, single[name] as Float64Array, own.has(name) ? lane : 0);
    let done = 0;
    while (done < count) {
      for (const name of rowNames) {
        load(
          rowBuffers[name] as Float64Array,
          single[name] as Float64Array,
          done * copies(name) + (own.has(name) ? lane : 0),
        );
      }
      if (stepIndex !== undefined) single[nameOf(stepIndex)] = Float64Array.of(start + done);
      const values = evaluate(next, single);
      carried.forEach(({ symbol: state }, k) => {
        (single[nameOf(state)] as Float64Array).set(values[k] as Float64Array);
      });
      done++;
      if (until !== undefined && ((evaluate([until], single)[0] as Float64Array)[0] as number) > 0) break;
    }
    for (const { symbol: state } of carried) {
      const value = single[nameOf(state)] as Float64Array;
      (inputs[nameOf(state)] as Float64Array).set(value, lane * value.length);
    }
    return done;
  }
  return {
    inputs,
    rows: rowBuffers,
    capacity,
    run(start, count) {
      let longest = 0;
      for (let lane = 0; lane < trajectories; lane++) longest = Math.max(longest, runTrajectory(lane, start, count));
      return longest;
    },
  };
}

/** The oracle as a backend: slow, and needs no code generation. */
export const interpreter: Backend = { name: "interpreter", compileFunction, compileLoop };
