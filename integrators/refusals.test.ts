import { describe, expect, it } from "vitest";
import { InputError } from "../core/errors.js";
import type { Integrator } from "../core/integrator.js";
import {
  boundedUnit,
  clockwork,
  curvedMotion,
  logisticMap,
  oscillator,
  pendulum,
  spring,
} from "../core/simulation/example-systems.testing.js";
import { simulate } from "../core/simulation/index.js";
import type { DynamicalSystem } from "../core/system.js";
import { integrators } from "./registry.js";
import { baoab } from "./steppers/baoab.js";
import { eulerMaruyama } from "./steppers/euler-maruyama.js";
import { explicitEuler } from "./steppers/explicit-euler.js";
import { iterate } from "./steppers/iterate.js";
import { leapfrog } from "./steppers/leapfrog.js";
import { rungeKutta4 } from "./steppers/runge-kutta-4.js";

const langevin = baoab({ step: 0.1, temperature: 1, friction: 1 });
const overdamped = eulerMaruyama({ step: 0.1, temperature: 1 });
const verlet = leapfrog({ step: 0.1 });

describe("pairs that fit", () => {
  it.each<[Integrator, DynamicalSystem]>([
    [explicitEuler({ step: 0.1 }), boundedUnit],
    [overdamped, boundedUnit],
    [overdamped, spring],
    [langevin, oscillator],
    [verlet, pendulum],
    [rungeKutta4({ step: 0.1 }), curvedMotion],
    [iterate(), logisticMap],
  ])("are not refused (%#)", (integrator, system) => {
    expect(integrator.refusal(system)).toBeUndefined();
  });
});

describe("pairs that do not fit", () => {
  it.each<[Integrator, DynamicalSystem, string]>([
    [
      verlet,
      curvedMotion,
      'leapfrog cannot integrate "curved motion", because it is not separable (a Hamiltonian T(p) + V(q)), so that its drifts and kicks have no exact flow: use gaussLegendre4 or rungeKutta4',
    ],
    [
      verlet,
      spring,
      'leapfrog cannot integrate "spring", because its state is not made of coordinates with their momenta or velocities: use rungeKutta4',
    ],
    [verlet, logisticMap, 'leapfrog cannot integrate "logistic map", because it moves in discrete time: use iterate'],
    [
      iterate(),
      pendulum,
      'iteration cannot integrate "pendulum", because it moves in continuous time: use rungeKutta4',
    ],
    [
      rungeKutta4({ step: 0.1 }),
      boundedUnit,
      'Runge-Kutta 4 cannot integrate "bounded unit", because the block x has bounds: use explicitEuler or eulerMaruyama, which project after each step',
    ],
    [
      langevin,
      pendulum,
      'BAOAB cannot integrate "pendulum", because it has no kinetic energy of the form sum(p^2 / (2 m)), which a thermostat needs: use a deterministic method such as rungeKutta4',
    ],
    [langevin, spring, "which a thermostat needs: use eulerMaruyama"],
    [
      overdamped,
      oscillator,
      'Euler-Maruyama cannot integrate "oscillator", because its field is not minus the gradient of an energy, so that a temperature has no meaning for it: use baoab',
    ],
    [overdamped, clockwork, "use a deterministic method such as rungeKutta4"],
  ])("are refused in one sentence (%#)", (integrator, system, sentence) => {
    expect(integrator.refusal(system)).toContain(sentence);
  });

  it("are refused before the first step", () => {
    const run = () => simulate(curvedMotion, { integrator: verlet, initial: { q: 1, p: 1 }, steps: 1 });
    expect(run).toThrow(InputError);
    expect(run).toThrow(
      'integrator: got leapfrog, expected a method for "curved motion"; leapfrog cannot integrate "curved motion", because',
    );
  });
});

describe("every method", () => {
  it.each(integrators.filter(({ time }) => time === "continuous").map(({ name, make }) => [name, make] as const))(
    "%s refuses a step that is no positive number",
    (_, make) => {
      for (const step of [0, -0.1, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(() => make(step)).toThrow(InputError);
        expect(() => make(step)).toThrow(`got ${step}, expected a positive number.`);
      }
    },
  );
});

describe("thermostats", () => {
  it("refuse a temperature or friction below 0", () => {
    const cold = () => eulerMaruyama({ step: 0.1, temperature: -1 });
    expect(cold).toThrow("temperature of Euler-Maruyama: got -1, expected a number that is not negative.");
    const frozen = () => baoab({ step: 0.1, temperature: Number.NaN, friction: 1 });
    expect(frozen).toThrow("temperature of BAOAB: got NaN");
    const pushed = () => baoab({ step: 0.1, temperature: 1, friction: -1 });
    expect(pushed).toThrow("friction of BAOAB: got -1");
  });
});
