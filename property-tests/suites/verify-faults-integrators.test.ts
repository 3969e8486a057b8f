import { describe, expect, test } from "vitest";
import type { Expression } from "../../core/expression/expression.js";
import { add, constant, exp, maximum, multiply, negate, sqrt } from "../../core/expression/functions.js";
import type { HamiltonianTerm, Integrator, StateExpressions, StepContext } from "../../core/integrator.js";
import type { DynamicalSystem } from "../../core/system.js";
import {
  applyStage,
  baoab,
  boris,
  composedLeapfrog,
  conformalLeapfrog,
  drift,
  eulerMaruyama,
  explicitEuler,
  explicitRungeKutta,
  gaussLegendre4,
  implicitMidpoint,
  implicitRungeKutta,
  iterate,
  kick,
  leapfrog,
  rungeKutta4,
  type SplittingStage,
  splittingMethod,
  variational,
} from "../../integrators/index.js";
import { energySystem, hamiltonianSystem, lagrangianSystem, mapSystem } from "../../systems/index.js";
import { verify } from "../index.js";
import { altered, expectCaught } from "./verify-fault.js";

const oscillator: DynamicalSystem = hamiltonianSystem({
  name: "oscillator",
  coordinates: { q: [2] },
  momenta: { p: [2] },
  parameters: { mass: 1.7 },
  hamiltonian: "sum(p^2)/(2*mass) + sum(q^2)/2 + sum(q^4)/4 + q[0]*q[1]/2",
});
const well: DynamicalSystem = energySystem({
  name: "well",
  state: { z: [2] },
  energy: "sum((z^2 - 1)^2)/4 + z[0]*z[1]/2",
});
const bounded: DynamicalSystem = energySystem({
  name: "bounded unit",
  state: { z: { shape: [2], bounds: [0, 1] } },
  energy: "sum(z^2)/2 - 2*sum(z)",
});
const kicked: DynamicalSystem = mapSystem({
  name: "kicked",
  state: { q: [], p: [] },
  next: { q: "q + p + sin(q)", p: "p + sin(q)" },
  inverse: { q: "q - p", p: "p - sin(q - p)" },
});

const damped: DynamicalSystem = lagrangianSystem({
  name: "damped",
  coordinates: { q: [2] },
  parameters: { mass: 1.7, gamma: 0.3 },
  lagrangian: "mass*sum(q_dot^2)/2 - sum(q^2)/2 - sum(q^4)/4 - q[0]*q[1]/2",
  damping: "gamma",
});
const magnetic: DynamicalSystem = lagrangianSystem({
  name: "magnetic",
  coordinates: { q: [2] },
  parameters: { field: 1.5 },
  lagrangian: "sum(q_dot^2)/2 + field*(1 + q[0]^2)*(q[0]*q_dot[1] - q[1]*q_dot[0])/2 - sum(q^4)/4",
});

const step = 0.05;
const splitting = (stages: readonly SplittingStage[], claims: Partial<Integrator> = {}): Integrator => ({
  ...splittingMethod({ name: "splitting", step, order: 2, symmetric: true, reference: "none", stages }),
  ...claims,
});
const tableau = (stages: readonly (readonly number[])[], weights: readonly number[]): Integrator =>
  explicitRungeKutta({ name: "tableau", step, order: 4, reference: "none", stages, weights });

/** Leapfrog whose second kick sees the coordinates before the drift. */
const undrifted: Integrator = {
  ...leapfrog({ step }),
  advance(context) {
    const half = applyStage(context, context.state, kick(1 / 2), 0);
    const moved = applyStage(context, half, drift(1), 0);
    const stale = applyStage(context, new Map([...moved, ["q", context.state.get("q") as Expression]]), kick(1 / 2), 1);
    return new Map([...moved, ["p", stale.get("p") as Expression]]);
  },
};

/** The Ornstein-Uhlenbeck flow of the momenta over one step, with a place for a wrong decay and spread. */
const thermostat = (
  spread: (context: StepContext, decay: Expression) => Expression,
  decayOf = (h: Expression): Expression => exp(negate(h)),
): Integrator => ({
  ...baoab({ step, temperature: 1, friction: 1 }),
  name: "thermostat",
  advance(context) {
    let state: StateExpressions = applyStage(context, context.state, kick(1 / 2), 0);
    state = applyStage(context, state, drift(1 / 2), 0);
    const decay = decayOf(context.step);
    const p = add(multiply(decay, state.get("p") as Expression), multiply(spread(context, decay), context.noise("p")));
    state = applyStage(context, new Map([...state, ["p", p]]), drift(1 / 2), 1 / 2);
    return applyStage(context, state, kick(1 / 2), 1);
  },
});

