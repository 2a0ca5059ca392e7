// What picking draws over the map: one's own seats with a tick, those that are being asked for, and proposals by their
// numbers. Shapes and signs say it, dark on light; no colour does.
const INK = "#16181d", PAPER = "#ffffff";
const DASH = [3, 2.5];

// A layer of the view (view.js) that draws `picking`'s seats and `proposals` (lists of seats; `chosen` is the bold one).
export function marks(picking, shown) {
  return (context, view) => {
    const r = Math.max(5, view.seatPx * 0.46);
    const seen = (seats) => [...seats].filter((seat) => view.house.shows(view.house.floorOf(seat)));
    shown.proposals.forEach((seats, number) => badges(context, view, seen(seats), number, shown.chosen === number, r));
    for (const seat of seen(picking.mine)) tick(context, ...at(view, seat), r);
    for (const seat of seen(picking.asked)) ring(context, ...at(view, seat), r);
  };
}

function at(view, seat) {
  return view.project(view.house.x[seat], view.house.y[seat]);
}

function disc(context, x, y, r, fill) {
  context.beginPath();
  context.arc(x, y, r, 0, Math.PI * 2);
  context.fillStyle = fill;
  context.fill();
}

function tick(context, x, y, r) {
  disc(context, x, y, r + 1.5, PAPER);
  disc(context, x, y, r, INK);
  context.beginPath();
  context.moveTo(x - r * 0.45, y + r * 0.05);
  context.lineTo(x - r * 0.1, y + r * 0.4);
  context.lineTo(x + r * 0.5, y - r * 0.35);
  context.strokeStyle = PAPER;
  context.lineWidth = Math.max(1.5, r * 0.24);
  context.stroke();
}

function ring(context, x, y, r) {
  disc(context, x, y, r, PAPER);
  context.setLineDash(DASH);
  context.strokeStyle = INK;
  context.lineWidth = 2;
  context.stroke();
  context.setLineDash([]);
}

function badges(context, view, seats, number, bold, r) {
  for (const seat of seats) {
    const [x, y] = at(view, seat);
    const size = bold ? r + 2 : r;
    disc(context, x, y, size + 1.5, PAPER);
    disc(context, x, y, size, bold ? INK : PAPER);
    context.strokeStyle = INK;
    context.lineWidth = 1.5;
    context.stroke();
    context.fillStyle = bold ? PAPER : INK;
    context.font = `700 ${Math.max(8, size * 1.1)}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(`${number + 1}`, x, y + 0.5);
  }
}
