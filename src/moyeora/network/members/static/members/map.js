/* Draws the map of ties. The page says the same as a table, so without this nothing is lost. */
(async () => {
  const figure = document.getElementById("map");
  const stage = figure.querySelector(".stage");
  const look = getComputedStyle(figure);
  const probe = (name) => look.getPropertyValue(name).trim();
  const colours = new Map();
  for (const item of figure.querySelectorAll("[data-function]")) {
    colours.set(item.dataset.function, getComputedStyle(item.querySelector("svg")).color);
  }
  const answer = await fetch(figure.dataset.ties, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { firms, ties } = await answer.json();

  const graph = new graphology.Graph();
  const hex = (colour) => {
    const parts = (colour || "").match(/\d+/g);
    return parts ? "#" + parts.slice(0, 3).map((n) => (+n).toString(16).padStart(2, "0")).join("") : "#888888";
  };
  for (const firm of firms) {
    graph.addNode(firm.id, {
      label: firm.name, x: firm.x, y: firm.y, own: firm.own, color: hex(colours.get(firm.function)),
    });
  }
  for (const { a, b, times } of ties) graph.addEdge(a, b, { size: Math.min(1 + Math.log2(times), 5) });
  graph.forEachNode((id, { own }) => {
    graph.setNodeAttribute(id, "size", 3 + Math.sqrt(graph.degree(id)) + (own ? 3 : 0));
  });

  figure.hidden = false;
  const line = probe("--map-line"), faint = probe("--map-faint"), ink = probe("--ink");
  let near = null; // the firm pointed at and its neighbours
  const sigma = new Sigma(graph, stage, {
    labelFont: getComputedStyle(document.body).fontFamily,
    labelSize: 13, labelColor: { color: ink }, labelRenderedSizeThreshold: 7, labelDensity: 0.6,
    defaultEdgeColor: line, zIndex: true, stagePadding: 24,
    nodeReducer: (id, data) => {
      if (near && !near.has(id)) return { ...data, color: faint, label: "", zIndex: 0 };
      return { ...data, zIndex: 1, forceLabel: data.own || (near !== null && near.has(id)), highlighted: data.own };
    },
    edgeReducer: (id, data) => {
      const shown = !near || graph.extremities(id).every((end) => near.has(end));
      return { ...data, color: shown ? line : faint, zIndex: shown ? 1 : 0 };
    },
  });
  sigma.getCamera().enable();
  sigma.getMouseCaptor().on("wheel", (event) => {
    if (!event.original.ctrlKey) event.preventSigmaDefault(); // the page scrolls; Ctrl zooms
  });
  const point = (id) => {
    near = id ? new Set([id, ...graph.neighbors(id)]) : null;
    stage.classList.toggle("over", id !== null);
    sigma.refresh({ skipIndexation: true });
  };
  sigma.on("enterNode", ({ node }) => point(node));
  sigma.on("leaveNode", () => point(null));
  sigma.on("clickNode", ({ node }) => {
    location.href = figure.dataset.firm.replace("00000000-0000-0000-0000-000000000000", node);
  });
})();
