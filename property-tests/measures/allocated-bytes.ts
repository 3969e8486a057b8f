/** The bytes of all arrays of doubles that are made while a function runs; views of others do not count. It must not pause for others to run. */
export function allocatedBytes(work: () => void): number {
  const plain = globalThis.Float64Array;
  let bytes = 0;
  class Counted extends plain {
    constructor(...given: readonly unknown[]) {
      super(...(given as ConstructorParameters<typeof plain>));
      if (!(given[0] instanceof ArrayBuffer)) bytes += this.byteLength;
    }
  }
  globalThis.Float64Array = Counted as never;
  try {
    work();
  } finally {
    globalThis.Float64Array = plain;
  }
  return bytes;
}
