"""The hall's own authority: a folder that says who may come to the broker, and until when.

For its owner alone (0700)::

    ca.crt  ca.key          the authority
    register.json           every certificate ever signed, what was revoked, where copies are
    revoked.crl             the list of revoked ones, as the broker reads it
    ~list.crt  ~list.key    nobody's: revoked by the newest list, to try whether a broker has it
    NAME.crt  NAME.key      an identity; a key that was made elsewhere is not here

Each file is replaced as a whole. The register is written before what it tells of, so nothing good
is out there that could not be revoked; what a power cut left half done, the same command mends.
Renewing keeps the key, so that one file changes and key and certificate fit at every moment. A
revoked name gets a new key. No key is in any answer, error or ``repr``.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from firmware_py.store.authority_checks import BROKER, AuthorityError, believe, owner_of, use_of
from firmware_py.store.authority_register import (
    TRIAL,
    Entry,
    Place,
    Register,
    RegisterError,
    read_register,
    trial_fits,
)
from firmware_py.store.certificates import (
    Signer,
    Use,
    make_authority,
    make_request,
    new_key,
    read_certificate,
)
from firmware_py.store.private_file import write_private

__all__ = ["DAYS", "Authority", "Placed"]

#: How long a certificate is good, and an authority.
DAYS = 3 * 365
AUTHORITY_DAYS = 20 * 365


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one copy. ``trouble`` is "" when it is as it should be."""

    name: str
    folder: Path
    trouble: str = ""


