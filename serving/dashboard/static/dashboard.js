// Draws the charts of a page with the Vega bundle. Without it the still drawing and the table stay.
"use strict";

const colours = () => {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`).trim();
};

// One look for every chart: marks name their part (`style` in the specification), this names colours.
function config(colour) {
  const words = { labelColor: colour("muted"), titleColor: colour("muted") };
  return {
    background: "transparent",
    font: getComputedStyle(document.body).fontFamily,
    view: { stroke: null },
    axis: {
      ...words,
      domainColor: colour("rule"),
      gridColor: colour("rule"),
      gridOpacity: 0.6,
      tickColor: colour("rule"),
      labelFontSize: 11,
      titleFontSize: 11,
      titleFontWeight: "normal",
    },
    legend: words,
    header: words,
    title: { color: colour("ink"), fontSize: 12 },
    text: { color: colour("ink") },
    range: { category: colour("series").split(/\s+/) },
    style: {
      observed: { color: colour("bar") },
      alarm: { color: colour("accent") },
      expected: { color: colour("ink"), strokeWidth: 1.5 },
      band: { color: colour("bar"), fillOpacity: 0.35 },
      episode: { color: colour("accent"), fillOpacity: 0.14 },
      rule: { color: colour("rule") },
    },
  };
}

async function draw(figure) {
  const plot = figure.querySelector(".plot");
  const spec = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
  const still = [...plot.querySelectorAll(":scope > :not(.live)")];
  const place = document.createElement("div");
  place.className = "live";
  plot.append(place);
  try {
    await vegaEmbed(place, spec, {
      actions: false,
      ast: true, // expressions are interpreted: the page allows no eval
      config: config(colours()),
      defaultStyle: false,
      renderer: "canvas",
      tooltip: { disableDefaultStyle: true },
    });
    still.forEach((part) => part.classList.add("gone"));
    figure.dataset.drawn = "yes";
  } catch (error) {
    place.remove();
    figure.dataset.drawn = "no";
    console.error(error);
  }
}

function redraw() {
  document.querySelectorAll("figure.chart").forEach((figure) => {
    figure.querySelectorAll(".live").forEach((old) => old.remove());
    draw(figure);
  });
}

redraw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
