import { describe, test } from "vitest";
import { integrators } from "../../integrators/registry.js";
import { expectIntegratorHolds, solvesEquations } from "./registered-verification.js";

const chosen = integrators.filter((integrator) => !solvesEquations(integrator));

describe("every registered explicit integrator has the properties it declares on every registered system it accepts", () => {
  test.each(chosen)("$name", { timeout: 300_000 }, (integrator) => {
    expectIntegratorHolds(integrator);
  });
});
