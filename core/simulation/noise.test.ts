import { describe, expect, it } from "vitest";
import { fillNormals } from "../random.js";
import { randomWalk } from "./example-integrators.testing.js";
import { shapedDecay, spring } from "./example-systems.testing.js";
import { simulate } from "./simulate.js";

const options = { integrator: randomWalk(0.25), initial: { z: 0 }, input: { b: 0 }, steps: 3000 } as const;
const finalOf = (more: {
  readonly seed?: number;
  readonly trajectories?: number;
  readonly firstTrajectory?: number;
  readonly save?: { readonly every: number };
}) => simulate(shapedDecay, { ...options, save: { every: 3000 }, ...more }).final.z.data;

describe("noise", () => {
  it("is Philox at (seed, trajectory, step, block, component)", () => {
    const normals = (step: number, block: number, trajectory: number) => {
      const out = new Float64Array(2);
      fillNormals(out, 42, trajectory, step, block);
      return out;
    };
    const { data } = simulate(shapedDecay, { ...options, steps: 2, seed: 42, trajectories: 3 }).states.z;
    for (let lane = 0; lane < 3; lane++) {
      let expected = [0, 0];
      for (let step = 0; step < 2; step++) {
        const [first, second] = [normals(step, 0, lane), normals(step, 1, lane)];
        expected = expected.map((value, i) => value + 0.5 * (first[i]! + 10 * second[i]!));
        const at = (step + 1) * 6 + lane * 2;
        expect([...data.slice(at, at + 2)]).toEqual(expected);
      }
    }
  });

  it("is the same for the same seed and another for another", () => {
    expect(finalOf({ seed: 1 })).toEqual(finalOf({ seed: 1 }));
    expect(finalOf({})).toEqual(finalOf({ seed: 0 }));
    expect(finalOf({ seed: 1 })).not.toEqual(finalOf({ seed: 2 }));
  });

  it("does not depend on how the run is divided", () => {
    expect(finalOf({ save: { every: 1 } })).toEqual(finalOf({ save: { every: 1000 } }));
  });

  it("gives each trajectory of a batch what it gets alone, also where the rows are large", () => {
    for (const trajectories of [5, 300]) {
      const batch = finalOf({ seed: 7, trajectories });
      for (const lane of [0, trajectories - 1]) {
        const alone = finalOf({ seed: 7, firstTrajectory: lane });
        expect(batch.slice(2 * lane, 2 * lane + 2)).toEqual(alone);
      }
    }
    const parts = [finalOf({ trajectories: 2 }), finalOf({ trajectories: 3, firstTrajectory: 2 })];
    expect(Float64Array.from(parts.flatMap((part) => [...part]))).toEqual(finalOf({ trajectories: 5 }));
  });

  it.each([
    [{ seed: -1 }, "seed: got -1"],
    [{ seed: 0.5 }, "seed: got 0.5"],
    [{ trajectories: 0 }, "trajectories: got 0, expected a whole number from 1 to 2^32 - 1."],
    [{ trajectories: 1.5 }, "trajectories: got 1.5"],
    [{ firstTrajectory: -1 }, "firstTrajectory: got -1, expected a whole number from 0 to 2^32 - 1."],
  ])("refuses %j", (more, message) => {
    expect(() => finalOf(more)).toThrow(message);
  });

  it("cannot be run backwards", () => {
    const run = () =>
      simulate(spring, {
        integrator: randomWalk(1),
        initial: { x: 1 },
        parameters: { stiffness: 1 },
        start: 1,
        until: 0,
      });
    expect(run).toThrow("until: got a time before the start, expected a later time; noise cannot be run backwards.");
  });
});
