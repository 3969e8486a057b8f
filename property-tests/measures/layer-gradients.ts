import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import { gradient, transposedJacobianProduct } from "../../core/expression/derivatives.js";
import { sizeOf } from "../../core/expression/expression.js";
import { symbol } from "../../core/expression/functions.js";
import { type LayerCost, layerCost } from "../../core/layers/layer-cost.js";
import { readLayerParameters } from "../../core/layers/layer-values.js";
import { firstName, momentumName } from "../../core/layers/layered-action.js";
import { simulate } from "../../core/simulation/simulate.js";
import type { DynamicalSystem, StateArray, Values } from "../../core/system.js";
import { stationaryLayers } from "../../integrators/layers/stationary-layers.js";
import { newton } from "../../integrators/solvers/newton.js";
import { iterate } from "../../integrators/steppers/iterate.js";
import type { Nudging } from "../../learning/estimators/contrast.js";
import { echoGradient } from "../../learning/layers/hamiltonian-echo.js";
import { layerEquilibriumGradient } from "../../learning/layers/layer-equilibrium.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import { learningTask } from "../../learning/task.js";
import { canonicalMap } from "../../systems/canonical-map.js";
import { stackedSystem } from "../../systems/stacked-system.js";
import { energyNetworkExample, fitzhughNagumoExample, type LayerExample } from "./layer-recurrence.js";

/** The error of a gradient at one nudge. */
export interface NudgeFigure {
  readonly nudge: number;
  /** Relative L2 error over all parameters and the initial values. */
  readonly error: number;
}

type Arrays = Readonly<Record<string, Float64Array>>;

const dataOf = (arrays: Readonly<Record<string, StateArray>>): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, data]));

/** The relative L2 distance of gradients by name. */
export function gradientDistance(found: Arrays, expected: Arrays): number {
  let [difference, norm] = [0, 0];
  for (const [name, values] of Object.entries(expected)) {
    const other = found[name] as Float64Array;
    values.forEach((value, k) => {
      difference += ((other[k] as number) - value) ** 2;
      norm += value ** 2;
    });
  }
  return Math.sqrt(difference / norm);
}

/** The powers of ten by which errors fall from each figure to the next, over those by which the nudge does. */
export const slopesOf = (figures: readonly NudgeFigure[]): number[] =>
  figures.slice(1).map(({ nudge, error }, k) => {
    const before = figures[k] as NudgeFigure;
    return Math.log(before.error / error) / Math.log(before.nudge / nudge);
  });

/** Half the squared distance of the first block of the last layer from a target y. */
export function squaredDistance({ action }: LayerExample): LayerCost {
  const [block] = action.layer;
  const { name, shape } = block as NonNullable<typeof block>;
  return layerCost(action, { target: { y: shape }, cost: `sum((${name} - y)^2)/2` }) as LayerCost;
}

/** The target all entries of which are 0.3. */
const TARGET: Values = { y: 0.3 };

/**
 * Where to start the recurrence: at the initial momenta of the stationary state with a free end, moved by up to `displacement`,
 * so that the orbit departs from that state but does not run away.
 */
export function initialValues({ action, ...data }: LayerExample, displacement = 0.005): Values {
  const { momenta } = stationaryLayers(action, { ...data, method: "boundary value" });
  const starts = Object.entries(dataOf(momenta)).map(([name, values]) => [
    name,
    values.slice(0, values.length / (data.layers + 1)).map((entry, k) => entry + displacement * Math.sin(1 + k)),
  ]);
  return { ...data.first, ...Object.fromEntries(starts) } as Values;
}

/**
 * The exact gradient of a cost of the last layer with x_0 and P_0 fixed, by backpropagation through the canonical map: for
 * parameters, blocks and momenta by name.
 */
