import { describe, expect, it } from "vitest";
import { gradient } from "../../expression/derivatives.js";
import type { Expression } from "../../expression/expression.js";
import {
  add,
  constant,
  divide,
  exp,
  multiply,
  power,
  reshape,
  shift,
  slice,
  sqrt,
  subtract,
  sum,
  symbol,
  tanh,
  transpose,
  windows,
} from "../../expression/functions.js";
import { interpreter } from "../interpreter/interpreter.js";
import type { Backend, BatchOptions, CompiledLoop, LoopProgram } from "../program.js";
import { emittedFunction, emittedLoop, javascript, javascriptBackend } from "./javascript.js";

/** Generated code in the forms that arrays and large programs take. */
const backends: readonly Backend[] = [
  javascript,
  javascriptBackend({ unrolledExtent: 0 }),
  javascriptBackend({ unrolledExtent: 0, inlineNodes: 0, functionNodes: 2, callWork: 3 }),
  javascriptBackend({ inlineNodes: 0, functionNodes: 2, callWork: 3 }),
];

type Values = Readonly<Record<string, readonly number[]>>;

function valuesOf(
  backend: Backend,
  outputs: readonly Expression[],
  values: Values,
  options?: BatchOptions,
): number[][] {
  const compiled = backend.compileFunction({ outputs }, options);
  for (const [name, buffer] of Object.entries(compiled.inputs)) buffer.set(values[name] as readonly number[]);
  compiled.run();
  return compiled.outputs.map((output) => [...output]);
}

function loopFrom(backend: Backend, program: LoopProgram, values: Values, options?: BatchOptions): CompiledLoop {
  const loop = backend.compileLoop(program, options);
  for (const [name, buffer] of Object.entries(loop.inputs)) buffer.set(values[name] as readonly number[]);
  return loop;
}

const upTo = (count: number, from = 0): number[] => Array.from({ length: count }, (_, k) => k + from);

describe.each(backends)("generated functions", (backend) => {
  it("have outputs that are symbols, numbers, arrays of numbers, each other, and each other's reshape", () => {
    const u = symbol("u", [6]);
    const a = symbol("a");
    const twice = multiply(2, u);
    const outputs = [u, a, constant(3), constant([1, 2]), twice, twice, reshape(twice, [2, 3]), reshape(u, [3, 2])];
    const values = { u: upTo(6), a: [7] };
    const doubled = [0, 2, 4, 6, 8, 10];
    const expected = [upTo(6), [7], [3], [1, 2], doubled, doubled, doubled, upTo(6)];
    expect(valuesOf(backend, outputs, values)).toEqual(expected);
    const batch = { trajectories: 2, perTrajectory: new Set(["u"]) };
    const whole = valuesOf(backend, outputs, { u: [...upTo(6), ...upTo(6)], a: [7] }, batch);
    expect(whole).toEqual(expected.map((each) => [...each, ...each]));
  });

  it("sum along an axis where the others have one entry", () => {
    const u = symbol("u", [1, 20]);
    const column = symbol("v", [20, 1]);
    const outputs = [sum(u, [1]), sum(u, [0]), add(sum(tanh(u), [1]), 1), sum(column, [0]), sum(column, [1])];
    const values = { u: upTo(20), v: upTo(20) };
    valuesOf(interpreter, outputs, values).forEach((expected, k) => {
      expect(valuesOf(backend, outputs, values)[k]).toEqual(expected);
    });
  });

  it("read views of computed arrays and of views of the same extents", () => {
    const w = symbol("w", [3, 3]);
    const patches = windows(windows(multiply(2, w), 0, 2), 1, 2);
    const outputs = [
      multiply(3, transpose(patches, [2, 3, 0, 1])),
      transpose(transpose(patches, [1, 0, 3, 2])),
      transpose(tanh(w)),
    ];
    expect(valuesOf(backend, outputs, { w: upTo(9) })).toEqual(valuesOf(interpreter, outputs, { w: upTo(9) }));
  });

  it("share bound buffers", () => {
    const u = symbol("u", [20]);
    const u0 = new Float64Array(upTo(20));
    const compiled = backend.compileFunction({ outputs: [sum(u)] }, { bind: { u: u0 } });
    expect(compiled.inputs.u).toBe(u0);
    compiled.run();
    expect(compiled.outputs[0]?.[0]).toBe(190);
    expect(() => backend.compileFunction({ outputs: [sum(u)] }, { bind: { u: new Float64Array(3) } })).toThrow("3");
  });
});