const renewed = (decay: Expression): Expression => add(1, negate(multiply(decay, decay)));
const massOf = ({ at, state, system }: StepContext): Expression =>
  at(state, 0, new Map([["m", system.parameters[0]?.symbol as Expression]])).get("m") as Expression;

/** Euler-Maruyama with noise of another amplitude. */
const noisy = (amplitude: (h: Expression) => Expression): Integrator => ({
  ...eulerMaruyama({ step, temperature: 1 }),
  advance: ({ system, state, at, noise, step: h }) => {
    const rate = at(state, 0, system.field).get("z") as Expression;
    const moved = add(state.get("z") as Expression, multiply(h, rate));
    return new Map([["z", add(moved, multiply(amplitude(h), noise("z")))]]);
  },
});

const root = Math.sqrt(3) / 6;
/** The Gauss-Legendre method of order 4 with a change of one coefficient. */
const gauss = (error: number): Integrator =>
  implicitRungeKutta({
    name: "tableau",
    step,
    order: 4,
    symmetric: true,
    preserves: "symplectic",
    reference: "none",
    stages: [
      [1 / 4, 1 / 4 - root],
      [1 / 4 + root + error, 1 / 4 - error],
    ],
    weights: [1 / 2, 1 / 2],
  });

/** The implicit midpoint rule whose equation is not solved but iterated twice. */
const unsolved: Integrator = {
  ...implicitMidpoint({ step }),
  advance({ system, state, at, step: h }) {
    const moved = (from: StateExpressions, part: number): StateExpressions => {
      const rates = at(from, 1 / 2, system.field);
      const entries = [...state].map(([name, value]): [string, Expression] => {
        return [name, add(value, multiply(multiply(part, h), rates.get(name) as Expression))];
      });
      return new Map(entries);
    };
    return moved(moved(moved(state, 1 / 2), 1 / 2), 1);
  },
};

/** Yoshida's composition of order 4 with a wrong digit. */
const misprinted = splitting(composedLeapfrog([1.3522, 1 - 2 * 1.3522, 1.3522], "kick"), { order: 4 });

const termsChanged = (
  integrator: Integrator,
  change: (term: HamiltonianTerm, context: StepContext, k: number) => HamiltonianTerm,
): Integrator => ({
  ...integrator,
  hamiltonianTerms: (context) =>
    (integrator.hamiltonianTerms?.(context) ?? []).map((term, k) => change(term, context, k)),
});

/** A conformal leapfrog that forgets one of its two dampings. */
const halfDamped: Integrator = {
  ...conformalLeapfrog({ step }),
  advance(context) {
    const gamma = context.system.parameters[1]?.symbol as Expression;
    const growth = exp(multiply(multiply(1 / 2, gamma), context.step));
    return new Map(
      [...conformalLeapfrog({ step }).advance(context)].map(([name, value]) => [
        name,
        name === "q" ? value : multiply(growth, value),
      ]),
    );
  },
};

/** Boris' method that turns by the field at the start of the step instead of by that of the middle. */
const pushedEarly: Integrator = {
  ...boris({ step }),
  advance(context) {
    const { system, state, at, step: h } = context;
    const rates = at(state, 1 / 2, system.field);
    const pushed = new Map(state).set(
      "q_dot",
      add(state.get("q_dot") as Expression, multiply(h, rates.get("q_dot") as Expression)),
    );
    return applyStage(context, pushed, drift(1), 0);
  },
};

const ORDER = "the integrator has its order on this system";
const FORM = "the step preserves the symplectic form";
const SYMMETRY = "a step back undoes a step";
const TEMPERATURE = "noise and friction belong to one temperature";
const FIXED = "a stationary state stays";
const TERMS = "the Hamiltonian's terms generate the step";
const VOLUME = "the step preserves volume";
const RETURN = "a run returns after time reversal";

type Fault = readonly [mistake: string, property: string, system: DynamicalSystem, integrator: Integrator];

