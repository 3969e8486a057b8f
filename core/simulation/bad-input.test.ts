import { describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { plainEuler, probe } from "./example-integrators.testing.js";
import { boundedUnit, drivenDecay, logisticMap, pendulum, shapedDecay, spring } from "./example-systems.testing.js";
import { simulate, simulateAsync } from "./simulate.js";

const integrator = plainEuler(0.1);

describe("simulate refuses", () => {
  const refuses = (run: () => unknown, message: string): void => {
    expect(run).toThrow(InputError);
    expect(run).toThrow(message);
  };

  it("a missing state block", () => {
    const initial = { q: 1 } as { q: number; p: number };
    refuses(
      () => simulate(pendulum, { integrator, initial, steps: 1 }),
      "initial.p: got nothing, expected a value of the shape [].",
    );
  });

  it("an unknown state block", () => {
    const initial = { q: 1, p: 0, r: 0 };
    refuses(
      () => simulate(pendulum, { integrator, initial, steps: 1 }),
      "initial.r: got a name the system does not declare, expected one of q, p.",
    );
  });

  it("an initial state that is not a number, by block and component", () => {
    const run = (z: number[] | number[][], trajectories?: number) => () =>
      simulate(shapedDecay, {
        integrator,
        initial: { z },
        input: { b: 0 },
        steps: 1,
        ...(trajectories && { trajectories }),
      });
    refuses(run([1, Number.NaN]), "initial.z[1]: got NaN, expected a finite number.");
    refuses(
      run(
        [
          [1, 2],
          [Number.NEGATIVE_INFINITY, 4],
        ],
        2,
      ),
      "initial.z[1, 0]: got -Infinity, expected a finite number.",
    );
  });

  it("an initial state of the wrong shape", () => {
    refuses(
      () => simulate(shapedDecay, { integrator, initial: { z: [1, 2, 3] }, input: { b: 0 }, steps: 1 }),
      "initial.z: got the shape [3], expected [2].",
    );
  });

  it("several initial states for one trajectory", () => {
    refuses(
      () => simulate(pendulum, { integrator, initial: { q: [1, 2], p: 0 }, steps: 1 }),
      "initial.q: got the shape [2], expected []; give trajectories: 2 to run several at once.",
    );
    const rows = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    refuses(
      () => simulate(shapedDecay, { integrator, initial: { z: rows }, input: { b: 0 }, steps: 1 }),
      "initial.z: got the shape [3, 2], expected [2]; give trajectories: 3 to run several at once.",
    );
    refuses(
      () => simulate(pendulum, { integrator, initial: { q: [1, 2], p: 0 }, trajectories: 3, steps: 1 }),
      "initial.q: got the shape [2], expected [], or [3] with one value per trajectory.",
    );
  });

  it("an initial state out of bounds", () => {
    refuses(
      () => simulate(boundedUnit, { integrator, initial: { x: 1.5 }, steps: 1 }),
      "initial.x: got 1.5, expected a number in the block's bounds [0, 1].",
    );
  });

  it("a missing parameter without a default", () => {
    const parameters = {} as { stiffness: number };
    refuses(
      () => simulate(spring, { integrator, initial: { x: 1 }, parameters, steps: 1 }),
      "parameters.stiffness: got nothing, expected a value of the shape [].",
    );
  });

  it("an unknown or misshapen parameter", () => {
    const run = (parameters: Record<string, number | number[]>) => () =>
      simulate(spring, { integrator, initial: { x: 1 }, parameters: parameters as { stiffness: number }, steps: 1 });
    refuses(run({ stiffness: 1, stifness: 2 }), "parameters.stifness: got a name the system does not declare");
    refuses(run({ stiffness: [1, 2] }), "parameters.stiffness: got the shape [2], expected [].");
    refuses(run({ stiffness: Number.NaN }), "parameters.stiffness: got NaN, expected a finite number.");
  });

  it("a missing or unknown input", () => {
    const run = (input: Record<string, number>) => () =>
      simulate(drivenDecay, { integrator, initial: { x: 1 }, input: input as { u: number }, steps: 1 });
    refuses(run({}), "input.u: got nothing, expected a value of the shape [].");
    refuses(run({ u: 1, v: 2 }), "input.v: got a name the system does not declare, expected one of u.");
  });

  it("a horizon that does not fit", () => {
    const both = { until: 1, steps: 10 } as unknown as { steps: number };
    refuses(() => simulate(pendulum, { integrator, initial: { q: 1, p: 0 }, ...both }), "until, steps: got both");
    refuses(() => simulate(pendulum, { integrator, initial: { q: 1, p: 0 }, until: 0.25 }), "until: got 0.25");
  });

  it("a method that refuses the system", () => {
    const strange = { ...pendulum, kind: "lagrangian" as const };
    refuses(
      () => simulate(strange, { integrator, initial: { q: 1, p: 0 }, steps: 1 }),
      'integrator: got plain Euler, expected a method for "pendulum"; plain Euler does not like "pendulum".',
    );
  });

  it("to run a map without an inverse backwards", () => {
    const options = { integrator: probe(0, 1), initial: { x: 0.1 }, parameters: { rate: 1 } };
    refuses(
      () => simulate(logisticMap, { ...options, start: 3, until: 0 }),
      'until: got a time before the start, expected a later time; "logistic map" declares no inverse map.',
    );
  });

  it("as a rejection when asynchronous", async () => {
    const run = simulateAsync(pendulum, { integrator, initial: { q: Number.NaN, p: 0 }, steps: 1 });
    await expect(run).rejects.toThrow("initial.q: got NaN");
  });
});
