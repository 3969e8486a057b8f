import { describe, expect, it } from "vitest";
import { trace } from "../diagnostics/trace.js";
import { InputError } from "../errors.js";
import { plainEuler } from "./example-integrators.testing.js";
import { drivenDecay, shapedDecay, spring } from "./example-systems.testing.js";
import { held, type InputValue, nodes } from "./inputs.js";
import { simulate } from "./simulate.js";
import { trajectoryOf } from "./trajectory-of.js";

const integrator = plainEuler(0.25);

describe("trajectoryOf", () => {
  it("is the trajectory run alone, with what it had of its own and what it shared", () => {
    const initial = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    const W = Float64Array.from({ length: 18 }, (_, k) => Math.sin(k));
    const common = { integrator, steps: 4, save: { every: 2 }, start: 1 };
    for (const shared of [true, false]) {
      const weights = (k: number) => (shared ? W.slice(0, 6) : W.slice(6 * k, 6 * k + 6));
      const batch = simulate(shapedDecay, {
        ...common,
        initial: { z: initial },
        parameters: { W: shared ? weights(0) : W },
        input: { b: [1, 2, 3] },
        trajectories: 3,
      });
      for (let k = 0; k < 3; k++) {
        const alone = simulate(shapedDecay, {
          ...common,
          initial: { z: initial[k]! },
          parameters: { W: weights(k) },
          input: { b: [1, 2, 3] },
        });
        const { inputs: _, ...expected } = alone;
        expect(trajectoryOf(batch, k)).toMatchObject(expected);
        expect(trace(trajectoryOf(batch, k), "dot(z, W @ b)")).toEqual(trace(alone, "dot(z, W @ b)"));
      }
    }
  });

  it.each<[string, InputValue, (k: number) => InputValue]>([
    ["constants", [1, 2], (k) => k + 1],
    [
      "rows at nodes",
      nodes([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      (k) => nodes([1 + k, 3 + k, 5 + k]),
    ],
    ["functions of t", (t) => [t, 2 * t], (k) => (t) => (k + 1) * t],
  ])("has its own input: %s", (_what, both, own) => {
    const run = (u: InputValue, initial: number | number[], trajectories?: number) =>
      simulate(drivenDecay, {
        integrator,
        initial: { x: initial },
        input: { u },
        steps: 2,
        ...(trajectories && { trajectories }),
      });
    for (const k of [0, 1]) {
      const [one, alone] = [trajectoryOf(run(both, [1, 2], 2), k), run(own(k), k + 1)];
      expect(one.states).toEqual(alone.states);
      expect(trace(one, "u*x")).toEqual(trace(alone, "u*x"));
    }
  });

  it("keeps saved functions, and shares no array with the run", () => {
    const run = simulate(spring, {
      integrator,
      initial: { x: [1, 2] },
      parameters: { stiffness: 1 },
      steps: 1,
      trajectories: 2,
      save: { map: { both: ({ x }) => x, time: "t" } },
    });
    const second = trajectoryOf(run, 1);
    expect(second.states).toEqual({
      both: { data: Float64Array.of(2, 1.5), shape: [2] },
      time: { data: Float64Array.of(0, 0.25), shape: [2] },
    });
    second.times.fill(9);
    second.states.both.data.fill(9);
    expect([...run.times, ...run.states.both.data]).toEqual([0, 0.25, 1, 2, 0.75, 1.5]);
  });

  it("takes the one trajectory of a run that has an axis for it", () => {
    const options = { integrator, initial: { x: 1 }, input: { u: held([1, 2]) }, steps: 2 };
    const [one, alone] = [
      trajectoryOf(simulate(drivenDecay, { ...options, trajectories: 1 }), 0),
      simulate(drivenDecay, options),
    ];
    expect(one.states).toEqual(alone.states);
    expect(one.trajectories).toBeUndefined();
  });

  it("refuses a number out of range, and a result without the axis", () => {
    const run = (trajectories?: number) =>
      simulate(spring, {
        integrator,
        initial: { x: 1 },
        parameters: { stiffness: 1 },
        steps: 1,
        ...(trajectories && { trajectories }),
      });
    for (const k of [2, -1, 0.5, Number.NaN]) {
      const take = () => trajectoryOf(run(2), k);
      expect(take).toThrow(InputError);
      expect(take).toThrow(`trajectoryOf: got the trajectory ${k}, expected a whole number from 0 to 1.`);
    }
    expect(() => trajectoryOf(run(), 0)).toThrow(
      "trajectoryOf: got a result without an axis of trajectories, expected one of a run with the option trajectories; use the result itself.",
    );
  });
});
