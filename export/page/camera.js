// camera.js: where the dancers are seen from: one view for all panels, turned, moved and zoomed by mouse, touch and keys.

const HALF_ANGLE = Math.tan(14 * Math.PI / 180); // of the vertical field of view

class Camera {
  constructor(canvas, dances, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.reach = Math.max(...dances.map(d => d.reach));
    this.size = Math.max(...dances.map(d => clothe(d).size)) / 1.75; // of the largest body against a person's
    this.follow = true;
    this.pointers = new Map();
    this.reset();
    this.listen();
  }

  reset() {
    Object.assign(this, { turn: 0.32, lift: 0.17, zoom: 1, shift: [0, 0, 0] });
    this.changed();
  }

  // Fits a dancer, or without `follow` the whole way of the dancer who goes farthest, into a panel.
  view(dance, seconds, panel) {
    const aspect = panel.width / panel.height, wide = this.follow ? 1.05 * this.size : this.reach + 1.0 * this.size, high = this.follow ? 1.24 * this.size : Math.max(1.24 * this.size, wide * 0.6);
    const distance = Math.max(high / HALF_ANGLE, wide / (HALF_ANGLE * aspect)) / this.zoom;
    const centre = add(this.follow ? dance.cameraPlace(seconds) : dance.middle, [0, dance.floor + 1.05 * this.size, 0]);
    const target = add(centre, this.shift), away = [Math.sin(this.turn) * Math.cos(this.lift), Math.sin(this.lift), Math.cos(this.turn) * Math.cos(this.lift)];
    const eye = add(target, scale(away, distance));
    eye[1] = Math.max(eye[1], dance.floor + 0.05);
    this.metresPerPixel = 2 * HALF_ANGLE * distance / panel.height;
    return { eye, matrix: multiply4(perspective(HALF_ANGLE, aspect, distance * 0.05, distance * 3 + 30), lookAt(eye, target)) };
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
    canvas.addEventListener('dblclick', () => this.reset());
    canvas.addEventListener('wheel', e => {
      e.preventDefault();
      this.closer(Math.exp(-e.deltaY * (e.deltaMode ? 0.04 : 0.0015)));
    }, { passive: false });
    canvas.addEventListener('pointerdown', e => {
      canvas.setPointerCapture(e.pointerId);
      this.pointers.set(e.pointerId, at(e));
    });
    for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, e => this.pointers.delete(e.pointerId));
    canvas.addEventListener('pointermove', e => {
      const before = this.pointers.get(e.pointerId);
      if (!before) return;
      const now = at(e), dx = now[0] - before[0], dy = now[1] - before[1];
      if (this.pointers.size === 1) {
        if (e.shiftKey || e.buttons & 6) this.pan(dx, dy);
        else this.orbit(dx, dy);
      } else if (this.pointers.size === 2) {
        const [, other] = [...this.pointers].find(([id]) => id !== e.pointerId);
        const gap = p => Math.hypot(p[0] - other[0], p[1] - other[1]) || 1;
        this.closer(gap(now) / gap(before));
        this.pan(dx / 2, dy / 2);
      }
      this.pointers.set(e.pointerId, now);
    });
  }
}
