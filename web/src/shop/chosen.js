// The panel of what is chosen: places with their tariffs, the sum, the way to the cart; and what is to be said of the
// choice, each thing with what can be done about it. On a narrow screen it is a sheet at the window's foot.
import { make } from "../seatmap/list.js";
import { clock, countdown } from "./clock.js";

export class ChosenPanel {
  // `act`: leave(place), tariff(place, id), show(place), lapsed(); `cart` is the cart's address.
  constructor(element, words, money, cart, act) {
    Object.assign(this, { element, words, money, act });
    this._told = make("div", "", "chosen-told");
    this._told.setAttribute("aria-live", "polite");
    this._title = make("h2", words.yours);
    this._title.tabIndex = -1;
    this._kept = make("span", "", "chosen-kept");
    this._fold = make("button", "", "chosen-fold");
    this._fold.type = "button";
    this._fold.addEventListener("click", () => this._folded(!element.classList.contains("folded")));
    const head = make("div", "", "chosen-head");
    head.append(this._title, this._kept, this._fold);
    this._list = make("ul", "", "chosen-list");
    this._nothing = make("p", words.nothing, "quiet chosen-nothing");
    this._others = make("p", words.more, "quiet chosen-others");
    this._sum = make("p", "", "chosen-sum");
    const link = make("a", words.cart, "button");
    link.href = cart;
    this._foot = make("div", "", "chosen-foot");
    this._foot.append(this._sum, link);
    element.append(this._told, head, this._nothing, this._list, this._others, this._foot);
    element.hidden = false;
    this._folded(true);
  }

  // `items` of the basket, each with `name` and `offered` ([[tariff, cents]]).
  show(items, basket) {
    const focused = this._list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this._list.replaceChildren(...items.map((item) => this._line(item)));
    const empty = !items.length;
    this.element.classList.toggle("empty-handed", empty);
    this._nothing.hidden = !empty;
    this._foot.hidden = empty;
    this._others.hidden = !basket.othersCount;
    const count = items.length === 1 ? this.words.countOne : this.words.countMany.replace("{count}", items.length);
    this._sum.replaceChildren(make("span", count), make("b", this.money(basket.totalCents)));
    this._clock(empty ? 0 : basket.expiresInS);
    if (focused) (this._list.querySelector(`[data-key="${focused}"]`) ?? this._title).focus();
  }

  // Say things, each {text, urgent, acts: [[label, do]]}; nothing: say no more.
  tell(things) {
    this._told.replaceChildren(...things.map((thing) => this._thing(thing)));
  }

  _thing({ text, urgent, acts = [] }) {
    const box = make("div", "", urgent ? "hint urgent" : "hint");
    if (urgent) box.setAttribute("role", "alert");
    const close = make("button", "×", "hint-close");
    close.type = "button";
    close.setAttribute("aria-label", this.words.close);
    close.addEventListener("click", () => {
      box.remove();
      this._title.focus();
    });
    box.append(make("p", text), close);
    if (acts.length) {
      const buttons = make("p", "", "hint-acts");
      for (const [label, act] of acts) {
        const button = make("button", label, "plain");
        button.type = "button";
        button.addEventListener("click", act);
        buttons.append(button);
      }
      box.append(buttons);
    }
    return box;
  }

  _line(item) {
    const { words } = this;
    const line = make("li", "");
    const where = make("button", "", "chosen-where link-button");
    where.type = "button";
    where.dataset.key = `where-${item.place}`;
    where.append(make("b", item.name), make("span", item.zone === item.name ? item.category : `${item.zone} · ${item.category}`, "quiet"));
    where.addEventListener("click", () => this.act.show(item.place));
    const remove = make("button", "×", "chosen-remove");
    remove.type = "button";
    remove.dataset.key = `remove-${item.place}`;
    remove.title = words.remove.replace("{seat}", item.name);
    remove.setAttribute("aria-label", remove.title);
    remove.addEventListener("click", () => this.act.leave(item.place));
    line.append(where, this._tariff(item), remove);
    return line;
  }

  _tariff({ place, name, offered, tariff, tariff_name: called, price_cents: cents }) {
    if (offered.length < 2) {
      const price = make("span", `${called} `, "chosen-price");
      price.append(make("b", cents === null ? "" : this.money(cents)));
      return price;
    }
    const select = make("select", "", "chosen-tariff");
    select.dataset.key = `tariff-${place}`;
    select.setAttribute("aria-label", this.words.tariffFor.replace("{seat}", name));
    select.append(...offered.map(([one, price]) => new Option(`${one.name} · ${this.money(price)}`, one.id, false, one.id === tariff)));
    select.addEventListener("change", () => this.act.tariff(place, select.value));
    return select;
  }

  _clock(seconds) {
    this._stop?.();
    this._kept.textContent = "";
    if (!seconds) return;
    this._stop = countdown(seconds, (left) => {
      this._kept.textContent = this.words.kept.replace("{time}", clock(left));
      if (!left) this.act.lapsed();
    });
  }

  _folded(folded) {
    this.element.classList.toggle("folded", folded);
    this._fold.setAttribute("aria-expanded", String(!folded));
    this._fold.setAttribute("aria-label", folded ? this.words.unfold : this.words.fold);
  }
}
