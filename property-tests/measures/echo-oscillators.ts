import { held } from "../../core/simulation/inputs.js";
import type { TaskData } from "../../learning/rule.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";

/** A task over trajectories, with data. */
export interface TrajectorySubject {
  readonly task: LearningTask;
  readonly data: TaskData;
}

/** Options of {@link quarticChain}. */
export interface QuarticChainOptions {
  readonly oscillators: number;
  readonly steps: number;
  /** The value of a damping that is learned; none by default. */
  readonly damping?: number;
  /** Whether the last state alone is judged, without inputs that vary, instead of every state. @defaultValue false */
  readonly final?: boolean;
}

const sampled = (count: number, of: (k: number) => number): number[] => Array.from({ length: count }, (_, k) => of(k));

/**
 * A chain of n quartic oscillators under one drive, with masses, stiffness, quartic terms and drive for each, and springs and
 * quartic springs between neighbours: 6 n - 2 parameters. It is to follow cosines, step by step.
 */
export function quarticChain({
  oscillators: n,
  steps,
  damping,
  final = false,
}: QuarticChainOptions): TrajectorySubject {
  const damped = damping !== undefined;
  const system = hamiltonianSystem({
    name: `${damped ? "damped " : ""}chain of ${n} quartic oscillators`,
    coordinates: { phi: [n] },
    momenta: { momentum: [n] },
    parameters: {
      m: [n],
      k: [n],
      c: [n],
      b: [n],
      springs: [n - 1],
      quartic: [n - 1],
      ...(damped ? { gamma: [] } : {}),
    },
    input: { u: [] },
    hamiltonian: `sum(momentum^2/m)/2 + sum(k*phi^2)/2 + sum(c*phi^4)/4 - u*dot(b, phi)
      + sum(springs*(phi[1:] - phi[:-1])^2)/2 + sum(quartic*(phi[1:] - phi[:-1])^4)/4`,
    ...(damped ? { damping: "gamma" as never } : {}),
  });
  const cost = "sum((phi - y)^2)/2";
  const task = learningTask(system, {
    target: { y: [n] },
    cost: final ? { final: cost } : { perStep: cost },
    horizon: { steps },
  });
  const target = (k: number): number[] => sampled(n, (i) => 0.4 * Math.cos(0.05 * k + i));
  const data = {
    parameters: {
      m: sampled(n, (i) => 1 + 0.3 * Math.sin(i + 1)),
      k: sampled(n, (i) => 0.9 + 0.3 * Math.cos(2 * i)),
      c: sampled(n, (i) => 0.15 + 0.05 * Math.sin(3 * i)),
      b: sampled(n, (i) => 0.3 * Math.cos(i)),
      springs: sampled(n - 1, (i) => 0.2 + 0.1 * Math.sin(i)),
      quartic: sampled(n - 1, (i) => 0.05 + 0.02 * Math.cos(i)),
      ...(damped ? { gamma: damping } : {}),
    },
    input: { u: final ? 0.5 : held(sampled(steps, (k) => Math.sin(0.1 * k))) },
    target: { y: final ? target(steps) : held(sampled(steps, (k) => k + 1).map(target)) },
    initial: { phi: sampled(n, (i) => 0.5 * Math.sin(1 + i)), momentum: sampled(n, (i) => 0.3 * Math.cos(i)) },
  };
  return { task: task as unknown as LearningTask, data: data as unknown as TaskData };
}
