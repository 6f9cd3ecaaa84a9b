"""Certificates and answers of providers, each text of which is hostile."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.hostile.strings import STRINGS
from tests.servers.authorization import Reply
from tests.servers.certificates import Issued

TEXTS = [text.encode("utf-8", "replace").decode()[:60] for text in STRINGS.values()]
"""The hostile strings as certificates and JSON may hold them."""


def certificate(stem: Path, texts: Sequence[str]) -> Issued:
    """Make a certificate that nobody vouches for, all texts of which are hostile."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text, _validate=False) for text in texts])
    names = [stem.name, *(text.encode("ascii", "ignore").decode() for text in texts)]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(text) for text in names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    issued = Issued(made, stem.with_suffix(".crt"), stem.with_suffix(".pem"))
    issued.cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    issued.key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    return issued


def refusal(number: int, texts: Sequence[str]) -> Callable[[], Reply]:
    """An error the code and the description of which are hostile."""
    return told({"error": texts[0], "error_description": f"refusal {number} {' '.join(texts[1:])}"}, 400)


def told(answer: object, status: int = 200) -> Callable[[], Reply]:
    return lambda: (status, json.dumps(answer).encode())
