import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { interpreter } from "../../core/compile/interpreter/interpreter.js";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import { JacobianAction } from "../../integrators/spectrum/jacobian-action.js";
import {
  prepareSpectralAbscissa,
  type SpectralAbscissa,
  spectralAbscissa,
} from "../../integrators/spectrum/spectral-abscissa.js";
import { instabilityOf } from "../../integrators/spectrum/stability.js";
import { StationaryPlan } from "../../learning/stationary-plan.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { energySystem } from "../../systems/energy-system.js";
import { forceSystem } from "../../systems/force-system.js";
import { chain, lattice, linear, network, normals, sparse, uniformAbscissa, uniformState } from "./spectral-systems.js";

const methods = ["dense", "iterative"] as const;

describe.each(methods)("the spectral abscissa, %s, is that known in closed form:", (method) => {
  test.each([
    ["a stable spiral", [-0.3, 2, -2, -0.3], -0.3, 2],
    ["an unstable spiral", [0.1, 4, -1, 0.1], 0.1, 2],
    ["a saddle", [1, 5, 0, -3], 1, 0],
    ["a node", [-2, 1, 0, -0.25], -0.25, 0],
    ["a centre", [0, 1, -9, 0], 0, 3],
    ["a critically damped oscillator", [0, 1, -1, -2], -1, 0],
  ])("%s", (_, A, abscissa, frequency) => {
    const found = spectralAbscissa(linear(2), { state: { x: [1, 1] }, parameters: { A }, method });
    expect(Math.abs(found.abscissa - abscissa)).toBeLessThan(1e-6);
    expect(Math.abs(found.abscissa - abscissa)).toBeLessThanOrEqual(found.errorEstimate + 1e-15);
    expect(found.frequency).toBeCloseTo(frequency, 12);
    expect([found.converged, found.method]).toEqual([true, method]);
  });

  test("a chain with asymmetric hopping: -loss + 2 sqrt(left right) cos(pi / (n + 1)), whatever the asymmetry", () => {
    for (const [n, asymmetry] of [
      [12, 0.8],
      [40, 0.3],
      [150, 0.1],
    ] as const) {
      const parameters = { right: 0.9 * Math.exp(asymmetry), left: 0.9 * Math.exp(-asymmetry), loss: 2 };
      const exact = -2 + 1.8 * Math.cos(Math.PI / (n + 1));
      const found = spectralAbscissa(chain(n), { state: { x: 0 }, parameters, method });
      expect(Math.abs(found.abscissa - exact)).toBeLessThan(found.errorEstimate + 1e-13);
      expect(found.errorEstimate).toBeLessThan(1e-8);
    }
  });

  test("a large error where the asymmetry is so strong that rounding moves the spectrum", () => {
    const [n, asymmetry] = [150, 0.3];
    const parameters = { right: Math.exp(asymmetry), left: Math.exp(-asymmetry), loss: 2 };
    const exact = -2 + 2 * Math.cos(Math.PI / (n + 1));
    const found = spectralAbscissa(chain(n), { state: { x: 0 }, parameters, method });
    expect(found.abscissa - exact).toBeGreaterThan(1e-3);
    expect(found.errorEstimate).toBeGreaterThan(1e-3);
    // With gain at one end the state is one rounding away from instability, and is not called stable.
    const gained = spectralAbscissa(chain(n), { state: { x: 0 }, parameters: { ...parameters, loss: 1.999 }, method });
    expect(instabilityOf(gained)).not.toBe(undefined);
  });

  test("a block triangular field: that of the slowest block, also where blocks share their eigenvalues", () => {
    const system = forceSystem({
      name: "feedforward layers",
      state: { x: [30], y: [30], z: [30] },
      force: { x: "-0.5*x", y: "-0.5*y + 3*x + shift(x, 1)", z: "-2*z + 5*y" },
    });
    const found = spectralAbscissa(system, { state: { x: 0, y: 0, z: 0 }, method });
    expect(Math.abs(found.abscissa + 0.5)).toBeLessThan(found.errorEstimate);
    expect(found.errorEstimate).toBeLessThan(1e-3);
    expect(found.frequency).toBe(0);
  });

  test("FitzHugh-Nagumo cells, whose uniform state loses its stability as the inhibitor becomes slower", () => {
    const at = (times: number): SpectralAbscissa => {
      const { state, parameters } = uniformState(1.223 * times);
      return spectralAbscissa(lattice(4), { state, parameters, method });
    };
    const found = [1, 2, 5].map(at);
    found.forEach(({ abscissa }, k) => {
      expect(abscissa).toBeCloseTo(uniformAbscissa(4, 1.223 * [1, 2, 5][k]!), 9);
    });
    expect(found.map(({ abscissa }) => Math.round(100 * abscissa) / 100)).toEqual([-0.36, -0.08, 0.09]);
    expect(found.map(({ frequency }) => frequency > 0.1)).toEqual([true, true, true]);
    expect(found.map(instabilityOf)).toEqual([undefined, undefined, "oscillation"]);
  });

  test("states at a bound do not take part", () => {
    const system = energySystem({
      name: "bounded units",
      state: { s: { shape: [3], bounds: [0, 1] } },
      energy: "-dot([1, -0.2, 3], s) - s[2]^2 + s[0]^2/8 + s[1]^2/2",
    });
    // s[2] would run away, but is held at 1 with the others at rest: s[1] at 0, s[0] at its bound.
    const found = spectralAbscissa(system, { state: { s: [0.5, 0.5, 1] }, method });
    expect(found.abscissa).toBeCloseTo(-0.25, 12);
    expect([...found.mode.real.s.data].map(Math.abs)).toEqual([expect.closeTo(1, 12), expect.closeTo(0, 12), 0]);
    const held = spectralAbscissa(system, { state: { s: [1, 0, 1] }, method });
    expect([held.abscissa, held.errorEstimate, held.converged]).toEqual([-Infinity, 0, true]);
  });

  test("the mode is the eigenvector by block", () => {
    const A = normals(36, 4);
    const { abscissa, frequency, mode } = spectralAbscissa(linear(6), { state: { x: 0 }, parameters: { A }, method });
    const [re, im] = [mode.real.x.data, mode.imaginary.x.data];
    for (let row = 0; row < 6; row++) {
      const image = (part: Float64Array) => part.reduce((total, value, k) => total + A[6 * row + k]! * value, 0);
      expect(image(re)).toBeCloseTo(abscissa * re[row]! - frequency * im[row]!, 10);
      expect(image(im)).toBeCloseTo(abscissa * im[row]! + frequency * re[row]!, 10);
    }
  });

  test("a batch has the values of its examples alone, bit for bit", () => {
    const n = 12;
    const system = network(n);
    const single = (k: number) => ({ x: normals(n, 10 + k), b: normals(n, 20 + k) });
    const W = normals(n * n, 5, 0.4);
    const joined = (name: "x" | "b") => Float64Array.from([0, 1, 2].flatMap((k) => [...single(k)[name]]));
    const plan = {
      trajectories: 3,
      perTrajectory: new Set(["b"]),
      buffers: { x: joined("x"), b: joined("b"), W },
    };
    const together = prepareSpectralAbscissa(system, plan, { method });
    const alone = [0, 1, 2].map(
      (k) => prepareSpectralAbscissa(system, { buffers: { ...single(k), W } }, { method })()[0],
    );
    expect(together()).toEqual(alone);
    expect(new Set(alone.map((each) => each?.abscissa)).size).toBe(3);
    plan.buffers.x.set(plan.buffers.x.subarray(n, 2 * n), 0);
    plan.buffers.b.set(plan.buffers.b.subarray(n, 2 * n), 0);
    expect(together()[0]).toEqual(alone[1]);
  });
});

