import { describe, expect, it } from "vitest";
import { doublingMap, logisticMap } from "../../core/simulation/example-systems.testing.js";
import { held, simulate } from "../../core/simulation/index.js";
import { iterate } from "./iterate.js";

describe("iterate", () => {
  it("applies the map", () => {
    const { states, times } = simulate(logisticMap, {
      integrator: iterate(),
      initial: { x: 0.25 },
      parameters: { rate: 4 },
      until: 3,
    });
    expect([...times]).toEqual([0, 1, 2, 3]);
    expect([...states.x.data]).toEqual([0.25, 0.75, 0.75, 0.75]);
  });

  it("sees the number of steps as t, and held inputs", () => {
    const { states } = simulate(doublingMap, {
      integrator: iterate(),
      initial: { x: 1 },
      input: { u: held([10, 20, 30]) },
      start: 5,
      steps: 3,
    });
    expect([...states.x.data]).toEqual([1, 17, 60, 157]);
  });

  it("applies the exact inverse backwards in time", () => {
    const { states, times } = simulate(doublingMap, {
      integrator: iterate(),
      initial: { x: 157 },
      input: { u: held([30, 20, 10]) },
      start: 8,
      until: 5,
    });
    expect([...times]).toEqual([8, 7, 6, 5]);
    expect([...states.x.data]).toEqual([157, 60, 17, 1]);
  });

  it("refuses a horizon between steps", () => {
    const run = () =>
      simulate(logisticMap, { integrator: iterate(), initial: { x: 0.25 }, parameters: { rate: 4 }, until: 2.5 });
    expect(run).toThrow("until: got 2.5, expected a whole number of steps of 1 from 0");
  });
});
