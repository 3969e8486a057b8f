import type { Expression } from "../expression/expression.js";
import { add, multiply, sqrt } from "../expression/functions.js";
import type { Integrator, StepContext } from "../integrator.js";

/** An integrator by hand, so that tests of the simulation depend on none of the library's. */
function handMade(name: string, step: number, block: (context: StepContext, name: string) => Expression): Integrator {
  return {
    name,
    step,
    order: 1,
    symmetric: false,
    preserves: "none",
    stochastic: false,
    reference: "none",
    refusal: (system) => (system.kind === "lagrangian" ? `${name} does not like "${system.name}"` : undefined),
    advance: (context) => new Map([...context.state.keys()].map((key) => [key, block(context, key)])),
  };
}

const rate = ({ at, state, system }: StepContext, fraction: number, name: string): Expression =>
  at(state, fraction, system.field).get(name) as Expression;

/** z <- z + h F(z). */
export const plainEuler = (step: number): Integrator =>
  handMade("plain Euler", step, (context, name) =>
    add(context.state.get(name) as Expression, multiply(context.step, rate(context, 0, name))),
  );

/** z <- F at a fraction of the step: shows what a field sees there. */
export const probe = (fraction: number, step: number): Integrator =>
  handMade("probe", step, (context, name) => rate(context, fraction, name));

/** z <- z + sqrt(h) (first draw + 10 second draw). */
export const randomWalk = (step: number): Integrator => ({
  ...handMade("random walk", step, ({ state, noise, step: h }, name) => {
    const draws = add(noise(name), multiply(10, noise(name, 1)));
    return add(state.get(name) as Expression, multiply(sqrt(h), draws));
  }),
  stochastic: true,
});
