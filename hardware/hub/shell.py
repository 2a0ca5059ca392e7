"""The scanner's own files, kept by a hub, so that it opens in a venue whose line is down.

Which files belong to it the scanner's service worker says: it lists them, for the browser to keep. All are fetched
before any is kept, so a new version of the scanner comes whole.
"""

import re

import msgspec

from hardware.hub.line import Line, LineDown
from hardware.hub.log import Log

ASSETS = "/assets/"
PAGE = "/scan"
WORKER = "/scan/worker.js"
LANGUAGES = ("en", "fr")
OWN = re.compile(r'"(/(?:scan|assets)[A-Za-z0-9_./-]*)"')
IMPORTED = re.compile(rb'"\./([A-Za-z0-9_-]+\.js)"')
"""What a built script needs beside it."""
LISTED = re.compile(r"SHELL=(\[[^\]]*\])")
FETCH_S_MAX = 20.0


async def fetch(line: Line, log: Log) -> int:
    """Fetch the scanner's files and keep them; how many. Raises LineDown."""
    worker = await _get(line, WORKER, LANGUAGES[0])
    listed = LISTED.search(worker[1].decode())
    paths = dict.fromkeys(OWN.findall(listed[1])) if listed else {PAGE: None}
    before, found = await log.file_paths(), {WORKER: worker}
    waiting = list(paths)
    for path in waiting:
        if path.startswith(ASSETS):
            if path in before or path in found:  # its name changes with what it holds
                continue
            found[path] = await _get(line, path, LANGUAGES[0])
            waiting += [ASSETS + name.decode() for name in IMPORTED.findall(found[path][1])]
            continue
        for language in LANGUAGES:
            found[f"{path}#{language}"] = await _get(line, path, language)
    for path, (headers, content) in found.items():
        await log.set_file(path, msgspec.json.encode(headers), content)
    return len(found)


async def kept(log: Log, path: str, language: str) -> tuple[dict[str, str], bytes] | None:
    """A file of the scanner with its headers; None for what is none."""
    found = await log.file(f"{path}#{language}") or await log.file(path)
    if found is None:
        return None
    headers: dict[str, str] = msgspec.json.decode(found[0], type=dict[str, str])
    return headers, found[1]


async def _get(line: Line, path: str, language: str) -> tuple[dict[str, str], bytes]:
    found = await line.pass_on("GET", path, {"accept-language": language}, b"", FETCH_S_MAX)
    if found is None or found.status != 200:
        raise LineDown
    return found.headers, found.content