test("what a learning plan splits off a system does not change its abscissa", () => {
  const system = forceSystem({
    name: "driven network",
    state: { x: [5] },
    parameters: { W: [5, 5], V: [5, 3] },
    input: { drive: [3] },
    force: { x: "-x + tanh(W @ x + V @ drive)*cosh(V @ drive)" },
  });
  const task = learningTask(system, { cost: { final: "sum(x^2)" } }) as LearningTask;
  const plan = new StationaryPlan(task, 3);
  const parameters = { W: normals(25, 1, 0.3), V: normals(15, 2) };
  const [drive, x] = [normals(9, 3), normals(15, 4)];
  const found: SpectralAbscissa[][] = [];
  // A solver that stays where it is and looks at the spectrum of what it was given.
  const observer: StationarySolver = {
    ...gradientFlow(),
    prepare(given, buffers) {
      expect(given.input.length).toBeGreaterThan(1);
      const prepared = methods.map((method) => prepareSpectralAbscissa(given, buffers, { method }));
      const settle = () => {
        found.push(...prepared.map((each) => each()));
        return { residual: new Float64Array(3), tolerance: 1, iterations: 0, unsettled: 0 };
      };
      return { settle };
    },
  };
  const solver = plan.prepare(observer);
  plan.load({ parameters, input: { drive }, guess: { x } });
  plan.settle("free", solver);
  for (const example of [0, 1, 2]) {
    const at = {
      state: { x: x.slice(5 * example, 5 * example + 5) },
      input: { drive: drive.slice(3 * example, 3 * example + 3) },
    };
    const { abscissa } = spectralAbscissa(system, { ...at, parameters });
    expect(found.map((each) => each[example]?.abscissa)).toEqual([
      expect.closeTo(abscissa, 12),
      expect.closeTo(abscissa, 12),
    ]);
  }
});

