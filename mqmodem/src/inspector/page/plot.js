// The two plots: what passes each second, and how long commands take.

import { element, setText } from "./dom.js";
import { KEPT } from "./metrics.js";
import { count, duration } from "./time.js";

/** @typedef {import("./metrics.js").Metrics} Metrics */

const HEIGHT = 76;

/** A colour of the theme that is in force. @param {string} name */
function colour(name) {
  return () => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export class Plots {
  #rates;
  #latencies;
  #texts;

  /** @param {HTMLElement} box */
  constructor(box) {
    this.#texts = { rates: element("figcaption"), latencies: element("figcaption") };
    this.#rates = new Plot(box, this.#texts.rates, 4, (value) => count(Math.round(value)));
    this.#latencies = new Plot(box, this.#texts.latencies, 1, (value) => short(value));
  }

  /**
   * @param {Metrics} metrics
   * @param {number} now seconds since 1970
   */
  draw(metrics, now) {
    const { rates, latencies } = metrics;
    const last = rates.at(-1);
    const at = count(Math.round(last?.at ?? 0));
    const mqtt = count(Math.round(last?.mqtt ?? 0));
    setText(this.#texts.rates, `━ AT/s ${at}   ┅ MQTT/s ${mqtt}`);
    const [p50, p90] = [metrics.quantile(0.5), metrics.quantile(0.9)];
    const times = (/** @type {number | undefined} */ value) =>
      value === undefined ? "–" : duration(value);
    setText(this.#texts.latencies, `━ command p50 ${times(p50)}   ┅ p90 ${times(p90)}`);
    this.#rates.draw(now, rates.map(({ x, at, mqtt }) => [x, at, mqtt]));
    this.#latencies.draw(now, latencies.map(({ x, p50, p90 }) => [x, p50, p90]));
  }
}

/** Milliseconds on an axis. @param {number} millis */
function short(millis) {
  return millis >= 1_000 ? `${+(millis / 1_000).toFixed(1)} s` : `${+millis.toFixed(1)} ms`;
}

class Plot {
  #plot;
  #box;

  /**
   * @param {HTMLElement} box
   * @param {HTMLElement} caption
   * @param {number} least the end of the axis where there is little
   * @param {(value: number) => string} unit
   */
  constructor(box, caption, least, unit) {
    this.#box = element("div", "plot");
    this.#box.setAttribute("aria-hidden", "true");
    box.append(element("figure", "", caption, this.#box));
    this.#plot = new uPlot(options(least, unit), [[], [], []], this.#box);
    // uPlot asks for its colours when it draws, and draws when it is told to.
    const themes = matchMedia("(prefers-color-scheme: dark)");
    themes.addEventListener("change", () => this.#plot.redraw(false));
    new ResizeObserver(() => this.#fit()).observe(this.#box);
  }

  #fit() {
    const width = Math.floor(this.#box.clientWidth);
    if (width > 0) this.#plot.setSize({ width, height: HEIGHT });
  }

  /**
   * @param {number} now
   * @param {[number, number, number][]} points
   */
  draw(now, points) {
    if (document.hidden) return;
    const columns = [0, 1, 2].map((at) => points.map((point) => point[at] ?? 0));
    this.#plot.setData([columns[0] ?? [], columns[1] ?? [], columns[2] ?? []], false);
    this.#plot.setScale("x", { min: now - KEPT, max: now });
  }
}

/**
 * @param {number} least
 * @param {(value: number) => string} unit
 * @returns {uPlot.Options}
 */
function options(least, unit) {
  const axis = { stroke: colour("muted"), font: "11px system-ui, sans-serif", gap: 2 };
  const lines = { width: 1, stroke: colour("border") };
  return {
    width: 300,
    height: HEIGHT,
    padding: [8, 26, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, least)] } },
    axes: [
      { ...axis, size: 20, space: 60, grid: { show: false }, ticks: { show: false }, values: clockTicks },
      {
        ...axis,
        size: 56,
        space: 22,
        grid: lines,
        ticks: { show: false },
        values: (_, splits) => splits.map((value) => unit(value)),
      },
    ],
    series: [
      {},
      { stroke: colour("accent"), width: 1.5, points: { show: few, size: 4 } },
      { stroke: colour("second"), width: 1.5, dash: [5, 3], points: { show: few, size: 4 } },
    ],
  };
}

/** A single point is no line and would not be seen. @param {uPlot} plot */
function few(plot) {
  return plot.data[0].length < 30;
}

/**
 * @param {uPlot} _
 * @param {number[]} splits
 */
function clockTicks(_, splits) {
  return splits.map((second) => new Date(second * 1_000).toTimeString().slice(0, 8));
}
