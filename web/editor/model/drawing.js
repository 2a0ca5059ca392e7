// A drawing: a plan while it is edited, as a head and parts (zones, rows, areas, tables), each saved by itself. A model
// without any view.
//
// Parts are frozen and replaced whole: {key, kind, parent, position, data}, with data as the plan's format has it. An edit
// is a list of {key, before, after}; undoing it is the same list backwards, so whatever was done can be undone, and done
// again, in any number of steps. The head is the part with the key "head".

export const HEAD = "head";
export const KINDS = ["zone", "row", "area", "table"];
const STEPS_MAX = 500;
// Seats and parts that all steps together keep as they were, some 150 bytes each. The oldest steps go first; the last one
// always stays.
export const TOUCHED_MAX = 1_000_000;

export class Drawing {
  constructor({ head, parts }) {
    this.parts = new Map();
    this.version = 0;
    this._done = [];
    this._undone = [];
    this._touched = 0;
    this._listeners = new Set();
    this._children = new Map();
    this._put(HEAD, freeze({ key: HEAD, kind: HEAD, parent: null, position: 0, data: head }));
    for (const part of parts) this._put(part.key, freeze(part));
  }

  get head() {
    return this.parts.get(HEAD).data;
  }

  get(key) {
    return this.parts.get(key);
  }

  // The parts of a kind in a zone (or the zones, without a parent), in their order.
  list(kind, parent = null) {
    const group = this._children.get(`${kind} ${parent}`);
    if (!group) return [];
    group.sorted ??= [...group.keys].map((key) => this.parts.get(key)).sort(byPosition);
    return group.sorted;
  }

  get zones() {
    return this.list("zone");
  }

  rows(zone) {
    return this.list("row", zone);
  }

  areas(zone) {
    return this.list("area", zone);
  }

  tables(zone) {
    return this.list("table", zone);
  }

  // Every part of a kind, zone by zone.
  every(kind) {
    return kind === "zone" ? this.zones : this.zones.flatMap(({ key }) => this.list(kind, key));
  }

  // The plan as its format has it, and beside it which part each of its rows and areas is.
  assembled() {
    if (this._assembled?.version === this.version) return this._assembled;
    const [rows, areas] = [[], []];
    const zones = this.zones.map((zone) => {
      const [own, drawn] = [this.rows(zone.key), this.areas(zone.key)];
      rows.push(...own);
      areas.push(...drawn);
      const tables = this.tables(zone.key).map(({ data }) => data);
      return { ...zone.data, rows: own.map(({ data }) => data), areas: drawn.map(({ data }) => data), tables };
    });
    this._assembled = { version: this.version, plan: { ...this.head, zones }, zones: this.zones, rows, areas };
    return this._assembled;
  }

  // Do an edit ({name, changes}); one that changes nothing is none. `merge`: within the step before it, if that has the
  // same name (a slider that is being moved is one step).
  do(edit, { merge = false } = {}) {
    if (!edit.changes.length) return false;
    const last = this._done[this._done.length - 1];
    this._apply(edit.changes, "after");
    const joins = merge && last && last.name === edit.name && last.open;
    if (joins) this._done.pop();
    const changes = joins ? joined(last.changes, edit.changes) : edit.changes;
    this._touched -= sumOf(this._undone) + (joins ? last.touched : 0);
    this._undone = [];
    if (changes.length) this._keep({ name: edit.name, changes, open: merge });
    this._tell(edit.changes.map(({ key }) => key));
    return true;
  }

  // The step that is being merged into is over.
  settle() {
    const last = this._done[this._done.length - 1];
    if (last) last.open = false;
  }

  get undoable() {
    return this._done[this._done.length - 1]?.name ?? null;
  }

  get redoable() {
    return this._undone[this._undone.length - 1]?.name ?? null;
  }

  undo() {
    return this._step(this._done, this._undone, "before");
  }

  redo() {
    return this._step(this._undone, this._done, "after");
  }

  // The steps that can be undone and done again, to be kept; `restore` takes them back.
  history() {
    return { done: this._done, undone: this._undone };
  }

  restore({ done, undone }) {
    const frozen = ({ before, after, key }) => ({ key, before: before && freeze(before), after: after && freeze(after) });
    const steps = (list) => list.map(({ name, changes }) => ({ name, open: false, changes: changes.map(frozen) }));
    [this._done, this._undone, this._touched] = [[], steps(undone), 0];
    for (const step of this._undone) this._touched += step.touched = touchedBy(step.changes);
    for (const step of steps(done)) this._keep(step);
  }

