import type { DynamicalSystem } from "../../core/system.js";
import { type Mutation, mutationsOf } from "./mutations.js";
import { equivalenceOf } from "./mutations-equivalence.js";
import { breathe, planVerification, type VerifyOptions } from "./verify.js";

/** A mutation that changes nothing, or that no property noticed. */
export interface UnkilledMutation {
  readonly description: string;
  readonly reason: string;
}

/** How many mechanical mistakes in a system the properties notice. */
export interface MutationReport {
  readonly format: 1;
  readonly subject: string;
  readonly seed: number;
  /** Cases per property and mutation. */
  readonly runs: number;
  /** All mutations there are; of more than `limit` as many are tried, evenly spread. */
  readonly total: number;
  readonly killed: number;
  readonly survived: readonly UnkilledMutation[];
  readonly equivalent: readonly UnkilledMutation[];
  /** How many mutations each property was the first to notice. */
  readonly killedBy: Readonly<Record<string, number>>;
  /** Killed among those that change the mathematics; 1 where there are none. */
  readonly killRate: number;
}

/** Options of {@link verifyMutations}. */
export interface MutationOptions
  extends Pick<VerifyOptions, "seed" | "runs" | "integrators" | "properties" | "parameters" | "signal"> {
  /** The most mutations to try. @defaultValue all */
  readonly limit?: number;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly killed: number }) => void;
}

/** Every n-th, so that at most `limit` are left. */
function spread<Item>(items: readonly Item[], limit: number): Item[] {
  const stride = Math.max(1, items.length / limit);
  return Array.from({ length: Math.min(items.length, limit) }, (_, k) => items[Math.floor(k * stride)] as Item);
}

/**
 * Makes every mechanical mistake (see {@link mutationsOf}) in a system and counts how many of them the properties notice.
 * Properties that fail or decide nothing on the system itself are left out: they would fail on its mutations for another
 * reason.
 *
 * @throws InputError for options that do not fit
 */
export async function verifyMutations(system: DynamicalSystem, options: MutationOptions = {}): Promise<MutationReport> {
  const { seed = 0, runs = 20, limit = Infinity, signal, onProgress, ...choice } = options;
  const trial = { runs, seed, unshrunk: true };
  const trusted = new Set<string>();
  const plan = planVerification(system, { ...choice, seed });
  for (const { inapplicable, subject, property, run } of plan.trials) {
    if (inapplicable !== undefined) continue;
    if ((await run(trial)).outcome === "passed") trusted.add(`${subject}: ${property}`);
  }
  const all = [...mutationsOf(system)];
  const tried = spread(all, limit);
  const [survived, equivalent]: [UnkilledMutation[], UnkilledMutation[]] = [[], []];
  const killedBy: Record<string, number> = {};
  let killed = 0;
  for (const [done, mutation] of tried.entries()) {
    onProgress?.({ done, total: tried.length, killed });
    await breathe();
    signal?.throwIfAborted();
    const { description } = mutation;
    const nothing = equivalenceOf(system, mutation);
    if (nothing !== undefined) {
      equivalent.push({ description, reason: nothing });
      continue;
    }
    const { killer, undecided } = await firstToFail(mutation);
    if (killer === undefined) survived.push({ description, reason: undecided ?? "every property that applies holds" });
    else {
      killed += 1;
      killedBy[killer] = (killedBy[killer] ?? 0) + 1;
    }
  }
  const changed = killed + survived.length;
  return {
    format: 1,
    subject: system.name,
    seed,
    runs,
    total: all.length,
    killed,
    survived,
    equivalent,
    killedBy,
    killRate: changed === 0 ? 1 : killed / changed,
  };

  async function firstToFail(mutation: Mutation): Promise<{ killer?: string; undecided?: string }> {
    let undecided: string | undefined;
    const { trials } = planVerification(mutation.system, { ...choice, seed });
    for (const { inapplicable, subject, property, run } of trials) {
      if (inapplicable !== undefined || !trusted.has(`${subject}: ${property}`)) continue;
      const { outcome, reason } = await run(trial);
      if (outcome === "failed") return { killer: property };
      if (outcome === "inconclusive") undecided ??= `undecided, as ${reason}`;
    }
    return undecided === undefined ? {} : { undecided };
  }
}

/** The kill rate and every survivor as text for a terminal. */
export function printMutationReport(report: MutationReport): string {
  const { subject, killed, survived, equivalent, total, killRate, killedBy, seed, runs } = report;
  if (total === 0) {
    return `mutations of ${subject}: none, as its dynamics is stated once only: any change of it is another system.`;
  }
  const list = (title: string, items: readonly UnkilledMutation[]): string[] =>
    items.length === 0 ? [] : [`${title}:`, ...items.map(({ description, reason }) => `  ${description}: ${reason}`)];
  return [
    `mutations of ${subject}: ${killed} of ${killed + survived.length} noticed (${(100 * killRate).toFixed(1)} %), ` +
      `${equivalent.length} change nothing, ${total} in all`,
    ...Object.entries(killedBy)
      .sort((a, b) => b[1] - a[1])
      .map(([property, count]) => `  ${String(count).padStart(5)}  ${property}`),
    ...list("survived", survived),
    ...list("change nothing", equivalent),
    `seed ${seed}, ${runs} runs per property`,
  ].join("\n");
}
