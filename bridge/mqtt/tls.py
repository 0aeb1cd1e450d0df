"""The TLS side of a connection: whom the bridge believes, and what it shows of itself. Blocks: call it in a thread.

The files are read for each connection, so that a renewed certificate counts from the next one on. There is no way to
switch off the verification of the broker's name.
"""

import ssl

from bridge.errors import ConnectionFailed
from bridge.mqtt.session import Tls


def context_of(tls: Tls) -> ssl.SSLContext:
    """Return what a connection is made with. Raises ConnectionFailed when a file cannot be used (any more)."""
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
    except OSError as error:
        raise ConnectionFailed(f"mqtt.ca_file ({tls.ca_file}) cannot be used: {_why(error)}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.ca_file is not None:
        # What people make for their home seldom holds all that newer Pythons ask of a certificate of the internet,
        # and the file may hold the broker's own certificate instead of an authority's.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if tls.cert_file is not None:
        try:
            context.load_cert_chain(tls.cert_file, tls.key_file, password=_no_passphrase)
        except (OSError, ValueError) as error:
            files = f"mqtt.cert_file ({tls.cert_file}) and mqtt.key_file ({tls.key_file})"
            raise ConnectionFailed(f"{files} cannot be used: {_why(error)}") from error
    return context


def _no_passphrase() -> str:
    """Answer instead of a person: otherwise the library would ask on the terminal."""
    raise ValueError("the key is protected by a passphrase, which nobody is here to give")


def _why(error: Exception) -> str:
    strerror = getattr(error, "strerror", None)
    return str(strerror or error)
