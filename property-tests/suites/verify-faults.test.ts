import { describe, expect, test } from "vitest";
import { apply, type Expression } from "../../core/expression/expression.js";
import { cos, multiply, negate, sin, sum } from "../../core/expression/functions.js";
import { elementwise } from "../../core/expression/primitives/elementwise.js";
import type { DynamicalSystem } from "../../core/system.js";
import { energySystem } from "../../systems/energy-system.js";
import { forceSystem } from "../../systems/force-system.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";
import { lagrangianSystem } from "../../systems/index.js";
import { mapSystem } from "../../systems/map-system.js";
import { nativeSystem } from "../../systems/native-system.js";
import { skewGradientSystem } from "../../systems/skew-gradient-system.js";
import { verify } from "../index.js";
import { type Alteration, altered, expectCaught, movedEntries } from "./verify-fault.js";

const pendulum = hamiltonianSystem({
  name: "pendulum",
  coordinates: { q: [] },
  momenta: { p: [] },
  parameters: { mass: 1.5, gravity: 9.81 },
  hamiltonian: "p^2/(2*mass) + mass*gravity*(1 - cos(q))",
});
const chain = energySystem({
  name: "chain",
  state: { q: [4] },
  energy: "sum((q - shift(q, 1))^2)/2 + sum(q^4)/4",
});
const wheel = forceSystem({
  name: "wheel",
  state: { a: [], b: [] },
  force: { a: "b", b: "-a" },
  invariants: { radius: "a^2 + b^2" },
});
const braked = hamiltonianSystem({
  name: "braked pendulum",
  coordinates: { q: [] },
  momenta: { p: [] },
  parameters: { gravity: 9.81, friction: 0.3 },
  hamiltonian: "p^2/2 + gravity*(1 - cos(q))",
  damping: "friction",
});
const orbit = hamiltonianSystem({
  name: "orbit",
  coordinates: { q: [2] },
  momenta: { p: [2] },
  hamiltonian: "sum(p^2)/2 + log(1 + sum(q^2))",
  invariants: { angular: "q[0]*p[1] - q[1]*p[0]" },
});
const ring = hamiltonianSystem({
  name: "ring",
  coordinates: { q: [5] },
  momenta: { p: [5] },
  hamiltonian: "sum(p^2)/2 + sum((q - shift(q, 1))^2)/2",
});
const network = energySystem({
  name: "network",
  state: { h: [3] },
  parameters: { W: [3, 3], b: [3] },
  input: { x: [3] },
  energy: "sum(h^2)/2 - dot(tanh(h), W @ tanh(x)) - dot(b, tanh(h))",
});
const excitable = skewGradientSystem({
  name: "excitable",
  activators: { u: [2] },
  inhibitors: { v: [2] },
  parameters: { slow: 3 },
  timeConstants: { v: "slow" },
  potential: "sum(u^4)/4 - sum(u^2)/2 + dot(u, v) - sum(v^2)/2",
});
const swing = lagrangianSystem({
  name: "swing",
  coordinates: { a: [] },
  parameters: { length: 2, friction: 0.3 },
  lagrangian: "length^2*a_dot^2/2 + length*cos(a)",
  damping: "friction",
});
const kicked = mapSystem({
  name: "kicked",
  state: { q: [], p: [] },
  parameters: { kick: 0.9 },
  next: { q: "q + p + kick*sin(q)", p: "p + kick*sin(q)" },
  inverse: { q: "q - p", p: "p - kick*sin(q - p)" },
});
const driven = forceSystem({ name: "driven", state: { z: [2] }, force: { z: "cos(t)*z" } });
const turning = forceSystem({
  name: "turning",
  state: { z: [2] },
  parameters: { A: [2, 2] },
  force: { z: "A @ z - z" },
});

const HAMILTON = "the field is the symplectic gradient of the Hamiltonian";
const DESCENT = "the field is minus the gradient of the energy";
const SKEW = "the field is the skew gradient of the potential";
const LAGRANGE = "the field obeys the Euler-Lagrange equation";