export function backpropagatedGradient(
  example: LayerExample,
  cost: LayerCost,
  initial: Values,
  target: Arrays,
): Arrays {
  const { action, layers } = example;
  const map = canonicalMap(action) as DynamicalSystem;
  const parameters = readLayerParameters(action, layers, example.parameters);
  const shared = Object.fromEntries(action.shared.map(({ name }) => [name, parameters[name] as Float64Array]));
  const at = (coupling: number): Arrays => ({
    ...shared,
    ...Object.fromEntries(
      action.own.map(({ name, shape }) => {
        const size = sizeOf(shape);
        return [name, (parameters[name] as Float64Array).subarray(coupling * size, (coupling + 1) * size)];
      }),
    ),
  });
  const field = [...map.field.values()];
  const points: Arrays[] = [initial as Arrays];
  for (let i = 0; i < layers; i++) {
    const values = evaluate(field, { ...at(i), ...(points[i] as Arrays) });
    points.push(Object.fromEntries(map.state.map(({ name }, k) => [name, values[k] as Float64Array])));
  }
  const cotangents = map.state.map(({ name, shape }) => symbol(`cotangent of ${name}`, shape));
  const wanted = [...map.state, ...map.input, ...map.parameters];
  const back = transposedJacobianProduct(
    field,
    cotangents,
    wanted.map((block) => block.symbol),
  );
  const costSlope = gradient(
    cost.cost,
    map.state.map((block) => block.symbol),
  );
  let adjoint = evaluate(costSlope, { ...(points[layers] as Arrays), ...target });
  const result: Record<string, Float64Array> = Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [name, new Float64Array(values.length)]),
  );
  for (let i = layers - 1; i >= 0; i--) {
    const bound = Object.fromEntries(
      map.state.map(({ name }, k) => [`cotangent of ${name}`, adjoint[k] as Float64Array]),
    );
    const moved = evaluate(back, { ...at(i), ...(points[i] as Arrays), ...bound });
    map.input.forEach(({ name }, k) => {
      const own = moved[map.state.length + k] as Float64Array;
      (result[name] as Float64Array).set(own, i * own.length);
    });
    map.parameters.forEach(({ name }, k) => {
      const into = result[name] as Float64Array;
      (moved[map.state.length + map.input.length + k] as Float64Array).forEach((entry, j) => {
        into[j] = (into[j] as number) + entry;
      });
    });
    adjoint = moved.slice(0, map.state.length);
  }
  map.state.forEach(({ name }, k) => {
    result[name] = adjoint[k] as Float64Array;
  });
  return result;
}

/** The exact gradient of a cost of the last layer with x_0 fixed and the end free, by implicit differentiation of the stack. */
export function implicitGradient({ action, layers, first, parameters }: LayerExample): Arrays {
  const system = stackedSystem(action, { layers }) as DynamicalSystem;
  const [block] = action.layer;
  const { name, shape } = block as NonNullable<typeof block>;
  const task = learningTask(system, {
    target: { y: shape },
    cost: { final: `sum((${name}[${layers - 1}] - y)^2)/2` },
  });
  const free = stationaryLayers(action, { layers, first, parameters });
  const input = Object.fromEntries(Object.entries(first).map(([each, value]) => [firstName(each), value]));
  const result = implicitDifferentiation({ settle: newton() }).gradient(task, {
    parameters,
    input,
    target: TARGET,
    guess: dataOf(free.states),
  } as never);
  return { ...dataOf(result.gradient as never), ...dataOf(result.inputGradient as never) };
}

/** Options of the gradients' measures. */
export interface LayerGradientOptions {
  readonly nudges?: readonly number[];
  readonly nudging?: Nudging;
  readonly seed?: number;
}

/** The Hamiltonian echo of the FitzHugh-Nagumo chain with 6 layers of 5 cells against backpropagation through its map. */
export function measureEcho(options: LayerGradientOptions = {}, layers = 6): NudgeFigure[] {
  const { nudges = [1e-3, 1e-4, 1e-5], nudging = "centred", seed = 0 } = options;
  const example = fitzhughNagumoExample({ layers, seed });
  const cost = squaredDistance(example);
  const initial = initialValues(example);
  const target = { y: new Float64Array(5).fill(TARGET.y as number) };
  const expected = backpropagatedGradient(example, cost, initial, target);
  return nudges.map((nudge) => {
    const { parameters, action } = example;
    const found = echoGradient(action, cost, { layers, initial, parameters, target, nudge, nudging });
    return {
      nudge,
      error: gradientDistance({ ...dataOf(found.gradient), ...dataOf(found.initialGradient) }, expected),
    };
  });
}

/** Equilibrium propagation on an example against implicit differentiation. */
export function measureLayerEquilibrium(example: LayerExample, options: LayerGradientOptions = {}): NudgeFigure[] {
  const { nudges = [0.1, 0.01, 0.001], nudging = "centred" } = options;
  const cost = squaredDistance(example);
  const expected = implicitGradient(example);
  const { action, ...data } = example;
  return nudges.map((nudge) => {
    const found = layerEquilibriumGradient(action, cost, { ...data, target: TARGET, nudge, nudging });
    const first = Object.entries(dataOf(found.firstGradient)).map(([name, values]) => [firstName(name), values]);
    return { nudge, error: gradientDistance({ ...dataOf(found.gradient), ...Object.fromEntries(first) }, expected) };
  });
}

