// Photos of the view from seats, on a map and in the list beside it. Beside what is told of a seat under the pointer there is
// a small one; that of the seat one has come to stays in a corner of the map, to be opened. What opens one is a link, so
// that it can be opened elsewhere too. Where a photo cannot be had nothing is shown.
import { make } from "./list.js";
import { ranges } from "./states.js";

export class Photos {
  // `address(photo)` is where a photo is.
  constructor(map, address) {
    Object.assign(this, { map, words: map.words, address, _seat: -1, _small: null });
    this.corner = make("div", "", "seat-photo");
    this.corner.hidden = true;
    map.canvas.after(this.corner);
  }

  of(seat) {
    return this.map.house.photos.get(seat) ?? "";
  }

  // For the tip of a seat: nothing where the corner has it.
  small(seat) {
    const photo = this.of(seat);
    if (!photo || (!this.corner.hidden && this._seat === seat)) return null;
    if (this._small?.photo !== photo) this._small = { photo, image: this._image(photo, "") };
    return this._small.image;
  }

  // Somebody has come to a seat: its photo is in the corner that is further from it.
  show(seat) {
    const { map, words } = this;
    this.corner.hidden = !this.of(seat);
    if (this.corner.hidden || this._seat === seat) return;
    this._seat = seat;
    const close = make("button", "×", "seat-photo-close");
    close.type = "button";
    close.setAttribute("aria-label", words.hidePhoto);
    close.addEventListener("click", () => {
      this.corner.hidden = true;
      map.canvas.focus({ preventScroll: true });
    });
    const link = this.link([seat], words.photo);
    this.corner.replaceChildren(link, close);
    const [x] = map.view.project(map.house.x[seat], map.house.y[seat]);
    this.corner.classList.toggle("across", x < map.view.width / 2);
  }

  // A link to the photo of some seats of one row that have the same. Its name begins with what is seen of it.
  link(seats, seen = this._told(seats)) {
    const { photo, note, row, section } = this.map.house.seat(seats[0]);
    const name = [this._told(seats), `${this.words.row} ${row}`, section].join(", ");
    const link = make("a", "", "seat-photo-link");
    link.href = this.address(photo);
    const text = make("span", seen);
    text.setAttribute("aria-hidden", "true");
    link.append(this._image(photo, name, () => (link.hidden = true)), text);
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      this._open(photo, name, note);
    });
    return link;
  }

  _told(seats) {
    const text = seats.length > 1 ? this.words.photoOfSeats : this.words.photoOfSeat;
    const labels = seats.map((seat) => this.map.house.labels[seat]);
    return text.replace("{seats}", ranges(labels.sort((one, other) => one.localeCompare(other, undefined, { numeric: true }))));
  }

  _image(photo, alt, failed = () => {}) {
    const image = Object.assign(make("img", ""), { alt, loading: "lazy", decoding: "async", src: this.address(photo) });
    image.addEventListener("error", () => {
      image.hidden = true;
      failed();
    });
    return image;
  }

  _open(photo, name, note) {
    const dialog = make("dialog", "", "seat-photo-dialog");
    dialog.setAttribute("aria-label", name);
    const close = make("button", "×", "seat-photo-close");
    close.type = "button";
    close.setAttribute("aria-label", this.words.close);
    const figure = make("figure", "");
    const caption = make("figcaption", "");
    caption.append(make("b", name), ...(note ? [make("span", note)] : []));
    figure.append(this._image(photo, ""), caption);
    dialog.append(close, figure);
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }
}
