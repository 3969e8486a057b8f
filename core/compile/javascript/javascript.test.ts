import { describe, expect, it } from "vitest";
import { gradient } from "../../expression/derivatives.js";
import type { Expression } from "../../expression/expression.js";
import {
  add,
  divide,
  dot,
  gather,
  matmul,
  multiply,
  outer,
  reshape,
  scatterAddRows,
  shift,
  sin,
  solve,
  subtract,
  sum,
  symbol,
  tanh,
  transpose,
  where,
} from "../../expression/functions.js";
import { interpreter } from "../interpreter/interpreter.js";
import type { BatchOptions, LoopProgram } from "../program.js";
import { emittedLoop, javascript } from "./javascript.js";

const noise = (seed: number): number => {
  const x = Math.sin(seed * 12.9898) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
};

function fillAll(buffers: Readonly<Record<string, Float64Array>>, seed: number): void {
  for (const [name, buffer] of Object.entries(buffers)) {
    const offset = [...name].reduce((total, letter) => total + letter.charCodeAt(0), seed);
    for (let k = 0; k < buffer.length; k++) buffer[k] = noise(offset + 7 * k);
  }
}

function expectClose(actual: Float64Array, expected: Float64Array, tolerance = 1e-13): void {
  expect(actual.length).toBe(expected.length);
  for (let k = 0; k < actual.length; k++) {
    const scale = Math.max(1, Math.abs(expected[k] as number));
    expect(Math.abs((actual[k] as number) - (expected[k] as number)) / scale, `entry ${k}`).toBeLessThan(tolerance);
  }
}

function compareFunction(outputs: readonly Expression[], options?: BatchOptions): void {
  const oracle = interpreter.compileFunction({ outputs }, options);
  const compiled = javascript.compileFunction({ outputs }, options);
  fillAll(oracle.inputs, 1);
  fillAll(compiled.inputs, 1);
  oracle.run();
  compiled.run();
  compiled.run();
  for (const k of outputs.keys()) expectClose(compiled.outputs[k] as Float64Array, oracle.outputs[k] as Float64Array);
}

function compareLoop(program: LoopProgram, options?: BatchOptions, steps = 7): number {
  const oracle = interpreter.compileLoop(program, options);
  const compiled = javascript.compileLoop(program, options);
  fillAll(oracle.inputs, 2);
  fillAll(compiled.inputs, 2);
  fillAll(oracle.rows, 3);
  fillAll(compiled.rows, 3);
  const done = oracle.run(3, steps);
  expect(compiled.run(3, steps)).toBe(done);
  for (const name of Object.keys(oracle.inputs)) {
    expectClose(compiled.inputs[name] as Float64Array, oracle.inputs[name] as Float64Array);
  }
  return done;
}

