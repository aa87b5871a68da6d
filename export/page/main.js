// main.js: puts the page together once the data are there.

const COLOURS = ['#e0662f', '#2497a6', '#8b6bd1', '#c39a12', '#479a50', '#cc4d88', '#5a80d6', '#97785a'];

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const GENRES = { BR: 'break', PO: 'pop', LO: 'lock', MH: 'middle hip-hop', LH: 'LA hip-hop', HO: 'house', WA: 'waack', KR: 'krump', JS: 'street jazz', JB: 'ballet jazz' }; // AIST's

const element = id => document.getElementById(id);

function create(tag, className, text) {
  const e = document.createElement(tag);
  e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

const lasting = seconds => seconds < 100 ? counted(+seconds.toPrecision(seconds < 10 ? 2 : 3), 'second') : `${clock(seconds, 0)} minutes`;

const counted = (n, word) => `${n} ${word}${n === 1 ? '' : 's'}`;

function notice(text) {
  const e = element('notice');
  e.textContent = e.hidden ? text : `${e.textContent} ${text}`;
  e.hidden = false;
}

class Page {
  constructor(data) {
    this.data = data;
    this.dances = data.dances.map(d => new Dance(d));
    this.colours = this.dances.map((_, i) => COLOURS[i % COLOURS.length]);
    this.fps = this.dances[0].fps;
    this.duration = Math.max(...this.dances.map(d => d.duration));
    this.sharpness = 1;
    this.lastFrame = Math.max(0, Math.round(this.duration * this.fps) - 1);
    this.changed = () => { this.dirty = true; };
    this.setTheme(matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    this.player = new Player(element('music'), this.duration, this.changed);
    this.makeLabels();
    this.describe();
    this.makeStage();
    this.chart = new Chart(element('curves'), element('cursor'), { ...data, dances: this.dances }, this.colours, s => this.goTo(s));
    this.loadMusic();
    this.listen();
    new ResizeObserver(() => this.layout()).observe(document.body);
    this.layout();
    requestAnimationFrame(now => this.frame(now));
  }

  makeStage() {
    try {
      this.stage = new Stage(element('picture'), this.dances, this.colours);
    } catch (error) {
      const canvas = element('picture'); // has a context already, perhaps, that is of no use
      canvas.replaceWith(canvas.cloneNode());
      this.stage = new PlainStage(element('picture'), this.dances, this.colours);
      notice(`This browser draws without WebGL 2, so the dancers are shown simplified (${error.message}).`);
    }
    this.camera = new Camera(element('picture'), this.dances, this.changed);
  }

  loadMusic() {
    const { audio } = this.data;
    document.body.classList.toggle('silent', !audio);
    if (!audio) return;
    this.player.load(new Blob([bytesOf(audio.data)], { type: audio.type }), () => {
      notice('This browser cannot play the music; the dance plays without it.');
      document.body.classList.add('silent');
    });
    audio.data = null;
  }

  describe() {
    const { dances, data } = this, n = dances.length, generated = dances.some(d => d.seed);
    const title = data.title || (n === 1 ? dances[0].name : `${counted(n, 'dance')} side by side`);
    element('title').textContent = title;
    document.title = title;
    const who = n === 1 ? 'One dancer' : `${NUMBERS[n] ? NUMBERS[n][0].toUpperCase() + NUMBERS[n].slice(1) : n} dancers, in step`, looks = [];
    if (dances.some(d => d.frozen && d.frozen.length)) looks.push('icy blue while frozen');
    if (generated) looks.push('grey during the opening that the computer was given to continue');
    element('about').textContent = `${who}${data.audio ? ', with the music' : ''}: ${lasting(this.duration)}.${looks.length ? ` The body turns ${looks.join(', and ')}.` : ''}`;
    this.explainMarks(generated);
    element('scrub').max = this.lastFrame;
  }

  explainMarks(generated) {
    const { dances, data } = this, key = element('key');
    const mark = (className, text) => {
      const e = create('span', ''), i = create('i', className);
      e.append(i, text);
      key.append(e);
      return i;
    };
    if (dances.length > 1) dances.forEach((d, i) => { mark('dot', d.name).style.background = this.colours[i]; });
    const seconds = dances[0].windowLength / dances[0].fps;
    if (dances.some(d => d.frozen)) mark('frozen', `frozen: for ${seconds === 1 ? 'a second' : `${+seconds.toPrecision(2)} s`} both curves stay, on average, below their limits`);
    if (dances.some(d => d.frozen) && data.poseThreshold !== null) mark('limit', 'limit');
    if (generated) mark('given', 'given: movement the computer continues');
    if (data.musicBeats.length) mark('beat', 'beat of the music');
    if (dances.some(d => d.beats.length)) mark('body-beat', 'beat of the body: the movement stops or turns');
  }

  makeLabels() {
    this.labels = this.dances.map((dance, i) => {
      const box = create('div', 'label'), name = create('div', 'name'), dot = create('span', 'dot'), state = create('div', 'state');
      dot.style.background = this.colours[i];
      name.append(dot, create('bdi', '', dance.name));
      name.title = dance.name;
      name.hidden = this.dances.length === 1;
      const facts = create('div', 'facts');
      if (dance.genre) facts.append(create('span', 'genre', GENRES[dance.genre] || dance.genre));
      if (dance.frozen && dance.frozen.length) facts.append(create('span', '', `frozen ${Math.round(100 * dance.frozen.filter(Boolean).length / dance.frozen.length)}% of the time`));
      box.append(name, facts, state);
      element('labels').append(box);
      return { box, state };
    });
  }

  // One panel a dancer, in the number of columns that shows them largest.
  layout() {
    const stage = element('stage'), width = stage.clientWidth, height = stage.clientHeight, n = this.dances.length, ratio = Math.min(devicePixelRatio || 1, 2);
    const canvas = element('picture');
    let columns = 1, best = 0;
    for (let k = 1; k <= n; k++) {
      const size = Math.min(width / k / 1.5, height / Math.ceil(n / k) / 2.4);
      if (size > best * 1.001) { best = size; columns = k; }
    }
    const rows = Math.ceil(n / columns);
    this.panels = this.dances.map((_, i) => {
      const row = Math.floor(i / columns), inRow = Math.min(columns, n - row * columns);
      return { x: (i - row * columns) * width / inRow, y: row * height / rows, width: width / inRow, height: height / rows };
    });
    this.panels.forEach((p, i) => Object.assign(this.labels[i].box.style, { left: `${p.x}px`, top: `${p.y}px`, width: `${p.width}px` }));
    canvas.width = Math.round(width * ratio * this.sharpness);
    canvas.height = Math.round(height * ratio * this.sharpness);
    this.chart.layout(ratio);
    this.changed();
  }

  setTheme(theme) {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    if (this.chart) this.layout();
  }

  goTo(seconds) { this.player.seek(seconds); }

  step(frames) {
    this.player.pause();
    this.player.seek(clamp(Math.round(this.player.time * this.fps) + frames, 0, this.lastFrame) / this.fps);
  }

  toggle() { if (this.player.playing) this.player.pause(); else this.player.play(); }

  press(id, on) {
    element(id).setAttribute('aria-pressed', String(on));
    this.changed();
    return on;
  }

  toggleLoop() { this.player.loop = this.press('loop', !this.player.loop); }
  toggleFollow() { this.camera.follow = this.press('follow', !this.camera.follow); }
  toggleSound() { element('music').muted = !this.press('sound', element('music').muted); }

  faster(way) {
    const speed = element('speed');
    speed.selectedIndex = clamp(speed.selectedIndex + way, 0, speed.length - 1);
    this.player.setSpeed(Number(speed.value));
  }

  listen() {
    const click = (id, action) => element(id).addEventListener('click', action);
    click('play', () => this.toggle());
    click('start', () => this.toggle());
    click('back', () => this.step(-1));
    click('forward', () => this.step(1));
    click('loop', () => this.toggleLoop());
    click('follow', () => this.toggleFollow());
    click('sound', () => this.toggleSound());
    click('theme', () => this.setTheme(this.theme === 'dark' ? 'light' : 'dark'));
    click('help', () => element('keys').showModal());
    element('scrub').addEventListener('input', e => this.goTo(e.target.value / this.fps));
    element('speed').addEventListener('change', e => this.player.setSpeed(Number(e.target.value)));
    element('picture').addEventListener('pointerdown', () => element('hint').classList.add('gone'));
    const keys = {
      ' ': () => this.toggle(), k: () => this.toggle(), Home: () => this.goTo(0), End: () => this.goTo(this.lastFrame / this.fps),
      ArrowLeft: e => e.shiftKey ? this.goTo(this.player.time - 1) : this.step(-1), ArrowRight: e => e.shiftKey ? this.goTo(this.player.time + 1) : this.step(1),
      ',': () => this.step(-1), '.': () => this.step(1), '[': () => this.faster(-1), ']': () => this.faster(1), l: () => this.toggleLoop(),
      f: () => this.toggleFollow(), m: () => this.toggleSound(), t: () => element('theme').click(), r: () => this.camera.reset(), '?': () => element('keys').showModal(),
      a: () => this.camera.orbit(-16, 0), d: () => this.camera.orbit(16, 0), w: () => this.camera.orbit(0, 14), s: () => this.camera.orbit(0, -14),
      '+': () => this.camera.closer(1.15), '=': () => this.camera.closer(1.15), '-': () => this.camera.closer(1 / 1.15),
    };
    document.addEventListener('keydown', e => {
      const action = keys[e.key.length === 1 ? e.key.toLowerCase() : e.key];
      if (!action || e.ctrlKey || e.metaKey || e.altKey || element('keys').open || e.target.tagName === 'SELECT') return;
      e.preventDefault();
      action(e);
    });
  }

  // Share of the fifth of a second around a time for which a property of a dance's frames holds: changes fade in and out.
  share(dance, seconds, holds) {
    let n = 0;
    for (let k = -3; k <= 3; k++) if (holds(dance.frameAt(seconds + k * 0.03))) n++;
    return n / 7;
  }

  frame(now) {
    this.player.tick(now);
    this.watchSpeed(now);
    if (this.player.playing || this.dirty) {
      this.dirty = false;
      this.draw();
    }
    requestAnimationFrame(next => this.frame(next));
  }

  // Where pictures come too slowly while playing, they get fewer pixels, down to half as many each way.
  watchSpeed(now) {
    const took = now - this.before;
    this.before = now;
    if (!this.player.playing || !(took < 500)) { this.slow = 0; return; }
    this.slow = Math.max(0, (this.slow || 0) + (took > 24 ? 1 : -1));
    if (this.slow < 30 || this.sharpness <= 0.5) return;
    this.slow = 0;
    this.sharpness = Math.max(0.5, this.sharpness * 0.8);
    this.layout();
  }

  draw() {
    const { player, dances } = this, time = Math.min(player.time, this.lastFrame / this.fps), frame = Math.min(this.lastFrame, Math.floor(time * this.fps + 1e-6));
    const states = dances.map((d, i) => {
      const f = d.frameAt(time), given = f < d.seed, frozen = d.frozenAt(f) === true;
      this.labels[i].state.className = `state ${given ? 'given' : frozen ? 'frozen' : ''}`;
      this.labels[i].state.textContent = given ? 'given' : frozen ? 'frozen' : '–';
      return { given: this.share(d, time, g => g < d.seed), frost: this.share(d, time, g => d.frozenAt(g) === true) };
    });
    this.stage.draw(time, this.panels, this.camera, this.theme, states);
    this.chart.point(time);
    element('time').innerHTML = `${clock(time, 2)} / ${clock(this.duration, 0)} <small>frame ${frame + 1} of ${this.lastFrame + 1}</small>`;
    element('scrub').value = frame;
    document.body.classList.toggle('playing', player.playing);
    for (const id of ['start', 'hint']) element(id).classList.toggle('gone', player.playing || time > 0);
    element('play').setAttribute('aria-label', player.playing ? 'Pause' : 'Play');
    document.dispatchEvent(new CustomEvent('drawn', { detail: { time, frame } }));
  }
}

document.addEventListener('DOMContentLoaded', () => {
  window.page = new Page(JSON.parse(element('data').textContent));
  document.documentElement.dataset.ready = page.stage.constructor.name;
});
