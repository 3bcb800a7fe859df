// Draws a Plotly figure into one element that stays. Streamlit's own Plotly element is made anew whenever its numbers
// change: every two seconds the chart would blink and forget the zoom that the teacher chose.
let loading;

function plotly(address) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => ((loading = undefined), reject(new Error("Plotly cannot be loaded")));
    document.head.append(script);
  });
  return loading;
}

// The axes that the server gives both ends of.
const axes = (layout) => Object.entries(layout).filter(([name, axis]) => /^[xy]axis/.test(name) && axis.range);

// Plotly by itself keeps a zoom only until other ends are sent, and time goes on. So an axis that no longer shows what was
// sent last shows what the teacher chose, and keeps it.
async function draw(Plotly, chart) {
  const { data, layout } = JSON.parse(chart.newest);
  const { color, fontFamily } = getComputedStyle(chart); // the theme's, light or dark
  Object.assign(layout, { paper_bgcolor: "transparent", plot_bgcolor: "transparent" });
  layout.font = { ...layout.font, color, family: fontFamily, size: 12 };
  const following = [];
  chart.draws = (chart.draws ?? 0) + 1;
  for (const [name, axis] of axes(layout)) {
    axis.uirevision = chart.draws; // or Plotly would keep some of it by rules of its own
    const shown = chart.layout?.[name]?.range;
    if (shown && chart.sent[name] && chart.sent[name] !== String(shown)) axis.range = shown;
    else following.push(name);
  }
  await Plotly.react(chart, data, layout, { displayModeBar: false, responsive: true, doubleClick: false });
  for (const name of following) chart.sent[name] = String(chart.layout[name].range);
}

export default function ({ parentElement: root, data }) {
  const chart = root.querySelector(".live-chart");
  const isNew = !chart.newest;
  chart.newest = data.figure;
  chart.setAttribute("aria-label", data.alt);
  plotly(data.plotly)
    .then(async (Plotly) => {
      if (isNew) chart.sent = {};
      await draw(Plotly, chart);
      if (!isNew) return;
      chart.on("plotly_doubleclick", () => {
        chart.sent = {};
        draw(Plotly, chart);
      });
    })
    .catch(() => (chart.textContent = "The chart cannot be drawn here. Reload the page."));
}
