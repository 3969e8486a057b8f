import { gather } from "../../core/expression/functions.js";
import { formula } from "../../core/formula/template.js";
import { RandomStream } from "../../core/random.js";
import { skewGradientSystem } from "../skew-gradient-system.js";
import { catalogueSystem, checkOption, checkSize } from "./catalogue-system.js";
import { checkEdges, type Edge, ringEdges } from "./graph-edges.js";

/**
 * A ring of diffusively coupled FitzHugh-Nagumo cells with activators u and inhibitors v:
 *
 * du/dt = gain u - u^3 - v + current + D_u lap u and tau dv/dt = u - decay v + D_v lap v, where
 * (lap u)_i = u_(i+1) - 2 u_i + u_(i-1). It is skew-gradient with the potential
 *
 * Phi = sum(-gain u^2 / 2 + u^4 / 4 + u v - decay v^2 / 2 - current u) + D_u / 2 sum (u_(i+1) - u_i)^2
 *       - D_v / 2 sum (v_(i+1) - v_i)^2.
 *
 * It is `fitzhughNagumoGraph` on a ring whose edges all conduct alike, without offset.
 *
 * @param options.sites number of cells, 3 by default
 * @throws InputError for a number of cells that is not a whole number from 1 on
 */
export function fitzhughNagumoRing({ sites = 3 } = {}) {
  checkSize("fitzhughNagumoRing, sites", sites, 1);
  const system = skewGradientSystem({
    name: `FitzHugh-Nagumo ring of ${sites} cells`,
    activators: { u: [sites] },
    inhibitors: { v: [sites] },
    parameters: {
      gain: 0.5,
      decay: 1,
      diffusion_u: 0.5,
      diffusion_v: 1,
      tau: 1,
      current: { shape: [sites], default: 0.1 },
    },
    timeConstants: { v: "tau" },
    potential: `
      cells = sum(-gain*u^2/2 + u^4/4 + u*v - decay*v^2/2 - current*u);
      cells + diffusion_u/2*sum((u - shift(u, 1))^2) - diffusion_v/2*sum((v - shift(v, 1))^2)`,
  });
  return catalogueSystem(system, {
    initial: { u: Array.from({ length: sites }, (_, i) => 0.1 * Math.cos((2 * Math.PI * i) / sites)), v: 0 },
  });
}

/** Parameters of a cell, and the conductances between cells, in the examples on graphs and lattices. */
const CELL = { gain: 1, decay: 0.75, tau: 0.6 } as const;
const CONDUCTANCE = { u: 0.5, v: 3 } as const;
/** Activators start within this of 0, inhibitors at 0. */
const FLUCTUATION = 0.1;

const fluctuations = (cells: number, seed: number): Float64Array => {
  const random = new RandomStream(seed);
  return Float64Array.from({ length: cells }, () => FLUCTUATION * (2 * random.nextUniform() - 1));
};

/** Options of {@link fitzhughNagumoGraph}. */
export interface FitzhughNagumoGraphOptions {
  /** Number of cells, at least 2. */
  readonly nodes: number;
  /** The two different cells each edge joins, counted from 0; by default a ring through all cells. */
  readonly edges?: readonly Edge[];
  /** Seed of the example's initial state; 0 by default. */
  readonly seed?: number;
}

/**
 * FitzHugh-Nagumo cells on a graph, with activators u and inhibitors v:
 *
 * du_a/dt = sum over edges at a of g_ab (u_b - u_a) + gain u_a - u_a^3 - v_a + current_a,
 * tau dv_a/dt = sum over edges at a of h_ab (v_b - v_a) + u_a - decay v_a - offset_a,
 *
 * with an own conductance g (`diffusion_u`) and h (`diffusion_v`) for every edge. It is skew-gradient, with the sums over
 * edges,
 *
 * Phi = sum(-gain u^2 / 2 + u^4 / 4 + u v - decay v^2 / 2 - offset v - current u)
 *       + sum g (u_a - u_b)^2 / 2 - sum h (v_a - v_b)^2 / 2.
 *
 * The time constant of the inhibitors is outside, so stationary states do not depend on it. Kendall's form, with the
 * inhibitors' rate epsilon, is tau = 1 / epsilon, and h its h over epsilon.
 *
 * Exact: the Hessian of Phi has the blocks Phi_uu = L_g - gain + 3 u^2, Phi_vv = -(L_h + decay) and Phi_uv = 1, with the
 * Laplacians L of the graph. A stationary state with Phi_uu > 0 and Phi_vv < 0 (a mini-maximiser, for example where
 * u^2 > gain / 3 in every cell) is stable for every tau, and only these are. With a fast inhibitor (small tau)
 * Phi_uu + (L_h + decay)^-1 > 0 suffices. The uniform state u = v = 0 without current and offset is stable against a mode
 * of the eigenvalues l_g, l_h of both Laplacians (on one set of modes) where (gain - l_g) (decay + l_h) < 1 and
 * gain - l_g < (decay + l_h) / tau.
 *
 * The defaults (gain 1, decay 0.75, tau 0.6, g = 0.5, h = 3) are those of `fitzhughNagumoLattice`, where they make
 * patterns; few cells that are closely joined settle in the uniform state.
 *
 * Source: Yanagida 2002 (stability); Kendall 2026 (learning).
 *
 * @throws InputError for fewer than two cells or an edge that does not join two of them
 */
