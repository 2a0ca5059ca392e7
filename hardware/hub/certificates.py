"""A certificate for a hub: browsers give a page the camera only by HTTPS, and no public authority names a machine in a
venue's network.

A hub makes an authority of its own, once, and with it a certificate for the names and addresses that it is reached by.
Whoever scans trusts that authority once, on each device; it may vouch for nothing but this hub's own addresses.
"""

import socket
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

AUTHORITY, AUTHORITY_KEY = "authority.crt", "authority.key"
CERTIFICATE, KEY = "hub.crt", "hub.key"
AUTHORITY_FOR = timedelta(days=3650)
CERTIFICATE_FOR = timedelta(days=390)
"""Some systems refuse longer ones."""
RENEWED_BEFORE = timedelta(days=60)
EARLIER = timedelta(days=1)
"""Clocks in a venue differ."""
MODE = 0o600

PrivateKey = ec.EllipticCurvePrivateKey


class Identity(Struct, frozen=True):
    """What a hub shows: its certificate and key, and the authority to be trusted (None: one of the operator's)."""

    certificate: Path
    key: Path
    authority: Path | None = None

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the authority, in pairs of digits, to be compared by eye; empty without one of our own."""
        if self.authority is None:
            return ""
        digest = x509.load_pem_x509_certificate(self.authority.read_bytes()).fingerprint(hashes.SHA256())
        return ":".join(f"{byte:02X}" for byte in digest)


def identity(folder: Path, name: str, hosts: Iterable[str], now: datetime | None = None) -> Identity:
    """The certificate of a hub's folder for these names and addresses; made anew when it ends soon or lacks one."""
    moment, wanted = now or datetime.now(UTC), sorted(set(hosts))
    found = Identity(folder / CERTIFICATE, folder / KEY, folder / AUTHORITY)
    if not (folder / AUTHORITY).exists() or _ends(folder / AUTHORITY) < moment + CERTIFICATE_FOR:
        _make_authority(folder, name, moment)
    elif (
        found.certificate.exists()
        and _ends(found.certificate) > moment + RENEWED_BEFORE
        and set(wanted) <= _hosts(found.certificate)
    ):
        return found
    _make(folder, name, wanted, moment)
    return found


def own_addresses() -> list[str]:
    """The names and addresses that this machine is likely to be reached by."""
    found = {"localhost", "127.0.0.1", socket.gethostname(), f"{socket.gethostname()}.local"}
    for family, probe in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as out:
                out.connect((probe, 9))  # nothing is sent: the system says which address it would send from
                found.add(out.getsockname()[0])
        except OSError:
            continue
    return sorted(found)


def _make_authority(folder: Path, name: str, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Placeur hub {name}"[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + AUTHORITY_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(folder / AUTHORITY_KEY, _pem(key))
    (folder / AUTHORITY).write_bytes(certificate.public_bytes(Encoding.PEM))


def _make(folder: Path, name: str, hosts: list[str], now: datetime) -> None:
    authority = x509.load_pem_x509_certificate((folder / AUTHORITY).read_bytes())
    signer = load_pem_private_key((folder / AUTHORITY_KEY).read_bytes(), None)
    assert isinstance(signer, PrivateKey), "it was made here"
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + CERTIFICATE_FOR)
        .add_extension(x509.SubjectAlternativeName([_general(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write(folder / KEY, _pem(key))
    (folder / CERTIFICATE).write_bytes(certificate.public_bytes(Encoding.PEM))


def _general(host: str) -> x509.GeneralName:
    address = _address(host)
    return x509.DNSName(host) if address is None else x509.IPAddress(address)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _hosts(path: Path) -> set[str]:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))}


def _ends(path: Path) -> datetime:
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc


def _pem(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    path.touch(MODE)
    path.write_bytes(content)
