import type { Integrator } from "../core/integrator.js";
import { baoab } from "./steppers/baoab.js";
import { boris } from "./steppers/boris.js";
import { conformalLeapfrog } from "./steppers/conformal-leapfrog.js";
import { eulerMaruyama } from "./steppers/euler-maruyama.js";
import { explicitEuler } from "./steppers/explicit-euler.js";
import { gaussLegendre4, gaussLegendre6 } from "./steppers/gauss-legendre.js";
import { implicitMidpoint } from "./steppers/implicit-midpoint.js";
import { iterate } from "./steppers/iterate.js";
import { leapfrog } from "./steppers/leapfrog.js";
import { mclachlanAtela4 } from "./steppers/mclachlan-atela-4.js";
import { rungeKutta4 } from "./steppers/runge-kutta-4.js";
import { ruth3 } from "./steppers/ruth-3.js";
import { splitStep } from "./steppers/split-step.js";
import { splitting } from "./steppers/splitting.js";
import { suzuki4 } from "./steppers/suzuki-4.js";
import { symplecticEuler } from "./steppers/symplectic-euler.js";
import { tao } from "./steppers/tao.js";
import { variational } from "./steppers/variational.js";
import { yoshida4, yoshida6, yoshida8 } from "./steppers/yoshida.js";

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
  { name: "ruth3", time: "continuous", make: (step) => ruth3({ step }) },
  { name: "mclachlanAtela4", time: "continuous", make: (step) => mclachlanAtela4({ step }) },
  { name: "suzuki4", time: "continuous", make: (step) => suzuki4({ step }) },
  { name: "yoshida4", time: "continuous", make: (step) => yoshida4({ step }) },
  { name: "yoshida6", time: "continuous", make: (step) => yoshida6({ step }) },
  { name: "yoshida8", time: "continuous", make: (step) => yoshida8({ step }) },
  {
    name: "splitting({ drift: [1/2, 1/2], kick: [1/6, 2/3, 1/6] })",
    time: "continuous",
    make: (step) => splitting({ step, drift: [1 / 2, 1 / 2], kick: [1 / 6, 2 / 3, 1 / 6] }),
  },
  { name: "conformalLeapfrog", time: "continuous", make: (step) => conformalLeapfrog({ step }) },
  { name: "implicitMidpoint", time: "continuous", make: (step) => implicitMidpoint({ step }) },
  { name: "gaussLegendre4", time: "continuous", make: (step) => gaussLegendre4({ step }) },
  { name: "gaussLegendre6", time: "continuous", make: (step) => gaussLegendre6({ step }) },
  { name: "variational", time: "continuous", make: (step) => variational({ step }) },
  {
    name: 'variational({ discreteLagrangian: "midpoint" })',
    time: "continuous",
    make: (step) => variational({ step, discreteLagrangian: "midpoint" }),
  },
  { name: "tao", time: "continuous", make: (step) => tao({ step }) },
  { name: "boris", time: "continuous", make: (step) => boris({ step }) },
  { name: "splitStep", time: "continuous", make: (step) => splitStep({ step }) },
  {
    name: 'splitStep({ linear: "midpoint" })',
    time: "continuous",
    make: (step) => splitStep({ step, linear: "midpoint" }),
  },
  { name: "rungeKutta4", time: "continuous", make: (step) => rungeKutta4({ step }) },
  { name: "eulerMaruyama", time: "continuous", make: (step) => eulerMaruyama({ step, temperature: 1 }) },
  { name: "baoab", time: "continuous", make: (step) => baoab({ step, temperature: 1, friction: 1 }) },
  { name: "iterate", time: "discrete", make: () => iterate() },
];
