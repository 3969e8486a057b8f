import { BlockElimination, type BlockSolver, CyclicBlockElimination } from "./block-tridiagonal.js";

/** Which nodes of a path are sought; "all" joins the last node to the first, which are then the same. */
export type SoughtNodes = "inner" | "all but the first" | "all";

/**
 * The action of a path as its first and second derivatives. Paths are [nodes, trajectories, size], so are forces; every
 * trajectory is solved for by itself.
 */
export interface PathAction {
  readonly nodes: number;
  readonly trajectories: number;
  readonly size: number;
  /** dS/ds_k of the action, in a buffer that the next call overwrites. */
  forces(path: Float64Array): Float64Array;
  /** d2S/ds_k ds_k [nodes, trajectories, size, size] and d2S/ds_k ds_(k+1), one node less; overwritten likewise. */
  curvature(path: Float64Array): { readonly diagonal: Float64Array; readonly upper: Float64Array };
}

/** How the search for a stationary path ended, by trajectory. */
export interface PathReport {
  /** Euclidean norm of the forces on the sought nodes. */
  readonly residual: Float64Array;
  readonly iterations: number;
}

/** A Newton step is halved at most this often. */
const HALVINGS = 20;
/** Steps shorter than this, relative to the path, are taken whole or not at all: they only polish it. */
const POLISHING = 1e-9;
/** Steps shorter than this, relative to the path, are rounding. */
const ROUNDING = 4 * Number.EPSILON;

/**
 * Moves a path to where the action is stationary, dS/ds_k = 0 at the nodes sought, by Newton's method over the whole path: each
 * step is a block tridiagonal system, cyclic for periodic paths, of O(nodes size^3) work. A step is halved until the next one, by
 * the same matrix, would be shorter (the natural monotonicity test: forces themselves weigh short waves of the path too much).
 * It goes on until rounding keeps steps from becoming shorter. A stationary path need not exist or be the only one; which one is
 * found depends on where the search starts.
 *
 * Source: Deuflhard 2004, Newton Methods for Nonlinear Problems.
 *
 * @param path where the search starts; replaced by the result
 */
export function stationaryPath(action: PathAction, path: Float64Array, sought: SoughtNodes, most: number): PathReport {
  const search = new PathSearch(action, path, sought);
  let iterations = 0;
  while (iterations < most && search.improve()) iterations++;
  return { residual: search.residual(), iterations };
}

class PathSearch {
  /** The first node sought. */
  private readonly first: number;
  /** How many nodes are sought. */
  private readonly count: number;
  private readonly active: boolean[];
  private readonly forces: Float64Array;

  constructor(
    private readonly action: PathAction,
    private readonly path: Float64Array,
    private readonly sought: SoughtNodes,
  ) {
    this.first = sought === "all" ? 0 : 1;
    this.count = action.nodes - (sought === "inner" ? 2 : 1);
    this.close(path);
    this.forces = this.forcesAt(path);
    this.active = [...this.residual()].map((norm) => norm > 0 && Number.isFinite(norm));
  }

  /** Takes a step in every trajectory that can still be improved; whether there was any. */
  improve(): boolean {
    const { path, active, action } = this;
    if (!active.some(Boolean)) return false;
    const { diagonal, upper } = action.curvature(path);
    const solvers = active.map((isActive, lane) => (isActive ? this.solverOf(diagonal, upper, lane) : undefined));
    const steps = solvers.map((solver, lane) => solver && this.stepBy(solver, this.forces, lane));
    const lengths = steps.map((step) => step && lengthOf(step));
    const relative = lengths.map((length, lane) => (length as number) / lengthOf(this.soughtOf(path, lane)));
    const pending = active.map((isActive, lane) => isActive && Number.isFinite(lengths[lane]));
    const accepted = active.map(() => false);
    for (let halving = 0, scale = 1; halving <= HALVINGS && pending.some(Boolean); halving++, scale /= 2) {
      const candidate = path.slice();
      for (const [lane, isPending] of pending.entries()) {
        if (isPending) this.move(candidate, steps[lane] as Float64Array, lane, scale);
      }
      this.close(candidate);
      const forces = this.forcesAt(candidate);
      for (const [lane, isPending] of pending.entries()) {
        if (!isPending) continue;
        const following = lengthOf(this.stepBy(solvers[lane] as BlockSolver, forces, lane));
        accepted[lane] = following < (1 - scale / 4) * (lengths[lane] as number);
        pending[lane] = !accepted[lane] && (relative[lane] as number) > POLISHING;
        if (!accepted[lane]) continue;
        this.copyLane(candidate, path, lane);
        this.copyLane(forces, this.forces, lane);
      }
    }
    accepted.forEach((isAccepted, lane) => {
      active[lane] = isAccepted && (relative[lane] as number) > ROUNDING;
    });
    return active.some(Boolean);
  }

