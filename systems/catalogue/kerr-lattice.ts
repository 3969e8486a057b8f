import { hamiltonianSystem } from "../hamiltonian-system.js";
import { catalogueSystem, checkOption, checkSize } from "./catalogue-system.js";

/** Options of {@link kerrLattice}. */
export interface KerrLatticeOptions {
  /** Number of rows, at least 2; 4 by default. */
  readonly rows?: number;
  /** Number of columns, at least 2; 4 by default. */
  readonly columns?: number;
  /** Whether the edges are open (default), or the last row and column are joined to the first. */
  readonly boundary?: "open" | "periodic";
  /** Coupling of neighbours in the example; 10 by default. */
  readonly coupling?: number;
  /** Kerr coefficient g of the example; -2 by default. */
  readonly kerr?: number;
}

/** Options of {@link kerrLatticeWithModes}. */
export interface KerrLatticeWithModesOptions extends Omit<KerrLatticeOptions, "boundary"> {
  /** The site [row, column] that each mode is coupled to; the four corners by default. */
  readonly sites?: readonly (readonly [row: number, column: number])[];
  /** Coupling kappa of each mode to its site in the example; 0.3 by default. */
  readonly modeCoupling?: number;
}

/** Products of neighbours along both axes, as formulas of NAME. */
const NEIGHBOURS = {
  open: { vertical: "NAME[1:]*NAME[:-1]", horizontal: "NAME[:, 1:]*NAME[:, :-1]" },
  periodic: { vertical: "NAME*shift(NAME, -1)", horizontal: 'NAME*shift(NAME, -1, "periodic", 1)' },
} as const;

/** The linear part, and the whole Hamiltonian, of a lattice. */
function latticeFormula(boundary: "open" | "periodic"): string {
  const along = (axis: "vertical" | "horizontal"): string =>
    ["q", "p"].map((part) => NEIGHBOURS[boundary][axis].replaceAll("NAME", part)).join(" + ");
  const linear = ["vertical", "horizontal"] as const;
  const couplings = linear.map((axis) => `sum(coupling_${axis}*(${along(axis)}))`).join(" + ");
  return `intensity = (q^2 + p^2)/2; sum(detuning*intensity) + ${couplings} + kerr*sum(intensity^2)/2`;
}

function latticeBlocks(name: string, options: KerrLatticeOptions) {
  const { rows = 4, columns = 4, boundary = "open", coupling = 10, kerr = -2 } = options;
  checkSize(`${name}, rows`, rows, 2);
  checkSize(`${name}, columns`, columns, 2);
  const known = Object.hasOwn(NEIGHBOURS, boundary);
  checkOption(`${name}, boundary`, boundary, known, Object.keys(NEIGHBOURS).join(", "));
  checkOption(`${name}, coupling`, coupling, Number.isFinite(coupling), "a number");
  checkOption(`${name}, kerr`, kerr, Number.isFinite(kerr), "a number");
  const open = boundary === "open" ? 1 : 0;
  const parameters = {
    detuning: { shape: [rows, columns], default: 0 },
    coupling_vertical: { shape: [rows - open, columns], default: coupling },
    coupling_horizontal: { shape: [rows, columns - open], default: coupling },
    kerr,
  } as const;
  return { rows, columns, boundary, coupling, kerr, parameters };
}

/**
 * A lattice of coupled modes with a Kerr nonlinearity (the discrete nonlinear Schroedinger equation): complex amplitudes
 * Phi = (q + i p) / sqrt(2) with i dPhi/dt = dH/dPhi*, which are Hamilton's equations of q and p, and
 *
 * H = sum detuning |Phi|^2 + sum over neighbours of J (Phi_j* Phi_k + Phi_j Phi_k*) + sum kerr |Phi|^4 / 2.
 *
 * All couplings J are real and symmetric, one for each pair of neighbours: `coupling_vertical` from each site to the one in the next
 * row, `coupling_horizontal` to the next column, with open edges one row or column less. So complex conjugation (q, -p) reverses
 * time. Invariants: the energy and the total intensity sum |Phi|^2.
 *
 * All but the last sum is quadratic and has a linear flow. The last is a sum over sites of a function of |Phi_j|^2 alone; its flow
 * turns Phi_j by the angle -kerr |Phi_j|^2 t. Split-step methods take turns with the two.
 *
 * Exact on a periodic lattice of equal sites: a plane wave Phi = A exp(i (k . x - w t)) with w = detuning + 2 J (cos k_1 + cos k_2) +
 * kerr |A|^2. The example is such a wave, one wavelength along the rows, of the amplitude A = 1; with open edges it starts with
 * intensity 4 on one site in the middle.
 *
 * Source: Lopez-Pastor and Marquardt 2023 (learning by an echo; open edges, J = 10, kerr = -2).
 *
 * @throws InputError for fewer than two rows or columns, another boundary, or coefficients that are not finite
 */
