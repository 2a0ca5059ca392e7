"""Mails to customers about their accounts: a way in, another address, another password, the end.

They are read by people who did nothing, too: each says what to do then, and none opens anything by being looked at.
Whoever is asked whether a new address is theirs is not told whose account it is: they may be a stranger.
"""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage

from mailing import envelopes, letters
from mailing.letters import Words
from ticketing import formats
from ticketing.formats import Language
from ticketing.jobs import CustomerMailKind
from ticketing.legible import clean

UNNAMED = frozenset({CustomerMailKind.EMAIL_CHANGE})

EN: Mapping[CustomerMailKind, Words] = {
    CustomerMailKind.SIGN_IN: Words(
        subject="Your link to sign in at {organisation}",
        heading="Sign in",
        intro="This link opens your account at {organisation}: your orders, your tickets, your data.",
        button="Open my account",
        lasting="The link works once, within fifteen minutes.",
        otherwise="If you did not ask for it, do nothing: nobody gets in without this mail. Please do not pass it on.",
    ),
    CustomerMailKind.EMAIL_CHANGE: Words(
        subject="Is this your address?",
        heading="Is this your address?",
        intro="Somebody, most likely you, wants to use this address for their account at {organisation}.",
        button="Use this address",
        lasting="The link works once, within an hour, in the browser that is signed in to the account.",
        otherwise="If it was not you, do nothing: nothing is changed.",
    ),
    CustomerMailKind.EMAIL_CHANGING: Words(
        subject="Another address for your account was asked for",
        heading="Another address for your account",
        intro="Somebody, most likely you, asked to use another e-mail address for your account at {organisation}. It "
        "is changed once that address is confirmed.",
        button="See my account",
        otherwise="If it was not you, sign out everywhere and change your password now: the button leads there.",
    ),
    CustomerMailKind.EMAIL_CHANGED: Words(
        subject="Your account has another address now",
        heading="Your account has another address now",
        intro="Your account at {organisation} was moved to another e-mail address. This one does not open it any more.",
        otherwise="If it was not you, write to {organisation} at once.",
    ),
    CustomerMailKind.PASSWORD_CHANGED: Words(
        subject="The password of your account was changed",
        heading="The password of your account was changed",
        intro="The password of your account at {organisation} was just set, changed or removed. Every other browser "
        "was signed out.",
        button="See my account",
        otherwise="If it was not you, sign in by a mailed link and set another password at once.",
    ),
    CustomerMailKind.DELETION_ASKED: Words(
        subject="Your account will be deleted",
        heading="Your account will be deleted",
        intro="As asked, {organisation} will delete your account and what it knows of you thirty days after your last "
        "event. Until then your tickets let you in as ever.",
        button="See when, or keep my account",
        otherwise="If you did not ask for it, keep your account by the button above.",
    ),
    CustomerMailKind.FORGOTTEN: Words(
        subject="Your account was deleted",
        heading="Your account was deleted",
        intro="As asked, {organisation} has deleted your account: your name, your address, the names on your tickets "
        "and your answers. The amounts of your orders stay without a name, and the invoices as they are, because "
        "the law wants them kept.",
        otherwise="This was the last mail. You are welcome to come back.",
    ),
}
FR: Mapping[CustomerMailKind, Words] = {
    CustomerMailKind.SIGN_IN: Words(
        subject="Votre lien de connexion chez {organisation}",
        heading="Se connecter",
        intro="Ce lien ouvre votre compte chez {organisation} : vos commandes, vos billets, vos données.",
        button="Ouvrir mon compte",
        lasting="Le lien fonctionne une seule fois, pendant quinze minutes.",
        otherwise="Si vous ne l’avez pas demandé, ne faites rien : personne n’entre sans ce message. Ne le transmettez "
        "à personne.",
    ),
    CustomerMailKind.EMAIL_CHANGE: Words(
        subject="Cette adresse est-elle la vôtre ?",
        heading="Cette adresse est-elle la vôtre ?",
        intro="Quelqu’un, sans doute vous, souhaite utiliser cette adresse pour son compte chez {organisation}.",
        button="Utiliser cette adresse",
        lasting="Le lien fonctionne une seule fois, pendant une heure, dans le navigateur connecté au compte.",
        otherwise="Si ce n’était pas vous, ne faites rien : rien ne change.",
    ),
    CustomerMailKind.EMAIL_CHANGING: Words(
        subject="Une autre adresse a été demandée pour votre compte",
        heading="Une autre adresse pour votre compte",
        intro="Quelqu’un, sans doute vous, a demandé une autre adresse e-mail pour votre compte chez {organisation}. "
        "Elle sera changée une fois cette adresse confirmée.",
        button="Voir mon compte",
        otherwise="Si ce n’était pas vous, déconnectez tous les appareils et changez tout de suite votre mot de "
        "passe : le bouton y mène.",
    ),
    CustomerMailKind.EMAIL_CHANGED: Words(
        subject="Votre compte a maintenant une autre adresse",
        heading="Votre compte a maintenant une autre adresse",
        intro="Votre compte chez {organisation} a été rattaché à une autre adresse e-mail. Celle-ci ne l’ouvre plus.",
        otherwise="Si ce n’était pas vous, écrivez tout de suite à {organisation}.",
    ),
    CustomerMailKind.PASSWORD_CHANGED: Words(
        subject="Le mot de passe de votre compte a changé",
        heading="Le mot de passe de votre compte a changé",
        intro="Le mot de passe de votre compte chez {organisation} vient d’être choisi, changé ou retiré. Tous les "
        "autres navigateurs ont été déconnectés.",
        button="Voir mon compte",
        otherwise="Si ce n’était pas vous, connectez-vous par un lien reçu par e-mail et choisissez tout de suite un "
        "autre mot de passe.",
    ),
    CustomerMailKind.DELETION_ASKED: Words(
        subject="Votre compte sera supprimé",
        heading="Votre compte sera supprimé",
        intro="Comme demandé, {organisation} supprimera votre compte et ce qui est connu de vous trente jours après "
        "votre dernier événement. D’ici là, vos billets restent valables.",
        button="Voir la date, ou garder mon compte",
        otherwise="Si vous ne l’avez pas demandé, gardez votre compte avec le bouton ci-dessus.",
    ),
    CustomerMailKind.FORGOTTEN: Words(
        subject="Votre compte a été supprimé",
        heading="Votre compte a été supprimé",
        intro="Comme demandé, {organisation} a supprimé votre compte : votre nom, votre adresse, les noms sur vos "
        "billets et vos réponses. Les montants de vos commandes et les factures restent, sans nom sauf sur les "
        "factures, car la loi oblige à les conserver.",
        otherwise="Ce message était le dernier. Vous serez toujours les bienvenus.",
    ),
}
WORDS = {Language.EN: EN, Language.FR: FR}


def message(
    kind: CustomerMailKind,
    to: str,
    name: str,
    tag: str,
    link: str,
    organisation: str,
    mail_id: str,
    sender: str,
    now: datetime,
) -> EmailMessage:
    """A mail to a customer of an organisation, in the locale `tag`; `link` is absolute, or empty for none."""
    language = formats.language(tag)
    shown = "" if kind in UNNAMED else name
    mail = letters.letter(WORDS[language][kind], language, shown, link, organisation)
    made = envelopes.envelope(mail.subject, to, sender, clean(organisation), mail_id, now)
    envelopes.fill(made, letters.TEMPLATE, mail)
    return made
