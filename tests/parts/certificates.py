"""An authority of one's own, and the certificates that it signs, made by the openssl program."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
HERE = "IP:127.0.0.1,DNS:localhost"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its private key, as files in PEM form."""

    file: Path
    key: Path


class Authority:
    """Signs certificates. Its files stand in `folder`."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self.own = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
        files = ("-keyout", str(self.own.key), "-out", str(self.own.file))
        _openssl("req", "-x509", *KEY, "-days", "2", "-subj", f"/CN={name}", *files)

    def issue(self, name: str, *, names: str = HERE, days: int = 1) -> Certificate:
        """Sign a certificate for `names`; with -1 for `days` one that has expired."""
        made = Certificate(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        request, extensions = self._folder / f"{name}.csr", self._folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\n")
        _openssl("req", *KEY, "-subj", f"/CN={name}", "-keyout", str(made.key), "-out", str(request))
        signer = ("-CA", str(self.own.file), "-CAkey", str(self.own.key), "-CAcreateserial")
        content = ("-days", str(days), "-extfile", str(extensions))
        _openssl("x509", "-req", "-in", str(request), *signer, *content, "-out", str(made.file))
        return made


def _openssl(*arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