/** What emitted code does in each step: the body of its loop of steps with the functions called there. */
function stepOf(source: string): string {
  const functions = source.split(/^(?=function |return )/m);
  const loop = /while \(k < end\) \{\n(.*?)\n {2}\}/s.exec(source)?.[1] as string;
  const called = [...loop.matchAll(/\b(f\d+)\(/g)].map(([, name]) => name);
  return [loop, ...functions.filter((text) => called.some((name) => text.startsWith(`function ${name}(`)))].join("\n");
}

describe("generated functions against the interpreter", () => {
  const a = symbol("a");
  const x = symbol("x", [20]);
  const w = symbol("w", [20]);
  const m = symbol("m", [5, 20]);

  it("fuses elementwise chains, broadcasts and sums", () => {
    compareFunction([
      add(multiply(a, tanh(x)), w),
      sum(multiply(x, w)),
      sum(multiply(m, x), [1]),
      sum(multiply(m, x), [0]),
    ]);
  });

  it("reads shifts with every boundary in place, in one and two dimensions", () => {
    const lattice = symbol("u", [6, 7]);
    for (const boundary of ["periodic", "no-flux", 0, 0.5] as const) {
      for (const by of [1, -1, 3, -5, 8, -30]) {
        compareFunction([subtract(shift(x, by, boundary), multiply(x, shift(w, -by, boundary)))]);
        const laplacian = add(
          add(shift(lattice, by, boundary), shift(lattice, -by, boundary)),
          add(shift(lattice, by, boundary, 1), shift(lattice, -by, boundary, 1)),
        );
        compareFunction([subtract(laplacian, multiply(4, lattice)), sum(laplacian)]);
      }
    }
  });

  it("multiplies matrices, plain and transposed, small and packed", () => {
    const big = symbol("big", [37, 50]);
    const other = symbol("other", [50, 41]);
    compareFunction([
      matmul(m, x),
      matmul(transpose(m), symbol("y", [5])),
      outer(x, w),
      matmul(big, other),
      matmul(transpose(other), transpose(big)),
      dot(x, w),
    ]);
  });

  it("calls primitives that have no emitted form", () => {
    const matrix = add(symbol("k", [20, 20]), multiply(30, outer(where(0, x, 1), where(0, x, 1))));
    const shifted = add(matrix, multiply(50, reshape(symbol("e", [400]), [20, 20])));
    compareFunction([
      gather(x, [3, 3, 19]),
      scatterAddRows(
        x,
        Array.from({ length: 20 }, (_, k) => k % 4),
        4,
      ),
      solve(shifted, x),
    ]);
  });

  it("agrees over trajectories, unrolled and as arrays", () => {
    const q = symbol("q", [3]);
    const small = [sum(sin(q)), multiply(a, q), matmul(symbol("s", [2, 3]), q)];
    compareFunction(small, { trajectories: 4, perTrajectory: new Set(["q"]) });
    compareFunction([tanh(matmul(m, x)), sum(multiply(x, w)), outer(x, w)], {
      trajectories: 6,
      perTrajectory: new Set(["x"]),
    });
  });

  it("cuts large straight-line code into functions", () => {
    let total = a;
    for (let k = 0; k < 4000; k++) total = add(multiply(total, 0.999), sin(add(total, k)));
    compareFunction([total, multiply(total, a)]);
  });
});

describe("generated loops against the interpreter", () => {
  const q = symbol("q");
  const p = symbol("p");
  const h = 0.1;
  const half = subtract(p, multiply(h / 2, sin(q)));
  const moved = add(q, multiply(h, half));
  const pendulum: LoopProgram = {
    carried: [
      { symbol: q, next: moved },
      { symbol: p, next: subtract(half, multiply(h / 2, sin(moved))) },
    ],
  };

  it("keeps scalar states in registers and updates them together", () => {
    compareLoop(pendulum);
    compareLoop(pendulum, { trajectories: 5 });
    compareLoop({
      carried: [
        { symbol: q, next: p },
        { symbol: p, next: q },
      ],
    });
    expect(emittedLoop(pendulum)).not.toContain("x[");
  });

  it("swaps, updates in place and copies arrays", () => {
    const u = symbol("u", [40]);
    const v = symbol("v", [40]);
    const force = subtract(shift(u, 1), multiply(2, u));
    compareLoop({
      carried: [
        { symbol: u, next: v },
        { symbol: v, next: u },
      ],
    });
    compareLoop({
      carried: [
        { symbol: u, next: add(u, v) },
        { symbol: v, next: add(v, multiply(h, force)) },
      ],
    });
    compareLoop({ carried: [{ symbol: u, next: add(u, multiply(h, shift(u, 1))) }] });
    compareLoop({
      carried: [
        { symbol: u, next: add(shift(v, 1), v) },
        { symbol: v, next: multiply(0.5, u) },
      ],
    });
  });

  it("reads rows and the step index", () => {
    const drive = symbol("drive");
    const kicks = symbol("kicks", [30]);
    const u = symbol("u", [30]);
    const n = symbol("n");
    const shared: LoopProgram = {
      carried: [
        { symbol: q, next: add(multiply(0.9, q), multiply(drive, n)) },
        { symbol: u, next: add(multiply(q, u), kicks) },
      ],
      rows: [drive, kicks],
      stepIndex: n,
    };
    compareLoop(shared);
    compareLoop(shared, { trajectories: 3, perTrajectory: new Set(["kicks"]) });
    compareLoop(
      { carried: [{ symbol: q, next: add(q, multiply(drive, n)) }], rows: [drive], stepIndex: n },
      { trajectories: 3, perTrajectory: new Set(["drive"]) },
    );
  });

  it("hoists what does not change", () => {
    const weights = symbol("weights", [30, 50]);
    const image = symbol("image", [50]);
    const u = symbol("u", [30]);
    const program: LoopProgram = {
      carried: [{ symbol: u, next: tanh(add(matmul(weights, image), multiply(0.5, u))) }],
    };
    compareLoop(program);
    compareLoop(program, { trajectories: 8, perTrajectory: new Set(["image"]) });
    const source = emittedLoop(program, { trajectories: 8, perTrajectory: new Set(["image"]) });
    expect(source).toContain("matrixProduct(");
    expect(stepOf(source)).toContain("tanh(");
    expect(stepOf(source)).not.toContain("matrixProduct(");
  });

  it("ends per trajectory and freezes the finished ones", () => {
    const u = symbol("u", [30]);
    const size = sum(multiply(u, u));
    const program = (state: Expression, norm: Expression): LoopProgram => ({
      carried: [{ symbol: state, next: multiply(0.5, state) }],
      until: subtract(0.01, norm),
    });
    expect(compareLoop(program(u, size), {}, 50)).toBeLessThan(50);
    expect(compareLoop(program(u, size), { trajectories: 4 }, 50)).toBeLessThan(50);
    expect(compareLoop(program(q, multiply(q, q)), { trajectories: 4 }, 50)).toBeLessThan(50);
  });

  it("trains nothing it should not: gradients of a layered energy over a batch", () => {
    const weights = symbol("weights", [12, 30]);
    const hidden = symbol("hidden", [12]);
    const image = symbol("image", [30]);
    const energy = subtract(divide(dot(hidden, hidden), 2), dot(tanh(hidden), matmul(weights, image)));
    const [force] = gradient(energy, [hidden]) as [Expression];
    compareLoop(
      { carried: [{ symbol: hidden, next: subtract(hidden, multiply(0.3, force)) }] },
      {
        trajectories: 20,
        perTrajectory: new Set(["image"]),
      },
    );
    compareFunction(gradient(energy, [hidden, weights]), {
      trajectories: 20,
      perTrajectory: new Set(["image", "hidden"]),
    });
  });
});
