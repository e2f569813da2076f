// Draws the map on a canvas: pan, zoom, a text on hover, the theme on click. Without it the still
// drawing and the list of themes stay.
"use strict";

const REACH = 9; // pixels around the pointer in which the nearest appeal is found
const CELL = 125; // side of a cell of the index, in the sheet's units
const MOST_ZOOM = 40;
const WAIT = 90; // milliseconds that a pointer rests before a text is asked for

// The title that a row of the list tells, short enough for the map.
function shortened(row) {
  const whole = row?.querySelector("bdi")?.textContent ?? "";
  const letters = [...whole];
  if (letters.length <= 30) return whole;
  const start = letters.slice(0, 30).join("");
  const comma = start.lastIndexOf(", ");
  return comma > 8 ? start.slice(0, comma) : `${letters.slice(0, 29).join("").trimEnd()}…`;
}

// A colour, #rrggbb, as a pixel: alpha, blue, green, red.
function pixel(colour) {
  const value = parseInt(colour.slice(1), 16);
  return (0xff000000 | ((value & 0xff) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}

// A pixel with some of another, of 256 parts.
function mixed(under, over, weight) {
  if (weight === 256) return over;
  const rest = 256 - weight;
  const outer = ((over & 0xff00ff) * weight + (under & 0xff00ff) * rest) >>> 8;
  const inner = ((over & 0xff00) * weight + (under & 0xff00) * rest) >>> 8;
  return (0xff000000 | (outer & 0xff00ff) | (inner & 0xff00)) >>> 0;
}

// The pixels of a disc, as steps from its middle in rows of some width, and how far each is covered.
function disc(radius, width) {
  const steps = [];
  const weights = [];
  const edge = Math.ceil(radius);
  for (let down = -edge; down <= edge; down++) {
    for (let across = -edge; across <= edge; across++) {
      const cover = Math.min(Math.max(radius + 0.5 - Math.hypot(across, down), 0), 1);
      if (cover === 0) continue;
      steps.push(down * width + across);
      weights.push(Math.round(256 * cover));
    }
  }
  return [steps, weights];
}

class Sheet {
  constructor(told, figure) {
    Object.assign(this, told);
    this.count = this.x.length;
    this.marked = new Uint8Array(this.count);
    this.emerging.forEach((point) => (this.marked[point] = 1));
    this.width = this.x.reduce((most, x) => Math.max(most, x), 1);
    this.height = this.y.reduce((most, y) => Math.max(most, y), 1);
    this.lit = this.standingOut(figure.dataset);
    this.cells = new Map();
    for (let point = 0; point < this.count; point++) {
      const cell = this.cell(this.x[point], this.y[point]);
      if (!this.cells.has(cell)) this.cells.set(cell, []);
      this.cells.get(cell).push(point);
    }
  }

  cell(x, y) {
    return Math.floor(x / CELL) * 1000 + Math.floor(y / CELL);
  }

  standingOut(asked) {
    const themes = new Set(asked.lit.split(" "));
    const wanted = this.themes.map((theme) => themes.has(theme));
    const lit = new Uint8Array(this.count);
    const facts = Object.entries(this.facts)
      .filter(([field]) => asked[field])
      .map(([field, fact]) => [fact.codes, fact.values.indexOf(asked[field]) + 1 || -1]);
    for (let point = 0; point < this.count; point++) {
      const theme = this.theme[point];
      lit[point] =
        (theme < 0 ? !asked.themed : wanted[theme]) &&
        (!asked.emerging || this.marked[point]) &&
        facts.every(([codes, code]) => codes[point] === code);
    }
    return lit;
  }

  // The nearest appeal within a distance, those that stand out before others; -1 where there is none.
  nearest(x, y, reach) {
    let found = -1;
    let least = Infinity;
    const span = Math.ceil(reach / CELL);
    for (let i = -span; i <= span; i++) {
      for (let j = -span; j <= span; j++) {
        for (const point of this.cells.get(this.cell(x + i * CELL, y + j * CELL)) ?? []) {
          const away = Math.hypot(this.x[point] - x, this.y[point] - y);
          const rank = this.lit[point] ? away : away + reach;
          if (away <= reach && rank < least) [found, least] = [point, rank];
        }
      }
    }
    return found;
  }

  // The next appeal with a text in a direction.
  towards(point, dx, dy) {
    let found = point;
    let least = Infinity;
    for (let other = 0; other < this.count; other++) {
      if (other === point || this.theme[other] < 0 || !this.lit[other]) continue;
      const [x, y] = [this.x[other] - this.x[point], this.y[other] - this.y[point]];
      const ahead = x * dx + y * dy;
      const aside = Math.abs(x * dy - y * dx);
      if (ahead > 0 && aside <= ahead && ahead + 2 * aside < least) {
        [found, least] = [other, ahead + 2 * aside];
      }
    }
    return found;
  }
}

class Chart {
  constructor(figure, sheet) {
    this.figure = figure;
    this.sheet = sheet;
    this.frame = figure.querySelector(".sheet");
    this.canvas = document.createElement("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute(
      "aria-label",
      "Map of appeals. Arrows go from appeal to appeal, plus and minus zoom, Enter opens the theme.",
    );
    this.tip = document.createElement("div");
    this.tip.className = "told gone";
    this.tip.setAttribute("aria-hidden", "true");
    this.said = document.getElementById("map-said");
    this.frame.append(this.canvas, this.tip);
    this.rows = new Map();
    document.querySelectorAll("tr[data-theme]").forEach((row) => this.rows.set(row.dataset.theme, row));
    this.titles = sheet.themes.map((theme) => shortened(this.rows.get(theme)) || theme);
    this.named = this.naming();
    this.texts = new Map();
    this.chosen = -1;
    this.pointers = new Map();
    this.zoom = 1;
    this.middle = [sheet.width / 2, sheet.height / 2];
    this.fromAddress();
    this.fit();
  }

  // Sizes and colours.

  fit() {
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = this.frame.getBoundingClientRect();
    [this.width, this.height, this.ratio] = [width, height, ratio];
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.whole = Math.min((width - 36) / this.sheet.width, (height - 36) / this.sheet.height);
    this.paint();
  }

  paint() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const own = colour("map").split(/\s+/);
    this.ink = colour("ink");
    this.paper = colour("paper");
    this.none = colour("map-none");
    this.accent = colour("accent");
    this.other = colour("map-other");
    this.font = getComputedStyle(document.body).fontFamily;
    this.colours = this.sheet.themes.map((theme) => {
      const kind = this.rows.get(theme)?.dataset.colour ?? "other";
      return kind === "other" ? this.other : own[Number(kind.slice(1))];
    });
    this.paperPixel = pixel(this.paper);
    const pixels = this.colours.map(pixel);
    const { theme, lit, count } = this.sheet;
    this.own = Uint32Array.from({ length: count }, (_, point) =>
      lit[point] && theme[point] >= 0 ? pixels[theme[point]] : pixel(this.none),
    );
    // What is behind first: what does not stand out, then themes without a colour, then the others.
    const depth = (point) =>
      !lit[point] || theme[point] < 0 ? 0 : this.colours[theme[point]] === this.other ? 1 : 2;
    const depths = Uint8Array.from({ length: count }, (_, point) => depth(point));
    this.order = [0, 1, 2].flatMap((level) => [...depths.keys()].filter((point) => depths[point] === level));
    this.draw();
  }

  // The themes whose names are written, those that emerge first.
  naming() {
    const shown = new Set(this.figure.dataset.lit.split(" "));
    const marked = new Set(this.sheet.emerging.map((point) => this.sheet.theme[point]));
    return [...this.sheet.themes.keys()]
      .filter((theme) => shown.has(this.sheet.themes[theme]))
      .sort((one, other) => marked.has(other) - marked.has(one) || one - other);
  }

  // Drawing.

  scale() {
    return this.whole * this.zoom;
  }

  toScreen(x, y) {
    const scale = this.scale();
    return [
      (x - this.middle[0]) * scale + this.width / 2,
      (y - this.middle[1]) * scale + this.height / 2,
    ];
  }

  toSheet(x, y) {
    const scale = this.scale();
    return [
      (x - this.width / 2) / scale + this.middle[0],
      (y - this.height / 2) / scale + this.middle[1],
    ];
  }

  draw() {
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.drawNow();
    });
  }

  drawNow() {
    const context = this.canvas.getContext("2d");
    const radius = Math.min(6, 1.5 * Math.sqrt(this.zoom) * (this.sheet.count > 5000 ? 1 : 1.5));
    this.drawDots(context, radius * this.ratio);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.drawMarks(context, radius + (this.zoom < 2 ? 1.75 : 2.5));
    this.drawNames(context);
    if (this.chosen >= 0) this.drawChosen(context, radius);
  }

  // Dots are set pixel by pixel: twenty thousand shapes would take the canvas ten times as long.
  drawDots(context, radius) {
    const { width, height } = this.canvas;
    if (!this.image || this.image.width !== width || this.image.height !== height) {
      this.image = context.createImageData(Math.max(width, 1), Math.max(height, 1));
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    const { pixels, order, own } = this;
    const { x, y } = this.sheet;
    const scale = this.scale() * this.ratio;
    const left = width / 2 - this.middle[0] * scale;
    const top = height / 2 - this.middle[1] * scale;
    const edge = Math.ceil(radius);
    const [steps, weights] = disc(radius, width);
    pixels.fill(this.paperPixel);
    for (const point of order) {
      const across = Math.round(x[point] * scale + left);
      const down = Math.round(y[point] * scale + top);
      if (across < edge || down < edge || across >= width - edge || down >= height - edge) continue;
      const middle = down * width + across;
      for (let step = 0; step < steps.length; step++) {
        const place = middle + steps[step];
        pixels[place] = mixed(pixels[place], own[point], weights[step]);
      }
    }
    context.putImageData(this.image, 0, 0);
  }

  drawMarks(context, size) {
    const { sheet } = this;
    const shapes = new Map();
    for (const point of sheet.emerging) {
      if (!sheet.lit[point]) continue;
      const [x, y] = this.toScreen(sheet.x[point], sheet.y[point]);
      const own = sheet.theme[point] < 0 ? this.other : this.colours[sheet.theme[point]];
      const colour = own === this.other ? this.accent : own;
      if (!shapes.has(colour)) shapes.set(colour, new Path2D());
      const shape = shapes.get(colour);
      shape.moveTo(x, y - size);
      shape.lineTo(x + size * 0.9, y + size * 0.7);
      shape.lineTo(x - size * 0.9, y + size * 0.7);
      shape.closePath();
    }
    context.lineWidth = this.zoom < 2 ? 0.75 : 1.25;
    context.strokeStyle = this.ink;
    shapes.forEach((shape, colour) => {
      context.fillStyle = colour;
      context.fill(shape);
      context.stroke(shape);
    });
  }

  drawNames(context) {
    const taken = [];
    const most = (this.width < 500 ? 6 : 14) * Math.sqrt(this.zoom);
    context.font = `600 ${this.width < 500 ? 11 : 12}px ${this.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 3;
    context.lineJoin = "round";
    for (const theme of this.named) {
      if (taken.length >= most) break;
      const title = this.title(theme);
      const half = context.measureText(title).width / 2 + 4;
      let [x, y] = this.toScreen(...this.sheet.anchors[theme]);
      if (x < -half || y < 0 || x > this.width + half || y > this.height) continue;
      x = Math.min(Math.max(x, half), Math.max(half, this.width - half));
      if (taken.some(([a, b, c]) => Math.abs(x - a) < half + c && Math.abs(y - b) < 16)) continue;
      taken.push([x, y, half]);
      context.strokeStyle = this.paper;
      context.fillStyle = this.ink;
      context.strokeText(title, x, y);
      context.fillText(title, x, y);
    }
  }

  title(theme) {
    return this.titles[theme];
  }

  drawChosen(context, radius) {
    const [x, y] = this.toScreen(this.sheet.x[this.chosen], this.sheet.y[this.chosen]);
    context.beginPath();
    context.arc(x, y, radius + 4, 0, 2 * Math.PI);
    context.lineWidth = 2;
    context.strokeStyle = this.ink;
    context.stroke();
  }

  // Moving about. What is seen is kept in the address, behind the #.

  fromAddress() {
    const [zoom, x, y] = location.hash.slice(1).split(",").map(Number);
    if (!(zoom >= 1 && zoom <= MOST_ZOOM && Number.isFinite(x) && Number.isFinite(y))) return;
    [this.zoom, this.middle] = [zoom, [x, y]];
  }

  toAddress() {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => {
      const seen = [this.zoom.toFixed(2), ...this.middle.map(Math.round)].join(",");
      const whole = this.zoom === 1 ? location.pathname + location.search : `#${seen}`;
      history.replaceState(null, "", whole);
    }, 250);
  }

  moveTo(zoom, middle) {
    const within = (value, most) => Math.min(Math.max(value, 0), most);
    this.zoom = Math.min(Math.max(zoom, 1), MOST_ZOOM);
    this.middle =
      this.zoom === 1
        ? [this.sheet.width / 2, this.sheet.height / 2]
        : [within(middle[0], this.sheet.width), within(middle[1], this.sheet.height)];
    this.canvas.classList.toggle("near", this.zoom > 1);
    this.toAddress();
    this.draw();
  }

  zoomAt(factor, x = this.width / 2, y = this.height / 2) {
    const zoom = Math.min(Math.max(this.zoom * factor, 1), MOST_ZOOM);
    const [there, down] = this.toSheet(x, y);
    const scale = this.whole * zoom;
    this.moveTo(zoom, [there - (x - this.width / 2) / scale, down - (y - this.height / 2) / scale]);
  }

  pan(dx, dy) {
    const scale = this.scale();
    this.moveTo(this.zoom, [this.middle[0] - dx / scale, this.middle[1] - dy / scale]);
  }

  // What an appeal says.

  choose(point, spoken = false) {
    if (point === this.chosen) return;
    this.chosen = point;
    clearTimeout(this.asking);
    this.tip.classList.add("gone");
    this.draw();
    if (point < 0) return;
    this.asking = setTimeout(() => this.tell(point, spoken), WAIT);
  }

  async tell(point, spoken) {
    const theme = this.sheet.theme[point];
    const title = theme < 0 ? "" : this.title(theme);
    const text = theme < 0 ? "In no theme that can be shown." : await this.text(point);
    if (this.chosen !== point) return;
    const head = document.createElement("strong");
    const body = document.createElement("span");
    head.textContent = (this.sheet.marked[point] ? "▲ " : "") + title;
    body.textContent = text;
    head.dir = body.dir = "auto";
    this.tip.replaceChildren(...(head.textContent ? [head, body] : [body]));
    this.tip.classList.remove("gone");
    const [x, y] = this.toScreen(this.sheet.x[point], this.sheet.y[point]);
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const below = y + 14 + height < this.height || y < height + 14;
    this.tip.style.left = `${Math.min(Math.max(x - width / 2, 4), this.width - width - 4)}px`;
    this.tip.style.top = `${below ? y + 14 : y - height - 14}px`;
    if (spoken) this.said.textContent = `${title}: ${text}`;
  }

  async text(point) {
    if (this.texts.has(point)) return this.texts.get(point);
    let told;
    try {
      const answer = await fetch(`${this.figure.dataset.text}&point=${point}`);
      if (answer.redirected) return "You are signed out. Load the page again.";
      const said = await answer.json();
      if (said.changed) return "The map has changed meanwhile. Load the page again.";
      told = said.text ?? "Not told.";
    } catch {
      return "The text could not be read. Try again.";
    }
    if (this.texts.size > 2000) this.texts.clear();
    this.texts.set(point, told);
    return told;
  }

  open() {
    const theme = this.chosen < 0 ? -1 : this.sheet.theme[this.chosen];
    if (theme >= 0) location.assign(`/themes/${this.sheet.themes[theme]}`);
  }

  // Hands.

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", (event) => this.pointers.delete(event.pointerId));
    canvas.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse" && !this.pointers.size) this.choose(-1);
    });
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("blur", () => this.choose(-1));
    this.figure.querySelector(".steer").addEventListener("click", (event) => {
      const act = event.target.dataset.do;
      if (act === "in") this.zoomAt(1.6);
      if (act === "out") this.zoomAt(1 / 1.6);
      if (act === "whole") this.moveTo(1, this.middle);
    });
    new ResizeObserver(() => this.fit()).observe(this.frame);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.at(event));
    this.dragged = 0;
  }

  move(event) {
    const here = this.at(event);
    const before = this.pointers.get(event.pointerId);
    if (!before) return this.choose(this.under(here));
    this.dragged += Math.hypot(here[0] - before[0], here[1] - before[1]);
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    this.pointers.set(event.pointerId, here);
    if (others.length === 1) return this.pinch(others[0], before, here);
    if (this.dragged > 4) {
      this.choose(-1);
      this.pan(here[0] - before[0], here[1] - before[1]);
    }
    return undefined;
  }

  pinch(still, before, here) {
    const apart = (place) => Math.max(1, Math.hypot(place[0] - still[0], place[1] - still[1]));
    this.zoomAt(apart(here) / apart(before), (still[0] + here[0]) / 2, (still[1] + here[1]) / 2);
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    if (this.dragged > 4) return;
    const point = this.under(this.at(event));
    // A finger does not hover: its first touch tells, its second opens.
    const known = point === this.chosen;
    this.choose(point);
    if (event.pointerType === "mouse" || known) this.open();
  }

  under(place) {
    return this.sheet.nearest(...this.toSheet(...place), REACH / this.scale());
  }

  wheel(event) {
    if (this.zoom === 1 && event.deltaY > 0) return; // the page scrolls on
    event.preventDefault();
    this.zoomAt(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), ...this.at(event));
  }

  key(event) {
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = arrows[event.key];
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (way && event.shiftKey) this.pan(-60 * way[0], -60 * way[1]);
    else if (way) this.step(way);
    else if (event.key === "+" || event.key === "=") this.zoomAt(1.6);
    else if (event.key === "-") this.zoomAt(1 / 1.6);
    else if (event.key === "0") this.moveTo(1, this.middle);
    else if (event.key === "Enter") this.open();
    else if (event.key === "Escape") this.choose(-1);
    else return;
    event.preventDefault();
  }

  step([dx, dy]) {
    const from = this.chosen >= 0 ? this.chosen : this.sheet.nearest(...this.middle, this.sheet.width);
    if (from < 0) return;
    const point = this.chosen >= 0 || this.sheet.theme[from] < 0 ? this.sheet.towards(from, dx, dy) : from;
    const [x, y] = this.toScreen(this.sheet.x[point], this.sheet.y[point]);
    if (x < 0 || y < 0 || x > this.width || y > this.height) {
      this.moveTo(this.zoom, [this.sheet.x[point], this.sheet.y[point]]);
    }
    this.choose(point, true);
  }
}

async function start(figure) {
  try {
    const answer = await fetch(figure.dataset.points);
    const chart = new Chart(figure, new Sheet(await answer.json(), figure));
    chart.listen();
    figure.querySelector(".map-still").classList.add("gone");
    figure.querySelector(".steer").classList.remove("gone");
    chart.fit();
    chart.drawNow();
    figure.dataset.drawn = "yes";
    figure.chart = chart;
  } catch (error) {
    figure.dataset.drawn = "no";
    console.error(error);
  }
}

start(document.getElementById("map"));
