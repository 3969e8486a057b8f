import { expect, it } from "vitest";
import { boundedUnit } from "../../core/simulation/example-systems.testing.js";
import { simulate } from "../../core/simulation/index.js";
import { explicitEuler } from "./explicit-euler.js";

it("explicitEuler projects onto bounds after each step", () => {
  const { states } = simulate(boundedUnit, { integrator: explicitEuler({ step: 0.25 }), initial: { x: 0 }, steps: 4 });
  expect([...states.x.data]).toEqual([0, 0.5, 0.875, 1, 1]);
});
