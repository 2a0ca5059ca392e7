// What the shop's pages do beyond plain HTML: all of them work without it.
import { visit } from "./shop/visit.js";
import { clocks } from "./shop/clock.js";
import { choices } from "./shop/choices.js";

visit(document);
clocks(document);
choices(document);
