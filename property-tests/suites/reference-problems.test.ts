import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { energyDrift, invariantDrift } from "../../core/diagnostics/index.js";
import { sizeOf } from "../../core/expression/expression.js";
import type { Integrator } from "../../core/integrator.js";
import { simulate } from "../../core/simulation/index.js";
import type { DynamicalSystem, NumericValue } from "../../core/system.js";
import {
  boris,
  explicitEuler,
  gaussLegendre4,
  gaussLegendre6,
  implicitMidpoint,
  leapfrog,
  mclachlanAtela4,
  rungeKutta4,
  suzuki4,
  symplecticEuler,
  tao,
  variational,
  yoshida4,
  yoshida6,
  yoshida8,
} from "../../integrators/index.js";
import {
  canonicalDoublePendulum,
  chargedParticle,
  doublePendulum,
  fputChain,
  harmonicOscillator,
  henonHeiles,
  kepler,
  lorenz,
  pendulum,
} from "../../systems/catalogue/index.js";
import { forceSystem } from "../../systems/force-system.js";

/** What a plain program reached with a method. */
interface Expected {
  readonly steps: readonly number[];
  readonly errors: readonly number[];
  readonly order: number | null;
  readonly energy?: { readonly until: number; readonly error: number };
}

interface ReferenceCase {
  readonly name: string;
  readonly parameters: Readonly<Record<string, number & readonly number[]>>;
  readonly initial: readonly number[];
  readonly until: number;
  readonly final: readonly number[];
  readonly expected: Readonly<Record<string, Expected>>;
  readonly canonicalMomenta?: {
    readonly initial: readonly [number, number];
    readonly final: readonly [number, number];
  };
}

/** The maps of one step of H = (p^2 + q^2)/2, and the largest stable steps. */
interface OneStep {
  readonly step: number;
  readonly initial: readonly [q: number, p: number];
  readonly maps: Readonly<Record<string, readonly [q: number, p: number]>>;
  readonly stabilityLimits: Readonly<Record<string, number>>;
}

/** Errors near the rounding of a long run differ from program to program. */
const ROUNDING = 2e-12;

const fixture = new URL("../fixtures/mechanics.json", import.meta.url);
const { cases, oneStep } = JSON.parse(readFileSync(fixture, "utf8")) as {
  readonly cases: readonly ReferenceCase[];
  readonly oneStep: OneStep;
};

const methods: Readonly<Record<string, (step: number) => Integrator>> = {
  explicit_euler: (step) => explicitEuler({ step }),
  symplectic_euler_kick_drift: (step) => symplecticEuler({ step }),
  symplectic_euler_drift_kick: (step) => symplecticEuler({ step, first: "drift" }),
  leapfrog_kdk: (step) => leapfrog({ step }),
  leapfrog_dkd: (step) => leapfrog({ step, first: "drift" }),
  rk4: (step) => rungeKutta4({ step }),
  yoshida4: (step) => yoshida4({ step }),
  suzuki4: (step) => suzuki4({ step }),
  yoshida6: (step) => yoshida6({ step }),
  mclachlan4: (step) => mclachlanAtela4({ step }),
  implicit_midpoint: (step) => implicitMidpoint({ step }),
  boris: (step) => boris({ step }),
};

/** FitzHugh and Nagumo's cell: v' = v - v^3/3 - w + I, w' = (v + a - b w)/tau. */
const fitzhughNagumoCell = forceSystem({
  name: "FitzHugh-Nagumo cell",
  state: { v: [], w: [] },
  parameters: { a: [], b: [], tau: [], I: [] },
  force: { v: "v - v^3/3 - w + I", w: "(v + a - b*w)/tau" },
});

type Model = readonly [
  system: DynamicalSystem,
  parameters?: (given: ReferenceCase["parameters"]) => Record<string, NumericValue>,
];

const models: Readonly<Record<string, Model>> = {
  harmonic_oscillator_exact: [harmonicOscillator().system, ({ m, k }) => ({ mass: m!, stiffness: k! })],
  pendulum_large_amplitude: [pendulum().system],
  kepler_e06: [kepler().system],
  henon_heiles_default: [henonHeiles().system],
  coupled_oscillator_chain_normal_modes: [fputChain({ sites: 5 }).system, () => ({ alpha: 0 })],
  charged_particle_uniform_field: [chargedParticle().system, ({ Omega, E }) => ({ magnetic: Omega!, electric: E! })],
  double_pendulum: [
    doublePendulum().system,
    ({ l1, l2, m1, m2, g }) => ({ arm1: l1!, arm2: l2!, mass1: m1!, mass2: m2!, gravity: g! }),
  ],
  lorenz63_t10: [lorenz().system],
  fitzhugh_nagumo_cell: [fitzhughNagumoCell, ({ a, b, tau, I }) => ({ a: a!, b: b!, tau: tau!, I: I! })],
};

