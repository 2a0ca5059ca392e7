// The look of the elements, as a style sheet made by script: a page's policy against inline styles lets it be.
export const STYLE = `
:host { display: block; }
:host([hidden]) { display: none; }
iframe { display: block; width: 100%; min-height: 20rem; border: 0; color-scheme: normal; }
:host(placeur-button) { display: inline-block; }
button { font: inherit; cursor: pointer; }
button[part=button] { min-height: 2.75rem; padding: .6rem 1.4rem; border: 0; border-radius: .5rem; font-weight: 600;
  background: var(--placeur-accent, #8f2a1b); color: var(--placeur-on-accent, #fff); }
button:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
dialog { width: min(72rem, 100vw); max-width: 100vw; height: 100dvh; max-height: 100dvh; margin: 0 auto; padding: 0;
  border: 0; background: #fff; color: #1d1b18; overflow: hidden; }
dialog[open] { display: flex; flex-direction: column; }
dialog::backdrop { background: rgb(0 0 0 / 55%); }
.close { align-self: flex-end; width: 2.75rem; height: 2.75rem; margin: .25rem; border: 0; border-radius: .5rem;
  background: none; color: inherit; font-size: 1.6rem; line-height: 1; }
.close:hover { background: #0001; }
.page { flex: 1; overflow: auto; overscroll-behavior: contain; }
@media (min-width: 48rem) { dialog { height: 94dvh; margin: 3dvh auto; border-radius: .75rem; } }
`;