class Authority:
    """``Authority(folder)`` is one that is there, ``Authority.make`` a new one.

    ``now`` is the wall clock; one before the newest certificate was made is believed only with
    ``trust_clock``. Raises ``AuthorityError``, and ``OSError`` for the disk.
    """

    def __init__(self, folder: Path, *, trust_clock: bool = False) -> None:
        self.folder = folder
        self._trust_clock = trust_clock
        found = _read(folder)
        if found is None:
            raise AuthorityError(
                "no_authority",
                f"{folder} 中没有证书机构，请先执行：hallctl broker certs make",
                f"There is no authority in {folder}; first: hallctl broker certs make",
            )
        if stat.S_IMODE(folder.stat().st_mode) & 0o077:
            raise AuthorityError(
                "open_folder",
                f"其他用户可以进入 {folder}，其中有私钥。请先执行：chmod 700 {folder}",
                f"Other users may enter {folder}, where keys lie; first: chmod 700 {folder}",
            )
        self._known = found

    @classmethod
    def make(
        cls, folder: Path, hall: str, now: datetime, *, trust_clock: bool = False
    ) -> Authority:
        """Return the authority of a hall, made if there is none yet."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            if _read(folder) is None:
                believe(now, None)
                key = new_key()
                ends = now + timedelta(days=AUTHORITY_DAYS)
                pem = make_authority(f"hall {hall}"[:64], key, ends)
                first = Signer(pem, key).revocations((), 1)
                write_private(folder / "ca.key", key)
                write_private(folder / "ca.crt", pem, mode=0o644)
                write_private(folder / "revoked.crl", first, mode=0o644)
                made = Register(hall=hall, ends=read_certificate(pem).ends, lists=1)
                _save(folder, made)
        return cls(folder, trust_clock=trust_clock)

    @property
    def hall(self) -> str:
        """The hall's id."""
        return self._known.hall

    @property
    def ends(self) -> datetime:
        """When the authority ends, and everything with it."""
        return self._known.ends

    @property
    def places(self) -> Sequence[Place]:
        """Where copies are."""
        return self._known.places

    def entries(self) -> list[Entry]:
        """Return the newest certificate of each name, revoked ones too, in the order of names."""
        newest = {entry.name: entry for entry in self._known.entries if entry.name != TRIAL}
        return [newest[name] for name in sorted(newest, key=lambda name: (name != BROKER, name))]

    def good(self, name: str) -> Entry | None:
        """Return the newest certificate of a name; None when there is none that counts."""
        found = self._newest(name)
        return found if (self.folder / f"{name}.crt").exists() else None

    def _newest(self, name: str) -> Entry | None:
        found = next((one for one in reversed(self._known.entries) if one.name == name), None)
        return None if found is None or found.revoked is not None else found

    def issue(
        self,
        name: str,
        now: datetime,
        *,
        hosts: Sequence[str] = (),
        days: int = DAYS,
    ) -> Entry:
        """Make or renew a certificate; its key is made when there is none.

        ``hosts`` are the names and addresses under which the broker is reached; those that it has
        already stay.
        """
        use = use_of(name, hosts)
        with self._changing(now):
            had, key_file = self._newest(name), self._key_file(name)
            if had is not None and had.away:
                raise AuthorityError(
                    "key_elsewhere",
                    f"{name} 的私钥在该机上，不在这里。请在该机上重新申请，再用 sign 签发。",
                    f"The key of {name} is on its own machine; have it ask again there, then: sign",
                )
            if had is not None:
                hosts = tuple(dict.fromkeys((*had.hosts, *hosts)))
            if had is not None and key_file.exists():
                key = key_file.read_bytes()
            else:
                key = new_key()
                write_private(key_file, key)
            request = make_request(name, key)
            pem, entry = self._signed(request, name, use, now, hosts, days)
            write_private(self.folder / f"{name}.crt", pem, mode=0o644)
        return entry

    def sign(self, request: bytes, name: str, now: datetime, *, days: int = DAYS) -> bytes:
        """Return a certificate (PEM) for a request (PKCS #10, PEM) whose key stays elsewhere.

        The identity is ``name``, whatever the request asks for. What the name had before stays
        good until it ends or is revoked.
        """
        use = use_of(name, ())
        with self._changing(now):
            try:
                pem, _ = self._signed(request, name, use, now, (), days, away=True)
            except ValueError as error:
                raise AuthorityError(
                    "bad_request",
                    f"证书申请文件有误：{error}。",
                    f"This is no request for a certificate: {error}.",
                ) from None
            self._key_file(name).unlink(missing_ok=True)
            write_private(self.folder / f"{name}.crt", pem, mode=0o644)
        return pem

    def renew(self, within_days: int, now: datetime) -> tuple[list[Entry], list[Entry]]:
        """Renew what ends within so many days; return those, and those whose key is elsewhere."""
        soon = now + timedelta(days=within_days)
        due = [entry for entry in self.entries() if entry.revoked is None and entry.ends <= soon]
        away = [entry for entry in due if entry.away]
        return [self.issue(entry.name, now) for entry in due if not entry.away], away

    def revoke(self, name: str, now: datetime) -> int:
        """Revoke all certificates of a name, whatever the clock says; return how many."""
        count = 0
        with self._changing():
            entries = list[Entry]()
            for entry in self._known.entries:
                hit = entry.name == name and entry.revoked is None
                entries.append(msgspec.structs.replace(entry, revoked=now) if hit else entry)
                count += hit
            if not count:
                raise AuthorityError(
                    "unknown_name",
                    f"没有 {name} 的有效证书。",
                    f"There is no certificate of {name} that counts.",
                )
            self._new_list(entries, now)
            for suffix in ("key", "crt"):
                (self.folder / f"{name}.{suffix}").unlink(missing_ok=True)
        return count

    def place(self, name: str, folder: Path, owner: str) -> None:
        """Copy what an identity needs to where it is used, now and whenever it is renewed.

        ``ca.crt``, ``NAME.crt`` and ``NAME.key`` (0600), with the broker's also ``revoked.crl``.
        They belong to the user ``owner``; to whoever the folder belongs to when that is "".
        """
        if self.good(name) is None or not self._key_file(name).exists():
            raise AuthorityError(
                "unknown_name",
                f"这里没有 {name} 的证书和私钥，请先执行：hallctl broker certs make {name}",
                f"No certificate and key of {name} are here; first: "
                f"hallctl broker certs make {name}",
            )
        place = Place(name, str(folder.absolute()), owner)
        with self._changing():
            others = tuple(
                one for one in self._known.places if (one.name, one.folder) != (name, place.folder)
            )
            _make_folder(folder, owner)
            self._copy(place)
            self._keep(msgspec.structs.replace(self._known, places=(*others, place)))

    def spread(self) -> list[Placed]:
        """Write the list of revoked ones and all copies anew, each where its folder is there."""
        with self._changing():
            revoked = any(entry.revoked is not None for entry in self._known.entries)
            if revoked and not trial_fits(self.folder, self._known):
                # Of a program of before, or a power cut: the list is the next one.
                self._new_list(self._known.entries, datetime.now(UTC))
            else:
                self._write_revocations()
            return [self._spread(place) for place in self._known.places]

    # ---- inside -------------------------------------------------------------------------------

    def _key_file(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    @contextmanager
    def _changing(self, signed_at: datetime | None = None) -> Iterator[None]:
        """Change the folder alone; what ends some day is signed by a clock that is right only."""
        with _alone(self.folder):
            self._known = _read(self.folder) or self._known
            if signed_at is not None:
                believe(signed_at, self._known, trust=self._trust_clock)
            yield

    def _signer(self) -> Signer:
        return Signer((self.folder / "ca.crt").read_bytes(), (self.folder / "ca.key").read_bytes())

    def _signed(
        self,
        request: bytes,
        name: str,
        use: Use,
        now: datetime,
        hosts: Sequence[str],
        days: int,
        *,
        away: bool = False,
    ) -> tuple[bytes, Entry]:
        pem = self._signer().certify(request, name, use, now + timedelta(days=days), hosts)
        told = read_certificate(pem)
        entry = Entry(name, use, f"{told.serial:x}", now, told.ends, told.hosts, away)
        self._keep(msgspec.structs.replace(self._known, entries=(*self._known.entries, entry)))
        return pem, entry

    def _new_list(self, entries: Sequence[Entry], now: datetime) -> None:
        """Have the next list of revoked ones, and a certificate that is revoked from it on."""
        signer, key, number = self._signer(), new_key(), self._known.lists + 1
        # As long as the list itself, whatever the clock says.
        pem = signer.certify(make_request(TRIAL, key), TRIAL, "client", self.ends, ())
        told = read_certificate(pem)
        trial = Entry(TRIAL, "client", f"{told.serial:x}", now, told.ends, revoked=now)
        entries = (*(one for one in entries if one.name != TRIAL), trial)
        self._keep(msgspec.structs.replace(self._known, entries=entries, lists=number))
        self._write_revocations()
        write_private(self._key_file(TRIAL), key)
        write_private(self.folder / f"{TRIAL}.crt", pem, mode=0o644)

    def _write_revocations(self) -> None:
        revoked = [(int(e.serial, 16), e.revoked) for e in self._known.entries if e.revoked]
        made = self._signer().revocations(revoked, self._known.lists)
        write_private(self.folder / "revoked.crl", made, mode=0o644)

    def _keep(self, register: Register) -> None:
        _save(self.folder, register)
        self._known = register

    def _spread(self, place: Place) -> Placed:
        folder = Path(place.folder)
        if not self._key_file(place.name).exists() and place.name != BROKER:
            return Placed(place.name, folder, "revoked")
        try:
            self._copy(place)
        except OSError as error:
            return Placed(place.name, folder, error.strerror or type(error).__name__)
        return Placed(place.name, folder)

    def _copy(self, place: Place) -> None:
        folder, owner = Path(place.folder), owner_of(place.owner)
        names = ["ca.crt", f"{place.name}.key", f"{place.name}.crt"]
        if place.name == BROKER:
            names.append("revoked.crl")
        for name in names:
            source = self.folder / name
            if source.exists():
                mode = 0o600 if name.endswith(".key") else 0o644
                write_private(folder / name, source.read_bytes(), mode=mode, owner=owner)


def _read(folder: Path) -> Register | None:
    try:
        return read_register(folder / "register.json")
    except RegisterError as error:
        raise AuthorityError(
            "damaged_register",
            f"证书登记文件损坏（{error}），请用备份恢复 {folder}。",
            f"The register is damaged ({error}); bring {folder} back from a backup.",
        ) from None


def _save(folder: Path, register: Register) -> None:
    text = msgspec.json.format(msgspec.json.encode(register), indent=1)
    write_private(folder / "register.json", text + b"\n")


def _make_folder(folder: Path, owner: str) -> None:
    whose = owner_of(owner)
    if not folder.exists():
        folder.mkdir(mode=0o750)
        if whose is not None:
            os.chown(folder, *whose)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other commands waiting while this one changes the folder."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)