test("iteration equals decomposition at random states of networks, within the errors of both", () => {
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 110 }), fc.nat(1000), fc.constantFrom(0.5, 1, 2), (n, seed, gain) => {
      const at = {
        state: { x: normals(n, seed) },
        parameters: { W: normals(n * n, seed + 1, gain / Math.sqrt(n)), b: 0 },
      };
      const [dense, iterative] = methods.map((method) => spectralAbscissa(network(n), { ...at, method }));
      const difference = Math.abs(dense!.abscissa - iterative!.abscissa);
      expect(difference).toBeLessThanOrEqual(2 * (dense!.errorEstimate + iterative!.errorEstimate));
      expect(difference).toBeLessThan(1e-5);
      expect(iterative!.frequency).toBeCloseTo(dense!.frequency, 4);
    }),
    { seed: 1, numRuns: 25 },
  );
});

test("both backends agree", () => {
  const at = { state: { x: normals(8, 1) }, parameters: { W: normals(64, 2), b: 0 } };
  for (const method of methods) {
    const found = spectralAbscissa(network(8), { ...at, method, backend: interpreter });
    expect(found.abscissa).toBeCloseTo(spectralAbscissa(network(8), { ...at, method }).abscissa, 12);
  }
});

describe("large systems:", () => {
  test("a lattice of 8,192 entries", () => {
    const { state, parameters } = uniformState(5, 0.5, 5);
    const found = spectralAbscissa(lattice(64), { state, parameters, tolerance: 1e-8 });
    expect(found).toMatchObject({ method: "iterative", converged: true });
    expect(found.abscissa).toBeCloseTo(uniformAbscissa(64, 5, 0.5, 5), 6);
    expect(Math.abs(found.abscissa - uniformAbscissa(64, 5, 0.5, 5))).toBeLessThan(found.errorEstimate + 1e-12);
  });

  test("a sparse network of 2,000 units: the edge of the circular law's disc", () => {
    const [n, synapses] = [2000, 20_000];
    const at = {
      state: { x: normals(n, 10, 0.1) },
      parameters: { w: normals(synapses, 9, 0.8 * Math.sqrt(n / synapses)) },
    };
    const found = spectralAbscissa(sparse(n, synapses), at);
    expect(found).toMatchObject({ method: "iterative", converged: true });
    expect(Math.abs(found.abscissa + 0.2)).toBeLessThan(0.05);
  });

  test("a search cut short says so, with an upper bound", () => {
    const n = 250;
    const at = { state: { x: 0 }, parameters: { W: normals(n * n, 3, 0.9 / Math.sqrt(n)), b: 0 } };
    const exact = spectralAbscissa(network(n), { ...at, method: "dense" }).abscissa;
    const short = spectralAbscissa(network(n), { ...at, products: 20, subspace: 16 });
    expect(short.converged).toBe(false);
    expect(short.residual).toBeGreaterThan(1e-3);
    expect(short.bound).toBeGreaterThan(exact);
    // The symmetric part of a Gaussian matrix has the radius sqrt(2) of the matrix's own.
    expect(short.bound).toBeCloseTo(-1 + 0.9 * Math.SQRT2, 1);
    expect(instabilityOf(short)).toBe("undecided");
    const weak = { ...at, parameters: { W: normals(n * n, 3, 0.5 / Math.sqrt(n)), b: 0 } };
    const sure = spectralAbscissa(network(n), { ...weak, products: 20, subspace: 16 });
    expect(sure.converged).toBe(false);
    expect(sure.bound).toBeLessThan(0);
    expect(instabilityOf(sure)).toBeUndefined();
  });
});

describe("memory", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test.each([300, 3000])("of products with the Jacobian is linear in units and synapses: %d units", (n) => {
    const synapses = 8 * n;
    const buffers = { x: normals(n, 10), w: normals(synapses, 9, 0.3) };
    const system = sparse(n, synapses);
    const [direction, image] = [normals(n, 3), new Float64Array(n)];
    const lengths: number[] = [];
    vi.stubGlobal(
      "Float64Array",
      new Proxy(Float64Array, {
        construct(target, given, newTarget) {
          const made = Reflect.construct(target, given, newTarget) as Float64Array;
          lengths.push(made.length);
          return made;
        },
      }),
    );
    for (const transposed of [false, true]) {
      const action = new JacobianAction(system, { buffers }, transposed);
      action.update();
      const prepared = lengths.length;
      for (let count = 0; count < 5; count++) action.apply(direction, image);
      expect(lengths.length).toBe(prepared);
    }
    vi.unstubAllGlobals();
    expect(lengths.length).toBeGreaterThan(4);
    expect(lengths.reduce((total, length) => total + length, 0)).toBeLessThan(30 * n + 12 * synapses);
  });
});
