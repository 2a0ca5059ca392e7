// What the shop's pages do beyond plain HTML: all of them work without it.
import { visit } from "./shop/visit.js";
import { frame } from "./shop/frame.js";
import { tracking } from "./shop/tracking.js";
import { clocks } from "./shop/clock.js";
import { checkout } from "./shop/checkout.js";
import { choices } from "./shop/choices.js";
import { queue } from "./shop/queue.js";

frame(document);
visit(document);
tracking(document);
clocks(document);
choices(document);
queue(document);
checkout(document);