/** Divides flat numbers among the blocks of a state. */
function blocksOf(system: DynamicalSystem, flat: readonly number[]): Record<string, readonly number[] | number> {
  let taken = 0;
  const entries = system.state.map(({ name, shape }) => {
    const part = flat.slice(taken, taken + sizeOf(shape));
    taken += part.length;
    return [name, shape.length === 0 ? part[0]! : part] as const;
  });
  return Object.fromEntries(entries);
}

function run({ name, parameters, initial }: ReferenceCase, integrator: Integrator, until: number, every?: number) {
  const [system, translate] = models[name]!;
  return simulate(system, {
    integrator,
    initial: blocksOf(system, initial),
    ...(translate && { parameters: translate(parameters) }),
    until,
    save: every === undefined ? { times: [] } : { every },
  });
}

/** The largest error of an entry of the state at the end. */
function errorOf(reference: ReferenceCase, integrator: Integrator): number {
  const { system, final } = run(reference, integrator, reference.until);
  const state = system.state.flatMap(({ name }) => [...final[name]!.data]);
  return Math.max(...state.map((value, k) => Math.abs(value - reference.final[k]!)));
}

/** Errors below this are not of the method alone. */
const FLOOR = 2e-11;

/** The mean slope of log error against log step over the last two halvings above the floor. */
function orderOf(reference: ReferenceCase, make: (step: number) => Integrator, step: number): number {
  const points = [8, 4, 2, 1, 1 / 2, 1 / 4, 1 / 8].map((factor) => {
    const size = reference.until / Math.max(1, Math.round(reference.until / (factor * step)));
    return { size, error: errorOf(reference, make(size)) };
  });
  const [first, , last] = points.filter(({ error }) => error > FLOOR).slice(-3) as [Point, Point, Point];
  return Math.log(first.error / last.error) / Math.log(first.size / last.size);
}

interface Point {
  readonly size: number;
  readonly error: number;
}

const caseOf = (name: string): ReferenceCase => cases.find((reference) => reference.name === name)!;

const compared = cases.filter(({ expected }) => Object.keys(expected).length > 0);

describe.each(compared.map((reference) => [reference.name, reference] as const))("%s", (_, reference) => {
  it.each(Object.entries(reference.expected))("has the known errors and order under %s", (method, expected) => {
    const make = methods[method]!;
    for (const [k, step] of expected.steps.entries()) {
      const known = expected.errors[k]!;
      expect(Math.abs(errorOf(reference, make(step)) - known)).toBeLessThan(1e-4 * known + ROUNDING);
    }
    if (expected.order === null) return;
    const order = orderOf(reference, make, expected.steps[0]!);
    expect(Math.abs(order - make(1).order)).toBeLessThan(0.35);
    expect(Math.abs(order - expected.order)).toBeLessThan(0.35);
  });

  const energies = Object.entries(reference.expected).filter(([, { energy }]) => energy !== undefined);
  if (energies.length === 0) return;
  it.each(energies)("has the known energy error under %s", (method, { steps, energy }) => {
    const { until, error } = energy!;
    const drift = energyDrift(run(reference, methods[method]!(steps[0]!), until, 1));
    const largest = drift.energy.reduce((most, value) => Math.max(most, Math.abs(value - drift.energy[0]!)), 0);
    // Henon-Heiles is chaotic, so that rounding shows in its extremes.
    const allowed = (reference.name === "henon_heiles_default" ? 0.2 : 1e-4) * error + 1e-13;
    expect(Math.abs(largest - error)).toBeLessThan(allowed);
  });
});

describe("one step of the oscillator", () => {
  const { system } = harmonicOscillator();
  const map = (integrator: Integrator, q: number, p: number): [number, number] => {
    const { final } = simulate(system, {
      integrator,
      initial: { q, p },
      parameters: { mass: 1, stiffness: 1 },
      steps: 1,
    });
    return [final.q.data[0]!, final.p.data[0]!];
  };

  it.each(Object.entries(oneStep.maps))("is the known map under %s", (method, expected) => {
    const found = map(methods[method]!(oneStep.step), ...oneStep.initial);
    for (const [k, value] of expected.entries()) expect(Math.abs(found[k]! - value)).toBeLessThan(4e-16);
  });

  it.each(Object.entries(oneStep.stabilityLimits))("is stable up to the known step under %s", (method, limit) => {
    const trace = (step: number): number => map(methods[method]!(step), 1, 0)[0] + map(methods[method]!(step), 0, 1)[1];
    expect(Math.abs(trace(0.999 * limit))).toBeLessThan(2);
    expect(Math.abs(trace(1.001 * limit))).toBeGreaterThan(2);
  });

  it("is stable under implicit midpoint at any step, and conserves the energy exactly", () => {
    for (const step of [1, 10, 1000]) {
      const [q, p] = map(implicitMidpoint({ step }), 0.3, -0.7);
      expect(Math.abs(q * q + p * p - 0.58)).toBeLessThan(1e-15);
    }
  });
});

