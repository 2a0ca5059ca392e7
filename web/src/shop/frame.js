// A page in a frame on somebody else's site tells the page around it how high it is, when it is another page, and what
// a visitor does there. It speaks to the origins that the organiser named and to nobody else; a browser delivers a
// message to the one that is really there.
const KIND = "placeur";

export function frame(document) {
  const window = document.defaultView;
  if (!framed(document)) return;
  // A child's size: the height that the content has, whatever height the frame was given.
  const measured = document.body;
  let last = 0;
  const measure = () => {
    const height = Math.ceil(measured.getBoundingClientRect().height);
    if (height !== last) say(document, { kind: "height", height: (last = height) });
  };
  new window.ResizeObserver(measure).observe(measured);
  say(document, { kind: "page", path: document.body.dataset.path });
  measure();
}

// Sends a message to the page around, where this one is in a frame.
export function say(document, message) {
  const window = document.defaultView;
  if (!framed(document)) return;
  for (const origin of listeners(document.body.dataset.framedBy, window.location)) {
    window.parent.postMessage({ [KIND]: 1, ...message }, origin);
  }
}

// Who may hear it: the page around, if the browser tells which it is; else all that it may be.
export function listeners(named, location) {
  const known = [location.origin, ...named.split(" ").filter(Boolean)];
  const around = location.ancestorOrigins?.[0];
  return around === undefined ? known : known.filter((origin) => origin === around);
}

function framed(document) {
  const window = document.defaultView;
  return document.body.dataset.framedBy !== undefined && window.parent !== window;
}
