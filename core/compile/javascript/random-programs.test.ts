import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expressionCase, listing } from "../../expression/arbitrary.testing.js";
import { type Expression, sameShape, sizeOf } from "../../expression/expression.js";
import { add, multiply, subtract, sum, tanh } from "../../expression/functions.js";
import { symbolName } from "../../expression/primitives/leaves.js";
import { RandomStream } from "../../random.js";
import { interpreter } from "../interpreter/interpreter.js";
import type { Backend, BatchOptions, LoopProgram } from "../program.js";
import { javascriptBackend } from "./javascript.js";
import { latticeProgram } from "./lattice-programs.testing.js";
import type { EmissionLimits } from "./limits.js";

/** Limits under which small programs take each form that generated code has. */
const FORMS: Readonly<Record<string, Partial<EmissionLimits>>> = {
  "as they are": {},
  "as arrays": { unrolledExtent: 0 },
  "as arrays, with tested positions": { unrolledExtent: 0, splitNodes: 0 },
  "as arrays, in functions": { unrolledExtent: 0, inlineNodes: 0, functionNodes: 2, callWork: 3 },
  "unrolled, in functions": { inlineNodes: 0, functionNodes: 3, callWork: 4 },
};

interface Case {
  readonly outputs: readonly Expression[];
  readonly symbols: readonly Expression[];
}

const nameOf = (expression: Expression): string => symbolName(expression) as string;

const described = ({ outputs, symbols }: Case): Case => ({
  outputs,
  symbols,
  ...{ [fc.toStringMethod]: () => `\n${listing(outputs)}\n` },
});

const cases: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  "programs of all primitives": expressionCase()
    .map(described)
    .filter(({ symbols }) => symbols.length > 0),
  "programs over lattices": latticeProgram().map(described),
};

/** Values in [-2, 2) that depend on the name, the seed and the trajectory alone. */
function valuesOf(name: string, size: number, lane: number): Float64Array {
  const seed = [...name].reduce((total, letter) => 31 * total + letter.charCodeAt(0), 7 * lane + 1);
  const random = new RandomStream(seed % 2 ** 31);
  return Float64Array.from({ length: size }, () => 4 * random.nextUniform() - 2);
}

type Buffers = Readonly<Record<string, Float64Array>>;

function fill(buffers: Buffers, sizes: ReadonlyMap<string, number>, firstLane: number): void {
  for (const [name, buffer] of Object.entries(buffers)) {
    const size = sizes.get(name) ?? buffer.length;
    for (let lane = 0; lane * size < buffer.length; lane++)
      buffer.set(valuesOf(name, size, firstLane + lane), lane * size);
  }
}

/** Rows of all trajectories: [steps, lanes, ...shape]. */
function fillRows(
  rows: Buffers,
  sizes: ReadonlyMap<string, number>,
  lanes: number,
  own: ReadonlySet<string>,
  first: number,
): void {
  for (const [name, buffer] of Object.entries(rows)) {
    const size = sizes.get(name) as number;
    const copies = own.has(name) ? lanes : 1;
    for (let at = 0; at * size < buffer.length; at++) {
      const [step, lane] = [Math.floor(at / copies), at % copies];
      buffer.set(valuesOf(`${name}${step}`, size, first + lane), at * size);
    }
  }
}

function expectClose(actual: Float64Array, expected: Float64Array, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  actual.forEach((value, k) => {
    const wanted = expected[k] as number;
    if (Object.is(value, wanted) || value === wanted) return;
    const gap = Math.abs(value - wanted) / Math.max(1, Math.abs(wanted));
    expect(gap, `${what}, entry ${k}: ${value} instead of ${wanted}`).toBeLessThanOrEqual(1e-12);
  });
}

/** Equality bit for bit, but for the sign of zero: a constant -0 may become 0 on its way through a batch. */
function expectSame(actual: Float64Array, expected: Float64Array, what: string): void {
  expect(
    actual.map((value) => value + 0),
    what,
  ).toEqual(expected.map((value) => value + 0));
}

const sizesOf = (symbols: readonly Expression[]): Map<string, number> =>
  new Map(symbols.map((each) => [nameOf(each), sizeOf(each.shape)]));

/** The symbols whose bit in the mask is set. */
const chosen = (symbols: readonly Expression[], mask: number): Expression[] =>
  symbols.filter((_, k) => ((mask >> k) & 1) === 1);

interface LoopChoice {
  readonly carriedMask: number;
  readonly rowMask: number;
  readonly ownMask: number;
  readonly kinds: readonly number[];
  readonly until: number;
  readonly stepIndex: boolean;
  readonly lanes: number;
  readonly steps: number;
}

const loopChoice: fc.Arbitrary<LoopChoice> = fc.record({
  carriedMask: fc.integer({ min: 1, max: 63 }),
  rowMask: fc.nat(63),
  ownMask: fc.nat(63),
  kinds: fc.array(fc.nat(4), { minLength: 6, maxLength: 6 }),
  until: fc.nat(2),
  stepIndex: fc.boolean(),
  lanes: fc.constantFrom(1, 2, 5),
  steps: fc.nat(5),
});

