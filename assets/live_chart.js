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

export default function ({ parentElement: root, data }) {
  const chart = root.querySelector(".live-chart");
  const figure = JSON.parse(data.figure);
  const text = getComputedStyle(chart).color; // the theme's, light or dark
  Object.assign(figure.layout, { paper_bgcolor: "transparent", plot_bgcolor: "transparent" });
  figure.layout.font = { ...figure.layout.font, color: text, family: getComputedStyle(chart).fontFamily, size: 12 };
  plotly(data.plotly)
    .then((Plotly) => Plotly.react(chart, figure.data, figure.layout, { displayModeBar: false, responsive: true }))
    .catch(() => (chart.textContent = "The chart cannot be drawn here. Reload the page."));
  chart.setAttribute("aria-label", data.alt);
}
