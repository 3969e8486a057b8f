import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { integrators } from "../../integrators/registry.js";
import { type ArbitraryStructure, arbitraryStructures, arbitrarySystem } from "../arbitraries/system.js";
import { integratorProperties, systemProperties } from "../verification/properties-registry.js";
import { applicable, type CaseCounts, expectHolds } from "./verification-cases.js";

/** Random correct systems; more of them by the environment variable EQPROP_RUNS. */
const SYSTEMS = Number(process.env.EQPROP_RUNS ?? 100);
const CASES = 3;
const MOST_UNDECIDED = 0.05;
/** One system in so many is also run under the integrators that accept it. */
const INTEGRATED = 10;

const share = Math.ceil(SYSTEMS / arbitraryStructures.length);

const draw = (structure: ArbitraryStructure, seed: number, count: number) =>
  fc.sample(arbitrarySystem(fc.constant(structure)), { numRuns: count, seed });

const expectDecided = (counts: readonly CaseCounts[]): void => {
  const sum = (of: (count: CaseCounts) => number): number => counts.reduce((total, count) => total + of(count), 0);
  const [decided, undecided] = [sum((count) => count.decided), sum((count) => count.undecided)];
  expect(decided).toBeGreaterThan(0);
  expect(undecided / (decided + undecided)).toBeLessThanOrEqual(MOST_UNDECIDED);
};

const timeout = 30_000 + SYSTEMS * 300;

describe(`no false alarm over ${SYSTEMS} random correct systems, and at most 5 % undecided`, () => {
  test.each(arbitraryStructures)(
    "%s",
    (structure) => {
      const counts = draw(structure, 1, share).flatMap((system, k) =>
        applicable(systemProperties, system).map((property) => expectHolds(property, system, { runs: CASES, seed: k })),
      );
      expectDecided(counts);
    },
    timeout,
  );

  test.each(arbitraryStructures)(
    "%s under integrators",
    (structure) => {
      const counts = draw(structure, 2, Math.max(1, Math.floor(share / INTEGRATED))).flatMap((system, k) =>
        integrators.flatMap(({ make }) => {
          const subject = { system, integrator: make(0.05) };
          return applicable(integratorProperties, subject).map((property) =>
            expectHolds(property, subject, { runs: CASES, seed: k }),
          );
        }),
      );
      expectDecided(counts);
    },
    timeout,
  );
});
