"""The proxy's certificate authority, as browsers want to be told of it."""

from __future__ import annotations

import base64
import hashlib
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization


def key_pin(certificate: Path) -> str:
    """Base64 of the SHA-256 of a certificate's public key, as Chromium's pin list wants it."""
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    key = loaded.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


def base64_of(certificate: Path) -> str:
    """The certificate itself in Base64, as Firefox's certificate database wants it."""
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text(encoding="ascii"))
    return base64.b64encode(der).decode()
