// The page of a date: its map, its list, the best places, and what is chosen of them.
import { selling } from "./shop/selling.js";

selling(document);
