// algebra.js: vectors as [x, y, z], rotations as 9 numbers row by row, 4x4 matrices column by
// column as WebGL takes them.

const add = (a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const subtract = (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const scale = (a, s) => [a[0] * s, a[1] * s, a[2] * s];
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross =
    (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const norm = a => Math.hypot(a[0], a[1], a[2]);
const unit = a => scale(a, 1 / (norm(a) || 1));
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
const mix = (a, b, t) => a + (b - a) * t;

const rotate = (r, v) =>
    [r[0] * v[0] + r[1] * v[1] + r[2] * v[2], r[3] * v[0] + r[4] * v[1] + r[5] * v[2],
     r[6] * v[0] + r[7] * v[1] + r[8] * v[2]];
const rotateBack = (r, v) =>
    [r[0] * v[0] + r[3] * v[1] + r[6] * v[2], r[1] * v[0] + r[4] * v[1] + r[7] * v[2],
     r[2] * v[0] + r[5] * v[1] + r[8] * v[2]];
const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];

function rotationAboutZ(degrees) {
  const c = Math.cos(degrees * Math.PI / 180), s = Math.sin(degrees * Math.PI / 180);
  return [c, -s, 0, s, c, 0, 0, 0, 1];
}

// out[at ..] = a b, where a starts at `from` in its array.
function multiplyRotations(a, from, b, out, at) {
  for (let i = 0; i < 3; i++) {
    const x = a[from + 3 * i], y = a[from + 3 * i + 1], z = a[from + 3 * i + 2];
    for (let j = 0; j < 3; j++) out[at + 3 * i + j] = x * b[j] + y * b[3 + j] + z * b[6 + j];
  }
}

function multiply4(a, b) {
  const out = new Float32Array(16);
  for (let c = 0; c < 4; c++)
    for (let r = 0; r < 4; r++)
      out[4 * c + r] = a[r] * b[4 * c] + a[4 + r] * b[4 * c + 1] + a[8 + r] * b[4 * c + 2] +
          a[12 + r] * b[4 * c + 3];
  return out;
}

function perspective(height, aspect, near, far) {  // height: tangent of half the vertical angle
  const d = near - far;
  return new Float32Array([
    1 / (height * aspect), 0, 0, 0, 0, 1 / height, 0, 0, 0, 0, (far + near) / d, -1, 0, 0,
    2 * far * near / d, 0
  ]);
}

function orthographic(half, near, far) {
  const d = near - far;
  return new Float32Array(
      [1 / half, 0, 0, 0, 0, 1 / half, 0, 0, 0, 0, 2 / d, 0, 0, 0, (far + near) / d, 1]);
}

function lookAt(eye, target) {
  const z = unit(subtract(eye, target)), x = unit(cross([0, 1, 0], z)), y = cross(z, x);
  return new Float32Array([
    x[0], y[0], z[0], 0, x[1], y[1], z[1], 0, x[2], y[2], z[2], 0, -dot(x, eye), -dot(y, eye),
    -dot(z, eye), 1
  ]);
}