/** A loop whose next values are the outputs of a program, other states, or both mixed. */
function loopOf({ outputs, symbols }: Case, choice: LoopChoice): LoopProgram {
  const states = chosen(symbols, choice.carriedMask);
  const carriedSymbols = states.length > 0 ? states : symbols.slice(0, 1);
  const others = symbols.filter((each) => !carriedSymbols.includes(each));
  const stepIndex = choice.stepIndex ? others.find((each) => each.shape.length === 0) : undefined;
  const carried = carriedSymbols.map((state, k) => {
    const kind = choice.kinds[k % choice.kinds.length] as number;
    const output = outputs[kind % outputs.length] as Expression;
    const fits = sameShape(output.shape, state.shape);
    const swapped = carriedSymbols.find((each) => each !== state && sameShape(each.shape, state.shape));
    if (kind === 0 && swapped !== undefined) return { symbol: state, next: swapped };
    if (kind === 1 && fits) return { symbol: state, next: tanh(output) };
    if (kind === 2) return { symbol: state, next: multiply(0.5, state) };
    return { symbol: state, next: tanh(add(state, multiply(0.1, fits ? output : sum(output)))) };
  });
  const number = carriedSymbols.find((each) => each.shape.length === 0);
  const conditions = [undefined, subtract(sum(carriedSymbols[0] as Expression), 0.1), number];
  const until = conditions[choice.until];
  const rows = chosen(symbols, choice.rowMask).filter((each) => others.includes(each) && each !== stepIndex);
  return {
    carried,
    rows,
    ...(stepIndex === undefined ? {} : { stepIndex }),
    ...(until === undefined ? {} : { until }),
  };
}

const CAPACITY = 5;

/** Compiles a loop for some trajectories, fills its buffers as those of the whole batch from `firstLane` on, and runs it. */
function runLoop(
  backend: Backend,
  symbols: readonly Expression[],
  program: LoopProgram,
  own: ReadonlySet<string>,
  lanes: number,
  firstLane: number,
  steps: number,
): { done: number; state: Float64Array[] } {
  const loop = backend.compileLoop(program, { trajectories: lanes, perTrajectory: own, capacity: CAPACITY });
  const sizes = sizesOf(symbols);
  const carried = new Set(program.carried.map(({ symbol: state }) => nameOf(state)));
  for (const [name, buffer] of Object.entries(loop.inputs)) {
    fill({ [name]: buffer }, sizes, own.has(name) || carried.has(name) ? firstLane : 0);
  }
  for (const [name, buffer] of Object.entries(loop.rows)) {
    fillRows({ [name]: buffer }, sizes, lanes, own, own.has(name) ? firstLane : 0);
  }
  const done = loop.run(3, steps);
  // A second run starts from the state the first one left, with its rows from the first on.
  loop.run(1, 2);
  return { done, state: program.carried.map(({ symbol: state }) => loop.inputs[nameOf(state)] as Float64Array) };
}

function runFunction(
  backend: Backend,
  { outputs, symbols }: Case,
  own: ReadonlySet<string>,
  lanes: number,
  firstLane: number,
): readonly Float64Array[] {
  const options: BatchOptions = { trajectories: lanes, perTrajectory: own };
  const compiled = backend.compileFunction({ outputs }, options);
  const sizes = sizesOf(symbols);
  for (const [name, buffer] of Object.entries(compiled.inputs)) {
    fill({ [name]: buffer }, sizes, own.has(name) ? firstLane : 0);
  }
  compiled.run();
  compiled.run();
  return compiled.outputs;
}

const member = (whole: Float64Array, lane: number, lanes: number): Float64Array =>
  whole.subarray((lane * whole.length) / lanes, ((lane + 1) * whole.length) / lanes);

const RUNS = { seed: 20, numRuns: 100 };

describe.each(Object.keys(FORMS))("random programs, compiled %s", (form) => {
  const javascript = javascriptBackend(FORMS[form]);

  describe.each(Object.keys(cases))("%s", (kind) => {
    const programs = cases[kind] as fc.Arbitrary<Case>;

    it("have the values of the interpreter as functions, and a batch is its members bit for bit", () => {
      fc.assert(
        fc.property(programs, fc.nat(63), fc.constantFrom(1, 2, 5), (program, mask, lanes) => {
          const own = new Set(chosen(program.symbols, mask).map(nameOf));
          const whole = runFunction(javascript, program, own, lanes, 0);
          runFunction(interpreter, program, own, lanes, 0).forEach((expected, k) => {
            expectClose(whole[k] as Float64Array, expected, `output ${k}`);
          });
          if (lanes === 1) return;
          for (let lane = 0; lane < lanes; lane++) {
            runFunction(javascript, program, own, 1, lane).forEach((expected, k) => {
              expectSame(member(whole[k] as Float64Array, lane, lanes), expected, `output ${k} of member ${lane}`);
            });
          }
        }),
        RUNS,
      );
    });

    it("have the values of the interpreter as loops, and a batch is its members bit for bit", () => {
      fc.assert(
        fc.property(programs, loopChoice, (program, choice) => {
          const { lanes, steps } = choice;
          const { symbols } = program;
          const loop = loopOf(program, choice);
          const own = new Set(chosen(symbols, choice.ownMask).map(nameOf));
          const whole = runLoop(javascript, symbols, loop, own, lanes, 0, steps);
          const expected = runLoop(interpreter, symbols, loop, own, lanes, 0, steps);
          expect(whole.done).toBe(expected.done);
          expected.state.forEach((state, k) => {
            expectClose(whole.state[k] as Float64Array, state, `state ${k}`);
          });
          if (lanes === 1) return;
          for (let lane = 0; lane < lanes; lane++) {
            const single = runLoop(javascript, symbols, loop, own, 1, lane, steps);
            single.state.forEach((state, k) => {
              expectSame(member(whole.state[k] as Float64Array, lane, lanes), state, `state ${k} of member ${lane}`);
            });
          }
        }),
        RUNS,
      );
    });
  });
});
