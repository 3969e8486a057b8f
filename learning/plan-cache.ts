import type { LearningTask } from "./task.js";

/** What was compiled, kept once per task and whatever else it depends on: the number of examples, how inputs vary. */
export class PlanCache<P> {
  private readonly plans = new WeakMap<LearningTask, Map<number | string, P>>();

  get(task: LearningTask, key: number | string, make: () => P): P {
    let ofTask = this.plans.get(task);
    if (ofTask === undefined) {
      ofTask = new Map();
      this.plans.set(task, ofTask);
    }
    let plan = ofTask.get(key);
    if (plan === undefined) {
      plan = make();
      ofTask.set(key, plan);
    }
    return plan;
  }
}

interface DescribedCache {
  readonly description: readonly unknown[];
  readonly cache: PlanCache<unknown>;
}

/** Caches by an object, such as a solver, and a description: who has both equal shares what was compiled. */
export class SharedCaches<K extends object> {
  private readonly known = new WeakMap<K, DescribedCache[]>();

  /** @param description compared entry by entry; it has to fix the type of what is kept */
  of<P>(key: K, ...description: readonly unknown[]): PlanCache<P> {
    const caches = this.known.get(key) ?? [];
    this.known.set(key, caches);
    let found = caches.find((each) => each.description.every((entry, k) => entry === description[k]));
    if (found === undefined) {
      found = { description, cache: new PlanCache() };
      caches.push(found);
    }
    return found.cache as PlanCache<P>;
  }
}