describe.each(backends)("generated loops", (backend) => {
  const q = symbol("q");
  const p = symbol("p");

  it("exchange states under another shape", () => {
    const u = symbol("u", [4, 5]);
    const v = symbol("v", [20]);
    const start = { u: upTo(20), v: upTo(20, 100) };
    const exchanged = loopFrom(
      backend,
      {
        carried: [
          { symbol: u, next: reshape(v, [4, 5]) },
          { symbol: v, next: reshape(u, [20]) },
        ],
      },
      start,
    );
    exchanged.run(0, 3);
    expect([...(exchanged.inputs.u as Float64Array)]).toEqual(start.v);
    expect([...(exchanged.inputs.v as Float64Array)]).toEqual(start.u);
    const followed = loopFrom(
      backend,
      {
        carried: [
          { symbol: u, next: multiply(2, u) },
          { symbol: v, next: reshape(u, [20]) },
        ],
      },
      start,
    );
    followed.run(0, 3);
    expect([...(followed.inputs.u as Float64Array)]).toEqual(upTo(20).map((value) => 8 * value));
    expect([...(followed.inputs.v as Float64Array)]).toEqual(upTo(20).map((value) => 4 * value));
  });

  it("end by a number that takes another's value", () => {
    // q is negative before the step and positive after it.
    const program: LoopProgram = {
      carried: [
        { symbol: q, next: p },
        { symbol: p, next: q },
      ],
      until: q,
    };
    for (const trajectories of [1, 3]) {
      const values = { q: new Array<number>(trajectories).fill(-1), p: new Array<number>(trajectories).fill(1) };
      const loop = loopFrom(backend, program, values, { trajectories });
      expect(loop.run(0, 5)).toBe(1);
      expect(loop.inputs.q?.[0]).toBe(1);
    }
  });

  it("go on where the condition is not a number", () => {
    const u = symbol("u", [20]);
    for (const state of [q, u]) {
      const program = { carried: [{ symbol: state, next: multiply(2, state) }], until: sqrt(sum(state)) };
      for (const trajectories of [1, 2]) {
        const size = trajectories * (state === q ? 1 : 20);
        const values = { q: new Array<number>(size).fill(-1), u: new Array<number>(size).fill(-1) };
        expect(loopFrom(backend, program, values, { trajectories }).run(0, 4)).toBe(4);
      }
    }
  });

  it("take no step where none is asked for, and leave the state as it is", () => {
    const u = symbol("u", [20]);
    const loop = loopFrom(backend, { carried: [{ symbol: u, next: multiply(2, u) }], until: sum(u) }, { u: upTo(20) });
    expect(loop.run(0, 0)).toBe(0);
    expect([...(loop.inputs.u as Float64Array)]).toEqual(upTo(20));
    expect(loop.run(0, 9)).toBe(1);
  });

  it("keep symbols that simplification removed, and rows that nothing reads", () => {
    const program = {
      carried: [{ symbol: q, next: add(q, multiply(0, symbol("r"))) }],
      rows: [symbol("r"), symbol("unused", [2])],
    };
    const loop = backend.compileLoop(program, { capacity: 3 });
    expect(Object.keys(loop.rows).sort()).toEqual(["r", "unused"]);
    expect(loop.rows.unused?.length).toBe(6);
    expect(loop.run(0, 3)).toBe(3);
  });

  it("write over a state in place only where nothing reads its old value", () => {
    const [u, v] = [symbol("u", [20]), symbol("v", [20])];
    const doubled = multiply(2, u);
    const programs: LoopProgram[] = [
      { carried: [{ symbol: u, next: add(doubled, shift(doubled, 1)) }] },
      { carried: [{ symbol: u, next: add(u, shift(tanh(u), -1)) }] },
      { carried: [{ symbol: u, next: add(u, sum(u)) }] },
      {
        carried: [{ symbol: u, next: tanh(add(u, slice(reshape(multiply(u, u), [1, 20]), 0, 0, 1))) }].map((c) => ({
          ...c,
          next: reshape(c.next, [20]),
        })),
      },
      {
        carried: [
          { symbol: u, next: tanh(u) },
          { symbol: v, next: add(shift(v, 2), subtract(u, shift(u, -1, "no-flux"))) },
        ],
      },
      {
        carried: [
          { symbol: u, next: tanh(v) },
          { symbol: v, next: add(u, shift(v, 1, 0)) },
        ],
      },
    ];
    const values = { u: upTo(20).map(Math.sin), v: upTo(20).map(Math.cos) };
    for (const program of programs) {
      const expected = loopFrom(interpreter, program, values);
      const loop = loopFrom(backend, program, values);
      expected.run(0, 3);
      loop.run(0, 3);
      for (const name of Object.keys(loop.inputs)) {
        loop.inputs[name]?.forEach((value, k) => {
          expect(value, `${name}[${k}]`).toBeCloseTo(expected.inputs[name]?.[k] as number, 12);
        });
      }
    }
  });
});

describe("emitted code", () => {
  const loopsIn = (source: string): number => source.match(/\bfor \(/g)?.length ?? 0;

  it("computes the gradient of a chain in one pass, with the force of each spring once", () => {
    const u = symbol("u", [100]);
    const stretch = subtract(shift(u, -1), u);
    const energy = sum(add(multiply(0.5, power(stretch, 2)), multiply(divide(symbol("alpha"), 3), power(stretch, 3))));
    const source = emittedFunction({ outputs: gradient(energy, [u]) });
    expect(loopsIn(source)).toBe(1);
    const body = /for \([^\n]*\n(.*?)\n {2}\}/s.exec(source)?.[1] as string;
    expect(body.match(/b\d+\[[^\]]*\] - b\d+\[/g)).toHaveLength(1);
  });

  it("computes what all trajectories share before them, and what a trajectory keeps before its steps", () => {
    const [q, rate, own] = [symbol("q"), symbol("rate"), symbol("own")];
    const next = add(multiply(exp(rate), q), sqrt(add(2, tanh(own))));
    const options = { trajectories: 3, perTrajectory: new Set(["own"]) };
    const source = emittedLoop({ carried: [{ symbol: q, next }] }, options);
    const steps = /while \(k < end\) \{(.*?)\n {2}\}/s.exec(source)?.[1] as string;
    expect(steps).not.toMatch(/exp\(|sqrt\(/);
    const [, beforeLanes] = source.split("return function run(") as [string, string];
    expect(beforeLanes).toContain("exp(");
    expect(beforeLanes).not.toContain("sqrt(");
  });

  it("multiplies fixed factors once", () => {
    const [q, k, h] = [symbol("q"), symbol("k"), symbol("h")];
    const next = subtract(q, multiply(multiply(0.5, h), multiply(4, multiply(k, multiply(q, q)))));
    const source = emittedLoop({ carried: [{ symbol: q, next }] });
    const steps = /while \(k < end\) \{(.*?)\n {2}\}/s.exec(source)?.[1] as string;
    expect(steps.match(/ \* /g)).toHaveLength(2);
  });
});
