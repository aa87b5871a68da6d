// camera.js: where the dancers are seen from: one view for all panels, turned, moved and zoomed by
// mouse, touch and keys.

const HALF_ANGLE = Math.tan(14 * Math.PI / 180);  // of the vertical field of view

const FLESH = 0.12;  // metres of body around the joints, for a person

class Camera {
  // tapped() is called when the view is clicked or touched without being dragged.
  constructor(canvas, dances, changed, tapped) {
    Object.assign(this, {canvas, changed, tapped});
    const sizes = dances.map(d => clothe(d).size / 1.75);  // against a person's
    const flesh = FLESH * Math.max(...sizes);
    this.reach = Math.max(...dances.map(d => d.reach));
    this.wide = Math.max(...dances.map(d => d.extent.wide)) + flesh;
    this.high = Math.max(...dances.map(d => d.extent.high)) + 2 * flesh;
    this.follow = true;
    this.pointers = new Map();
    this.reset();
    this.listen();
  }

  reset() {
    Object.assign(this, {turn: 0.32, lift: 0.17, zoom: 1, shift: [0, 0, 0]});
    this.changed();
  }

  // Pixels of a metre where all dancers are as large as width x height pixels show them whole. Arms
  // are rarely stretched to both sides of the view.
  metre(width, height) { return Math.min(width / (1.8 * this.wide), height / (1.06 * this.high)); }

  // Fits a dancer, or without `follow` the whole way of the one who goes farthest, into a panel
  // between its head and its foot (pixels).
  view(dance, seconds, panel) {
    const aspect = panel.width / panel.height, wide = this.reach + this.wide;
    let metre = panel.metre;
    if (!this.follow) {
      const high = Math.max(this.high, 1.2 * wide);
      metre = Math.min(metre, panel.width / (2 * wide), panel.room / high);
    }
    const distance = panel.height / metre / (2 * HALF_ANGLE) / this.zoom;
    const way = this.follow ? dance.cameraPlace(seconds) : dance.middle;
    const middle = dance.floor + this.high / 2 + (panel.head - panel.foot) / 2 / metre;
    const target = add(add(way, [0, middle, 0]), this.shift);
    const level = Math.cos(this.lift);
    const away = [Math.sin(this.turn) * level, Math.sin(this.lift), Math.cos(this.turn) * level];
    const eye = add(target, scale(away, distance));
    eye[1] = Math.max(eye[1], dance.floor + 0.05);
    this.metresPerPixel = 1 / metre / this.zoom;
    const lens = perspective(HALF_ANGLE, aspect, distance * 0.05, distance * 3 + 30);
    return {eye, matrix: multiply4(lens, lookAt(eye, target))};
  }

  orbit(dx, dy) {
    this.turn -= dx * 0.008;
    this.lift = clamp(this.lift + dy * 0.006, -0.02, 1.5);
    this.changed();
  }

  pan(dx, dy) {
    const m = this.metresPerPixel || 0.003, c = Math.cos(this.turn), s = Math.sin(this.turn);
    this.shift = add(this.shift, [-dx * m * c, dy * m, dx * m * s]);
    this.shift = this.shift.map((v, i) => clamp(v, i === 1 ? -1 : -20, i === 1 ? 3 : 20));
    this.changed();
  }

  closer(factor) {
    this.zoom = clamp(this.zoom * factor, 0.2, 12);
    this.changed();
  }

  listen() {
    const canvas = this.canvas, at = e => [e.clientX, e.clientY];
    canvas.addEventListener('contextmenu', e => e.preventDefault());
    canvas.addEventListener('wheel', e => {
      e.preventDefault();
      this.closer(Math.exp(-e.deltaY * (e.deltaMode ? 0.04 : 0.0015)));
    }, {passive: false});
    canvas.addEventListener('pointerdown', e => {
      canvas.setPointerCapture(e.pointerId);
      this.pointers.set(e.pointerId, at(e));
      this.still = this.pointers.size === 1 && e.button === 0 ? at(e) : null;
    });
    canvas.addEventListener('pointerup', e => {
      this.pointers.delete(e.pointerId);
      if (this.still) this.tapped();
      this.still = null;
    });
    canvas.addEventListener('pointercancel', e => this.pointers.delete(e.pointerId));
    canvas.addEventListener('pointermove', e => {
      const before = this.pointers.get(e.pointerId), now = at(e);
      if (!before) return;
      if (this.still && Math.hypot(now[0] - this.still[0], now[1] - this.still[1]) < 5) return;
      this.still = null;
      this.pointers.set(e.pointerId, now);
      this.moved(e, before, now);
    });
  }

  moved(e, before, now) {
    const dx = now[0] - before[0], dy = now[1] - before[1];
    if (this.pointers.size === 1) {
      if (e.shiftKey || e.buttons & 6)
        this.pan(dx, dy);
      else
        this.orbit(dx, dy);
      return;
    }
    const [, other] = [...this.pointers].find(([id]) => id !== e.pointerId);
    const gap = p => Math.hypot(p[0] - other[0], p[1] - other[1]) || 1;
    this.closer(gap(now) / gap(before));
    this.pan(dx / 2, dy / 2);
  }
}