const FAULTS: readonly Fault[] = [
  ["a kick at the undrifted position", FORM, oscillator, undrifted],
  ["a kick at the undrifted position", SYMMETRY, oscillator, undrifted],
  ["swapped composition coefficients", SYMMETRY, oscillator, splitting([kick(1 / 4), drift(1), kick(3 / 4)])],
  ["coefficients that do not add up", ORDER, oscillator, splitting([kick(1 / 2), drift(1), kick(1 / 3)])],
  ["an order too high", ORDER, oscillator, { ...leapfrog({ step }), order: 4 }],
  ["a symmetry it has not", SYMMETRY, oscillator, { ...splitting([kick(1), drift(1)]), order: 1 }],
  ["a form it does not preserve", FORM, oscillator, { ...explicitEuler({ step }), preserves: "symplectic" }],
  ["a wrong digit of a composition", ORDER, oscillator, misprinted],
  ["a wrong digit of an implicit tableau", ORDER, oscillator, gauss(1e-3)],
  ["a wrong digit of an implicit tableau", FORM, oscillator, gauss(1e-6)],
  ["a wrong digit of an implicit tableau", RETURN, oscillator, gauss(1e-6)],
  ["an equation that is not solved", FORM, oscillator, unsolved],
  ["an equation that is not solved", SYMMETRY, oscillator, unsolved],
  [
    "a term before its kick",
    TERMS,
    oscillator,
    termsChanged(leapfrog({ step }), (term, { state }) => ({ ...term, state })),
  ],
  [
    "a term of the wrong weight",
    TERMS,
    oscillator,
    termsChanged(gaussLegendre4({ step }), (term, _context, k) => ({ ...term, weight: k === 0 ? 0.4 : 0.6 })),
  ],
  ["a damping left out", FORM, damped, halfDamped],
  [
    "a term at the wrong time of a damped step",
    TERMS,
    damped,
    termsChanged(conformalLeapfrog({ step }), (term) => ({ ...term, fraction: 0 })),
  ],
  ["an explicit push", VOLUME, magnetic, pushedEarly],
  ["an explicit push", ORDER, magnetic, pushedEarly],
  [
    "swapped weights of a tableau",
    ORDER,
    well,
    tableau([[], [1 / 2], [0, 1 / 2], [0, 0, 1]], [1 / 3, 1 / 6, 1 / 6, 1 / 3]),
  ],
  ["a slope too early", ORDER, well, tableau([[], [1 / 2], [1 / 2, 0], [0, 0, 1]], [1 / 6, 1 / 3, 1 / 3, 1 / 6])],
  [
    "a push that never rests",
    FIXED,
    well,
    {
      ...rungeKutta4({ step }),
      advance: (context) => new Map([["z", add(rungeKutta4({ step }).advance(context).get("z") as Expression, 1e-3)]]),
    },
  ],
  [
    "a projection left out",
    "the state stays in its bounds",
    bounded,
    {
      ...explicitEuler({ step }),
      advance: ({ system, state, at, step: h }) =>
        new Map([
          ["z", add(state.get("z") as Expression, multiply(h, at(state, 0, system.field).get("z") as Expression))],
        ]),
    },
  ],
  [
    "a projection to one side only",
    "the state stays in its bounds",
    bounded,
    {
      ...explicitEuler({ step }),
      advance: ({ system, state, at, step: h }) => {
        const moved = add(state.get("z") as Expression, multiply(h, at(state, 0, system.field).get("z") as Expression));
        return new Map([["z", maximum(moved, constant(0))]]);
      },
    },
  ],
  [
    "a wrong mass in the thermostat",
    TEMPERATURE,
    oscillator,
    thermostat((context, decay) => sqrt(multiply(renewed(decay), multiply(massOf(context), massOf(context))))),
  ],
  ["no mass in the thermostat", TEMPERATURE, oscillator, thermostat((_context, decay) => sqrt(renewed(decay)))],
  ["less noise on one entry", TEMPERATURE, well, noisy((h) => sqrt(multiply(constant(Float64Array.of(2, 1), [2]), h)))],
  ["a wrong inverse in a run backwards", SYMMETRY, altered(kicked, { inverse: { q: "q + p" } }), iterate()],
];

const only = (system: DynamicalSystem, integrator: Integrator) =>
  verify(system, { properties: { system: [] }, integrators: [integrator], runs: 20 });

describe("verify finds planted faults of integrators", () => {
  const right = thermostat((context, decay) => sqrt(multiply(renewed(decay), massOf(context))));
  test.each<readonly [string, DynamicalSystem, Integrator]>([
    ["leapfrog written as stages", oscillator, splitting([kick(1 / 2), drift(1), kick(1 / 2)])],
    ["a thermostat written by hand", oscillator, right],
    ["Gauss-Legendre written as a tableau", oscillator, gauss(0)],
    ["conformal leapfrog", damped, conformalLeapfrog({ step })],
    ["Boris", magnetic, boris({ step })],
    ["a variational integrator under damping", damped, variational({ step })],
    ["Runge-Kutta 4", well, rungeKutta4({ step })],
    ["Euler-Maruyama written by hand", well, noisy((h) => sqrt(multiply(2, h)))],
    ["projected Euler", bounded, explicitEuler({ step })],
    ["a map", kicked, iterate()],
  ])("and none in %s without one", async (_name, system, integrator) => {
    const { results } = await only(system, integrator);
    expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  });

  test.each(FAULTS)("%s: %s", async (_mistake, property, system, integrator) => {
    expectCaught(await only(system, integrator), property);
  });
});
