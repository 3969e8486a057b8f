import { describe, expect, test } from "vitest";
import type { Expression } from "../../core/expression/expression.js";
import { divide, multiply, negate } from "../../core/expression/functions.js";
import type { DynamicalSystem } from "../../core/system.js";
import { verify } from "../index.js";
import { systemProperties } from "../verification/properties-registry.js";
import { hopfieldTask, symmetricRateTask } from "./example-tasks.js";
import { expectCaught } from "./verify-fault.js";

describe("verify finds planted faults of what a force declares", () => {
  const rates = symmetricRateTask.system as unknown as DynamicalSystem;
  const hopfield = hopfieldTask.system as unknown as DynamicalSystem;
  const twistBy = (change: (value: Expression) => Expression): DynamicalSystem => ({
    ...rates,
    twist: new Map([...(rates.twist as ReadonlyMap<string, Expression>)].map(([name, value]) => [name, change(value)])),
  });
  const parts = hopfield.decomposition as NonNullable<DynamicalSystem["decomposition"]>;
  const decomposed = (change: Partial<typeof parts>): DynamicalSystem => ({
    ...hopfield,
    decomposition: { ...parts, ...change },
  });
  const TWIST = "the Jacobian is symmetric in the metric of the twist";
  const PARTS = "the field is the descent of the declared energy and the rest of the force";

  test.each([
    ["an inverted twist", TWIST, twistBy((value) => divide(1, value))],
    ["a squared twist", TWIST, twistBy((value) => multiply(value, value))],
    ["an energy of the wrong sign", PARTS, decomposed({ energy: negate(parts.energy) })],
    ["half the energy", PARTS, decomposed({ energy: divide(parts.energy, 2) })],
    ["a rest that is the whole force", PARTS, decomposed({ nonConservative: hopfield.field })],
  ])("%s: %s", async (_mistake, property, system) => {
    const chosen = systemProperties.filter(({ name }) => name === property);
    expectCaught(await verify(system, { properties: { system: chosen, integrator: [] }, runs: 20 }), property);
  });

  test("and none without one, nor in a twist times a number", async () => {
    for (const system of [rates, hopfield, twistBy((value) => multiply(-3, value))]) {
      const { results } = await verify(system, { properties: { integrator: [] }, runs: 20 });
      expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
      expect(
        results.filter(({ property, outcome }) => outcome === "passed" && [TWIST, PARTS].includes(property)).length,
      ).toBe(1);
    }
  });
});
