// player.js: what time it is. With music the sound's clock leads; without, or where the sound is
// shorter than the dance, the computer's.

class Player {
  // changed() is called whenever anything but the passing of time has changed.
  constructor(audio, duration, changed) {
    Object.assign(this, {
      audio,
      duration,
      changed,
      time: 0,
      playing: false,
      speed: 1,
      loop: true,
      starting: false,
      hasAudio: false
    });
  }

  // Sound as a Blob; failed() is called if the browser cannot play it.
  load(blob, failed) {
    const giveUp = () => {
      if (this.hasAudio) {
        this.hasAudio = false;
        this.starting = false;
        failed();
      }
    };
    this.hasAudio = true;
    this.audio.addEventListener('error', giveUp);
    this.audio.src = URL.createObjectURL(blob);
  }

  get soundLeads() {
    return this.hasAudio && !this.audio.ended && !(this.time >= this.audio.duration);
  }

  play() {
    if (this.time >= this.duration - 1e-3) this.seek(0);
    this.playing = true;
    this.last = performance.now();
    this.startSound();
    this.changed();
  }

  startSound() {
    if (!this.soundLeads) return;
    this.audio.playbackRate = this.speed;
    this.starting = true;
    const started = () => {
      this.starting = false;
      this.last = performance.now();
    };
    this.audio.play().then(started, started);
  }

  pause() {
    this.playing = this.starting = false;
    if (this.hasAudio) this.audio.pause();
    this.changed();
  }

  seek(seconds) {
    this.time = clamp(seconds, 0, this.duration);
    if (this.hasAudio) {
      this.audio.currentTime = Math.min(
          this.time, Number.isFinite(this.audio.duration) ? this.audio.duration : this.time);
      if (this.playing && this.audio.paused) this.startSound();
    }
    this.changed();
  }

  setSpeed(speed) {
    this.speed = speed;
    this.audio.playbackRate = speed;
    this.changed();
  }

  // Called before every frame is drawn. The sound's clock goes in steps: ours runs evenly and is
  // drawn to it, at once if they are a tenth of a second apart.
  tick(now) {
    if (!this.playing) return;
    const passed = Math.min(0.25, Math.max(0, (now - this.last) / 1000)) * this.speed;
    this.last = now;
    if (this.starting || (this.hasAudio && this.audio.seeking)) return;
    this.time += passed;
    if (this.soundLeads && !this.audio.paused) {
      const off = this.audio.currentTime - this.time;
      this.time += Math.abs(off) > 0.1 * Math.max(1, this.speed) ? off : off * 0.1;
    }
    if (this.time < this.duration) return;
    if (this.loop) {
      this.seek(0);
      return;
    }
    this.time = this.duration;
    this.pause();
  }
}
