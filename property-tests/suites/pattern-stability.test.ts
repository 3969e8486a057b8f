import { expect, test } from "vitest";
import { simulate } from "../../core/simulation/index.js";
import type { DynamicalSystem } from "../../core/system.js";
import { rungeKutta4 } from "../../integrators/steppers/runge-kutta-4.js";
import type { CatalogueSystem } from "../../systems/catalogue/catalogue-system.js";
import { fitzhughNagumoGraph, fitzhughNagumoLattice } from "../../systems/catalogue/fitzhugh-nagumo.js";
import { jacobianAt, spectralAbscissa } from "../../systems/catalogue/jacobian.testing.js";
import { fieldAt, valuesOf } from "../../systems/evaluation.testing.js";

const patterns: readonly (readonly [string, CatalogueSystem])[] = [
  ["a periodic lattice", fitzhughNagumoLattice({ rows: 6, columns: 8 })],
  ["a lattice without flux", fitzhughNagumoLattice({ rows: 6, columns: 8, boundary: "no-flux" })],
  ["a ring", fitzhughNagumoGraph({ nodes: 12 })],
];

/** The state of an example after a time, and how fast it still changes. */
function settled({ system, parameters, initial }: CatalogueSystem, tau: number, until: number) {
  const given = { ...parameters, tau };
  const options = { integrator: rungeKutta4({ step: 0.05 }), parameters: given, initial, until, save: { times: [] } };
  const { final } = simulate(system as DynamicalSystem, options);
  const state = Object.fromEntries(Object.entries(final).map(([name, { data }]) => [name, data]));
  const values = valuesOf(system, { ...given, ...state });
  const speed = Math.max(...Object.values(fieldAt(system, values)).flat().map(Math.abs));
  return { values, speed, amplitude: Math.max(...values.u!.map(Math.abs)) };
}

test.each(patterns)("examples of FitzHugh-Nagumo cells on %s settle in a stable pattern", (_, example) => {
  const { values, speed, amplitude } = settled(example, 0.6, 1500);
  expect(speed).toBeLessThan(1e-12);
  expect(amplitude).toBeGreaterThan(0.4);
  expect(spectralAbscissa(jacobianAt(example.system, values))).toBeLessThan(-0.05);
  // No mini-maximiser: the same state, stationary for every time constant, is unstable with slow inhibitors.
  const slow = { ...values, tau: Float64Array.of(20) };
  expect(Math.max(...Object.values(fieldAt(example.system, slow)).flat().map(Math.abs))).toBeLessThan(1e-12);
  expect(spectralAbscissa(jacobianAt(example.system, slow))).toBeGreaterThan(0.05);
});

test("with inhibitors that diffuse no faster than activators the uniform state stays", () => {
  const [, example] = patterns[0]!;
  const diffusion = Object.fromEntries(
    example.system.parameters.filter(({ name }) => name.startsWith("diffusion")).map(({ name }) => [name, 0.5]),
  );
  const { amplitude } = settled({ ...example, parameters: { ...example.parameters, ...diffusion } }, 0.6, 400);
  expect(amplitude).toBeLessThan(1e-12);
});
