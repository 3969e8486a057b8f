import { describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { plainEuler, probe } from "./example-integrators.testing.js";
import { drivenDecay, shapedDecay } from "./example-systems.testing.js";
import { held, type InputValue, nodes } from "./inputs.js";
import { simulate } from "./simulate.js";

/** What the field -u x sees of u at x = -1 within each step, at a fraction of the step. */
function seen(
  u: InputValue,
  fraction: number,
  more: { readonly start?: number; readonly until?: number } = {},
): number[] {
  const result = simulate(drivenDecay, {
    integrator: probe(fraction, 0.5),
    initial: { x: -1 },
    input: { u },
    ...(more.until === undefined ? { steps: 3 } : { until: more.until }),
    ...(more.start === undefined ? {} : { start: more.start }),
    save: { map: { x: "x" } },
  });
  const values = [...result.states.x.data];
  return values.slice(1).map((value, k) => value / -values[k]!);
}

describe("inputs", () => {
  it("are constant", () => {
    expect(seen(3, 0.5)).toEqual([3, 3, 3]);
  });

  it("are held during a step", () => {
    for (const fraction of [0, 0.5, 1]) expect(seen(held([1, 2, 4]), fraction)).toEqual([1, 2, 4]);
  });

  it("are taken between nodes linearly", () => {
    const rows = nodes([1, 2, 4, 8]);
    expect(seen(rows, 0)).toEqual([1, 2, 4]);
    expect(seen(rows, 1)).toEqual([2, 4, 8]);
    expect(seen(rows, 0.25)).toEqual([1.25, 2.5, 5]);
  });

  it("are functions of t", () => {
    expect(seen((t) => 1 + t, 0)).toEqual([1, 1.5, 2]);
    expect(seen((t) => [1 + t], 0.5, { start: 2, until: 3.5 })).toEqual([3.25, 3.75, 4.25]);
    expect(seen((t) => 1 + t, 1, { start: 2, until: 0.5 })).toEqual([2.5, 2, 1.5]);
  });

  it("follow the run, also backwards in time", () => {
    expect(seen(held([1, 2, 4]), 0.5, { start: 2, until: 0.5 })).toEqual([1, 2, 4]);
  });

  it("have blocks of any shape, and trajectories of their own", () => {
    const run = (b: InputValue) =>
      simulate(shapedDecay, {
        integrator: plainEuler(1),
        initial: { z: 0 },
        parameters: { W: [1, 0, 0, 0, 1, 0] },
        input: { b },
        steps: 2,
        trajectories: 2,
        save: { times: [1, 2] },
      }).states.z.data;
    const shared = Float64Array.of(1, 2, 1, 2, 4, 5, 4, 5);
    const rows = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    expect(run(held(rows))).toEqual(shared);
    expect(run(held(rows.flat()))).toEqual(shared);
    expect(run((t) => rows[t]!)).toEqual(shared);
    const own = Float64Array.of(1, 2, 7, 8, 4, 5, 10, 11);
    const flat = [1, 2, 3, 7, 8, 9, 4, 5, 6, 10, 11, 12];
    expect(run(held(flat))).toEqual(own);
    expect(run(nodes([...flat, ...new Array<number>(6).fill(0)]))).toEqual(own);
    expect(run((t) => flat.slice(6 * t, 6 * t + 6))).toEqual(own);
  });

  it("do not depend on how the run is divided", () => {
    const steps = 5000;
    const rows = Float64Array.from({ length: steps }, (_, k) => Math.sin(k));
    const run = (every: number) =>
      simulate(drivenDecay, {
        integrator: plainEuler(0.1),
        initial: { x: 1 },
        input: { u: held(rows) },
        steps,
        save: { every },
      });
    expect(run(1).final.x.data).toEqual(run(5000).final.x.data);
    let expected = 1;
    for (const u of rows) expected += 0.1 * -(u * expected);
    expect(run(7).final.x.data[0]).toBeCloseTo(expected, 12);
  });

  it.each<[string, InputValue, string]>([
    [
      "too few held rows",
      held([1, 2]),
      "input.u: got rows of the shape [2], expected finite numbers of the shape [3], one row per step.",
    ],
    [
      "too few nodes",
      nodes([1, 2, 3]),
      "input.u: got rows of the shape [3], expected finite numbers of the shape [4], one row per node.",
    ],
    [
      "rows of another shape",
      held([
        [1, 2],
        [1, 2],
        [1, 2],
      ]),
      "got rows of the shape [3, 2]",
    ],
    ["a row that is not finite", held([1, Number.NaN, 3]), "got NaN in row 1"],
    ["a constant of another shape", [1, 2], "input.u: got the shape [2], expected []."],
    ["a function of another shape", () => [1, 2], "input.u: got 2 numbers at t = 0, expected 1 for the shape []"],
    ["a function that changes its shape", (t) => (t > 0.6 ? [1, 2] : [1]), "input.u: got 2 numbers at t = 1,"],
  ])("refuse %s", (_, u, message) => {
    expect(() => seen(u, 0)).toThrow(InputError);
    expect(() => seen(u, 0)).toThrow(message);
  });

  it("held have no value at a state", () => {
    const run = () =>
      simulate(drivenDecay, {
        integrator: plainEuler(1),
        initial: { x: 1 },
        input: { u: held([1, 2]) },
        steps: 2,
        save: { map: { power: "u*x" } },
      });
    expect(run).toThrow(
      "save.map: got the held input u, expected quantities that have a value at a state; give the input at nodes.",
    );
  });
});
