import { measureChainEquilibrium, measureEcho, type NudgeFigure, slopesOf } from "../measures/layer-gradients.js";
import {
  fitzhughNagumoExample,
  measureCanonicalMap,
  measureEnergyNetworkRecurrence,
  measureLayerRecurrence,
  type RecurrenceFigure,
} from "../measures/layer-recurrence.js";
import { errorList, type Measurement, near, type Reproduction } from "./reproduction.js";

const BY_DEPTH = "Recurrence along the depth: error against settling";
const BY_NUDGE = "Gradients of a layered dFHN chain: error against the nudge";

/** Depths whose error must lie below a bound, and from which on the recurrence must be lost. */
function measureDepths(
  name: string,
  figures: readonly RecurrenceFigure[],
  most: readonly number[],
  lostAt = Number.POSITIVE_INFINITY,
): Measurement {
  const kept = figures.filter(({ layers }) => layers < lostAt);
  const gone = figures.filter(({ layers }) => layers >= lostAt);
  const lost = gone.map(({ layers, error }) => `; ${error < Infinity ? errorList([error]) : "lost"} at ${layers}`);
  return {
    summary: errorList(kept.map(({ error }) => error)) + lost.join(""),
    quantities: [
      ...kept.map(({ layers, error }, k) => ({
        name: `error at ${layers} layers`,
        value: error,
        most: most[k] as number,
      })),
      ...gone.map(({ layers, error }) => ({ name: `error at ${layers} layers`, value: error, least: 0.01 })),
    ],
    curves: [{ figure: BY_DEPTH, name, x: kept.map(({ layers }) => layers), y: kept.map(({ error }) => error) }],
  };
}

/** Errors of second order in the nudge, over the decade where they are smallest. */
function measureNudges(name: string, figures: readonly NudgeFigure[], most: number): Measurement {
  const errors = figures.map(({ error }) => error);
  const slopes = slopesOf(figures);
  return {
    summary: `${errorList(errors)}; slope ${slopes.map((slope) => slope.toFixed(2)).join(", ")}`,
    quantities: [
      near("slope of the last decade", slopes.at(-1) ?? Number.NaN, 2, 0.1),
      { name: `error at ${figures.at(-1)?.nudge}`, value: errors.at(-1) ?? Number.NaN, most },
    ],
    curves: [{ figure: BY_NUDGE, name, x: figures.map(({ nudge }) => nudge), y: errors }],
  };
}

function measureMap(): Measurement {
  const { orbitError, endMomentum, symplecticity, inverseError } = measureCanonicalMap(
    fitzhughNagumoExample({ layers: 8 }),
  );
  return {
    summary: `${errorList([orbitError])}; ${errorList([symplecticity])}; ${errorList([inverseError])}; momentum at the free end ${errorList([endMomentum])}`,
    quantities: [
      { name: "error of the orbit", value: orbitError, most: 1e-11 },
      { name: "momentum at the free end", value: endMomentum, most: 1e-11 },
      { name: "defect of symplecticity", value: symplecticity, most: 1e-11 },
      { name: "error of the inverse", value: inverseError, most: 1e-13 },
    ],
  };
}

/** Stationary inference as a recurrence along the depth, and gradients from it. */
export const layerRecurrence: Reproduction = {
  name: "layer-recurrence",
  title: "The recurrence along the depth of a network",
  source: "Kendall 2026 (arXiv 2605.21568); numbers of the notes on it, section 4",
  figures: [
    {
      title: BY_DEPTH,
      subtitle: "relative L2 error of the states, width 5",
      x: { label: "layers" },
      y: { label: "error", scale: "log" },
    },
    {
      title: BY_NUDGE,
      subtitle: "relative L2 error over parameters and initial values",
      x: { label: "nudge", scale: "log" },
      y: { label: "error", scale: "log" },
      slopes: [{ slope: 2, through: [1e-3, 1e-4], over: [1e-5, 3e-2] }],
    },
  ],
  items: [
    {
      item: "recurrence against the stationary dFHN chain (width 5), 4, 8, 16, 24, 32, 48 layers",
      published: "1e-15, 3e-14, 2e-11, 6e-9, 8e-6; lost at 48",
      measure: () => measureDepths("dFHN chain", measureLayerRecurrence(), [1e-13, 1e-12, 1e-9, 1e-6, 1e-3], 48),
    },
    {
      item: "canonical map against the boundary value problem (8 layers); symplecticity; inverse",
      published: "1e-13; 2e-10 (difference-limited); 2e-16",
      note: "Symplecticity is checked with the exact Jacobian of the map, by differences in the source.",
      measure: measureMap,
    },
    {
      item: "Hamiltonian echo, 6 layers, centred, nudge 1e-3, 1e-4, 1e-5",
      published: "6e-3, 6e-5, 6e-7",
      measure: () => measureNudges("Hamiltonian echo, 6 layers", measureEcho(), 1e-5),
    },
    {
      item: "equilibrium propagation on the chain, 8 layers, centred, nudge 1e-1, 1e-2, 1e-3",
      published: ".42, 3e-3, 3e-5",
      measure: () => measureNudges("equilibrium propagation, 8 layers", measureChainEquilibrium(), 1e-4),
    },
    {
      item: "recurrence against the stationary deep energy network, 3, 10, 24 layers",
      published: "2e-15, 1e-13, 9e-9",
      measure: () => measureDepths("energy network", measureEnergyNetworkRecurrence(), [1e-13, 1e-11, 1e-6]),
    },
  ],
};
