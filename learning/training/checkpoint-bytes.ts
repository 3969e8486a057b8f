import { InputError } from "../../core/errors.js";
import { CHECKPOINT_FORMAT, type Checkpoint } from "./checkpoint.js";
import { crc32 } from "./crc32.js";

/** The first eight bytes; the outer two are changed by programs that take the file for text. */
const MAGIC = Uint8Array.of(0x89, 0x65, 0x71, 0x70, 0x72, 0x6f, 0x70, 0x0a);
/** Magic, the length of the whole as a double, the length of the header as a 32-bit integer. */
const PREFIX = 20;
const CHECKSUM = 4;

/** In the header's JSON an array of doubles is its length, and a number JSON has no form for is its text. */
const ARRAY = "[float64]";
const NUMBER = "[number]";

const hasNoJson = (value: number): boolean => !Number.isFinite(value) || Object.is(value, -0);

/**
 * A checkpoint as bytes: eight bytes of magic, the length of the whole (a double), the length of the header (32 bits), the
 * header as JSON, the arrays as doubles in the order the header names them, and the CRC-32 of everything before.
 * All numbers are little-endian; every bit of the arrays is kept.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const arrays: Float64Array[] = [];
  const text = JSON.stringify(checkpoint, (_, value: unknown) => {
    if (value instanceof Float64Array) {
      arrays.push(value);
      return { [ARRAY]: value.length };
    }
    if (typeof value !== "number" || !hasNoJson(value)) return value;
    return { [NUMBER]: Object.is(value, -0) ? "-0" : String(value) };
  });
  const header = new TextEncoder().encode(text);
  const doubles = arrays.reduce((total, { length }) => total + length, 0);
  const bytes = new Uint8Array(PREFIX + header.length + 8 * doubles + CHECKSUM);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setFloat64(8, bytes.length, true);
  view.setUint32(16, header.length, true);
  bytes.set(header, PREFIX);
  let offset = PREFIX + header.length;
  for (const array of arrays) {
    for (let k = 0; k < array.length; k++, offset += 8) view.setFloat64(offset, array[k] as number, true);
  }
  view.setUint32(offset, crc32(bytes.subarray(0, offset)), true);
  return bytes;
}

function refuse(given: string, expected: string): never {
  throw new InputError({ field: "checkpoint", given, expected });
}

/**
 * Reads what {@link encodeCheckpoint} wrote.
 *
 * @throws InputError for bytes that are no checkpoint, were cut short or changed, or have another format
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  if (!MAGIC.every((byte, k) => bytes[k] === byte)) {
    refuse("bytes that do not begin like a checkpoint", "what encodeCheckpoint wrote");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length < PREFIX + CHECKSUM ? Number.NaN : view.getFloat64(8, true);
  if (whole !== bytes.length) {
    const expected = Number.isNaN(whole) ? "a whole checkpoint" : `${whole}, the length it was written with`;
    refuse(`${bytes.length} bytes`, `${expected} (the file was cut short or added to)`);
  }
  const end = bytes.length - CHECKSUM;
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end, true)) {
    refuse("bytes that do not match their checksum", "the bytes as they were written (the file is damaged)");
  }
  let offset = PREFIX + view.getUint32(16, true);
  const readArray = (count: number): Float64Array => {
    if (!(Number.isInteger(count) && count >= 0 && offset + 8 * count <= end)) {
      refuse("a header that names more numbers than follow", "as many as follow");
    }
    const array = new Float64Array(count);
    for (let k = 0; k < count; k++, offset += 8) array[k] = view.getFloat64(offset, true);
    return array;
  };
  const header = readHeader(bytes.subarray(PREFIX, Math.min(offset, end)), readArray);
  if (offset !== end) refuse("a header that names fewer numbers than follow", "as many as follow");
  const format = (header as Partial<Checkpoint> | null)?.format;
  if (format !== CHECKPOINT_FORMAT) {
    refuse(`the format ${format}`, `${CHECKPOINT_FORMAT} (it was written by another version)`);
  }
  const wrong = Object.entries(FIELDS).find(([name, fits]) => !fits((header as Record<string, unknown>)[name]));
  if (wrong !== undefined) refuse(`a header without a valid "${wrong[0]}"`, "a header that encodeCheckpoint wrote");
  return header as Checkpoint;
}

function readHeader(bytes: Uint8Array, readArray: (count: number) => Float64Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes), (_, value: unknown) => {
      if (typeof value !== "object" || value === null) return value;
      const { [ARRAY]: count, [NUMBER]: text } = value as Readonly<Record<string, unknown>>;
      if (count !== undefined) return readArray(count as number);
      return text === undefined ? value : Number(text);
    });
  } catch (error) {
    if (error instanceof SyntaxError) refuse("a header that is not JSON", "a header that encodeCheckpoint wrote");
    throw error;
  }
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";
const isObject: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isListOf =
  (fits: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(fits);
const isGroupOf =
  (fits: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value as object).every(fits);
const isArray: Check = (value) => value instanceof Float64Array;
const hasFields =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, fits]) => fits((value as Record<string, unknown>)[name]));

/** What each field of a checkpoint must be. */
const FIELDS: Readonly<Record<keyof Checkpoint, Check>> = {
  format: isNumber,
  randomStream: isNumber,
  task: isText,
  rule: isText,
  optimiser: isText,
  seed: isNumber,
  examples: isNumber,
  batchSize: isNumber,
  lastBatch: isText,
  trained: isListOf(isText),
  epoch: isNumber,
  batch: isNumber,
  parameters: isGroupOf(isArray),
  optimiserState: hasFields({ updates: isNumber, averages: isGroupOf(isGroupOf(isArray)) }),
  sums: hasFields({ batches: isNumber, examples: isNumber, cost: isNumber, residual: isNumber, unsettled: isNumber }),
  recentUnsettled: isListOf(isNumber),
  history: isListOf(hasFields({ epoch: isNumber, cost: isNumber, residual: isNumber, unsettled: isNumber })),
};
