import { describe, expect, test } from "vitest";
import { InputError } from "../../core/errors.js";
import type { DynamicalSystem } from "../../core/system.js";
import { blockCoordinate } from "../../integrators/solvers/block-coordinate.js";
import { fixedPoint } from "../../integrators/solvers/fixed-point.js";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import { newton } from "../../integrators/solvers/newton.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import {
  prepareSpectralAbscissa,
  type SpectralAbscissa,
  spectralAbscissa,
} from "../../integrators/spectrum/spectral-abscissa.js";
import { instabilityOf, requireStable, StabilityError } from "../../integrators/spectrum/stability.js";
import { energySystem } from "../../systems/energy-system.js";
import { forceSystem } from "../../systems/force-system.js";
import { mapSystem } from "../../systems/map-system.js";
import { settleSystem } from "./settle-system.js";
import { lattice, linear, uniformState } from "./spectral-systems.js";

const methods = ["dense", "iterative"] as const;

describe("a state that is not stable is an error that says what to change:", () => {
  const messageOf = (system: DynamicalSystem, found: readonly SpectralAbscissa[], phase?: string): string => {
    try {
      requireStable(system, found, phase);
    } catch (error) {
      expect(error).toBeInstanceOf(StabilityError);
      return (error as StabilityError).message;
    }
    return "stable";
  };

  test("oscillations of activators and inhibitors", () => {
    const { state, parameters } = uniformState(10);
    const found = spectralAbscissa(lattice(4), { state, parameters });
    const stable = spectralAbscissa(lattice(4), { state, parameters: { ...parameters, tau: 1 } });
    expect(messageOf(lattice(4), [stable, found], "nudged")).toBe(
      "Perturbations of the state of FitzHugh-Nagumo lattice in the nudged phase of example 1 oscillate at the angular frequency 0.167 and grow at the rate 0.132. " +
        "Make the inhibitor v faster: a smaller time constant of v (the parameter tau).",
    );
    expect(messageOf(lattice(4), [stable])).toBe("stable");
  });

  test("a saddle", () => {
    const well = energySystem({ name: "double well", state: { q: [2] }, energy: "sum(q^4)/4 - q[0]^2/2 + q[1]^2" });
    const found = spectralAbscissa(well, { state: { q: 0 } });
    expect(messageOf(well, [found])).toBe(
      "Perturbations of the state of double well in the free phase of example 0 grow at the rate 1: it is a saddle. " +
        "Start from another guess, or settle by the dynamics itself (gradientFlow), which leaves it (the perturbation is largest at q[0]).",
    );
  });

  test("oscillations of a force", () => {
    const spiral = { state: { x: 0 }, parameters: { A: [0.1, 1, -1, 0.1] } };
    expect(messageOf(linear(2), [spectralAbscissa(linear(2), spiral)])).toMatch(
      / Reduce the gain or the antisymmetric part of A, the coupling of x \(the perturbation is largest at x\[[01]\]\)\.$/,
    );
  });

  test("a state whose abscissa is zero within its error", () => {
    const centre = spectralAbscissa(linear(2), { state: { x: 0 }, parameters: { A: [0, 1, -1, 0] } });
    expect(messageOf(linear(2), [centre])).toMatch(
      /neither grow nor decay: the largest rate is .* zero within its error/,
    );
    expect(instabilityOf(centre)).toBe("marginal");
  });

  test("a Jacobian that is not finite", () => {
    const root = forceSystem({ name: "root", state: { x: [] }, force: { x: "sqrt(x)" } });
    for (const method of methods) {
      const found = spectralAbscissa(root, { state: { x: 0 }, method });
      expect(messageOf(root, [found])).toMatch(/could not be decided, because its Jacobian is not finite/);
    }
  });
});

describe("refused are", () => {
  const at = { state: { x: [0, 0] }, parameters: { A: [0, 1, -1, 0] } };

  test("maps and fields that depend on the time", () => {
    const map = mapSystem({ name: "a map", state: { x: [] }, next: { x: "x/2" } });
    expect(() => spectralAbscissa(map, { state: { x: 0 } })).toThrow(/spectralAbscissa: got a map .*discrete time/);
    const driven = forceSystem({ name: "driven", state: { x: [] }, force: { x: "-x + sin(t)" } });
    expect(() => prepareSpectralAbscissa(driven, { buffers: { x: new Float64Array(1) } })).toThrow(InputError);
  });

  test.each([
    [{ subspace: 3 }, /subspace: got 3, expected a whole number, 4 or more/],
    [{ products: 0.5 }, /products: got 0.5/],
    [{ tolerance: 0 }, /tolerance: got 0, expected a number between 0 and 1/],
    [{ method: "guess" as "dense" }, /method: got guess/],
    [{ seed: -1 }, /seed: got -1/],
  ])("options out of range: %o", (options, message) => {
    expect(() => spectralAbscissa(linear(2), { ...at, ...options })).toThrow(message);
  });

  test("values that are not those of the system", () => {
    expect(() => spectralAbscissa(linear(2), { ...at, state: { x: [1, 2, 3] } })).toThrow(
      /state.x: got the shape \[3\]/,
    );
    expect(() => spectralAbscissa(linear(2), { ...at, parameters: { A: Number.NaN } })).toThrow(
      /parameters.A: got NaN/,
    );
    const bounded = forceSystem({ name: "b", state: { x: { shape: [2], bounds: [0, 1] } }, force: { x: "-x" } });
    expect(() => spectralAbscissa(bounded, { state: { x: [0, 2] } })).toThrow(/state.x\[1\]: got 2/);
  });
});

describe("a solver that follows the dynamics", () => {
  test("says so", () => {
    const solvers = [gradientFlow(), fixedPoint(), blockCoordinate(), newton(), newton({ after: gradientFlow() })];
    expect(solvers.map(({ followsDynamics }) => followsDynamics)).toEqual([true, true, false, false, false]);
  });

  test("settles only where the abscissa is negative; Newton's method and block by block also elsewhere", () => {
    // By blocks the step has the determinant (1 + 1) (1 - 0.9) and contracts; the field's trace is positive.
    const spiral = forceSystem({
      name: "spiral",
      state: { x: [], y: [] },
      force: { x: "x - 2*y", y: "x - 0.9*y" },
    });
    const each = { x: [0.3], y: [0.2] };
    expect(spectralAbscissa(spiral, { state: { x: 0, y: 0 } }).abscissa).toBeCloseTo(0.05, 12);
    const settles = (solver: StationarySolver) => (settleSystem(spiral, solver, { each }).residual[0] as number) < 1e-5;
    expect(settles(newton())).toBe(true);
    expect(settles(blockCoordinate())).toBe(true);
    for (const step of [1, 0.1, 0.01]) expect(settles(gradientFlow({ step, iterations: 4000 }))).toBe(false);
    expect(settles(fixedPoint({ iterations: 4000 }))).toBe(false);
  });
});
