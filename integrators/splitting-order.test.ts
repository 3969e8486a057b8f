import { describe, expect, it } from "vitest";
import { InputError } from "../core/errors.js";
import { power, symbol } from "../core/expression/functions.js";
import { curvedMotion, oscillator, pendulum } from "../core/simulation/example-systems.testing.js";
import { simulate } from "../core/simulation/index.js";
import { composedLeapfrog, drift, kick, type SplittingStage } from "./splitting.js";
import { splittingOrder } from "./splitting-order.js";
import { leapfrog } from "./steppers/leapfrog.js";
import { splitting } from "./steppers/splitting.js";

const quarter = 1 / (2 - 2 ** (1 / 3));

/** The stages of McLachlan and Atela's method. */
const fourKicks: readonly SplittingStage[] = [
  kick(0.1344961992774311),
  drift(0.5153528374311229),
  kick(-0.22481980307942082),
  drift(-0.08578201941297364),
  kick(0.7563200005156683),
  drift(0.4415830236164665),
  kick(0.3340036032863214),
  drift(0.12884615836538418),
];

describe("the order of a splitting from its coefficients", () => {
  it.each<[string, readonly SplittingStage[], number]>([
    ["symplectic Euler", [kick(1), drift(1)], 1],
    ["leapfrog", [kick(1 / 2), drift(1), kick(1 / 2)], 2],
    ["Ruth", [kick(7 / 24), drift(2 / 3), kick(3 / 4), drift(-2 / 3), kick(-1 / 24), drift(1)], 3],
    [
      "Ruth with a wrong sign",
      [kick(7 / 24), drift(2 / 3), kick(3 / 4), drift(2 / 3), kick(-1 / 24), drift(-1 / 3)],
      1,
    ],
    ["Yoshida 4", composedLeapfrog([quarter, 1 - 2 * quarter, quarter], "drift"), 4],
    [
      "Yoshida 4 with a wrong digit",
      composedLeapfrog([quarter + 1e-9, 1 - 2 * quarter - 2e-9, quarter + 1e-9], "kick"),
      2,
    ],
    // Order 4 on quadratic kinetic energies only.
    ["McLachlan-Atela", fourKicks, 3],
    ["coefficients that do not add up", [kick(1 / 2), drift(1), kick(1 / 3)], 0],
  ])("%s", (_, stages, order) => {
    expect(splittingOrder(stages)).toBe(order);
  });
});

describe("splitting", () => {
  it("is leapfrog for leapfrog's coefficients, with its order and symmetry", () => {
    const own = splitting({ step: 0.1, kick: [1 / 2, 1 / 2], drift: [1] });
    expect([own.order, own.symmetric, own.preserves]).toEqual([2, true, "symplectic"]);
    const run = (integrator: typeof own) =>
      simulate(pendulum, { integrator, initial: { q: 2, p: 0 }, steps: 50 }).states;
    expect(run(own)).toEqual(run(leapfrog({ step: 0.1 })));
  });

  it("begins with the longer list, else with a kick, else as asked", () => {
    const first = (options: { drift: number[]; kick: number[]; first?: "kick" | "drift" }): number => {
      const { final } = simulate(pendulum, {
        integrator: splitting({ step: 0.1, ...options }),
        initial: { q: 0, p: 1 },
        steps: 1,
      });
      return final.q.data[0]!;
    };
    expect(first({ drift: [1 / 2, 1 / 2], kick: [1] })).not.toBe(0.1);
    expect(first({ drift: [1], kick: [1] })).toBe(0.1);
    const driftFirst = simulate(pendulum, {
      integrator: splitting({ step: 0.1, drift: [1], kick: [1], first: "drift" }),
      initial: { q: 1, p: 0 },
      steps: 1,
    });
    expect(driftFirst.final.q.data[0]).toBe(1);
  });

  it("accepts only quadratic kinetic energies where its order needs them", () => {
    const coefficients = {
      step: 0.1,
      kick: fourKicks.filter(({ part }) => part === "kick").map(({ coefficient }) => coefficient),
      drift: fourKicks.filter(({ part }) => part === "drift").map(({ coefficient }) => coefficient),
    };
    expect(splitting(coefficients).order).toBe(3);
    const claimed = splitting({ ...coefficients, order: 4 });
    expect(claimed.refusal(oscillator)).toBeUndefined();
    const quartic = { ...pendulum, field: new Map([...pendulum.field, ["q", power(symbol("p"), 3)]]) };
    expect(claimed.refusal(curvedMotion)).toContain("not separable");
    expect(quartic.facts.separable).toBe(true);
    expect(claimed.refusal(quartic)).toContain("its kinetic energy is not quadratic in the momenta");
  });

  it.each<[string, Parameters<typeof splitting>[0], string]>([
    ["lists that cannot alternate", { step: 0.1, drift: [1], kick: [1 / 3, 1 / 3, 1 / 3] }, "got 1 drifts and 3 kicks"],
    ["no kick", { step: 0.1, drift: [1], kick: [] }, "got 1 drifts and 0 kicks"],
    [
      "the shorter list first",
      { step: 0.1, drift: [1], kick: [1 / 2, 1 / 2], first: "drift" },
      "alternate from a drift on",
    ],
    [
      "kicks that add up to less",
      { step: 0.1, drift: [1], kick: [1 / 2, 1 / 3] },
      "kick of splitting: got coefficients that add up to 0.8",
    ],
    [
      "a drift that is no number",
      { step: 0.1, drift: [Number.NaN], kick: [1 / 2, 1 / 2] },
      "drift of splitting: got coefficients that add up to NaN",
    ],
    ["an order that is none", { step: 0.1, drift: [1], kick: [1], order: 0.5 }, "order of splitting: got 0.5"],
    ["a step that is none", { step: 0, drift: [1], kick: [1] }, "got 0, expected a positive number"],
  ])("refuses %s", (_, options, sentence) => {
    expect(() => splitting(options)).toThrow(InputError);
    expect(() => splitting(options)).toThrow(sentence);
  });
});
