import { describe, expect, it } from "vitest";
import { interpreter } from "../compile/interpreter/interpreter.js";
import type { Backend, CompiledLoop } from "../compile/program.js";
import { plainEuler, probe } from "./example-integrators.testing.js";
import { drivenDecay, logisticMap, pendulum, shapedDecay, spring } from "./example-systems.testing.js";
import { simulate } from "./simulate.js";

describe("simulate", () => {
  it("takes the steps of the integrator", () => {
    const result = simulate(spring, {
      integrator: plainEuler(0.5),
      initial: { x: 8 },
      parameters: { stiffness: 1 },
      until: 1.5,
    });
    expect(result.times).toEqual(Float64Array.of(0, 0.5, 1, 1.5));
    expect(result.savedSteps).toEqual(Float64Array.of(0, 1, 2, 3));
    expect(result.states.x).toEqual({ data: Float64Array.of(8, 4, 2, 1), shape: [4] });
    expect(result.final.x).toEqual({ data: Float64Array.of(1), shape: [] });
    expect(result).toMatchObject({ status: "completed", steps: 3, trajectories: undefined, system: spring });
    expect(result.parameters.stiffness).toEqual({ data: Float64Array.of(1), shape: [] });
  });

  it("gives the initial state for no steps", () => {
    const result = simulate(pendulum, { integrator: plainEuler(0.5), initial: { q: 1, p: 2 }, steps: 0 });
    expect(result).toMatchObject({ status: "completed", steps: 0 });
    expect([...result.states.q.data, ...result.final.p.data]).toEqual([1, 2]);
  });

  it("fills in defaults and runs blocks of every rank", () => {
    const options = { integrator: plainEuler(0.5), initial: { z: [1, 0] }, input: { b: [1, 2, 3] }, steps: 1 };
    expect([...simulate(shapedDecay, options).final.z.data]).toEqual([3.5, 3]);
    const W = [
      [1, 0, 0],
      [0, 1, 0],
    ];
    const result = simulate(shapedDecay, { ...options, parameters: { W } });
    expect(result.states.z).toEqual({ data: Float64Array.of(1, 0, 1, 1), shape: [2, 2] });
  });

  it("runs backwards to an earlier time", () => {
    const result = simulate(spring, {
      integrator: plainEuler(0.5),
      initial: { x: 8 },
      parameters: { stiffness: 1 },
      start: 1,
      until: 0,
    });
    expect([...result.times]).toEqual([1, 0.5, 0]);
    expect([...result.states.x.data]).toEqual([8, 12, 18]);
  });

  it("iterates maps", () => {
    const result = simulate(logisticMap, {
      integrator: probe(0, 1),
      initial: { x: 0.5 },
      parameters: { rate: 2 },
      steps: 3,
    });
    expect([...result.times]).toEqual([0, 1, 2, 3]);
    expect([...result.states.x.data]).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it("gives arrays that later runs do not touch", () => {
    const run = (x: number) =>
      simulate(spring, { integrator: plainEuler(0.5), initial: { x }, parameters: { stiffness: 1 }, steps: 2 });
    const first = run(8);
    run(100);
    expect([...first.states.x.data, ...first.final.x.data]).toEqual([8, 4, 2, 2]);
    expect(first.final.x.data.buffer).not.toBe(first.states.x.data.buffer);
  });

  it("gives arrays that are not the backend's", () => {
    const loops: CompiledLoop[] = [];
    const backend: Backend = {
      ...interpreter,
      compileLoop(program, options) {
        const loop = interpreter.compileLoop(program, options);
        loops.push(loop);
        return loop;
      },
    };
    const { states, final } = simulate(pendulum, {
      integrator: plainEuler(0.5),
      initial: { q: 1, p: 2 },
      steps: 1,
      backend,
    });
    loops[0]!.inputs.q!.fill(7);
    expect([...states.q.data, ...final.q.data]).toEqual([1, 2, 2]);
  });

  it("gives the same on the interpreter", () => {
    const run = (backend?: typeof interpreter) =>
      simulate(pendulum, {
        integrator: plainEuler(0.1),
        initial: { q: 1, p: 0 },
        steps: 20,
        ...(backend && { backend }),
      });
    const [generated, oracle] = [run(), run(interpreter)];
    for (const [k, value] of generated.states.q.data.entries()) expect(oracle.states.q.data[k]).toBeCloseTo(value, 12);
  });
});

describe("saving", () => {
  const options = { integrator: plainEuler(0.5), initial: { x: 64 }, parameters: { stiffness: 1 }, steps: 5 } as const;

  it("keeps every n-th state, and the last one apart", () => {
    const result = simulate(spring, { ...options, save: { every: 2 } });
    expect([...result.times]).toEqual([0, 1, 2]);
    expect([...result.states.x.data]).toEqual([64, 16, 4]);
    expect([...result.final.x.data]).toEqual([2]);
  });

  it("keeps given times", () => {
    const result = simulate(spring, { ...options, save: { times: [0.5, 2.5] } });
    expect([...result.savedSteps]).toEqual([1, 5]);
    expect([...result.states.x.data]).toEqual([32, 2]);
  });

  it("keeps given times of a run backwards", () => {
    const result = simulate(spring, { ...options, steps: undefined, until: -2, save: { times: [0, -1, -2] } });
    expect([...result.times]).toEqual([0, -1, -2]);
  });

  it("keeps nothing but the last state", () => {
    const result = simulate(spring, { ...options, save: { times: [] } });
    expect(result.states.x).toEqual({ data: new Float64Array(), shape: [0] });
    expect([...result.final.x.data]).toEqual([2]);
  });

  it("keeps the blocks asked for, in the order of the system", () => {
    const orbit = (keep?: readonly ("q" | "p")[]) => {
      const start = { integrator: plainEuler(0.5), initial: { q: 1, p: 0 }, steps: 4 };
      return simulate(pendulum, { ...start, save: { every: 2, ...(keep && { keep }) } });
    };
    const all = orbit();
    expect(orbit(["p"]).states).toEqual({ p: all.states.p });
    expect(orbit(["p"]).final).toEqual(all.final);
    expect(Object.keys(orbit(["p", "q", "p"]).states)).toEqual(["q", "p"]);
    expect(orbit([]).states).toEqual({});
  });

  it("keeps functions of the state, parameters and time", () => {
    const result = simulate(spring, {
      ...options,
      save: { every: 5, map: { energy: "stiffness*x^2/2", shifted: ({ x }) => x, time: "t" } },
    });
    expect(Object.keys(result.states)).toEqual(["energy", "shifted", "time"]);
    expect(result.states.energy).toEqual({ data: Float64Array.of(2048, 2), shape: [2] });
    expect([...result.states.shifted.data]).toEqual([64, 2]);
    expect([...result.states.time.data]).toEqual([0, 2.5]);
  });

  it("keeps functions of inputs where those have a value", () => {
    const run = (input: Parameters<typeof simulate<NonNullable<typeof drivenDecay.names>>>[1]["input"]) =>
      simulate(drivenDecay, {
        integrator: plainEuler(0.5),
        initial: { x: 1 },
        steps: 2,
        input,
        save: { map: { power: "10*u" } },
      });
    expect([...run({ u: 3 }).states.power.data]).toEqual([30, 30, 30]);
    expect([...run({ u: (t) => t }).states.power.data]).toEqual([0, 5, 10]);
  });

  it.each([
    [{ every: 0 }, "save.every: got 0, expected a whole number of steps, at least 1."],
    [{ every: 2, times: [1] }, "save: got both every and times, expected one of them."],
    [{ times: [0.25] }, "save.times[0]: got 0.25, expected the end of a step of 0.5 from 0 to 2.5;"],
    [{ times: [1, 0.5] }, "save.times[1]: got 0.5,"],
    [{ times: [3] }, "save.times[0]: got 3,"],
    [{ times: [-0.5] }, "save.times[0]: got -0.5,"],
    [{ keep: ["y"] }, 'save.keep: got "y", expected blocks of the state: x.'],
    [
      { keep: ["x"], map: { x: "x" } },
      "save: got both keep and map, expected one of them; a map keeps a block NAME as",
    ],
    [{ map: { bad: "x + y" } }, "save.map.bad: "],
  ])("refuses %j", (save, message) => {
    expect(() => simulate(spring, { ...options, save: save as { every: number } })).toThrow(message);
  });

  it("refuses more than a result can hold", () => {
    const run = () => simulate(spring, { ...options, steps: 2 ** 30 });
    expect(run).toThrow(/^save.every: got 1, expected at most 1073741824 states/);
    const many = () => simulate(spring, { ...options, steps: 2 ** 20, trajectories: 2 ** 12 });
    expect(many).toThrow(/^save: got 1048577 states of 4096 numbers/);
  });
});

describe("trajectories", () => {
  const common = { integrator: plainEuler(0.25), steps: 3, save: { every: 3 } };

  it("have an axis in results, also when there is one", () => {
    const run = (trajectories?: number) =>
      simulate(shapedDecay, { ...common, initial: { z: 1 }, input: { b: 0 }, ...(trajectories && { trajectories }) });
    expect(run().states.z.shape).toEqual([2, 2]);
    expect(run(1).states.z.shape).toEqual([2, 1, 2]);
    expect(run(4).states.z.shape).toEqual([2, 4, 2]);
    expect(run(4).final.z.shape).toEqual([4, 2]);
  });

  it("equal the runs of each alone, bit for bit, with values of their own or shared", () => {
    const initial = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    const W = Float64Array.from({ length: 18 }, (_, k) => Math.sin(k));
    const b = [
      [0.1, 0.2, 0.3],
      [0.4, 0.5, 0.6],
      [0.7, 0.8, 0.9],
    ];
    for (const shared of [true, false]) {
      const batch = simulate(shapedDecay, {
        ...common,
        initial: { z: initial },
        parameters: { W: shared ? W.slice(0, 6) : W },
        input: { b: shared ? b[0]! : b },
        trajectories: 3,
      });
      for (let lane = 0; lane < 3; lane++) {
        const alone = simulate(shapedDecay, {
          ...common,
          initial: { z: initial[lane]! },
          parameters: { W: shared ? W.slice(0, 6) : W.slice(6 * lane, 6 * lane + 6) },
          input: { b: shared ? b[0]! : b[lane]! },
        });
        expect(batch.final.z.data.slice(2 * lane, 2 * lane + 2)).toEqual(alone.final.z.data);
      }
    }
  });

  it("save functions of their own values", () => {
    const { states } = simulate(spring, {
      integrator: plainEuler(0.5),
      initial: { x: [1, 2] },
      parameters: { stiffness: [1, 2] },
      steps: 1,
      trajectories: 2,
      save: { map: { force: "stiffness*x" } },
    });
    expect(states.force).toEqual({ data: Float64Array.of(1, 4, 0.5, 0), shape: [2, 2] });
  });
});
