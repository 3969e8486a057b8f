import type { Integrator } from "../core/integrator.js";
import { baoab } from "./steppers/baoab.js";
import { eulerMaruyama } from "./steppers/euler-maruyama.js";
import { explicitEuler } from "./steppers/explicit-euler.js";
import { iterate } from "./steppers/iterate.js";
import { leapfrog } from "./steppers/leapfrog.js";
import { rungeKutta4 } from "./steppers/runge-kutta-4.js";
import { symplecticEuler } from "./steppers/symplectic-euler.js";

/** A method with everything but the step chosen; its facts (order, symmetry, ...) are those of what `make` returns. */
export interface RegisteredIntegrator {
  /** What a user writes, without the step. */
  readonly name: string;
  readonly time: "continuous" | "discrete";
  /** @param step the step size; a map has the step 1 whatever is asked */
  make(step: number): Integrator;
}

/** Every integrator, for tests and documentation tables; the library itself never imports this list. */
export const integrators: readonly RegisteredIntegrator[] = [
  { name: "explicitEuler", time: "continuous", make: (step) => explicitEuler({ step }) },
  { name: 'symplecticEuler({ first: "kick" })', time: "continuous", make: (step) => symplecticEuler({ step }) },
  {
    name: 'symplecticEuler({ first: "drift" })',
    time: "continuous",
    make: (step) => symplecticEuler({ step, first: "drift" }),
  },
  { name: 'leapfrog({ first: "kick" })', time: "continuous", make: (step) => leapfrog({ step }) },
  { name: 'leapfrog({ first: "drift" })', time: "continuous", make: (step) => leapfrog({ step, first: "drift" }) },
  { name: "rungeKutta4", time: "continuous", make: (step) => rungeKutta4({ step }) },
  { name: "eulerMaruyama", time: "continuous", make: (step) => eulerMaruyama({ step, temperature: 1 }) },
  { name: "baoab", time: "continuous", make: (step) => baoab({ step, temperature: 1, friction: 1 }) },
  { name: "iterate", time: "discrete", make: () => iterate() },
];
