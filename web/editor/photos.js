// The photo of the view from seats, in the form of those that are selected: chosen, seen small, taken away. The file is kept
// beside the plan; a seat says its name alone, so taking it away or undoing that is an edit like any other.
import { make } from "../src/seatmap/list.js";
import { button, common } from "./fields.js";
import * as arrange from "./model/arrange.js";

const FILES = "image/jpeg, image/png, image/webp, image/gif";
const BYTES_MAX = 12 * 1024 * 1024;
const RESTRICTED = "restricted_view";

export class Photos {
  constructor(editor) {
    this.editor = editor;
    this._state = make("p", "", "help");
    this._state.setAttribute("role", "status");
  }

  // What the form of these seats has of it: nothing, where none has a restricted view or a photo.
  form(seats) {
    const { selection, words: { photos: words, mixed } } = this.editor;
    const restricted = seats.filter(isRestricted).length;
    const pictured = seats.filter(({ photo }) => photo).length;
    if (!restricted && !pictured) return [];
    if (this._of !== selection) this._state.textContent = "";
    this._of = selection;
    const box = make("div", "", "field seat-photo-field");
    const label = make("label", words.file);
    const input = Object.assign(document.createElement("input"), { type: "file", accept: FILES, id: "seat-photo", name: "photo", disabled: !restricted });
    label.htmlFor = input.id;
    input.addEventListener("change", () => input.files[0] && this._take(input));
    const help = make("p", [words.help, restricted && restricted < seats.length ? words.some.replace("{count}", restricted).replace("{of}", seats.length) : ""].join(" "), "help");
    help.id = "seat-photo-help";
    input.setAttribute("aria-describedby", help.id);
    const { value, mixed: differ } = common(seats.filter((seat) => isRestricted(seat) || seat.photo).map(({ photo = "" }) => photo));
    box.append(label, ...(value ? [this._seen(value)] : []), ...(differ ? [make("p", mixed, "quiet")] : []), input, help, this._state);
    if (pictured) {
      const acts = make("div", "", "acts");
      acts.append(button(words.remove, () => this._give(this.editor.selection, () => undefined), { className: "btn" }));
      box.append(acts);
    }
    return [box];
  }

  _seen(photo) {
    const { urls, words } = this.editor;
    const link = Object.assign(make("a", ""), { href: `${urls.photos}/${photo}`, target: "_blank" });
    const image = Object.assign(make("img", ""), { src: link.href, alt: words.photos.file });
    image.addEventListener("error", () => link.replaceWith(make("p", words.photos.missing, "quiet")));
    link.append(image);
    return link;
  }

  async _take(input) {
    const { editor } = this;
    const { selection, words: { photos: words, saving } } = editor;
    const [file] = input.files;
    if (file.size > BYTES_MAX) return this._refused(words.large, input);
    this._state.textContent = words.taking;
    const { photo, problem } = await this._sent(file);
    if (!photo) return this._refused(problem ?? saving.offline, input);
    this._state.textContent = "";
    this._give(selection, (seat) => (isRestricted(seat) ? photo : seat.photo));
    editor.tell(words.given);
  }

  _refused(text, input) {
    this._state.textContent = text;
    input.value = "";
  }

  async _sent(body) {
    const { photos, token } = this.editor.urls;
    try {
      const headers = { "x-csrf-token": token, accept: "application/json", "content-type": "application/octet-stream" };
      const answer = await fetch(photos, { method: "POST", headers, body });
      const told = await answer.json();
      return answer.ok ? told : { problem: told.detail };
    } catch {
      return {};
    }
  }

  // Give seats that were selected the photo that `wanted(seat)` says.
  _give(selection, wanted) {
    const { editor } = this;
    const within = selection.within(editor.drawing);
    editor.do(arrange.reseated(editor.drawing, within, "photo", (seat) => arrange.tidy({ ...seat, photo: wanted(seat) })));
  }
}

const isRestricted = ({ attributes = [] }) => attributes.includes(RESTRICTED);