describe("methods without a table reach the references with their order", () => {
  it.each<[string, string, (step: number) => Integrator, number]>([
    ["pendulum_large_amplitude", "yoshida8", (step) => yoshida8({ step }), 0.25],
    ["pendulum_large_amplitude", "gaussLegendre4", (step) => gaussLegendre4({ step }), 0.1],
    ["pendulum_large_amplitude", "gaussLegendre6", (step) => gaussLegendre6({ step }), 0.25],
    ["pendulum_large_amplitude", "tao", (step) => tao({ step }), 0.05],
    ["kepler_e06", "yoshida8", (step) => yoshida8({ step }), 0.02],
    ["kepler_e06", "gaussLegendre6", (step) => gaussLegendre6({ step }), 0.02],
    ["henon_heiles_default", "gaussLegendre4", (step) => gaussLegendre4({ step }), 0.1],
    ["charged_particle_uniform_field", "variational", (step) => variational({ step }), 0.05],
    ["charged_particle_uniform_field", "gaussLegendre6", (step) => gaussLegendre6({ step }), 0.25],
    ["lorenz63_t10", "gaussLegendre6", (step) => gaussLegendre6({ step }), 0.004],
    ["fitzhugh_nagumo_cell", "gaussLegendre4", (step) => gaussLegendre4({ step }), 0.05],
    ["double_pendulum", "variational", (step) => variational({ step, discreteLagrangian: "midpoint" }), 2 ** -11],
  ])("%s under %s", (name, _, make, step) => {
    expect(Math.abs(orderOf(caseOf(name), make, step) - make(1).order)).toBeLessThan(0.35);
  });
});

describe("problems with an exact final state", () => {
  it.each([
    ["coupled_oscillator_chain_normal_modes", 0.1, 1e-9],
    ["charged_particle_uniform_field", 0.1, 1e-9],
  ])("%s is reached by Runge-Kutta 4 with its order", (name, step, tolerance) => {
    expect(Math.abs(orderOf(caseOf(name), (h) => rungeKutta4({ step: h }), step) - 4)).toBeLessThan(0.35);
    expect(errorOf(caseOf(name), rungeKutta4({ step: step / 16 }))).toBeLessThan(tolerance);
  });

  it("the chain is reached by leapfrog with order 2", () => {
    const chain = caseOf("coupled_oscillator_chain_normal_modes");
    expect(Math.abs(orderOf(chain, (step) => leapfrog({ step }), 0.1) - 2)).toBeLessThan(0.1);
  });

  it("the double pendulum, whose errors are not asymptotic until late, is reached by Runge-Kutta 4", () => {
    const reference = caseOf("double_pendulum");
    expect(errorOf(reference, rungeKutta4({ step: 2 ** -7 }))).toBeGreaterThan(1e-6);
    expect(errorOf(reference, rungeKutta4({ step: 2 ** -11 }))).toBeLessThan(1e-9);
  });

  it("the double pendulum arrives at the same place in canonical form", () => {
    const { initial, final, until, parameters, canonicalMomenta } = caseOf("double_pendulum");
    const { system } = canonicalDoublePendulum();
    const [a, b] = initial as [number, number];
    const [momentumA, momentumB] = canonicalMomenta!.initial;
    const { l1, l2, m1, m2, g } = parameters;
    const end = simulate(system, {
      integrator: rungeKutta4({ step: 2 ** -12 }),
      initial: { a, b, p_a: momentumA, p_b: momentumB },
      parameters: { arm1: l1!, arm2: l2!, mass1: m1!, mass2: m2!, gravity: g! },
      until,
      save: { times: [] },
    }).final;
    const expected = [...final.slice(0, 2), ...canonicalMomenta!.final];
    const actual = [end.a, end.b, end.p_a, end.p_b].map(({ data }) => data[0]!);
    for (const [k, value] of actual.entries()) expect(Math.abs(value - expected[k]!)).toBeLessThan(1e-8);
  });
});

describe("invariants of the Kepler problem", () => {
  it("angular momentum is kept to rounding by symplectic methods, and lost by explicit Euler", () => {
    const spin = (integrator: Integrator) =>
      invariantDrift(run(caseOf("kepler_e06"), integrator, 100, 1), "angular_momentum").maximum;
    expect(spin(leapfrog({ step: 0.01 }))).toBeLessThan(1e-13);
    expect(spin(symplecticEuler({ step: 0.01 }))).toBeLessThan(1e-13);
    expect(spin(explicitEuler({ step: 0.01 }))).toBeGreaterThan(0.1);
  });
});
