// main.js: puts the page together once the data are there.

const GENRES = {
  BR: 'break',
  PO: 'pop',
  LO: 'lock',
  MH: 'middle hip-hop',
  LH: 'LA hip-hop',
  HO: 'house',
  WA: 'waack',
  KR: 'krump',
  JS: 'street jazz',
  JB: 'ballet jazz',
};  // AIST's

const LABEL = 44;  // pixels that a name and its lines take above a dancer, about

const element = id => document.getElementById(id);

function create(tag, className, text) {
  const e = document.createElement(tag);
  e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

const counted = (n, word) => `${n} ${word}${n === 1 ? '' : 's'}`;

function lasting(seconds) {
  if (seconds >= 100) return `${clock(seconds, 0)} minutes`;
  return counted(+seconds.toPrecision(seconds < 10 ? 2 : 3), 'second');
}

function notice(text) {
  const e = element('notice');
  e.textContent = e.hidden ? text : `${e.textContent} ${text}`;
  e.hidden = false;
}

class Page {
  constructor(data) {
    this.data = data;
    this.dances = data.dances.map(d => new Dance(d));
    this.fps = this.dances[0].fps;
    this.duration = Math.max(...this.dances.map(d => d.duration));
    this.sharpness = 1;
    this.lastFrame = Math.max(0, Math.round(this.duration * this.fps) - 1);
    this.changed = () => {
      this.dirty = true;
    };
    this.setTheme(matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    this.player = new Player(element('music'), this.duration, this.changed);
    this.makeLabels();
    this.describe();
    this.makeStage();
    const charted = {...data, dances: this.dances};
    this.chart = new Chart(element('plot'), element('cursor'), charted, s => this.goTo(s));
    this.showCurves(innerHeight >= 900 && innerWidth > 640);
    this.loadMusic();
    this.listen();
    new ResizeObserver(() => this.layout()).observe(document.body);
    this.layout();
    requestAnimationFrame(now => this.frame(now));
  }

  makeStage() {
    try {
      this.stage = new Stage(element('view'), this.dances);
    } catch (error) {
      const canvas = element('view');  // has a context already, perhaps, that is of no use
      canvas.replaceWith(canvas.cloneNode());
      this.stage = new PlainStage(element('view'), this.dances);
      notice(
          'This browser draws without WebGL 2, so the dancers are shown simplified ' +
          `(${error.message}).`);
    }
    this.camera = new Camera(element('view'), this.dances, this.changed, () => this.toggle());
  }

  loadMusic() {
    const {audio} = this.data;
    document.body.classList.toggle('silent', !audio);
    if (!audio) return;
    this.player.load(new Blob([bytesOf(audio.data)], {type: audio.type}), () => {
      notice('This browser cannot play the music; the dance plays without it.');
      document.body.classList.add('silent');
    });
    audio.data = null;
  }

  describe() {
    const {dances, data} = this, n = dances.length, looks = [];
    const title = data.title || (n === 1 ? dances[0].name : `${counted(n, 'dance')} side by side`);
    element('title').textContent = title;
    document.title = title;
    if (dances.some(d => d.frozen && d.frozen.length)) looks.push('icy blue while frozen');
    if (dances.some(d => d.seed)) looks.push('grey in the opening that the model was given');
    const music = data.audio ? ' to one song' : '';
    const what = n === 1 ? `${lasting(this.duration)}${music}` :
                           `${lasting(this.duration)}${music}, in step`;
    element('about').textContent = looks.length ? `${what}; ${looks.join(', ')}` : what;
    this.explainMarks();
    element('scrub').max = this.lastFrame;
  }

  explainMarks() {
    const {dances, data} = this;
    const mark = (className, text, group = '') => {
      const e = create('span', group), i = create('i', className);
      e.append(i, text);
      element('key').append(e);
      return i;
    };
    for (const d of dances.filter(d => d.note))
      mark('dot', `${d.name}: ${d.note}`, 'dancer').style.background = d.colour;
    const judged = dances.some(d => d.frozen);
    const seconds = +(dances[0].windowLength / dances[0].fps).toPrecision(2);
    const window = seconds === 1 ? 'a second' : `${seconds} s`;
    if (judged) mark('frozen', `frozen: hardly any movement for ${window}`);
    if (judged && data.poseThreshold !== null)
      mark('limit', 'less than this, on average, is frozen', 'curve');
    if (dances.some(d => d.seed)) mark('given', 'opening: given to the model, which continues it');
    if (data.musicBeats.length) mark('beat', 'beat of the music');
    if (dances.some(d => d.beats.length)) mark('body-beat', 'beat of the body: it stops or turns');
  }

  makeLabels() {
    this.labels = this.dances.map(dance => {
      const box = create('div', 'label'), name = create('div', 'name');
      const dot = create('span', 'dot'), state = create('span', 'state');
      dot.style.background = dance.colour;
      if (this.dances.length > 1) name.append(dot, create('bdi', '', dance.name));
      name.title = dance.name;
      box.append(name);
      if (dance.note) box.append(create('p', 'note', dance.note));
      const facts = create('p', 'facts'), windows = dance.frozen ? dance.frozen.length : 0;
      if (dance.genre) facts.append(create('span', 'genre', GENRES[dance.genre] || dance.genre));
      if (windows) {
        const share = dance.frozen.filter(Boolean).length / windows;
        facts.append(create('span', '', `frozen ${Math.round(100 * share)}% of the time`));
      }
      box.append(facts, state);
      element('labels').append(box);
      return {box, state};
    });
  }

  // One panel a dancer, in the number of columns that shows them largest.
  layout() {
    const stage = element('stage'), width = stage.clientWidth, height = stage.clientHeight;
    const n = this.dances.length, ratio = Math.min(devicePixelRatio || 1, 2);
    const canvas = element('view');
    let columns = 1, best = 0;
    for (let k = 1; k <= n; k++) {
      const size = this.camera.metre(width / k, height / Math.ceil(n / k) - LABEL);
      if (size > best * 1.001) {
        best = size;
        columns = k;
      }
    }
    const rows = Math.ceil(n / columns);
    this.panels = this.dances.map((_, i) => {
      const row = Math.floor(i / columns), inRow = Math.min(columns, n - row * columns);
      const panel = {width: width / inRow, height: height / rows, foot: row < rows - 1 ? 6 : 26};
      return {...panel, x: (i - row * columns) * panel.width, y: row * panel.height};
    });
    this.panels.forEach((p, i) => {
      const style = {left: `${p.x}px`, top: `${p.y}px`, width: `${p.width}px`};
      Object.assign(this.labels[i].box.style, style);
    });
    this.panels.forEach((p, i) => {
      p.head = this.labels[i].box.offsetHeight;
      p.room = Math.max(40, p.height - p.head - p.foot);
    });
    const metre = Math.min(...this.panels.map(p => this.camera.metre(p.width, p.room)));
    for (const p of this.panels) p.metre = metre;
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

  showCurves(on) {
    element('curves').hidden = !this.chart.hasCurves;
    this.chart.showCurves(this.press('curves', on));
    element('key').classList.toggle('folded', !on);
  }

  goTo(seconds) { this.player.seek(seconds); }

  step(frames) {
    this.player.pause();
    const frame = Math.round(this.player.time * this.fps) + frames;
    this.player.seek(clamp(frame, 0, this.lastFrame) / this.fps);
  }

  toggle() {
    if (this.player.playing)
      this.player.pause();
    else
      this.player.play();
  }

  press(id, on) {
    element(id).setAttribute('aria-checked', String(on));
    this.changed();
    return on;
  }

  toggleLoop() { this.player.loop = this.press('loop', !this.player.loop); }
  toggleFollow() { this.camera.follow = this.press('follow', !this.camera.follow); }
  toggleSound() { element('music').muted = !this.press('sound', element('music').muted); }
  toggleCurves() {
    this.showCurves(!this.chart.curvesShown);
    this.layout();
  }

  faster(way) {
    const speed = element('speed');
    speed.selectedIndex = clamp(speed.selectedIndex + way, 0, speed.length - 1);
    this.player.setSpeed(Number(speed.value));
  }

  listen() {
    const actions = {
      play: () => this.toggle(),
      back: () => this.step(-1),
      forward: () => this.step(1),
      loop: () => this.toggleLoop(),
      follow: () => this.toggleFollow(),
      sound: () => this.toggleSound(),
      curves: () => this.toggleCurves(),
      theme: () => this.setTheme(this.theme === 'dark' ? 'light' : 'dark'),
      help: () => element('keys').showModal(),
    };
    for (const [id, action] of Object.entries(actions))
      element(id).addEventListener('click', action);
    element('scrub').addEventListener('input', e => this.goTo(e.target.value / this.fps));
    element('speed').addEventListener('change', e => this.player.setSpeed(Number(e.target.value)));
    element('view').addEventListener(
        'pointerdown', () => element('hint').classList.add('gone'), {once: true});
    this.listenToKeys(actions);
  }

  listenToKeys(actions) {
    const {camera} = this, second = way => this.goTo(this.player.time + way);
    const keys = {
      ' ': actions.play,
      k: actions.play,
      l: actions.loop,
      f: actions.follow,
      m: actions.sound,
      c: actions.curves,
      t: actions.theme,
      '?': actions.help,
      Home: () => this.goTo(0),
      End: () => this.goTo(this.lastFrame / this.fps),
      ArrowLeft: e => e.shiftKey ? second(-1) : this.step(-1),
      ArrowRight: e => e.shiftKey ? second(1) : this.step(1),
      ',': actions.back,
      '.': actions.forward,
      '[': () => this.faster(-1),
      ']': () => this.faster(1),
      r: () => camera.reset(),
      a: () => camera.orbit(-16, 0),
      d: () => camera.orbit(16, 0),
      w: () => camera.orbit(0, 14),
      s: () => camera.orbit(0, -14),
      '+': () => camera.closer(1.15),
      '=': () => camera.closer(1.15),
      '-': () => camera.closer(1 / 1.15),
    };
    document.addEventListener('keydown', e => {
      const action = keys[e.key.length === 1 ? e.key.toLowerCase() : e.key];
      const busy = e.ctrlKey || e.metaKey || e.altKey || element('keys').open;
      if (!action || busy || e.target.tagName === 'SELECT') return;
      e.preventDefault();
      action(e);
    });
  }

  // Share of the fifth of a second around a time for which a property of a dance's frames holds:
  // changes fade in and out.
  share(dance, seconds, holds) {
    let n = 0;
    for (let k = -3; k <= 3; k++)
      if (holds(dance.frameAt(seconds + k * 0.03))) n++;
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

  // Where frames come too slowly while playing, they get fewer pixels, down to half as many each
  // way.
  watchSpeed(now) {
    const took = now - this.before;
    this.before = now;
    if (!this.player.playing || !(took < 500)) {
      this.slow = 0;
      return;
    }
    this.slow = Math.max(0, (this.slow || 0) + (took > 24 ? 1 : -1));
    if (this.slow < 30 || this.sharpness <= 0.5) return;
    this.slow = 0;
    this.sharpness = Math.max(0.5, this.sharpness * 0.8);
    this.layout();
  }

  // What a dancer looks like at a time, after writing it beside the name.
  state(dance, label, time) {
    const f = dance.frameAt(time), given = f < dance.seed, frozen = dance.frozenAt(f) === true;
    const word = given ? 'opening' : frozen ? 'frozen' : '';
    label.state.className = `state ${given ? 'given' : word}`;
    label.state.textContent = word;
    return {
      given: this.share(dance, time, g => g < dance.seed),
      frost: this.share(dance, time, g => dance.frozenAt(g) === true),
    };
  }

  draw() {
    const {player, dances, lastFrame} = this, time = Math.min(player.time, lastFrame / this.fps);
    const frame = Math.min(lastFrame, Math.floor(time * this.fps + 1e-6));
    const states = dances.map((d, i) => this.state(d, this.labels[i], time));
    this.stage.draw(time, this.panels, this.camera, this.theme, states);
    this.chart.point(time);
    const clocks = `${clock(time, 2)} / ${clock(this.duration, 0)}`;
    element('time').innerHTML = `${clocks} <small>frame ${frame + 1} of ${lastFrame + 1}</small>`;
    element('scrub').value = frame;
    document.body.classList.toggle('playing', player.playing);
    if (player.playing) element('hint').classList.add('gone');
    element('play').setAttribute('aria-label', player.playing ? 'Pause' : 'Play');
    document.dispatchEvent(new CustomEvent('drawn', {detail: {time, frame}}));
  }
}

document.addEventListener('DOMContentLoaded', () => {
  window.page = new Page(JSON.parse(element('data').textContent));
  document.documentElement.dataset.ready = page.stage.constructor.name;
});
