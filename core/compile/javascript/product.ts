/**
 * Matrix products for generated code: C = A B with A and B given by row and column strides, so that a transposed operand
 * costs nothing. Large products run on 4 x 4 register tiles over packed panels; every entry of C is summed over the inner
 * index in ascending order whatever the path or the number of rows, so a batch equals its members one by one.
 */

let packedA = new Float64Array(0);
let packedB = new Float64Array(0);

/** Inner products below this many multiplications are not worth packing. */
const PACKING_THRESHOLD = 2048;

function plainProduct(
  m: number,
  n: number,
  k: number,
  a: Float64Array,
  aStart: number,
  aRow: number,
  aColumn: number,
  b: Float64Array,
  bStart: number,
  bRow: number,
  bColumn: number,
  c: Float64Array,
  cStart: number,
): void {
  for (let i = 0; i < m; i++) {
    const rowStart = aStart + i * aRow;
    for (let j = 0; j < n; j++) {
      let total = 0;
      let left = rowStart;
      let right = bStart + j * bColumn;
      for (let l = 0; l < k; l++) {
        total += (a[left] as number) * (b[right] as number);
        left += aColumn;
        right += bRow;
      }
      c[cStart + i * n + j] = total;
    }
  }
}

/** Panels of four rows (or columns): for each group of four, for each inner index, the four entries; zero padded. */
function pack(
  into: Float64Array,
  count: number,
  k: number,
  from: Float64Array,
  start: number,
  across: number,
  inner: number,
): void {
  let position = 0;
  for (let group = 0; group < count; group += 4) {
    const lanes = Math.min(4, count - group);
    const base = start + group * across;
    if (lanes === 4) {
      const [x1, x2, x3] = [across, 2 * across, 3 * across];
      let at = base;
      for (let l = 0; l < k; l++, at += inner, position += 4) {
        into[position] = from[at] as number;
        into[position + 1] = from[at + x1] as number;
        into[position + 2] = from[at + x2] as number;
        into[position + 3] = from[at + x3] as number;
      }
    } else {
      for (let l = 0; l < k; l++, position += 4) {
        for (let lane = 0; lane < 4; lane++) {
          into[position + lane] = lane < lanes ? (from[base + lane * across + l * inner] as number) : 0;
        }
      }
    }
  }
}

function tile(k: number, a: Float64Array, aAt: number, b: Float64Array, bAt: number, out: Float64Array): void {
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  let c33 = 0;
  let p = aAt;
  let q = bAt;
  for (let l = 0; l < k; l++, p += 4, q += 4) {
    const b0 = b[q] as number;
    const b1 = b[q + 1] as number;
    const b2 = b[q + 2] as number;
    const b3 = b[q + 3] as number;
    const a0 = a[p] as number;
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    const a1 = a[p + 1] as number;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    const a2 = a[p + 2] as number;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    const a3 = a[p + 3] as number;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  out[0] = c00;
  out[1] = c01;
  out[2] = c02;
  out[3] = c03;
  out[4] = c10;
  out[5] = c11;
  out[6] = c12;
  out[7] = c13;
  out[8] = c20;
  out[9] = c21;
  out[10] = c22;
  out[11] = c23;
  out[12] = c30;
  out[13] = c31;
  out[14] = c32;
  out[15] = c33;
}

const tileResult = new Float64Array(16);

/** Doubles of B kept hot while the rows of A stream past. */
const PANEL_BUDGET = 32768;

function packedProduct(m: number, n: number, k: number, c: Float64Array, cStart: number): void {
  const columnsPerPass = Math.max(4, Math.floor(PANEL_BUDGET / k / 4) * 4);
  for (let first = 0; first < n; first += columnsPerPass) {
    const last = Math.min(n, first + columnsPerPass);
    for (let i = 0; i < m; i += 4) {
      const rows = Math.min(4, m - i);
      for (let j = first; j < last; j += 4) {
        tile(k, packedA, i * k, packedB, j * k, tileResult);
        const columns = Math.min(4, n - j);
        for (let r = 0; r < rows; r++) {
          const at = cStart + (i + r) * n + j;
          for (let s = 0; s < columns; s++) c[at + s] = tileResult[4 * r + s] as number;
        }
      }
    }
  }
}

/**
 * C[m, n] = A[m, k] B[k, n]; entry (i, l) of A is a[aStart + i aRow + l aColumn], likewise B; C is row-major from cStart.
 */
export function matrixProduct(
  m: number,
  n: number,
  k: number,
  a: Float64Array,
  aStart: number,
  aRow: number,
  aColumn: number,
  b: Float64Array,
  bStart: number,
  bRow: number,
  bColumn: number,
  c: Float64Array,
  cStart: number,
): void {
  if (m * n * k < PACKING_THRESHOLD || m < 4 || n < 4) {
    plainProduct(m, n, k, a, aStart, aRow, aColumn, b, bStart, bRow, bColumn, c, cStart);
    return;
  }
  const needA = Math.ceil(m / 4) * 4 * k;
  const needB = Math.ceil(n / 4) * 4 * k;
  if (packedA.length < needA) packedA = new Float64Array(needA);
  if (packedB.length < needB) packedB = new Float64Array(needB);
  pack(packedA, m, k, a, aStart, aRow, aColumn);
  pack(packedB, n, k, b, bStart, bColumn, bRow);
  packedProduct(m, n, k, c, cStart);
}