export function fitzhughNagumoGraph({ nodes, edges: given, seed = 0 }: FitzhughNagumoGraphOptions) {
  checkSize("fitzhughNagumoGraph, nodes", nodes, 2);
  const edges = given ?? ringEdges(nodes);
  checkEdges("fitzhughNagumoGraph, edges", edges, nodes);
  const from = edges.map(([node]) => node);
  const to = edges.map(([, node]) => node);
  const system = skewGradientSystem({
    name: `FitzHugh-Nagumo graph of ${nodes} cells`,
    activators: { u: [nodes] },
    inhibitors: { v: [nodes] },
    parameters: {
      ...CELL,
      diffusion_u: { shape: [edges.length], default: CONDUCTANCE.u },
      diffusion_v: { shape: [edges.length], default: CONDUCTANCE.v },
      current: { shape: [nodes], default: 0 },
      offset: { shape: [nodes], default: 0 },
    },
    timeConstants: { v: "tau" },
    potential: ({ u, v, gain, decay, diffusion_u, diffusion_v, current, offset }) => {
      const difference = (state: typeof u) => formula`${gather(state, from)} - ${gather(state, to)}`;
      return formula`
        cells = sum(-${gain}*${u}^2/2 + ${u}^4/4 + ${u}*${v} - ${decay}*${v}^2/2 - ${offset}*${v} - ${current}*${u});
        cells + sum(${diffusion_u}*${difference(u)}^2)/2 - sum(${diffusion_v}*${difference(v)}^2)/2`;
    },
  });
  return catalogueSystem(system, { initial: { u: fluctuations(nodes, seed), v: 0 } });
}

/** Options of {@link fitzhughNagumoLattice}. */
export interface FitzhughNagumoLatticeOptions {
  /** Number of rows, at least 2. */
  readonly rows: number;
  /** Number of columns, at least 2. */
  readonly columns: number;
  /** Whether the last row and column join the first (default), or nothing flows through the edges. */
  readonly boundary?: "periodic" | "no-flux";
  /** Seed of the example's initial state; 0 by default. */
  readonly seed?: number;
}

/** Differences between next neighbours along both axes, as formulas of NAME. */
const DIFFERENCES = {
  periodic: { vertical: "shift(NAME, -1) - NAME", horizontal: 'shift(NAME, -1, "periodic", 1) - NAME' },
  "no-flux": { vertical: "NAME[1:] - NAME[:-1]", horizontal: "NAME[:, 1:] - NAME[:, :-1]" },
} as const;

/**
 * FitzHugh-Nagumo cells on a square lattice, u and v of the shape [rows, columns]: the equations and facts of
 * `fitzhughNagumoGraph`, with an own conductance for every edge. `diffusion_u_vertical` and `diffusion_v_vertical` hold
 * those from each cell to the one in the next row, `diffusion_u_horizontal` and `diffusion_v_horizontal` those to the next
 * column; with no flux through the edges they have one row, or column, less.
 *
 * In the example the uniform state is stable in itself, but the inhibitors' fast diffusion makes it unstable against
 * patterns (Turing): small fluctuations grow into stationary spots and stripes about 7 cells apart.
 *
 * @throws InputError for fewer than two rows or columns, or another boundary
 */
export function fitzhughNagumoLattice({
  rows,
  columns,
  boundary = "periodic",
  seed = 0,
}: FitzhughNagumoLatticeOptions) {
  checkSize("fitzhughNagumoLattice, rows", rows, 2);
  checkSize("fitzhughNagumoLattice, columns", columns, 2);
  const known = Object.hasOwn(DIFFERENCES, boundary);
  checkOption("fitzhughNagumoLattice, boundary", boundary, known, Object.keys(DIFFERENCES).join(", "));
  const open = boundary === "no-flux" ? 1 : 0;
  const vertical = [rows - open, columns];
  const horizontal = [rows, columns - open];
  const { u, v } = CONDUCTANCE;
  const edges = (state: "u" | "v"): string => {
    const [down, right] = (["vertical", "horizontal"] as const).map((axis) => {
      const difference = DIFFERENCES[boundary][axis].replaceAll("NAME", state);
      return `sum(diffusion_${state}_${axis}*(${difference})^2)/2`;
    });
    return `${down} + ${right}`;
  };
  const system = skewGradientSystem({
    name: `FitzHugh-Nagumo lattice of ${rows} x ${columns} cells`,
    activators: { u: [rows, columns] },
    inhibitors: { v: [rows, columns] },
    parameters: {
      ...CELL,
      diffusion_u_vertical: { shape: vertical, default: u },
      diffusion_u_horizontal: { shape: horizontal, default: u },
      diffusion_v_vertical: { shape: vertical, default: v },
      diffusion_v_horizontal: { shape: horizontal, default: v },
      current: { shape: [rows, columns], default: 0 },
      offset: { shape: [rows, columns], default: 0 },
    },
    timeConstants: { v: "tau" },
    potential: `
      cells = sum(-gain*u^2/2 + u^4/4 + u*v - decay*v^2/2 - offset*v - current*u);
      cells + (${edges("u")}) - (${edges("v")})`,
  });
  return catalogueSystem(system, { initial: { u: fluctuations(rows * columns, seed), v: 0 } });
}