  /** Euclidean norms of the forces on the sought nodes. */
  residual(): Float64Array {
    const { trajectories } = this.action;
    return Float64Array.from({ length: trajectories }, (_, lane) => lengthOf(this.soughtOf(this.forces, lane)));
  }

  private solverOf(diagonal: Float64Array, upper: Float64Array, lane: number): BlockSolver {
    const { action, sought, first, count } = this;
    const { size, trajectories, nodes } = action;
    const block = size * size;
    const blocksOf = (values: Float64Array, from: number, last: number): Float64Array => {
      const own = new Float64Array(count * block);
      for (let node = from; node < Math.min(from + count, last); node++) {
        const start = (node * trajectories + lane) * block;
        own.set(values.subarray(start, start + block), (node - from) * block);
      }
      return own;
    };
    const matrix = { size, diagonal: blocksOf(diagonal, first, nodes), upper: blocksOf(upper, first, nodes - 1) };
    if (sought !== "all") return new BlockElimination(matrix);
    const end = ((nodes - 1) * trajectories + lane) * block;
    for (let k = 0; k < block; k++) {
      matrix.diagonal[k] = (matrix.diagonal[k] as number) + (diagonal[end + k] as number);
    }
    return new CyclicBlockElimination(matrix);
  }

  private stepBy(solver: BlockSolver, forces: Float64Array, lane: number): Float64Array {
    const step = this.soughtOf(forces, lane);
    solver.solve(step);
    return step;
  }

  /** The sought nodes of one trajectory, [nodes, size]. */
  private soughtOf(values: Float64Array, lane: number): Float64Array {
    const { size, trajectories } = this.action;
    const own = new Float64Array(this.count * size);
    for (let k = 0; k < this.count; k++) {
      const from = ((this.first + k) * trajectories + lane) * size;
      own.set(values.subarray(from, from + size), k * size);
    }
    return own;
  }

  private move(path: Float64Array, step: Float64Array, lane: number, scale: number): void {
    const { size, trajectories } = this.action;
    for (let k = 0; k < this.count; k++) {
      const from = ((this.first + k) * trajectories + lane) * size;
      for (let i = 0; i < size; i++) {
        path[from + i] = (path[from + i] as number) - scale * (step[k * size + i] as number);
      }
    }
  }

  /** The forces; on a periodic path the first node gets those of the last. */
  private forcesAt(path: Float64Array): Float64Array {
    const { nodes, trajectories, size } = this.action;
    const forces = this.action.forces(path).slice();
    if (this.sought !== "all") return forces;
    const last = (nodes - 1) * trajectories * size;
    for (let i = 0; i < trajectories * size; i++) forces[i] = (forces[i] as number) + (forces[last + i] as number);
    return forces;
  }

  /** The last node of a periodic path is the first. */
  private close(path: Float64Array): void {
    const { nodes, trajectories, size } = this.action;
    if (this.sought === "all") path.copyWithin((nodes - 1) * trajectories * size, 0, trajectories * size);
  }

  private copyLane(from: Float64Array, to: Float64Array, lane: number): void {
    const { nodes, trajectories, size } = this.action;
    for (let node = 0; node < nodes; node++) {
      const start = (node * trajectories + lane) * size;
      to.set(from.subarray(start, start + size), start);
    }
  }
}

/** The Euclidean norm. */
const lengthOf = (vector: Float64Array): number => Math.sqrt(vector.reduce((sum, entry) => sum + entry * entry, 0));
