// States as they change: a server's stream, which an EventSource opens again by itself; where there is none (a date that
// is not on sale, a server that carries no more streams) the map asks now and then.

const AGAIN_MS = 15_000;

export function octetsOf(base64) {
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}

// Keep `states` as they are at `path`, where what is free is told (and under it its stream). `changed(sections)` after
// each change (null: the whole house), `told(how)` with "live", "waiting" or "still". Returns what ends it.
export function follow(path, states, changed, told) {
  let source = null;
  let again = 0;

  const ask = () => asked(path, states, changed);

  function open() {
    source = new EventSource(path.replace(/(?=\?|$)/, "/stream"));
    source.addEventListener("house", ({ data }) => {
      states.whole(octetsOf(data));
      told("live");
      changed(null);
    });
    source.addEventListener("changes", ({ data }) => changed(states.change(octetsOf(data))));
    source.addEventListener("error", () => {
      const closed = source.readyState === EventSource.CLOSED;
      told(closed ? "still" : "waiting");
      if (!closed) return;
      ask();
      again = setTimeout(open, AGAIN_MS);
    });
  }

  open();
  return () => {
    source.close();
    clearTimeout(again);
  };
}

// The same where it is only asked for, every so often while the page is looked at.
export function poll(path, states, changed, told, everyMs) {
  const ask = async () => told((await asked(path, states, changed)) ? "still" : "waiting");
  ask();
  const again = setInterval(() => document.hidden || ask(), everyMs);
  return () => clearInterval(again);
}

// Whether the whole house could be told anew.
async function asked(path, states, changed) {
  const answer = await fetch(path).catch(() => null);
  if (!answer?.ok) return false;
  states.whole(new Uint8Array(await answer.arrayBuffer()));
  changed(null);
  return true;
}