/** A mistake, the property that must name it, and where. */
type Fault = readonly [mistake: string, property: string, system: DynamicalSystem, alteration: Alteration];

const FAULTS: readonly Fault[] = [
  ["the sign of a force", HAMILTON, pendulum, { field: { p: "mass*gravity*sin(q)" } }],
  ["a factor 1/2 of a velocity", HAMILTON, pendulum, { field: { q: "p/(2*mass)" } }],
  ["the force at the momentum", HAMILTON, pendulum, { field: { p: "-mass*gravity*sin(p)" } }],
  ["a mass left out of a velocity", HAMILTON, pendulum, { field: { q: "p" } }],
  [
    "damping that has no place in a Hamiltonian flow",
    "the flow of a Hamiltonian keeps volumes",
    pendulum,
    {
      field: { p: "-mass*gravity*sin(q) - 0.1*p" },
    },
  ],
  [
    "damping that pumps",
    "the flow of a Hamiltonian keeps volumes",
    braked,
    { field: { p: "-gravity*sin(q) + friction*p" } },
  ],
  ["damping of the velocity", HAMILTON, braked, { field: { q: "p - friction*q", p: "-gravity*sin(q)" } }],
  [
    "a force that has no potential",
    "the flow of a Hamiltonian is symplectic",
    orbit,
    {
      field: { p: "-2*q/(1 + sum(q^2)) + 0.1*shift(q, 1)*q[0]" },
    },
  ],
  [
    "a spring to the wrong neighbour",
    DESCENT,
    chain,
    { field: { q: "-(q - shift(q, 1)) + (shift(q, -2) - q) - q^3" } },
  ],
  [
    "a ring that should be closed left open",
    DESCENT,
    chain,
    {
      field: { q: "-(q - shift(q, 1, 0)) + (shift(q, -1, 0) - q) - q^3" },
    },
  ],
  [
    "a constant force in the energy that the field lacks",
    DESCENT,
    chain,
    {
      scalar: "sum((q - shift(q, 1))^2)/2 + sum(q^4)/4 + 0.01*q[2]",
    },
  ],
  ["a transposed matrix", DESCENT, network, { field: { h: "-h + (1 - tanh(h)^2)*(transpose(W) @ tanh(x) + b)" } }],
  ["a derivative of the activation left out", DESCENT, network, { field: { h: "-h + W @ tanh(x) + b" } }],
  ["the field climbs the energy", DESCENT, network, { field: { h: "h - (1 - tanh(h)^2)*(W @ tanh(x) + b)" } }],
  ["a bias left out", DESCENT, network, { field: { h: "-h + (1 - tanh(h)^2)*(W @ tanh(x))" } }],
  [
    "an asymmetric coupling in a gradient flow",
    "the Jacobian of a gradient flow is symmetric",
    turning,
    {
      facts: { gradient: true },
    },
  ],
  ["an inhibitor that descends", SKEW, excitable, { field: { v: "-(u - v)/slow" } }],
  ["a time constant left out", SKEW, excitable, { field: { v: "u - v" } }],
  [
    "a wrong feedback to activators",
    "the Jacobian of a skew-gradient system is symmetric up to signs",
    excitable,
    {
      field: { u: "-u^3 + u + v" },
    },
  ],
  ["the sign of the damping", LAGRANGE, swing, { field: { a_dot: "-sin(a)/length + friction*a_dot" } }],
  ["an arm squared too much", LAGRANGE, swing, { field: { a_dot: "-sin(a)/length^2 - friction*a_dot" } }],
  ["a velocity that is no velocity", LAGRANGE, swing, { field: { a: "2*a_dot" } }],
  [
    "separability of a force that depends on momenta",
    "the system is separable as it claims",
    orbit,
    {
      field: { p: "-2*q/(1 + sum(q^2)) - 0.01*p" },
    },
  ],
  ["a wrong mass for the thermostat", "the masses are those of the motion", pendulum, { inverseMass: { p: "mass" } }],
  ["a clock that is denied", "the field does not depend on the time", driven, { facts: { timeDependent: false } }],
  [
    "a wrong factor in an invariant",
    "the motion conserves the invariants",
    wheel,
    { invariants: { radius: "a^2 + 2*b^2" } },
  ],
  [
    "a wrong sign in the invariant of a Hamiltonian flow",
    "the motion conserves the invariants",
    orbit,
    { invariants: { angular: "q[0]*p[1] + q[1]*p[0]" } },
  ],
  [
    "a spring of a Hamiltonian chain to the wrong neighbour",
    HAMILTON,
    ring,
    { field: { p: "shift(q, 1) - 2*q + shift(q, -2)" } },
  ],
  ["a wrong inverse of a map", "the inverse undoes the map", kicked, { inverse: { p: "p - kick*sin(q)" } }],
  ["a map other than its inverse says", "the inverse undoes the map", kicked, { field: { q: "q + p" } }],
];

