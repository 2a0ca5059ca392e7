// Passkeys: a form that asks the browser to sign our question, or to make a passkey by it, and sends the answer.
// It stands hidden until it is known that this browser can. At another address than passkeys are made for, whoever
// asks for one is told where they work; so is at once who has no other way.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

export function passkeys(page) {
  for (const form of page.querySelectorAll("form[data-passkey]")) {
    const elsewhere = location.origin !== form.dataset.origin;
    const note = form.parentElement.querySelector("[data-passkey-elsewhere]");
    form.hidden = !window.PublicKeyCredential;
    note.hidden = !(elsewhere && "needed" in note.dataset);
    form.addEventListener("submit", (event) => {
      if (!elsewhere) return sign(event, form);
      event.preventDefault();
      note.hidden = false;
    });
  }
}

async function sign(event, form) {
  event.preventDefault();
  const problem = form.querySelector("[data-problem]");
  problem.hidden = true;
  try {
    const question = await asked(form);
    if (!question) return location.reload();
    const key = form.dataset.passkey === "create" ? await made(question) : await used(question);
    form.elements.credential.value = JSON.stringify(key);
  } catch {
    problem.hidden = false;
    return;
  }
  form.submit();
}

// What to sign; nothing when we are asked for the password first, which the page itself then shows.
async function asked(form) {
  const answer = await fetch(form.dataset.question, { method: "POST", body: new URLSearchParams({ csrf: form.elements.csrf.value }) });
  return answer.headers.get("content-type")?.startsWith("application/json") ? answer.json() : undefined;
}

async function made(question) {
  const user = { ...question.user, id: bytes(question.user.id) };
  const publicKey = { ...question, user, challenge: bytes(question.challenge), excludeCredentials: known(question.excludeCredentials) };
  const key = await navigator.credentials.create({ publicKey });
  const response = { clientDataJSON: text(key.response.clientDataJSON), attestationObject: text(key.response.attestationObject) };
  return { id: key.id, rawId: text(key.rawId), type: key.type, response };
}

async function used(question) {
  const publicKey = { ...question, challenge: bytes(question.challenge), allowCredentials: known(question.allowCredentials) };
  const key = await navigator.credentials.get({ publicKey });
  const { clientDataJSON, authenticatorData, signature, userHandle } = key.response;
  const response = { clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature) };
  if (userHandle) response.userHandle = text(userHandle);
  return { id: key.id, rawId: text(key.rawId), type: key.type, response };
}

function known(credentials) {
  return (credentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}
