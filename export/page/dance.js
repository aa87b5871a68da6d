// dance.js: one dance as the page's data hold it: decoding, and the body's joints at any time.

function bytesOf(base64) {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const floatsOf = base64 => new Float32Array(bytesOf(base64).buffer);

class Dance {
  constructor(data) {
    Object.assign(this, data);
    this.translations = floatsOf(data.translations);
    this.rotations = new Uint16Array(bytesOf(data.rotations).buffer);
    this.pose = data.pose ? floatsOf(data.pose) : null;
    this.trans = data.trans ? floatsOf(data.trans) : null;
    this.duration = this.frames / this.fps;
    this.turns = new Float64Array(
        9 * this.joints);  // world rotations and positions of the joints at the time last asked for
    this.places = new Float64Array(3 * this.joints);
    this.followPath();
    this.measureExtent();
  }

  frameAt(seconds) { return clamp(Math.floor(seconds * this.fps + 1e-6), 0, this.frames - 1); }

  // The window of the frozen-or-not kind that holds a frame: true, false, or null where none does.
  frozenAt(frame) {
    if (!this.frozen || frame < this.windowFirst) return null;
    const w = Math.floor((frame - this.windowFirst) / this.windowLength);
    return w < this.frozen.length ? Boolean(this.frozen[w]) : null;
  }

  // Unit quaternion (w, x, y, z) of a joint: three components in 15 bits each, the largest from the
  // others.
  quaternion(frame, joint, out) {
    const at = 3 * (frame * this.joints + joint), r = this.rotations;
    const largest = (r[at] >> 15) | (r[at + 1] >> 15) << 1;
    let left = 1;
    for (let i = 0, k = 0; i < 4; i++) {
      if (i === largest) continue;
      out[i] = ((r[at + k++] & 0x7fff) / 16383 - 1) * Math.SQRT1_2;
      left -= out[i] * out[i];
    }
    out[largest] = Math.sqrt(Math.max(0, left));
  }

  // Fills turns and places for a time in seconds: between two frames the shorter way along both.
  moveTo(seconds) {
    const at = clamp(seconds * this.fps, 0, this.frames - 1), frame = Math.floor(at + 1e-6),
          next = Math.min(frame + 1, this.frames - 1);
    const t = clamp(at - frame, 0, 1), p = [0, 0, 0, 0], q = [0, 0, 0, 0], local = new Array(9);
    for (let j = 0; j < this.joints; j++) {
      this.quaternion(frame, j, p);
      if (t > 0) {
        this.quaternion(next, j, q);
        const side = p[0] * q[0] + p[1] * q[1] + p[2] * q[2] + p[3] * q[3] < 0 ? -1 : 1;
        for (let i = 0; i < 4; i++) p[i] = mix(p[i], side * q[i], t);
      }
      const length = Math.hypot(p[0], p[1], p[2], p[3]) || 1, w = p[0] / length, x = p[1] / length,
            y = p[2] / length, z = p[3] / length;
      local[0] = 1 - 2 * (y * y + z * z);
      local[1] = 2 * (x * y - w * z);
      local[2] = 2 * (x * z + w * y);
      local[3] = 2 * (x * y + w * z);
      local[4] = 1 - 2 * (x * x + z * z);
      local[5] = 2 * (y * z - w * x);
      local[6] = 2 * (x * z - w * y);
      local[7] = 2 * (y * z + w * x);
      local[8] = 1 - 2 * (x * x + y * y);
      this.place(j, local, frame, next, t);
    }
  }

  place(j, local, frame, next, t) {
    const parent = this.parents[j], o = this.offsets, x = this.places, r = this.turns;
    if (parent < 0) {
      for (let i = 0; i < 3; i++)
        x[3 * j + i] = mix(this.translations[3 * frame + i], this.translations[3 * next + i], t) +
            o[3 * j + i];
      for (let i = 0; i < 9; i++) r[9 * j + i] = local[i];
      return;
    }
    const from = 9 * parent;
    for (let i = 0; i < 3; i++)
      x[3 * j + i] = x[3 * parent + i] + r[from + 3 * i] * o[3 * j] +
          r[from + 3 * i + 1] * o[3 * j + 1] + r[from + 3 * i + 2] * o[3 * j + 2];
    multiplyRotations(r, from, local, r, 9 * j);
  }

  // The root's way over the floor and a smooth version of it (two passes of a moving mean over a
  // second) for the camera, which leaves the ground only with dancers who fly out of view.
  followPath() {
    const n = this.frames, way = new Float32Array(2 * n), flight = new Float32Array(2 * n),
          half = Math.round(this.fps / 2);
    for (let f = 0; f < n; f++) {
      for (let i = 0; i < 2; i++)
        way[2 * f + i] = this.translations[3 * f + 2 * i] + this.offsets[2 * i];
      const rise = this.translations[3 * f + 1] - this.translations[1];
      flight[2 * f] = rise - clamp(rise, -0.8, 0.5);
    }
    this.way = way;
    this.smoothWay = movingMean(movingMean(way, n, half), n, half);
    this.flight = movingMean(flight, n, half);
    const bounds = [Infinity, -Infinity, Infinity, -Infinity];
    for (let f = 0; f < n; f++)
      for (let i = 0; i < 2; i++) {
        bounds[2 * i] = Math.min(bounds[2 * i], way[2 * f + i]);
        bounds[2 * i + 1] = Math.max(bounds[2 * i + 1], way[2 * f + i]);
      }
    this.middle = [(bounds[0] + bounds[1]) / 2, 0, (bounds[2] + bounds[3]) / 2];
    this.reach = Math.hypot(bounds[1] - bounds[0], bounds[3] - bounds[2]) / 2;
  }

  // How far the joints get from the camera's way to the sides, and above the floor, in most of some
  // hundred frames: what a view must show.
  measureExtent() {
    const wide = [], high = [], step = Math.max(1, Math.floor(this.frames / 150));
    for (let f = 0; f < this.frames; f += step) {
      const at = f / this.fps, [x, flight, z] = this.cameraPlace(at);
      let side = 0, top = 0;
      this.moveTo(at);
      for (let j = 0; j < this.joints; j++) {
        const [px, py, pz] = this.places.subarray(3 * j, 3 * j + 3);
        side = Math.max(side, Math.hypot(px - x, pz - z));
        top = Math.max(top, py - flight - this.floor);
      }
      wide.push(side);
      high.push(top);
    }
    const most = values => values.sort((a, b) => a - b)[Math.floor((values.length - 1) * 0.97)];
    this.extent = {wide: most(wide), high: most(high)};
  }

  cameraPlace(seconds) {
    const at = clamp(seconds * this.fps, 0, this.frames - 1), f = Math.floor(at),
          g = Math.min(f + 1, this.frames - 1), w = this.smoothWay;
    return [
      mix(w[2 * f], w[2 * g], at - f), mix(this.flight[2 * f], this.flight[2 * g], at - f),
      mix(w[2 * f + 1], w[2 * g + 1], at - f)
    ];
  }
}

// Mean over frames f - half .. f + half of n points [x, z], fewer at the ends.
function movingMean(points, n, half) {
  const out = new Float32Array(2 * n), sum = new Float64Array(2 * (n + 1));
  for (let i = 0; i < 2 * n; i++) sum[i + 2] = sum[i] + points[i];
  for (let f = 0; f < n; f++) {
    const reach = Math.min(half, f, n - 1 - f), from = f - reach, to = f + reach + 1;
    for (let i = 0; i < 2; i++)
      out[2 * f + i] = (sum[2 * to + i] - sum[2 * from + i]) / (to - from);
  }
  return out;
}
