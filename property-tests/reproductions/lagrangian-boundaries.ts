import type { BoundaryName } from "../../learning/lagrangian/boundaries/boundary.js";
import type { FixedMotion } from "../../learning/lagrangian/start-point.js";
import { dampedEchoError } from "../measures/damped-echo.js";
import { boundaryErrors } from "../measures/lagrangian-oscillators.js";
import {
  errorList,
  type MeasuredCurve,
  type Measurement,
  type ReproducedItem,
  type Reproduction,
} from "./reproduction.js";

/** A row of the table: what is published for the bulk term alone and with the residual, conservative and damped. */
interface Instance {
  readonly boundary: BoundaryName;
  readonly fixed?: FixedMotion;
  readonly published: string;
  /** The bulk term alone is wrong by at least so much; without a number it is the whole gradient. */
  readonly bulkAtLeast?: number;
}

const INSTANCES: readonly Instance[] = [
  {
    boundary: "initial value",
    published: "bulk only 1.6 / 2.5; with R(T) 1.4e-10 / 3.2e-10",
    bulkAtLeast: 1,
  },
  { boundary: "boundary values", published: "no residual: 2.2e-10 / 3.7e-10" },
  { boundary: "periodic", published: "residuals cancel: 1.2e-9" },
  { boundary: "free end", published: "no residual: 1.4e-9 / 1.1e-10" },
  { boundary: "final value", fixed: "momentum", published: "no residual for parameters: 8.1e-11 / 3.9e-10" },
  {
    boundary: "final value",
    fixed: "velocity",
    published: "bulk only 0.28; with -R(0) 2.9e-10 / 4.2e-10",
    bulkAtLeast: 0.1,
  },
];

const GAMMA = 0.3;
const NUDGES = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6];
/** The differences of the cost are no better than this. */
const EXACT = 4e-9;
const FIGURE = "Error of the gradient by boundary condition";

function measureInstance({ boundary, fixed, bulkAtLeast }: Instance): Measurement {
  const options = { boundary, ...(fixed === undefined ? {} : { fixed }) };
  const dampings = boundary === "periodic" ? [undefined] : [undefined, GAMMA];
  const sweeps = dampings.map((gamma) => NUDGES.map((nudge) => boundaryErrors({ ...options, nudge }, gamma)));
  const best = sweeps.map((sweep) => Math.min(...sweep.map(({ whole }) => whole)));
  const bulk = sweeps.map((sweep) => sweep[3]?.bulk as number);
  const x = NUDGES;
  const curves = sweeps
    .slice(0, 1)
    .flatMap((sweep): MeasuredCurve[] => [
      { figure: FIGURE, name: named(options), x, y: sweep.map(({ whole }) => whole) },
    ]);
  const undamped = {
    figure: FIGURE,
    name: "initial value, without R(T)",
    x,
    y: sweeps[0]?.map((each) => each.bulk) ?? [],
  };
  return {
    summary: `${bulkAtLeast === undefined ? "" : `bulk only ${errorList(bulk)}; `}whole ${errorList(best)}`,
    quantities: [
      ...best.map((value, k) => ({ name: `error${k === 0 ? "" : ", damped"}`, value, most: EXACT })),
      ...(bulkAtLeast === undefined
        ? []
        : bulk.map((value, k) => ({ name: `bulk only${k === 0 ? "" : ", damped"}`, value, least: bulkAtLeast }))),
    ],
    curves: boundary === "initial value" ? [...curves, undamped] : curves,
  };
}

const named = ({ boundary, fixed }: Pick<Instance, "boundary" | "fixed">): string =>
  fixed === undefined ? boundary : `${boundary}, ${fixed} fixed`;

const equal = (rate: number): readonly number[] => [rate, rate, rate, rate];
const HORIZON = 10;

const damped: readonly ReproducedItem[] = [
  {
    item: "dissipative echo at gamma T = 1 and 5",
    published: "1.8e-10, 1.2e-9",
    note: "Four quartic oscillators in plain numbers, apart from the library; other parameters than the source's.",
    measure() {
      const errors = [0.1, 0.5].map((rate) =>
        Math.min(...[1e-5, 3e-5].map((nudge) => dampedEchoError(equal(rate), HORIZON, nudge))),
      );
      return {
        summary: errorList(errors),
        quantities: errors.map((value, k) => ({ name: `gamma T = ${[1, 5][k]}`, value, most: 1e-8 })),
      };
    },
  },
  {
    item: "the same without the weights, and without the flip of the damping",
    published: "0.51 / 6.4 and 0.46 / 0.93",
    measure() {
      const errorsOf = (variant: { weights?: boolean; flip?: boolean }): number[] =>
        [0.1, 0.5].map((rate) => dampedEchoError(equal(rate), HORIZON, 1e-5, variant));
      const [weights, flip] = [errorsOf({ weights: false }), errorsOf({ flip: false })];
      return {
        summary: `${errorList(weights)} and ${errorList(flip)}`,
        quantities: [...weights, ...flip].map((value, k) => ({ name: `variant ${k + 1}`, value, least: 0.2 })),
      };
    },
  },
  {
    item: "unequal dampings from 0.1 to 0.4",
    published: "0.36",
    measure() {
      const value = dampedEchoError([0.1, 0.2, 0.3, 0.4], HORIZON, 1e-5);
      return { summary: value.toPrecision(2), quantities: [{ name: "error", value, least: 0.1 }] };
    },
  },
];

/** What boundary conditions leave of the gradient theorem of an action, and its dissipative extension. */
export const lagrangianBoundaries: Reproduction = {
  name: "lagrangian-boundaries",
  title: "Lagrangian equilibrium propagation under every boundary condition",
  source: "notes on generalised Lagrangian equilibrium propagation 2025 (arXiv 2506.06248), sections 1.3 and 1.6",
  figures: [
    {
      title: FIGURE,
      subtitle: "two quartic oscillators, 81 nodes, nine parameters; against Richardson differences of the cost",
      x: { label: "nudge", scale: "log" },
      y: { label: "relative error", scale: "log" },
      slopes: [{ slope: 2, through: [1e-3, 1e-5], over: [1e-5, 1e-2] }],
    },
  ],
  items: [
    ...INSTANCES.map((instance) => ({
      item: `${named(instance)}: error, conservative and damped with gamma = ${GAMMA}`,
      published: instance.published,
      note: "Oscillators, drive and parameters are not the source's.",
      measure: () => measureInstance(instance),
    })),
    ...damped,
  ],
};
