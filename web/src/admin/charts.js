// Charts: drawn from the numbers that stand in the page, in its language and the venue's time. The table beside each
// says the same, so nothing here is the only place of anything.
import uPlot from "uplot";

const HEIGHT = 240;
const FONT = '12px "Inter Variable", system-ui, sans-serif';
const TIP_AWAY = 8;

export function charts(page) {
  const language = page.documentElement.lang.replace(/^en$/, "en-150"); // the server's English is Europe's
  for (const place of page.querySelectorAll("[data-chart]")) {
    const told = JSON.parse(place.querySelector("script").textContent);
    if (told.tickets.length) draw(place, told, language);
  }
}

function draw(place, told, language) {
  const revenue = told.measure === "revenue";
  const unit = 10 ** told.digits;
  const values = revenue ? told.cents.map((cents) => cents / unit) : told.tickets;
  const style = getComputedStyle(place);
  const ink = style.getPropertyValue("--chart-ink");
  const short = amounts(told, language, { maximumFractionDigits: 0, ...(revenue ? { notation: "compact" } : {}) });
  const exact = amounts(told, language, revenue ? { minimumFractionDigits: told.digits, maximumFractionDigits: told.digits } : {});
  const tip = place.appendChild(document.createElement("div"));
  tip.className = "chart-tip";
  tip.hidden = true;
  const chart = new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      ...(told.names ? named(told, ink) : timed(told, language, ink)),
      series: [
        {},
        {
          fill: style.getPropertyValue("--chart-fill"),
          width: 0,
          points: { show: false },
          paths: uPlot.paths.bars({ size: [0.7, 56] }),
        },
      ],
      legend: { show: false },
      cursor: { x: false, y: false, drag: { x: false, y: false }, points: { show: false } },
      hooks: { setCursor: [(plot) => tell(plot, tip, (at) => [label(told, told.names ? at : told.at[at], language), `${told.labels[1]}: ${exact(values[at])}`])] },
    },
    [told.names ? told.names.map((_, index) => index) : told.at, values],
    place,
  );
  chart.axes[1].values = (plot, splits) => splits.map((split) => (revenue || Number.isInteger(split) ? short(split) : ""));
  chart.redraw(false, true);
  document.fonts.load(FONT).then(() => chart.redraw(false, true));
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place);
}

// Numbers as the page writes them: an amount of money stands in the place of the nothing that the server wrote.
function amounts({ measure, nothing }, language, digits) {
  const format = new Intl.NumberFormat(language, digits);
  return (number) => (measure === "revenue" ? nothing.replace(/\d[\d.,]*/, format.format(number)) : format.format(number));
}

// Beside the hand, what the bar under it says.
function tell(plot, tip, words) {
  const { idx, left } = plot.cursor;
  tip.hidden = idx == null || left < 0;
  if (tip.hidden) return;
  const [name, amount] = words(idx);
  tip.replaceChildren(name, document.createElement("br"), amount);
  const x = plot.over.offsetLeft + plot.valToPos(plot.data[0][idx], "x");
  const y = plot.over.offsetTop + plot.valToPos(plot.data[1][idx] ?? 0, "y");
  const half = tip.offsetWidth / 2;
  tip.style.left = `${Math.max(half, Math.min(plot.width - half, x))}px`;
  tip.style.top = `${Math.max(tip.offsetHeight, y - TIP_AWAY)}px`;
}

// A bar for each name, in their order.
function named(told, ink) {
  const last = told.names.length - 1;
  const wide = (plot) => plot.bbox.width / devicePixelRatio / told.names.length - 8;
  return {
    scales: { x: { time: false, range: [-0.6, last + 0.6] }, y: { range: floor } },
    axes: [
      {
        stroke: ink,
        font: FONT,
        size: 32,
        grid: { show: false },
        ticks: { show: false },
        splits: () => told.names.map((_, index) => index),
        values: (plot, splits) => splits.map((index) => cut(told.names[index] ?? "", wide(plot))),
      },
      vertical(ink),
    ],
  };
}

// A bar for each stretch of time, on the venue's wall.
function timed(told, language, ink) {
  const step = { hour: 3600, day: 86400, week: 604800, month: 2592000 }[told.step];
  const first = told.at[0];
  const last = told.at[told.at.length - 1];
  const short = new Intl.DateTimeFormat(language, { timeZone: told.zone, ...(told.step === "hour" ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short" }) });
  return {
    scales: { x: { time: true, range: [first - step * 0.7, last + step * 0.7] }, y: { range: floor } },
    axes: [
      {
        stroke: ink,
        font: FONT,
        size: 32,
        grid: { show: false },
        space: 64,
        splits: (plot) => every(told.at, Math.ceil(told.at.length / Math.max(1, Math.floor(plot.bbox.width / devicePixelRatio / 72)))),
        values: (plot, splits) => splits.map((at) => short.format(at * 1000)),
      },
      vertical(ink),
    ],
  };
}

const vertical = (ink) => ({ stroke: ink, font: FONT, size: 64, grid: { width: 1, stroke: "rgba(128, 128, 128, .2)" }, ticks: { show: false } });
const floor = (plot, least, most) => [0, Math.max(1, (most ?? 0) * 1.1)];
const every = (all, step) => all.filter((_, index) => index % step === 0);

// As much of a text as there is room for, in CSS pixels.
function cut(text, room) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = FONT;
  if (pen.measureText(text).width <= room) return text;
  let end = text.length - 1;
  while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > room) end--;
  return `${text.slice(0, end)}…`;
}

function label(told, at, language) {
  if (told.names) return told.names[at] ?? "";
  const parts = { weekday: "short", day: "numeric", month: "short", year: "numeric" };
  if (told.step === "hour") Object.assign(parts, { hour: "2-digit", minute: "2-digit" });
  return new Intl.DateTimeFormat(language, { timeZone: told.zone, ...parts }).format(at * 1000);
}