const none = { integrator: [], rule: [] };
const check = (system: DynamicalSystem) => verify(system, { properties: none, integrators: [], runs: 20 });

describe("verify finds planted faults", () => {
  const sound = [
    pendulum,
    chain,
    orbit,
    network,
    excitable,
    swing,
    kicked,
    driven,
    turning,
    wheel,
  ] as readonly DynamicalSystem[];
  test.each(sound.map((system) => [system.name, system] as const))(
    "and none in the %s without one",
    async (_name, system) => {
      const { results, passed } = await check(system);
      expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
      expect(passed).toBe(true);
    },
  );

  test.each(FAULTS)("%s: %s", async (_mistake, property, system, alteration) => {
    const report = await check(altered(system, alteration));
    expectCaught(report, property);
    const { counterexample = "" } = report.results.find((result) => result.property === property) ?? {};
    expect(
      movedEntries(
        counterexample,
        system.state.map(({ name }) => name),
      ),
      counterexample,
    ).toBeLessThanOrEqual(3);
  });
});

/** The sine, with places for the mistakes of someone who adds a primitive. */
const wrongSine = (derivative: (a: Expression) => Expression, javascript = (a: string) => `sin(${a})`) => {
  const primitive = elementwise({
    name: `sine ${derivative} ${javascript}`,
    value: (a = 0) => Math.sin(a),
    javascript,
    partials: ([a]) => [derivative(a as Expression)],
    complex: { none: "it is a planted fault" },
  });
  return (a: Expression): Expression => apply(primitive, [a], {});
};

const withSine = (sine: (a: Expression) => Expression): DynamicalSystem =>
  energySystem({
    name: "with a sine",
    state: { z: [3] },
    energy: ({ z }) => sum(multiply(z as Expression, sine(z as Expression))),
  });

/** Predator and prey by hand; each fault replaces one function. */
function lotkaVolterra(faults: Partial<Parameters<typeof nativeSystem>[0]> = {}): DynamicalSystem {
  return nativeSystem({
    name: "Lotka-Volterra",
    state: { x: [], y: [] },
    autonomous: true,
    field(_time, { x, y }, _parameters, _input, out) {
      out.x[0] = x[0]! * (1 - y[0]!);
      out.y[0] = y[0]! * (x[0]! - 1);
    },
    jacobianProduct(_time, { x, y }, _parameters, _input, { state }, out) {
      out.x[0] = state.x[0]! * (1 - y[0]!) - x[0]! * state.y[0]!;
      out.y[0] = state.y[0]! * (x[0]! - 1) + y[0]! * state.x[0]!;
    },
    transposedJacobianProduct(_time, { x, y }, _parameters, _input, weight, { state }) {
      state.x[0] = weight.x[0]! * (1 - y[0]!) + weight.y[0]! * y[0]!;
      state.y[0] = -weight.x[0]! * x[0]! + weight.y[0]! * (x[0]! - 1);
    },
    ...(faults as object),
  }) as DynamicalSystem;
}

