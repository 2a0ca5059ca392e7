// The best places without leaving the map: the form's question is asked by script, what answers it is shown on the map
// and beside it, and taken into the cart from there. Without this the form leads to a page that does the same.
import { make } from "../seatmap/list.js";

export class Proposals {
  // `act`: take(proposal) resolves to whether it was taken; seats(ids) gives seat numbers.
  constructor(form, place, map, path, act) {
    Object.assign(this, { form, place, map, path, act, words: map.words });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
  }

  async ask() {
    const button = this.form.querySelector("button");
    button.disabled = true;
    this.place.replaceChildren(make("p", this.words.looking, "quiet"));
    const { proposals, problem } = await this._asked();
    button.disabled = false;
    this._seats = proposals.map(({ seats }) => this.act.seats(seats));
    if (!proposals.length) {
      this.clear();
      this.place.append(make("p", problem, "hint"));
      return;
    }
    const list = make("ol", "", "proposals");
    list.append(...proposals.map((one, number) => this._card(one, number)));
    this.place.replaceChildren(list);
    this.map.propose(this._seats.filter(({ length }) => length));
    this.place.scrollIntoView({ block: "nearest" });
  }

  clear() {
    this.place.replaceChildren();
    this.map.propose([]);
  }

  async _asked() {
    const question = new URLSearchParams(new FormData(this.form));
    try {
      const answer = await fetch(`${this.path}/proposals?${question}`, { headers: { accept: "application/json" } });
      const told = await answer.json();
      return answer.ok ? told : { proposals: [], problem: told.detail ?? this.words.offline };
    } catch {
      return { proposals: [], problem: this.words.offline };
    }
  }

  _card(one, number) {
    const { words, map } = this;
    const card = make("li", "", "proposal");
    const title = make("h3", "");
    const sign = make("span", `${number + 1}`, "number");
    sign.setAttribute("aria-hidden", "true");
    title.append(sign, ` ${one.where}`);
    const foot = make("p", "", "proposal-foot");
    const take = make("button", words.takeThese);
    take.type = "button";
    take.setAttribute("aria-label", `${words.takeThese}: ${one.where}`);
    take.addEventListener("click", async () => {
      take.disabled = true;
      if (await this.act.take(one)) this.clear();
      else this.ask();
    });
    foot.append(make("b", map.money(one.total_cents), "total"));
    if (this._seats[number].length) foot.append(this._look(one, number));
    foot.append(take);
    card.append(title, make("p", one.because, "quiet"), foot);
    card.addEventListener("pointerenter", () => this._point(number));
    return card;
  }

  _look(one, number) {
    const look = make("button", this.words.show, "link-button");
    look.type = "button";
    look.setAttribute("aria-label", `${this.words.show}: ${one.where}`);
    look.addEventListener("click", () => {
      this.map.propose(this._seats, number);
      this.map.stage.scrollIntoView({ block: "nearest" });
    });
    return look;
  }

  _point(number) {
    this.map.shown.chosen = number;
    this.map.redraw();
  }
}
