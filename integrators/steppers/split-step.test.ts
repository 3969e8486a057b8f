import { describe, expect, it } from "vitest";
import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import { gradient, jacobianProduct } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, dot, matmul, multiply, negate, power, sum, symbol } from "../../core/expression/functions.js";
import { pendulum } from "../../core/simulation/example-systems.testing.js";
import { simulate, stepProgram } from "../../core/simulation/index.js";
import type { DynamicalSystem } from "../../core/system.js";
import { gaussLegendre6 } from "./gauss-legendre.js";
import { splitStep } from "./split-step.js";

const [q, p, J, g, u] = [symbol("q", [2]), symbol("p", [2]), symbol("J", [2, 2]), symbol("g"), symbol("u", [2])];
const intensity = add(multiply(q, q), multiply(p, p));
const linear = multiply(0.5, add(dot(q, matmul(J, q)), dot(p, matmul(J, p))));
const kerr = multiply(multiply(0.25, g), sum(power(intensity, 2)));

type Field = DynamicalSystem<{ state: "q" | "p"; parameters: "J" | "g" | "u"; input: never }>;
function fieldOf(hamiltonian: Expression): Field {
  const [force, velocity] = gradient(hamiltonian, [q, p]) as [Expression, Expression];
  return {
    name: "two resonators",
    kind: "hamiltonian",
    time: "continuous",
    state: [
      { name: "q", shape: [2], role: "coordinate", symbol: q },
      { name: "p", shape: [2], role: "momentum", symbol: p },
    ],
    parameters: [
      { name: "J", shape: [2, 2], symbol: J },
      { name: "g", shape: [], symbol: g },
      { name: "u", shape: [2], symbol: u },
    ],
    input: [],
    field: new Map([
      ["q", velocity],
      ["p", negate(force)],
    ]),
    scalar: hamiltonian,
    invariants: new Map(),
    facts: { separable: false, gradient: false, timeDependent: false },
  };
}
const resonators = fieldOf(add(linear, kerr));
const driven = fieldOf(add(add(linear, kerr), dot(u, q)));
const initial = { q: [1, -0.2], p: [0.3, 0.5] };
const parameters = { J: [0.7, 2, 2, -0.4], g: 0.8, u: [0.3, -0.6] };

const endOf = (
  system: Field,
  integrator: ReturnType<typeof splitStep>,
  until: number,
  values = parameters,
): number[] => {
  const { final } = simulate(system, { integrator, initial, parameters: values, until, save: { times: [] } });
  return [...final.q.data, ...final.p.data];
};
const distance = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, k) => Math.abs(value - b[k]!)));

describe.each(["exact", "midpoint"] as const)("splitStep, linear part %s", (kind) => {
  it.each([
    ["resonators", resonators],
    ["driven resonators", driven],
  ] as const)("has order 2 on %s", (_, system) => {
    const exact = endOf(system, gaussLegendre6({ step: 1 / 64 }), 2);
    const error = (count: number) => distance(endOf(system, splitStep({ step: 1 / count, linear: kind }), 2), exact);
    expect(Math.abs(Math.log2(error(64) / error(128)) - 2)).toBeLessThan(0.05);
  });

  it("keeps the norm of the field over long runs at large steps", () => {
    const { final } = simulate(resonators, {
      integrator: splitStep({ step: 1, linear: kind }),
      initial,
      parameters,
      steps: 10_000,
      save: { times: [] },
    });
    const norm = [...final.q.data, ...final.p.data].reduce((total, value) => total + value * value, 0);
    expect(Math.abs(norm - 1.38)).toBeLessThan(1e-10);
  });

  it("has derivatives also where there is no light", () => {
    const { loop } = stepProgram(resonators, splitStep({ step: 0.1, linear: kind }));
    const next = loop.carried.map((carried) => carried.next);
    const directions = [symbol("dq", [2]), symbol("dp", [2])];
    const moved = evaluate(jacobianProduct(next, [q, p], directions), {
      ...{ q: [0, 0.4], p: [0, 0.1], dq: [1, 0], dp: [0, 1], J: parameters.J, g: 0.8 },
      ...{ "step size": 0.1, "start time": 0, "step number": 0 },
    });
    for (const values of moved) for (const value of values) expect(Number.isFinite(value)).toBe(true);
  });
});

describe("splitStep", () => {
  it("is exact without nonlinearity at any step up to the accuracy of the exponential, and without couplings", () => {
    const weak = { ...parameters, g: 0 };
    const linearEnd = endOf(driven, gaussLegendre6({ step: 1 / 256 }), 4, weak);
    expect(distance(endOf(driven, splitStep({ step: 4 }), 4, weak), linearEnd)).toBeLessThan(1e-12);
    const apart = { ...parameters, J: [0, 0, 0, 0] };
    const turned = endOf(resonators, gaussLegendre6({ step: 1 / 256 }), 4, apart);
    expect(distance(endOf(resonators, splitStep({ step: 4 }), 4, apart), turned)).toBeLessThan(1e-12);
  });

  it("has a quadrature of the Hamiltonian only with the midpoint rule", () => {
    expect(splitStep({ step: 0.1 }).hamiltonianTerms).toBeUndefined();
    expect(splitStep({ step: 0.1, linear: "midpoint" }).hamiltonianTerms).toBeDefined();
  });

  it("refuses Hamiltonians that do not turn each amplitude in place", () => {
    const { refusal } = splitStep({ step: 0.1 });
    expect(refusal(resonators as DynamicalSystem)).toBeUndefined();
    const sentence =
      "its Hamiltonian is no quadratic part and a function of the local intensities q^2 + p^2: use gaussLegendre4";
    expect(refusal(pendulum)).toContain(sentence);
    expect(refusal(fieldOf(add(linear, sum(power(q, 4)))) as DynamicalSystem)).toContain(sentence);
    expect(refusal({ ...resonators, damping: "g" } as DynamicalSystem)).toContain("it is damped");
  });
});