type Field = NonNullable<Parameters<typeof nativeSystem>[0]["field"]>;
const first = (array: Float64Array | undefined): number => array?.[0] as number;

/** The field of {@link lotkaVolterra} with something done to the numbers it reads. */
const reading =
  (change: (value: number) => number): Field =>
  (_time, state, _parameters, _input, out) => {
    const [x, y] = [change(first(state.x)), change(first(state.y))];
    (out.x as Float64Array)[0] = x * (1 - y);
    (out.y as Float64Array)[0] = y * (x - 1);
  };

const stale = (): Field => {
  let kept: readonly [number, number] | undefined;
  return (_time, state, _parameters, _input, out) => {
    kept ??= [first(state.x), first(state.y)];
    (out.x as Float64Array)[0] = kept[0] * (1 - first(state.y));
    (out.y as Float64Array)[0] = kept[1] * (first(state.x) - 1);
  };
};

const lagging = (): Field => {
  let previous = 0;
  return (_time, state, _parameters, _input, out) => {
    (out.x as Float64Array)[0] = first(state.x) * (1 - previous);
    (out.y as Float64Array)[0] = first(state.y) * (first(state.x) - 1);
    previous = first(state.y);
  };
};

describe("verify finds faults in what is written by hand", () => {
  test("and none where there is none", async () => {
    for (const system of [lotkaVolterra(), withSine(sin), withSine(wrongSine(cos))]) {
      const { results } = await check(system);
      expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    }
  });

  test.each<readonly [string, string, () => DynamicalSystem]>([
    [
      "a term left out of a Jacobian product",
      "the Jacobian product is the derivative of the field",
      () =>
        lotkaVolterra({
          jacobianProduct(_time, { x, y }, _parameters, _input, { state }, out) {
            (out.x as Float64Array)[0] = first(state.x) * (1 - first(y));
            (out.y as Float64Array)[0] = first(state.y) * (first(x) - 1) + first(y) * first(state.x);
          },
        }),
    ],
    [
      "a sign in a transposed product",
      "the transposed product is the derivative of the field",
      () =>
        lotkaVolterra({
          transposedJacobianProduct(_time, { x, y }, _parameters, _input, weight, { state }) {
            (state.x as Float64Array)[0] = first(weight.x) * (1 - first(y)) + first(weight.y) * first(y);
            (state.y as Float64Array)[0] = first(weight.x) * first(x) + first(weight.y) * (first(x) - 1);
          },
        }),
    ],
    [
      "the product in place of the transposed one",
      "the transposed product is the derivative of the field",
      () =>
        lotkaVolterra({
          transposedJacobianProduct(_time, { x, y }, _parameters, _input, weight, { state }) {
            (state.x as Float64Array)[0] = first(weight.x) * (1 - first(y)) - first(x) * first(weight.y);
            (state.y as Float64Array)[0] = first(weight.y) * (first(x) - 1) + first(y) * first(weight.x);
          },
        }),
    ],
    [
      "single precision",
      "the field is computed in double precision",
      () => lotkaVolterra({ field: reading(Math.fround) }),
    ],
    ["a stale cache", "the Jacobian product is the derivative of the field", () => lotkaVolterra({ field: stale() })],
    ["a value kept from the call before", "the field is a function", () => lotkaVolterra({ field: lagging() })],
    [
      "a field that draws random numbers",
      "the field is a function",
      () => lotkaVolterra({ field: reading((value) => value + 1e-3 * Math.random()) }),
    ],
    [
      "a wrong derivative of a primitive",
      "the gradient of the scalar is its derivative",
      () => withSine(wrongSine((a) => negate(cos(a)))),
    ],
    [
      "generated code that differs from the definition",
      "backends agree on the field",
      () => withSine(wrongSine(cos, (a) => `sin(${a}) + 1e-9`)),
    ],
  ])("%s: %s", async (_mistake, property, make) => {
    expectCaught(await check(make()), property);
  });
});
