import { type Expression, isNode, type Shape, sameShape, sizeOf } from "../../expression/expression.js";
import { constantPrimitive, symbolPrimitive } from "../../expression/primitives/leaves.js";
import { reshapePrimitive, transposePrimitive } from "../../expression/primitives/rearrangement.js";

/**
 * Orders the nodes of a program into kernels. A kernel is one loop nest over a domain (elementwise nodes and the sums over
 * them, fused), one stretch of scalar statements, one matrix product, or one call of a primitive's definition.
 *
 * Each node gets a stage: kernels of one stage depend only on earlier stages, and nodes of one stage and domain share a
 * kernel, so their intermediate values never reach memory.
 */
export interface Kernel {
  readonly kind: "scalars" | "loops" | "product" | "call";
  readonly stage: number;
  /** The iteration space of `loops`. */
  readonly domain: Shape;
  readonly nodes: Expression[];
}

/** The outcome of scheduling. */
export interface Schedule {
  readonly kernels: readonly Kernel[];
  /** Nodes whose entries must be in a buffer because another kernel reads them. */
  readonly stored: ReadonlySet<Expression>;
  /** Views that kernels read in place. */
  readonly inlineViews: ReadonlySet<Expression>;
  /** Reshapes that are their operand's buffer under another shape. */
  readonly aliases: ReadonlySet<Expression>;
  /** For each stored node, the last stage that reads it. */
  readonly lastUse: ReadonlyMap<Expression, number>;
}

export const isScalar = (node: Expression): boolean => sizeOf(node.shape) === 1;
export const isLeaf = (node: Expression): boolean => isNode(node, symbolPrimitive) || isNode(node, constantPrimitive);
const formOf = (node: Expression): string => node.primitive.form?.kind ?? "call";
const isElementwise = (node: Expression): boolean => formOf(node) === "elementwise";
const operandOf = (node: Expression): Expression => node.operands[0] as Expression;

/** The domain of a sum is its operand's shape, of anything else its own. */
const domainOf = (node: Expression): Shape => (formOf(node) === "sum" ? operandOf(node).shape : node.shape);

/** A transposition of the last two axes, which a matrix product reads by strides. */
export function isMatrixTranspose(node: Expression): boolean {
  if (!isNode(node, transposePrimitive)) return false;
  const { axes } = node.attributes;
  const [p, q] = axes.slice(-2);
  return (
    axes.length >= 2 &&
    p === axes.length - 1 &&
    q === axes.length - 2 &&
    axes.slice(0, -2).every((axis, k) => axis === k)
  );
}

function kindOf(node: Expression): Kernel["kind"] {
  if (formOf(node) === "matmul") return "product";
  const looped = formOf(node) === "sum" ? !isScalar(operandOf(node)) : !isScalar(node);
  if (isElementwise(node) || formOf(node) === "view" || formOf(node) === "sum") return looped ? "loops" : "scalars";
  return "call";
}

/**
 * @param order nodes to compute, operands first
 * @param outputs nodes that must end up stored
 * @param known nodes that have a place already (leaves and what an earlier phase computed); they are not in `order`
 */
export function schedule(
  order: readonly Expression[],
  outputs: readonly Expression[],
  known: ReadonlySet<Expression>,
): Schedule {
  const consumers = new Map<Expression, Expression[]>();
  for (const node of order) {
    for (const operand of node.operands) {
      const list = consumers.get(operand);
      if (list === undefined) consumers.set(operand, [node]);
      else list.push(node);
    }
  }
  const outputSet = new Set(outputs);
  const aliases = new Set<Expression>();
  const inlineViews = new Set<Expression>();
  for (const node of order) {
    if (formOf(node) !== "view" || isScalar(node)) continue;
    if (isNode(node, reshapePrimitive) && !isScalar(operandOf(node))) aliases.add(node);
    else if (!outputSet.has(node) && (consumers.get(node) ?? []).every((user) => readsInPlace(user, node)))
      inlineViews.add(node);
  }
  const stages = assignStages(order, known, aliases, inlineViews);
  const kernels = new Map<string, Kernel>();
  const kernelOf = new Map<Expression, Kernel>();
  for (const node of order) {
    if (aliases.has(node) || inlineViews.has(node)) continue;
    const kind = kindOf(node);
    const stage = stages.at.get(node) as number;
    const domain = kind === "loops" ? domainOf(node) : [];
    const own = kind === "product" || kind === "call" ? `:${node.id}` : "";
    const key = `${stage}:${kind}:${domain.join()}${own}`;
    let kernel = kernels.get(key);
    if (kernel === undefined) {
      kernel = { kind, stage, domain, nodes: [] };
      kernels.set(key, kernel);
    }
    kernel.nodes.push(node);
    kernelOf.set(node, kernel);
  }
  const stored = new Set<Expression>();
  const lastUse = new Map<Expression, number>();
  const sourceOf = (node: Expression): Expression =>
    aliases.has(node) || inlineViews.has(node) ? sourceOf(operandOf(node)) : node;
  for (const node of order) {
    const kernel = kernelOf.get(node);
    if (kernel === undefined) continue;
    for (const operand of node.operands) {
      const source = sourceOf(operand);
      const sameKernel = source === operand && kernelOf.get(operand) === kernel && sharesLoop(kernel, operand);
      if (!sameKernel) stored.add(source);
      lastUse.set(source, Math.max(lastUse.get(source) ?? 0, kernel.stage));
    }
  }
  for (const output of outputs) {
    stored.add(sourceOf(output));
    lastUse.set(sourceOf(output), Number.POSITIVE_INFINITY);
  }
  const sorted = [...kernels.values()].sort((p, q) => p.stage - q.stage);
  return { kernels: sorted, stored, inlineViews, aliases, lastUse };
}

/** Within a loop kernel only values over the whole domain are at hand; sums are complete after it. */
const sharesLoop = (kernel: Kernel, operand: Expression): boolean =>
  kernel.kind === "scalars" ||
  (kernel.kind === "loops" && formOf(operand) !== "sum" && sameShape(operand.shape, kernel.domain));

function readsInPlace(user: Expression, view: Expression): boolean {
  if (formOf(user) === "matmul") return isMatrixTranspose(view);
  return isElementwise(user) || formOf(user) === "sum";
}

function assignStages(
  order: readonly Expression[],
  known: ReadonlySet<Expression>,
  aliases: ReadonlySet<Expression>,
  inlineViews: ReadonlySet<Expression>,
): { readonly at: Map<Expression, number> } {
  const at = new Map<Expression, number>();
  const ready = new Map<Expression, number>();
  const readyOf = (node: Expression): number => (known.has(node) ? 0 : (ready.get(node) as number));
  for (const node of order) {
    if (aliases.has(node) || inlineViews.has(node)) {
      ready.set(node, readyOf(operandOf(node)));
      continue;
    }
    const kind = kindOf(node);
    let stage = 0;
    for (const operand of node.operands) {
      const joins =
        !known.has(operand) &&
        at.has(operand) &&
        kindOf(operand) === kind &&
        (kind === "scalars" ||
          (kind === "loops" &&
            // A view reads other entries than those the loop is at.
            formOf(node) !== "view" &&
            formOf(operand) !== "sum" &&
            sameShape(domainOf(operand), domainOf(node))));
      stage = Math.max(stage, joins ? (at.get(operand) as number) : readyOf(operand));
    }
    at.set(node, stage);
    ready.set(node, stage + 1);
  }
  return { at };
}