export function kerrLattice(options: KerrLatticeOptions = {}) {
  const { rows, columns, boundary, coupling, kerr, parameters } = latticeBlocks("kerrLattice", options);
  const system = hamiltonianSystem({
    name: `Kerr lattice of ${rows} x ${columns} modes`,
    coordinates: { q: [rows, columns] },
    momenta: { p: [rows, columns] },
    parameters,
    hamiltonian: latticeFormula(boundary),
    invariants: { intensity: "sum(q^2 + p^2)/2" },
  });
  if (boundary === "open") return catalogueSystem(system, { initial: middleSite(rows, columns) });
  const wave = (2 * Math.PI) / columns;
  const frequency = 2 * coupling * (1 + Math.cos(wave)) + kerr;
  const at = (time: number) => {
    const over = (part: (angle: number) => number): Float64Array =>
      Float64Array.from(
        { length: rows * columns },
        (_, k) => Math.SQRT2 * part(wave * (k % columns) - frequency * time),
      );
    return { q: over(Math.cos), p: over(Math.sin) };
  };
  return catalogueSystem(system, {
    initial: at(0),
    exact: at,
    ...(frequency === 0 ? {} : { period: (2 * Math.PI) / Math.abs(frequency) }),
  });
}

/** Intensity 4 on one site. */
function middleSite(rows: number, columns: number) {
  const q = new Float64Array(rows * columns);
  q[Math.floor(rows / 2) * columns + Math.floor(columns / 2)] = Math.sqrt(8);
  return { q, p: new Float64Array(rows * columns) };
}

/**
 * The {@link kerrLattice} with open edges and linear modes psi = (psi_q + i psi_p) / sqrt(2) beside it, each coupled to one site:
 *
 * H = H_lattice + sum mode_detuning |psi_m|^2 + mode_coupling (psi_m* Phi_site + psi_m Phi_site*).
 *
 * In Hamiltonian echo backpropagation psi is the field that carries data and Phi the one that learns. The total intensity of both
 * is conserved. The example starts with psi_m = 1 / sqrt(2) for all modes, and the lattice dark.
 *
 * Source: Lopez-Pastor and Marquardt 2023 (4 x 4 sites, four modes at the corners, mode_coupling = 0.3).
 *
 * @throws InputError for fewer than two rows or columns, coefficients that are not finite, or sites that are not on the lattice
 */
export function kerrLatticeWithModes(options: KerrLatticeWithModesOptions = {}) {
  const { rows, columns, parameters } = latticeBlocks("kerrLatticeWithModes", options);
  const corners = [0, rows - 1].flatMap((row) => [0, columns - 1].map((column) => [row, column] as const));
  const { sites = corners, modeCoupling = 0.3 } = options;
  const isSite = ([row, column]: readonly [number, number]): boolean =>
    [row, column].every(Number.isInteger) && row >= 0 && row < rows && column >= 0 && column < columns;
  const fits = sites.length > 0 && sites.every(isSite);
  checkOption("kerrLatticeWithModes, sites", sites, fits, `pairs [row, column] below [${rows}, ${columns}]`);
  checkOption("kerrLatticeWithModes, modeCoupling", modeCoupling, Number.isFinite(modeCoupling), "a number");
  const modes = sites.length;
  const places = `[${sites.map(([row, column]) => row * columns + column).join(", ")}]`;
  const at = (part: "q" | "p"): string => `gather(reshape(${part}, ${rows * columns}), ${places})`;
  const system = hamiltonianSystem({
    name: `Kerr lattice of ${rows} x ${columns} modes with ${modes} outside`,
    coordinates: { q: [rows, columns], psi_q: [modes] },
    momenta: { p: [rows, columns], psi_p: [modes] },
    parameters: {
      ...parameters,
      mode_detuning: { shape: [modes], default: 0 },
      mode_coupling: { shape: [modes], default: modeCoupling },
    },
    hamiltonian: `${latticeFormula("open")} + sum(mode_detuning*(psi_q^2 + psi_p^2))/2
      + sum(mode_coupling*(psi_q*${at("q")} + psi_p*${at("p")}))`,
    invariants: { intensity: "sum(q^2 + p^2)/2 + sum(psi_q^2 + psi_p^2)/2" },
  });
  return catalogueSystem(system, { initial: { q: 0, psi_q: 1, p: 0, psi_p: 0 } });
}
