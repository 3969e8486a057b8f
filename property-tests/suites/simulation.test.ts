import { describe, expect, it } from "vitest";
import { interpreter } from "../../core/compile/interpreter/interpreter.js";
import type { Backend } from "../../core/compile/program.js";
import { trace } from "../../core/diagnostics/index.js";
import { sizeOf } from "../../core/expression/expression.js";
import type { Integrator } from "../../core/integrator.js";
import { blockValues, nodes, simulate, simulateAsync } from "../../core/simulation/index.js";
import type { DynamicalSystem } from "../../core/system.js";
import { explicitEuler, iterate, leapfrog, rungeKutta4 } from "../../integrators/index.js";
import { integrators } from "../../integrators/registry.js";
import { duffing, pendulum, standardMap } from "../../systems/catalogue/index.js";
import { hamiltonianSystem, nativeSeparableSystem, nativeSystem } from "../../systems/index.js";
import { systems } from "../../systems/registry.js";

/** Every registered pair of a system and a method that fits it. */
const pairs = systems.flatMap(({ name, make }) => {
  const example = make();
  return integrators
    .map((method) => ({ method: method.name, integrator: method.make(2 ** -8) }))
    .filter(({ integrator }) => integrator.refusal(example.system) === undefined)
    .map(({ method, integrator }) => [name, method, example, integrator] as const);
});

type Example = (typeof pairs)[number][2];

interface More {
  readonly lanes?: readonly number[];
  readonly every?: number;
  readonly backend?: Backend;
}

const STEPS = 24;

/** Initial values near the example's, different in each trajectory and inside its bounds. */
function initialOf({ system, initial }: Example, lane: number): Record<string, Float64Array> {
  return Object.fromEntries(
    system.state.map(({ name, shape, bounds = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] }) => {
      const { data } = blockValues(name, initial[name]!, shape);
      const moved = data.map((value, i) => value + 0.01 * Math.sin(1 + lane + 3 * i));
      return [name, moved.map((value) => Math.min(Math.max(value, bounds[0]), bounds[1]))];
    }),
  );
}

/** The last states of some trajectories, [lanes, ...shape] by block, in one run. */
function finals(example: Example, integrator: Integrator, { lanes = [0], every = STEPS, backend }: More) {
  const { system, parameters, input } = example;
  const initials = lanes.map((lane) => initialOf(example, lane));
  const initial = system.state.map(({ name, shape }): [string, Float64Array] => {
    const all = new Float64Array(lanes.length * sizeOf(shape));
    for (const [k, values] of initials.entries()) all.set(values[name]!, k * sizeOf(shape));
    return [name, all];
  });
  return simulate(system, {
    integrator,
    initial: Object.fromEntries(initial),
    parameters,
    input,
    steps: STEPS,
    seed: 3,
    trajectories: lanes.length,
    firstTrajectory: lanes[0]!,
    save: { every },
    ...(backend && { backend }),
  }).final;
}

describe("every registered pair", () => {
  it("is many pairs, and every system has a method", () => {
    expect(pairs.length).toBeGreaterThan(40);
    expect(new Set(pairs.map(([name]) => name)).size).toBe(systems.length);
  });

  it.each(pairs)(
    "%s under %s: a batch equals its trajectories one by one, however divided",
    (_n, _m, example, integrator) => {
      const together = finals(example, integrator, { lanes: [0, 1, 2] });
      expect(finals(example, integrator, { lanes: [0, 1, 2], every: 1 })).toEqual(together);
      for (const lane of [0, 1, 2]) {
        const alone = finals(example, integrator, { lanes: [lane], every: 7 });
        for (const { name, shape } of example.system.state) {
          const size = sizeOf(shape);
          expect(alone[name]!.data).toEqual(together[name]!.data.slice(lane * size, (lane + 1) * size));
        }
      }
    },
  );

  it.each(pairs)("%s under %s: generated code follows the interpreter", (_n, _m, example, integrator) => {
    const [fast, oracle] = [undefined, interpreter].map((backend) =>
      finals(example, integrator, { lanes: [4, 5], ...(backend && { backend }) }),
    );
    for (const { name } of example.system.state) {
      for (const [i, value] of oracle![name]!.data.entries()) {
        expect(Math.abs(fast![name]!.data[i]! - value)).toBeLessThan(1e-11 * (1 + Math.abs(value)));
      }
    }
  });
});

