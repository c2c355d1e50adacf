"""Ports, network addresses and folders of a site file: well-formed, and not open to the world by accident."""

import ipaddress
import pkgutil
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pipeline.config.folders import real, shared_folders
from pipeline.config.settings import SourceKind
from pipeline.config.toml_file import TomlFile
from pipeline.config.toml_places import KeyPath

HOST_AND_PORT = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9._-]+)):(?P<port>[0-9]{1,5})")
REMOTE = "Set allow_remote = true in [service] if other machines shall connect to it."


def host_and_port(address: str) -> tuple[str, int]:
    """The two halves of `10.0.0.7:4001` or `[::1]:4001`. Raises ValueError."""
    match = HOST_AND_PORT.fullmatch(address)
    if not match or int(match["port"]) > 65535:
        raise ValueError("not host:port")
    return match["six"] or match["host"], int(match["port"])


def heard_at(address: str) -> str:
    """An address to listen on, however its host is written; empty for port 0, which is any free one."""
    try:
        host, port = host_and_port(address)
    except ValueError:
        return address
    with suppress(ValueError):
        host = ipaddress.ip_address("127.0.0.1" if host.lower() == "localhost" else host).compressed
    return f"{host}:{port}" if port else ""


def is_loopback(host: str) -> bool:
    """Whether this address can be reached from this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def folder_at(file: TomlFile, stated: str) -> str:
    """A folder as stated in this file, absolute; a relative one is seen from where the file lies."""
    return str((file.path.parent / Path(stated).expanduser()).absolute())


def files_at(file: TomlFile, stated: Mapping[str, str]) -> dict[str, str]:
    """The files that a table names, each absolute."""
    return {key: folder_at(file, path) for key, path in stated.items()}


def check_destination(file: TomlFile, stated: str, where: KeyPath) -> None:
    """Note an address that nothing can be delivered to."""
    _check_network(file, "connect", stated, where, allow_remote=True)


def check_address(file: TomlFile, source: SourceKind, stated: str, where: KeyPath, *, allow_remote: bool) -> None:
    """Note what is not well-formed, is open to other machines without leave, or holds what is no export."""
    if source == "port":
        _check_port(file, stated, where)
    elif source == "folder":
        _check_folder(file, stated, where)
    else:
        _check_network(file, source, stated, where, allow_remote)


def _check_folder(file: TomlFile, stated: str, where: KeyPath) -> None:
    place = real(folder_at(file, stated))
    holds = [what for what, shared in shared_folders().items() if shared.is_relative_to(place)]
    if holds:
        message = f"this folder is or holds {' and '.join(holds)}, and everything in it would be moved away"
        file.blame(where, message, found=f'"{stated}"', expected="a folder for exports alone")


def _check_port(file: TomlFile, stated: str, where: KeyPath) -> None:
    scheme, separator, _ = stated.partition("://")
    if not separator:
        return
    import serial.urlhandler  # noqa: PLC0415  # only a site that uses port URLs pays for loading it

    known = {module.name.removeprefix("protocol_") for module in pkgutil.iter_modules(serial.urlhandler.__path__)}
    if scheme not in known:
        expected = "a device name, or a URL that begins with one of: " + ", ".join(sorted(known))
        file.blame(where, "this kind of port is not known", found=f'"{scheme}://"', expected=expected)


def _check_network(file: TomlFile, source: SourceKind, stated: str, where: KeyPath, allow_remote: bool) -> None:
    try:
        host, port = host_and_port(stated)
    except ValueError:
        expected = 'address:port, such as "127.0.0.1:5000"'
        file.blame(where, f"instrument.{source} is no network address", found=f'"{stated}"', expected=expected)
        return
    if source == "connect" and port == 0:
        file.blame(where, "port 0 cannot be connected to", found=f'"{stated}"', expected="a port from 1 to 65535")
    if source == "listen" and not allow_remote and not is_loopback(host):
        message = "this address is open to other machines"
        file.blame(where, message, found=f'"{stated}"', expected="an address such as 127.0.0.1", advice=REMOTE)
