import { expect } from "vitest";
import { topologicalOrder } from "../../core/expression/expression.js";
import { rootPrimitive } from "../../core/expression/primitives/root.js";
import { stepProgram } from "../../core/simulation/step-program.js";
import type { RegisteredIntegrator } from "../../integrators/registry.js";
import { systems } from "../../systems/registry.js";
import { integratorProperties } from "../verification/properties-registry.js";
import type { VerificationProperty } from "../verification/verification-property.js";
import { applicable, expectHolds } from "./verification-cases.js";

/** Of the random cases. */
export const SEED = 20;
/** At most this part of the cases may be undecided, over all properties of one subject. */
const MOST_UNDECIDED = 0.05;

/** Every applicable property of every subject holds, some apply to each, and few cases stay undecided. */
export function expectAllHold<Subject>(
  properties: readonly VerificationProperty<Subject>[],
  subjects: readonly Subject[],
  { runs, atLeast }: { readonly runs: number; readonly atLeast: number },
): void {
  expect(subjects.length).toBeGreaterThanOrEqual(1);
  const counts = subjects.flatMap((subject) => {
    const chosen = applicable(properties, subject);
    expect(chosen.length).toBeGreaterThanOrEqual(atLeast);
    return chosen.map((property) => expectHolds(property, subject, { runs, seed: SEED }));
  });
  for (const { decided } of counts) expect(decided).toBe(runs);
  const reasons = counts.flatMap((count) => count.reasons);
  expect(reasons.length / (runs * counts.length), reasons.join(", ")).toBeLessThanOrEqual(MOST_UNDECIDED);
}

/** Every property of an integrator on every registered system it accepts. */
export function expectIntegratorHolds({ make }: RegisteredIntegrator): void {
  const integrator = make(0.05);
  const accepted = systems
    .map((each) => ({ system: each.make().system, integrator }))
    .filter(({ system }) => integrator.refusal(system) === undefined);
  expectAllHold(integratorProperties, accepted, { runs: 2, atLeast: 2 });
}

/** Whether the method solves equations within a step, on the first system that it accepts. */
export function solvesEquations({ make }: RegisteredIntegrator): boolean {
  const integrator = make(0.05);
  const accepted = systems.map((each) => each.make().system).find((system) => integrator.refusal(system) === undefined);
  if (accepted === undefined) return false;
  const nexts = stepProgram(accepted, integrator).loop.carried.map(({ next }) => next);
  return topologicalOrder(nexts).some(({ primitive }) => primitive === (rootPrimitive as unknown));
}
