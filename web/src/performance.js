// The page of a date: its map, its list, the best places, and what is chosen of them. What the map takes is fetched once
// the page is there: everything else on it is read and used without.
import("./shop/selling.js").then(({ selling }) => selling(document));