/** Equilibrium propagation on the FitzHugh-Nagumo chain with 8 layers of 5 cells. */
export const measureChainEquilibrium = (options: LayerGradientOptions = {}): NudgeFigure[] =>
  measureLayerEquilibrium(fitzhughNagumoExample({ layers: 8, seed: options.seed ?? 0 }), options);

/** Equilibrium propagation on the deep energy network with 8 layers of 5 units. */
export const measureEnergyNetworkEquilibrium = (options: LayerGradientOptions = {}): NudgeFigure[] =>
  measureLayerEquilibrium(energyNetworkExample({ layers: 8, seed: options.seed ?? 0 }), options);

/** How well the lattice keeps the continuum's Hamiltonian at one spacing. */
export interface SpatialHamiltonianFigure {
  readonly spacing: number;
  /** The largest change of H along the depth, between places that all spacings have in common. */
  readonly drift: number;
}

/**
 * The Hamiltonian H = delta^2 |u'|^2 / 2 - |v'|^2 / (2 epsilon) + F(u, v) along a FitzHugh-Nagumo chain without G over a depth
 * of 2, with central differences for the slopes: the continuum conserves it, a lattice of spacing h to O(h^2).
 */
export function measureSpatialHamiltonian(
  spacings: readonly number[] = [0.1, 0.05, 0.025, 0.0125],
): SpatialHamiltonianFigure[] {
  const width = 3;
  const [delta, epsilon, alpha, b] = [0.75, 0.85, 1.08, 0.1];
  const { action } = fitzhughNagumoExample({ layers: 1, width });
  const start = { u: [0.3, -0.2, 0.1], v: [0.2, 0.1, -0.1] };
  const slope = { u: [0.2, 0.4, -0.3], v: [-0.2, 0.1, 0.3] };
  return spacings.map((spacing) => {
    const shared = { delta: delta / spacing, epsilon: epsilon * spacing ** 2, alpha, b };
    // Layer 1 to second order in the spacing, by u'' = -F_u / delta^2 and v'' = epsilon F_v, so that orbits of all spacings agree.
    const curvature = {
      u: start.u.map((x, k) => -(x - x ** 3 - (start.v[k] as number)) / delta ** 2),
      v: start.v.map((y, k) => epsilon * (alpha * y + b - (start.u[k] as number))),
    };
    const change = (name: "u" | "v"): number[] =>
      slope[name].map((each, k) => spacing * each + (spacing ** 2 / 2) * (curvature[name][k] as number));
    // Without G the momenta before a coupling are delta^2 (u_1 - u_0) and -(v_1 - v_0) / epsilon.
    const momenta = {
      [momentumName("u")]: change("u").map((each) => shared.delta ** 2 * each),
      [momentumName("v")]: change("v").map((each) => -each / shared.epsilon),
    };
    const { states } = simulate(canonicalMap(action) as DynamicalSystem, {
      integrator: iterate(),
      steps: Math.round(2 / spacing),
      initial: { ...start, ...momenta } as Values,
      parameters: shared,
      input: { G: 0, current: 0 },
    });
    const [u, v] = [states.u, states.v].map((each) => (each as StateArray).data) as [Float64Array, Float64Array];
    const hamiltonian = (i: number): number => {
      let total = 0;
      for (let k = i * width; k < (i + 1) * width; k++) {
        const rate = (of: Float64Array): number =>
          ((of[k + width] as number) - (of[k - width] as number)) / (2 * spacing);
        const [x, y] = [u[k] as number, v[k] as number];
        total += (delta * rate(u)) ** 2 / 2 - rate(v) ** 2 / (2 * epsilon);
        total += x ** 2 / 2 - x ** 4 / 4 - x * y + (alpha * y ** 2) / 2 + b * y;
      }
      return total;
    };
    const places = Array.from({ length: 9 }, (_, i) => hamiltonian(Math.round((0.2 * (i + 1)) / spacing)));
    return { spacing, drift: Math.max(...places.map((each) => Math.abs(each - (places[0] as number)))) };
  });
}
