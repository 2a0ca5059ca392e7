"""Mails to the staff: the way to a first password or a new one, a welcome to a team, and what was changed.

A mail that was not asked for must do no harm: it says who may have asked, what to do when it was not the reader, and
opens nothing but the page that its link names.
"""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage

from mailing import envelopes, letters
from mailing.letters import Words
from ticketing import formats
from ticketing.formats import Language
from ticketing.jobs import AccountMailKind

SENDER_NAME = "Placeur"

EN: Mapping[AccountMailKind, Words] = {
    AccountMailKind.PASSWORD_RESET: Words(
        subject="Set a new password",
        heading="Set a new password",
        intro="Somebody, most likely you, asked to set a new password for your account.",
        button="Set a new password",
        lasting="The link works once, within an hour.",
        otherwise="If it was not you, do nothing: your password stays as it is.",
    ),
    AccountMailKind.INVITATION: Words(
        subject="Your account at {organisation}",
        heading="Welcome to {organisation}",
        intro="You were invited to the team of {organisation}. Choose a password to open your account.",
        button="Open the account",
        lasting="The link works once, within seven days.",
        otherwise="If you do not know {organisation}, do nothing: nothing is opened without you.",
    ),
    AccountMailKind.WELCOME: Words(
        subject="You belong to the team of {organisation}",
        heading="Welcome to {organisation}",
        intro="You were taken into the team of {organisation}. Sign in with the account that you have.",
        button="Sign in",
        lasting="",
        otherwise="If you do not know {organisation}, do nothing: your account and your password stay yours alone.",
    ),
    AccountMailKind.SECURITY_CHANGED: Words(
        subject="How your account is opened was changed",
        heading="How your account is opened was changed",
        intro="The password or another means of signing in to your account was just changed.",
        button="See what opens the account",
        lasting="",
        otherwise="If it was not you, set a new password at once, by the link on the page that asks you to sign in.",
    ),
    AccountMailKind.SECOND_FACTORS_RESET: Words(
        subject="Your password alone signs in now",
        heading="Your password alone signs in now",
        intro="Whoever runs this Placeur removed the codes from an app, the passkeys and the recovery codes of your "
        "account, and signed you out everywhere.",
        button="Set up a second factor",
        lasting="",
        otherwise="If you did not ask for it, set a new password at once and ask them why it was done.",
    ),
}
FR: Mapping[AccountMailKind, Words] = {
    AccountMailKind.PASSWORD_RESET: Words(
        subject="Choisissez un nouveau mot de passe",
        heading="Choisissez un nouveau mot de passe",
        intro="Quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour votre compte.",
        button="Choisir un mot de passe",
        lasting="Le lien fonctionne une seule fois, pendant une heure.",
        otherwise="Si ce n’était pas vous, ne faites rien : votre mot de passe reste inchangé.",
    ),
    AccountMailKind.INVITATION: Words(
        subject="Votre compte chez {organisation}",
        heading="Bienvenue chez {organisation}",
        intro="Vous êtes invité·e à rejoindre l’équipe de {organisation}. Choisissez un mot de passe pour ouvrir votre "
        "compte.",
        button="Ouvrir le compte",
        lasting="Le lien fonctionne une seule fois, pendant sept jours.",
        otherwise="Si vous ne connaissez pas {organisation}, ne faites rien : rien ne s’ouvre sans vous.",
    ),
    AccountMailKind.WELCOME: Words(
        subject="Vous faites partie de l’équipe de {organisation}",
        heading="Bienvenue chez {organisation}",
        intro="Vous faites désormais partie de l’équipe de {organisation}. Connectez-vous avec votre compte habituel.",
        button="Se connecter",
        lasting="",
        otherwise="Si vous ne connaissez pas {organisation}, ne faites rien : votre compte et votre mot de passe "
        "restent les vôtres.",
    ),
    AccountMailKind.SECURITY_CHANGED: Words(
        subject="L’accès à votre compte a changé",
        heading="L’accès à votre compte a changé",
        intro="Le mot de passe ou un autre moyen de connexion de votre compte vient d’être modifié.",
        button="Voir les moyens d’accès",
        lasting="",
        otherwise="Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe, par le lien de la page de "
        "connexion.",
    ),
    AccountMailKind.SECOND_FACTORS_RESET: Words(
        subject="Votre mot de passe suffit désormais pour vous connecter",
        heading="Votre mot de passe suffit désormais pour vous connecter",
        intro="La personne qui administre ce serveur Placeur a retiré de votre compte les codes d’application, les "
        "clés d’accès et les codes de secours, et vous a déconnecté·e de tous vos appareils.",
        button="Choisir un second facteur",
        lasting="",
        otherwise="Si vous ne l’avez pas demandé, choisissez tout de suite un nouveau mot de passe et demandez-lui "
        "pourquoi.",
    ),
}
WORDS = {Language.EN: EN, Language.FR: FR}


def message(
    kind: AccountMailKind,
    to: str,
    name: str,
    tag: str,
    link: str,
    organisation: str,
    mail_id: str,
    sender: str,
    now: datetime,
) -> EmailMessage:
    """A mail to somebody of the staff, in the locale `tag`; `link` is absolute, `organisation` a name or empty."""
    language = formats.language(tag)
    mail = letters.letter(WORDS[language][kind], language, name, link, organisation)
    made = envelopes.envelope(mail.subject, to, sender, SENDER_NAME, mail_id, now)
    envelopes.fill(made, letters.TEMPLATE, mail)
    return made
