import { formatShape, InputError } from "../../core/errors.js";

/** An array of bytes, in row order. */
export interface ByteTensor {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

function hexadecimal(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `0x${byte.toString(16).padStart(2, "0")}`).join(" ");
}

/** Writes an IDX file of unsigned bytes; {@link parseIdx} reads it. The data has as many values as the shape says. */
export function encodeIdx({ shape, data }: ByteTensor): Uint8Array {
  const header = 4 + 4 * shape.length;
  const bytes = new Uint8Array(header + data.length);
  bytes.set([0, 0, UNSIGNED_BYTE, shape.length]);
  const view = new DataView(bytes.buffer);
  for (const [i, length] of shape.entries()) view.setUint32(4 + 4 * i, length);
  bytes.set(data, header);
  return bytes;
}

/**
 * Reads an IDX file of unsigned bytes (the format of MNIST): two zero bytes, the element type 0x08, the number of dimensions, each
 * dimension as a big-endian 32-bit integer, then the values in row order. The result's data is a view of `bytes`.
 *
 * @param bytes the unpacked contents of the file
 * @param name the file's name, for messages
 * @throws InputError when the bytes are no such file, end early or go on after the last value
 */
export function parseIdx(bytes: Uint8Array, name: string): ByteTensor {
  const refuse = (given: string, expected: string, remedy?: string): InputError =>
    new InputError({ field: name, given, expected, ...(remedy === undefined ? {} : { remedy }) });
  if (bytes.length < 4) throw refuse(`${bytes.length} bytes`, "an IDX file, which has a header of at least 4 bytes");
  const [zero0, zero1, type, dimensions] = bytes as Uint8Array & [number, number, number, number];
  if (zero0 !== 0 || zero1 !== 0) {
    const packed = zero0 === 0x1f && zero1 === 0x8b;
    throw refuse(
      `first bytes ${hexadecimal(bytes.subarray(0, 4))}`,
      "an IDX file, which begins with 0x00 0x00 0x08",
      packed ? "unpack it first, these are gzip's" : undefined,
    );
  }
  if (type !== UNSIGNED_BYTE) {
    throw refuse(`IDX element type ${hexadecimal(bytes.subarray(2, 3))}`, "0x08, unsigned bytes");
  }
  const header = 4 + 4 * dimensions;
  if (bytes.length < header) {
    throw refuse(`a file of ${bytes.length} bytes`, `${dimensions} dimensions in a header of ${header} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, length) => product * length, 1);
  const found = bytes.length - header;
  if (found !== size) {
    throw refuse(
      `${found} values${found < size ? " (the file is truncated)" : " (bytes trail after the last one)"}`,
      `${size} for shape ${formatShape(shape)}`,
    );
  }
  return { shape, data: new Uint8Array(bytes.buffer, bytes.byteOffset + header, size) };
}