describe("systems from constructors", () => {
  it("run as the design says", () => {
    const swing = simulate(pendulum().system, {
      integrator: leapfrog({ step: 0.01 }),
      initial: { q: 2, p: 0 },
      parameters: { mass: 1, gravity: 9.81 },
      until: 20,
    });
    expect(swing.times[2000]).toBe(20);
    expect(swing.states.q.data.length).toBe(2001);
    const kinetic = trace(swing, "p^2 / (2*mass*arm^2)");
    expect(kinetic[7]).toBeCloseTo(swing.states.p.data[7]! ** 2 / 2, 14);
  });

  it("have names that are checked when compiled", () => {
    const { system } = pendulum();
    const integrator = leapfrog({ step: 0.01 });
    // @ts-expect-error: p is missing
    expect(() => simulate(system, { integrator, initial: { q: 2 }, until: 1 })).toThrow("initial.p: got nothing");
    const misspelt = () =>
      simulate(system, {
        integrator,
        initial: { q: 2, p: 0 },
        // @ts-expect-error: a misspelt parameter
        parameters: { gravitas: 1 },
        until: 1,
      });
    expect(misspelt).toThrow("parameters.gravitas: got a name the system does not declare");
    const driven = hamiltonianSystem({
      name: "driven",
      coordinates: { q: [] },
      momenta: { p: [] },
      input: { u: [] },
      hamiltonian: "p^2/2 - u*q",
    });
    // @ts-expect-error: the input is missing
    expect(() => simulate(driven, { integrator, initial: { q: 2, p: 0 }, until: 1 })).toThrow("input.u: got nothing");
    const { final } = simulate(driven, { integrator, initial: { q: 0, p: 0 }, input: { u: (t) => t }, until: 1 });
    expect(final.p.data[0]).toBeCloseTo(0.5, 12);
  });

  it("depend on time where their formula does", () => {
    const { system, initial, parameters, input } = duffing();
    const run = (start: number) =>
      simulate(system, { integrator: rungeKutta4({ step: 0.01 }), initial, parameters, input, start, steps: 100 })
        .final;
    expect(system.facts.timeDependent).toBe(true);
    expect(run(0)).not.toEqual(run(1));
  });

  it("run backwards, maps by their exact inverse", () => {
    const { system, initial } = standardMap();
    const there = simulate(system, { integrator: iterate(), initial, until: 30 }).final;
    const back = simulate(system, {
      integrator: iterate(),
      initial: { q: there.q.data, p: there.p.data },
      start: 30,
      until: 0,
    }).final;
    for (const name of ["q", "p"] as const) expect(back[name].data[0]).toBeCloseTo(Number(initial[name]), 6);
  });

  it("run written by hand, as the formula does", () => {
    const formula = pendulum().system;
    const whole = nativeSystem({
      name: "native pendulum",
      state: { q: [], p: [] },
      field: (_t, { q, p }, _parameters, _input, out) => {
        out.q[0] = p[0]!;
        out.p[0] = -Math.sin(q[0]!);
      },
    });
    const parts = nativeSeparableSystem({
      name: "native separable pendulum",
      coordinates: { q: [] },
      momenta: { p: [] },
      drift: {
        field: (_t, { p }, _parameters, _input, out) => {
          out.q[0] = p[0]!;
        },
      },
      kick: {
        field: (_t, { q }, _parameters, _input, out) => {
          out.p[0] = -Math.sin(q[0]!);
        },
      },
    });
    const finalOf = (system: DynamicalSystem, integrator: Integrator) =>
      simulate(system, { integrator, initial: { q: 2, p: 0 }, until: 10 }).final.q!.data[0]!;
    const runge = rungeKutta4({ step: 0.1 });
    expect(finalOf(whole, runge)).toBeCloseTo(finalOf(formula, runge), 12);
    const verlet = leapfrog({ step: 0.1 });
    expect(finalOf(parts, verlet)).toBeCloseTo(finalOf(formula, verlet), 12);
    expect(verlet.refusal(whole)).toContain("use rungeKutta4");
  });

  it("leave their domain with an error that names the entry", async () => {
    const { system } = pendulum();
    const run = simulateAsync(system, {
      integrator: explicitEuler({ step: 1 }),
      initial: { q: 1, p: [1e300, 0, 1e308] },
      parameters: { arm: 1e-3 },
      steps: 10,
      trajectories: 3,
    });
    await expect(run).rejects.toThrow("pendulum: q of trajectory 2 became Infinity in step 0");
  });

  it("take inputs at nodes in every trajectory alike", () => {
    const driven = hamiltonianSystem({
      name: "driven",
      coordinates: { q: [2] },
      momenta: { p: [2] },
      input: { u: [2] },
      hamiltonian: "sum(p^2)/2 + sum(q^2)/2 - dot(u, q)",
    });
    const rows = Array.from({ length: 11 }, (_, k) => [Math.sin(k), Math.cos(k)]);
    const run = (trajectories: number) =>
      simulate(driven, {
        integrator: leapfrog({ step: 0.1 }),
        initial: { q: 0, p: 0 },
        input: { u: nodes(rows) },
        steps: 10,
        trajectories,
      }).final.q.data;
    expect(run(2)).toEqual(Float64Array.from([...run(1), ...run(1)]));
  });
});