  // `listener(keys)` after each change.
  listen(listener) {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  // A step that can be undone; the oldest ones go where all of them would be too many or too much.
  _keep(step) {
    step.touched = touchedBy(step.changes);
    this._touched += step.touched;
    this._done.push(step);
    while (this._done.length > 1 && (this._done.length > STEPS_MAX || this._touched > TOUCHED_MAX)) this._touched -= this._done.shift().touched;
  }

  _step(from, to, side) {
    const edit = from.pop();
    if (!edit) return null;
    edit.open = false;
    this._apply(side === "before" ? edit.changes.toReversed() : edit.changes, side);
    to.push(edit);
    this._tell(edit.changes.map(({ key }) => key));
    return edit;
  }

  _apply(changes, side) {
    for (const change of changes) this._put(change.key, change[side]);
    this.version++;
  }

  _put(key, part) {
    const before = this.parts.get(key);
    if (before && (!part || before.parent !== part.parent || before.kind !== part.kind)) this._leave(before);
    if (!part) return void this.parts.delete(key);
    const group = this._group(part);
    if (before !== part) group.sorted = null;
    group.keys.add(key);
    this.parts.set(key, part);
  }

  _leave({ key, ...part }) {
    const group = this._group(part);
    group.keys.delete(key);
    group.sorted = null;
  }

  _group({ kind, parent }) {
    const name = `${kind} ${parent}`;
    if (!this._children.has(name)) this._children.set(name, { keys: new Set(), sorted: null });
    return this._children.get(name);
  }

  _tell(keys) {
    for (const listener of this._listeners) listener(keys);
  }
}

// An edit as it is made: whatever is put or dropped, however often, comes out as one change a part.
export class Edit {
  constructor(drawing, name) {
    Object.assign(this, { drawing, name });
    this._after = new Map();
  }

  // A part as this edit leaves it; undefined once it is gone.
  get(key) {
    return this._after.has(key) ? (this._after.get(key) ?? undefined) : this.drawing.get(key);
  }

  put(part) {
    this._after.set(part.key, freeze(part));
    return this;
  }

  // Change some of a part's data; what becomes undefined is left out of it.
  set(key, data) {
    const part = this.get(key);
    const made = { ...part.data, ...data };
    for (const name of Object.keys(made)) if (made[name] === undefined) delete made[name];
    return this.put({ ...part, data: made });
  }

  head(data) {
    return this.set(HEAD, data);
  }

  // Take a part away; a zone with all that is in it.
  drop(key) {
    const part = this.get(key);
    if (!part) return this;
    if (part.kind === "zone") for (const kind of KINDS.slice(1)) for (const child of this.drawing.list(kind, key)) this._after.set(child.key, null);
    this._after.set(key, null);
    return this;
  }

  // The parts of a kind in a zone, as this edit leaves them.
  list(kind, parent) {
    const there = this.drawing.list(kind, parent).map(({ key }) => this.get(key)).filter((part) => part?.parent === parent);
    return [...there, ...this.added.filter((part) => part.kind === kind && part.parent === parent)];
  }

  // The parts that are there only with this edit.
  get added() {
    return [...this._after].filter(([key, part]) => part && !this.drawing.get(key)).map(([, part]) => part);
  }

  get changes() {
    const found = [];
    for (const [key, after] of this._after) {
      const before = this.drawing.get(key) ?? null;
      if (before !== after && !same(before, after)) found.push({ key, before, after });
    }
    return found;
  }

  do(options) {
    const { name, changes } = this;
    return this.drawing.do({ name, changes }, options);
  }
}

// Where a part goes that comes after another (or last, or before `next`): a number between.
export function between(before, next) {
  if (before === undefined && next === undefined) return 1;
  if (next === undefined) return Math.floor(before) + 1;
  if (before === undefined) return next - 1;
  return (before + next) / 2;
}

// Two edits one after the other as one.
function joined(first, second) {
  const found = new Map(first.map((change) => [change.key, change]));
  for (const { key, before, after } of second) found.set(key, { key, before: found.has(key) ? found.get(key).before : before, after });
  return [...found.values()].filter(({ before, after }) => !same(before, after));
}

// How many parts, and seats that are kept twice, changes touch.
function touchedBy(changes) {
  return changes.reduce((sum, { before, after }) => {
    const [was, is] = [before?.data.seats, after?.data.seats];
    return sum + 1 + (was === is ? 0 : Math.max(was?.length ?? 0, is?.length ?? 0));
  }, 0);
}

const sumOf = (steps) => steps.reduce((sum, { touched }) => sum + touched, 0);

function byPosition(one, other) {
  return one.position - other.position || (one.key < other.key ? -1 : 1);
}

function freeze(part) {
  return Object.isFrozen(part) ? part : Object.freeze(part);
}

// Whether two parts say the same. Lists that are one and the same object are not looked into.
export function same(one, other) {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one)) return Array.isArray(other) && one.length === other.length && one.every((item, n) => same(item, other[n]));
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => name in other && same(one[name], other[name]));
}

// Without what is undefined: absent is how the format says it.
export function tidy(data) {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined && value !== false));
}
