import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import type { Expression } from "../../core/expression/expression.js";
import { jacobianMatrix } from "../../core/expression/jacobian-matrix.js";
import type { LayeredAction } from "../../core/layers/layered-action.js";
import { held } from "../../core/simulation/inputs.js";
import { simulate } from "../../core/simulation/simulate.js";
import type { DynamicalSystem, StateArray, Values } from "../../core/system.js";
import { LayerError } from "../../integrators/layers/layer-error.js";
import { type StationaryLayers, stationaryLayers } from "../../integrators/layers/stationary-layers.js";
import { iterate } from "../../integrators/steppers/iterate.js";
import { canonicalMap } from "../../systems/canonical-map.js";
import { deepEnergyNetwork } from "../../systems/catalogue/deep-energy-network.js";
import { fitzhughNagumoLayers } from "../../systems/catalogue/fitzhugh-nagumo-layers.js";

/** A layered action with data, names erased: what the measures of this folder run on. */
export interface LayerExample {
  readonly action: LayeredAction;
  readonly layers: number;
  readonly first: Values;
  readonly parameters: Values;
}

/** A size and a seed of an example. */
export interface LayerExampleOptions {
  readonly layers: number;
  /** @defaultValue 5 */
  readonly width?: number;
  /** @defaultValue 0 */
  readonly seed?: number;
}

const flatValues = (arrays: Readonly<Record<string, StateArray>>): Values =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, data]));

function exampleOf(
  { action, parameters, input }: { readonly action: unknown; readonly parameters: object; readonly input: object },
  layers: number,
): LayerExample {
  const first = Object.entries(input).map(([name, value]) => [name.replace(/_first$/, ""), value]);
  return {
    action: action as LayeredAction,
    layers,
    first: Object.fromEntries(first) as Values,
    parameters: parameters as Values,
  };
}

/** The diffusive FitzHugh-Nagumo chain of the measures. */
export const fitzhughNagumoExample = ({ layers, width = 5, seed = 0 }: LayerExampleOptions): LayerExample =>
  exampleOf(fitzhughNagumoLayers({ width, layers, seed }), layers);

/** The deep energy-based network of the measures. */
export const energyNetworkExample = ({ layers, width = 5, seed = 0 }: LayerExampleOptions): LayerExample =>
  exampleOf(deepEnergyNetwork({ width, layers, seed }), layers);

/** How well the recurrence finds a stationary state at one depth. */
export interface RecurrenceFigure {
  readonly layers: number;
  /** How many times an error of the initial momenta grows. */
  readonly growth: number;
  /** The relative L2 error of the recurrence against the boundary value solution of the same branch; infinite where it is lost. */
  readonly error: number;
  /** What the automatic method takes, why, and with what residual. */
  readonly method: StationaryLayers["method"];
  readonly reason: string;
  readonly residual: number;
}

/** A recurrence with a larger relative error than this is lost. */
const LOST = 0.01;

/** The relative L2 distance of states. */
export function stateDistance(found: StationaryLayers["states"], expected: StationaryLayers["states"]): number {
  let [difference, norm] = [0, 0];
  for (const [name, { data }] of Object.entries(expected)) {
    const other = (found[name] as StateArray).data;
    data.forEach((value, k) => {
      difference += ((other[k] as number) - value) ** 2;
      norm += value ** 2;
    });
  }
  return Math.sqrt(difference / norm);
}

/** The recurrence's error at one depth, and what the automatic method does there. */
export function measureRecurrence(example: LayerExample): RecurrenceFigure {
  const { action, ...data } = example;
  const { method, reason, residual, growth } = stationaryLayers(action, data);
  return { layers: example.layers, growth, error: recurrenceError(example), method, reason, residual };
}

