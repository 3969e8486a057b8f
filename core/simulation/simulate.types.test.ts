import { describe, expectTypeOf, it } from "vitest";
import type { StateArray } from "../system.js";
import { plainEuler } from "./example-integrators.testing.js";
import { drivenDecay, pendulum, shapedDecay, spring } from "./example-systems.testing.js";
import type { SimulateOptions } from "./options.js";
import { simulate } from "./simulate.js";

type OptionsOf<System> = System extends { readonly names?: infer N }
  ? SimulateOptions<NonNullable<N> & import("../system.js").BlockNames>
  : never;

const integrator = plainEuler(1);

/** Accepts options without running anything. */
const options = <System>(_system: System, _options: OptionsOf<System>): void => {};

describe("names of a system", () => {
  it("are the keys of its states", () => {
    const { states, final } = simulate(pendulum, { integrator, initial: { q: 1, p: 0 }, steps: 1 });
    expectTypeOf(states).toEqualTypeOf<{ readonly q: StateArray; readonly p: StateArray }>();
    expectTypeOf(final.p).toEqualTypeOf<StateArray>();
    // @ts-expect-error: there is no such block
    states.r;
  });

  it("are checked in the initial state", () => {
    options(pendulum, { integrator, initial: { q: 1, p: 0 }, steps: 1 });
    // @ts-expect-error: p is missing
    options(pendulum, { integrator, initial: { q: 1 }, steps: 1 });
    // @ts-expect-error: Q is misspelt
    options(pendulum, { integrator, initial: { Q: 1, p: 0 }, steps: 1 });
    // @ts-expect-error: r is too many
    options(pendulum, { integrator, initial: { q: 1, p: 0, r: 0 }, steps: 1 });
  });

  it("are checked in the parameters", () => {
    options(spring, { integrator, initial: { x: 1 }, parameters: { stiffness: 1 }, steps: 1 });
    options(shapedDecay, { integrator, initial: { z: 1 }, input: { b: 1 }, steps: 1 });
    options(shapedDecay, { integrator, initial: { z: 1 }, input: { b: 1 }, parameters: { W: 2 }, steps: 1 });
    // @ts-expect-error: stiffness is missing and has no default
    options(spring, { integrator, initial: { x: 1 }, parameters: {}, steps: 1 });
    // @ts-expect-error: stiffness is missing and has no default
    options(spring, { integrator, initial: { x: 1 }, steps: 1 });
    // @ts-expect-error: a misspelt name
    options(shapedDecay, { integrator, initial: { z: 1 }, input: { b: 1 }, parameters: { w: 2 }, steps: 1 });
    // @ts-expect-error: the pendulum has no parameters
    options(pendulum, { integrator, initial: { q: 1, p: 0 }, parameters: { mass: 1 }, steps: 1 });
  });

  it("are checked in the input", () => {
    options(drivenDecay, { integrator, initial: { x: 1 }, input: { u: 1 }, steps: 1 });
    // @ts-expect-error: the input is missing
    options(drivenDecay, { integrator, initial: { x: 1 }, steps: 1 });
    // @ts-expect-error: a misspelt name
    options(drivenDecay, { integrator, initial: { x: 1 }, input: { v: 1 }, steps: 1 });
    // @ts-expect-error: the pendulum has no input
    options(pendulum, { integrator, initial: { q: 1, p: 0 }, input: { u: 1 }, steps: 1 });
  });

  it("are those of the map, where one is given", () => {
    const { states } = simulate(pendulum, {
      integrator,
      initial: { q: 1, p: 0 },
      steps: 1,
      save: { map: { kinetic: "p^2/2", angle: ({ q }) => q } },
    });
    expectTypeOf(states).toEqualTypeOf<{ readonly kinetic: StateArray; readonly angle: StateArray }>();
  });

  it("are those of the blocks to keep, where they are given", () => {
    const start = { integrator, initial: { q: 1, p: 0 }, steps: 1 } as const;
    const { states, final } = simulate(pendulum, { ...start, save: { keep: ["p"] } });
    expectTypeOf(states).toEqualTypeOf<{ readonly p: StateArray }>();
    expectTypeOf(final.q).toEqualTypeOf<StateArray>();
    const run = () => {
      // @ts-expect-error: r is no block of the pendulum
      simulate(pendulum, { ...start, save: { keep: ["r"] } });
      // @ts-expect-error: blocks to keep and functions to keep are alternatives
      simulate(pendulum, { ...start, save: { keep: ["q"], map: { kinetic: "p^2/2" } } });
    };
    expectTypeOf(run).returns.toBeVoid();
  });

  it("are offered to functions of the symbols", () => {
    // @ts-expect-error: r is no block of the pendulum
    options(pendulum, { integrator, initial: { q: 1, p: 0 }, steps: 1, save: { map: { q: ({ r }) => r } } });
  });

  it("go with exactly one horizon", () => {
    options(pendulum, { integrator, initial: { q: 1, p: 0 }, until: 1 });
    // @ts-expect-error: neither until nor steps
    options(pendulum, { integrator, initial: { q: 1, p: 0 } });
    // @ts-expect-error: both until and steps
    options(pendulum, { integrator, initial: { q: 1, p: 0 }, until: 1, steps: 1 });
  });
});
