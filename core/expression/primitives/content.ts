type NumberArray = Int32Array | Float64Array;

const numbers = new WeakMap<NumberArray, number>();
const byHash = new Map<number, WeakRef<NumberArray>[]>();
let next = 0;

const aliveIn = (hash: number): WeakRef<NumberArray>[] =>
  (byHash.get(hash) ?? []).filter((reference) => reference.deref() !== undefined);

const collected = new FinalizationRegistry<number>((hash) => {
  const alive = aliveIn(hash);
  if (alive.length === 0) byHash.delete(hash);
  else byHash.set(hash, alive);
});

const wordsOf = (array: NumberArray): Int32Array =>
  new Int32Array(array.buffer, array.byteOffset, array.byteLength / Int32Array.BYTES_PER_ELEMENT);

function hashOf(array: NumberArray): number {
  let hash = array.BYTES_PER_ELEMENT;
  for (const word of wordsOf(array)) {
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

function sameContent(a: NumberArray, b: NumberArray): boolean {
  if (a.BYTES_PER_ELEMENT !== b.BYTES_PER_ELEMENT || a.length !== b.length) return false;
  const [p, q] = [wordsOf(a), wordsOf(b)];
  return p.every((word, k) => word === q[k]);
}

/**
 * A number that two arrays share exactly if they are equal bit for bit, so that a hash-consing key may name an array of any
 * length. The arrays must not change afterwards.
 */
export function contentNumber(array: NumberArray): number {
  const known = numbers.get(array);
  if (known !== undefined) return known;
  const hash = hashOf(array);
  const alive = aliveIn(hash);
  const twin = alive.map((reference) => reference.deref() as NumberArray).find((other) => sameContent(array, other));
  const number = twin === undefined ? next++ : (numbers.get(twin) as number);
  numbers.set(array, number);
  byHash.set(hash, [...alive, new WeakRef(array)]);
  collected.register(array, hash);
  return number;
}