function recurrenceError({ action, ...data }: LayerExample): number {
  try {
    const passed = stationaryLayers(action, { ...data, method: "recurrence", tolerance: LOST });
    const guess = flatValues(passed.states);
    return stateDistance(passed.states, stationaryLayers(action, { ...data, method: "boundary value", guess }).states);
  } catch (error) {
    if (error instanceof LayerError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** The depths the recurrence is measured at. */
export const RECURRENCE_DEPTHS = { fitzhughNagumo: [4, 8, 16, 24, 32, 48], energyNetwork: [3, 10, 24] } as const;

/** The recurrence against the stationary FitzHugh-Nagumo chain of width 5, over the depth. */
export const measureLayerRecurrence = (options: { readonly seed?: number } = {}): RecurrenceFigure[] =>
  RECURRENCE_DEPTHS.fitzhughNagumo.map((layers) => measureRecurrence(fitzhughNagumoExample({ ...options, layers })));

/** The recurrence against the stationary deep energy network of width 5, over the depth. */
export const measureEnergyNetworkRecurrence = (options: { readonly seed?: number } = {}): RecurrenceFigure[] =>
  RECURRENCE_DEPTHS.energyNetwork.map((layers) => measureRecurrence(energyNetworkExample({ ...options, layers })));

/** How well the canonical map is what it says. */
export interface CanonicalMapFigure {
  readonly layers: number;
  /** Relative L2 error of the orbit from the boundary value solution's initial momenta, simulated, against that solution. */
  readonly orbitError: number;
  /** The largest |P_N| of the simulated orbit, over its largest momentum: the end is free. */
  readonly endMomentum: number;
  /** The largest entry of M' Omega M - Omega over the steps of the orbit, M being the map's Jacobian. */
  readonly symplecticity: number;
  /** The largest difference of inverse(map(z)) from z over the orbit, over the largest entry of z. */
  readonly inverseError: number;
}

/** Simulates the canonical map from a boundary value solution and checks its structure along the orbit. */
export function measureCanonicalMap({ action, ...data }: LayerExample): CanonicalMapFigure {
  const { layers } = data;
  const solved = stationaryLayers(action, { ...data, method: "boundary value" });
  const map = canonicalMap(action) as DynamicalSystem;
  const rowsOf = (name: string): Float64Array[] => {
    const block = map.input.find((each) => each.name === name) as { readonly shape: readonly number[] };
    const size = block.shape.reduce((product, extent) => product * extent, 1);
    const given = data.parameters[name] as number | Float64Array;
    const entry = (k: number): number => (typeof given === "number" ? given : (given[k] as number));
    return Array.from({ length: layers }, (_, i) => Float64Array.from({ length: size }, (_, k) => entry(i * size + k)));
  };
  const shared = Object.fromEntries(action.shared.map(({ name }) => [name, data.parameters[name]]));
  const own = action.own.map(({ name }) => [name, rowsOf(name)] as const);
  const initial = Object.fromEntries(
    map.state.map(({ name }) => {
      const momenta = (solved.momenta as Readonly<Record<string, StateArray>>)[name];
      return [
        name,
        momenta === undefined ? data.first[name] : momenta.data.subarray(0, momenta.data.length / (layers + 1)),
      ];
    }),
  );
  const orbit = simulate(map, {
    integrator: iterate(),
    steps: layers,
    initial: initial as Values,
    parameters: shared as Values,
    input: Object.fromEntries(
      own.map(([name, rows]) => [name, held(Float64Array.from(rows.flatMap((row) => [...row])))]),
    ),
  });
  const states = orbit.states as Readonly<Record<string, StateArray>>;
  const rowOf = (name: string, step: number): Float64Array => {
    const { data: all } = states[name] as StateArray;
    const size = all.length / (layers + 1);
    return all.slice(step * size, (step + 1) * size);
  };
  const passed = Object.fromEntries(
    action.layer.map(({ name, shape }) => {
      const { data: all } = states[name] as StateArray;
      return [name, { data: all.slice(all.length / (layers + 1)), shape: [layers, ...shape] }];
    }),
  );
  const structure = Array.from({ length: layers }, (_, step) =>
    stepStructure(map, {
      ...(shared as Record<string, number>),
      ...Object.fromEntries(own.map(([name, rows]) => [name, rows[step] as Float64Array])),
      ...Object.fromEntries(map.state.map(({ name }) => [name, rowOf(name, step)])),
    }),
  );
  const momenta = map.state.slice(action.layer.length).map(({ name }) => name);
  const largest = (arrays: readonly Float64Array[]): number =>
    Math.max(...arrays.flatMap((each) => [...each].map(Math.abs)));
  return {
    layers,
    orbitError: stateDistance(passed, solved.states),
    endMomentum:
      largest(momenta.map((name) => rowOf(name, layers))) /
      largest(momenta.map((name) => (states[name] as StateArray).data)),
    symplecticity: Math.max(...structure.map(({ symplecticity }) => symplecticity)),
    inverseError: Math.max(...structure.map(({ inverseError }) => inverseError)),
  };
}

/** How far one step of a map with the state (coordinates, momenta) is from symplectic, and its inverse from an inverse. */
export function stepStructure(
  map: DynamicalSystem,
  point: Readonly<Record<string, number | Float64Array>>,
): Pick<CanonicalMapFigure, "symplecticity" | "inverseError"> {
  const names = map.state.map(({ name }) => name);
  const [jacobian, ...next] = evaluate(
    [
      jacobianMatrix(
        [...map.field.values()],
        map.state.map((block) => block.symbol),
      ),
      ...map.field.values(),
    ],
    point,
  ) as [Float64Array, ...Float64Array[]];
  const after = Object.fromEntries(names.map((name, k) => [name, next[k] as Float64Array]));
  const back = evaluate(
    names.map((name) => map.inverse?.get(name) as Expression),
    { ...point, ...after },
  );
  const before = names.map((name) => point[name] as Float64Array);
  const scale = Math.max(...before.flatMap((each) => [...each].map(Math.abs)));
  const error = Math.max(
    ...before.flatMap((each, block) =>
      [...each].map((value, k) => Math.abs(value - ((back[block] as Float64Array)[k] as number))),
    ),
  );
  return { symplecticity: symplecticDefect(jacobian), inverseError: error / scale };
}

/** The largest entry of M' Omega M - Omega. */
function symplecticDefect(jacobian: Float64Array): number {
  const size = Math.sqrt(jacobian.length);
  const half = size / 2;
  const at = (row: number, column: number): number => jacobian[row * size + column] as number;
  let worst = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let total = j === i + half ? -1 : i === j + half ? 1 : 0;
      for (let k = 0; k < half; k++) total += at(k, i) * at(k + half, j) - at(k + half, i) * at(k, j);
      worst = Math.max(worst, Math.abs(total));
    }
  }
  return worst;
}
