"""emupos, a simulator of ESC/POS printers that nobody here wrote, asked in a process apart.

It is written for Python 3.12 and later: its ``type X = ...`` statements are read as plain
assignments. Its ``config`` would load the web server's libraries, of which a printer needs none.
"""

from __future__ import annotations

import json
from typing import Any

from tests.peers import ask

__all__ = ["conversation", "printed"]

_IMPORT = r"""
import importlib.machinery, json, re, types
class Reader(importlib.machinery.SourceFileLoader):
    def source_to_code(self, data, path, *, _optimize=-1):
        text = re.sub(r"^type (\w+) = ", r"\1 = ", bytes(data).decode(), flags=re.MULTILINE)
        return compile(text, path, "exec", dont_inherit=True)
    def get_code(self, name):
        path = self.get_filename(name)
        return self.source_to_code(self.get_data(path), path)
class Finder(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        spec = super().find_spec(name, path, target) if name.startswith("emupos") else None
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = Reader(spec.name, spec.origin)
        return spec
sys.meta_path.insert(0, Finder)
config = types.ModuleType("emupos.config")
config.Level = config.PrinterProfile = config.PrinterId = object
sys.modules["emupos.config"] = config
from emupos.printer.printer import Printer, PrinterFault
cell = lambda width, height: types.SimpleNamespace(width=width, height=height)
def profile(dots):
    return types.SimpleNamespace(
        name="TM-T20III", width_dots=dots, font_a=cell(12, 24), font_b=cell(9, 17),
        code_pages={0: "PC437"}, default_code_page=0, drawer_sensor_open_level="high",
        printer_id=types.SimpleNamespace(
            model=0x20, autocutter=True, maker="EPSON", name="TM-T20III",
            column_emulation_mode=False))
def tell(found):
    say(json.dumps(found).encode())
"""

#: What stands on the paper by emupos' tokenizer and its model of the print settings.
_PRINTED = (
    _IMPORT
    + r"""
from emupos.printer.escpos.model import PrintModel
from emupos.printer.escpos.tokenizer import Command, Text, Tokenizer, Unknown
dots, piece = int(sys.argv[1]), int(sys.argv[3])
data = bytes.fromhex(open(sys.argv[2]).read())
tokenizer, model, rows, wrong, line = Tokenizer(), PrintModel("p", profile(dots)), [], [], []
def style():
    s = model.settings
    return [s.width, s.height, s.emphasized, s.reverse]
for start in range(0, len(data), piece):
    for token in tokenizer.feed(data[start:start + piece]):
        name = token.name if isinstance(token, Command) else ""
        lines = len(model.receipt._text_lines)
        where = model.settings.justification
        if isinstance(token, Text):
            line.append([token.data.hex(), style()])
        elif name == "GS V":
            rows.append(["cut", token.raw.hex()])
            model.finish("cut")
            continue
        elif name in {"ESC (", "FS p", "GS ( L"}:
            rows.append([name, token.raw.hex()])
        events = [str(e.data.get("command", "unknown")) for e in model.process(token)]
        wrong += [e for e in events if e not in {"ESC (", "FS p", "GS ( L"}]
        if name == "LF":
            rows.append(["line", where, line])
            line = []
        elif name in {"GS v 0"}:
            size = int.from_bytes(token.params[1:3], "little") * 8
            rows.append(["raster", where, size, int.from_bytes(token.params[3:5], "little"),
                         token.data.hex()])
        elif name == "GS ( k" and token.data[1:2] == b"Q":
            s = model.settings
            rows.append(["qr", where, s.qr_data.decode(), s.qr_module_size, s.qr_error_correction])
        elif name == "ESC d":
            rows.append(["feed", token.params[0]])
        # More lines than line feeds: a text was too wide for the paper, and wrapped.
        if isinstance(token, Text) and len(model.receipt._text_lines) > lines:
            wrong.append("wrapped " + token.data.hex())
rest = tokenizer.close()
tell({"rows": rows, "wrong": wrong, "rest": rest.raw.hex() if rest else ""})
"""
)

#: Our driver on emupos' printer.
_TALK = (
    _IMPORT
    + r"""
from dataclasses import asdict
from devices.errors import DeviceFault
from devices.ticket_printer.knowledge import Memory
from tests.devices.ticket_printer.bench import TICKET, MemoryLine, template
from devices.ticket_printer.driver import EscPosPrinter
from devices.ticket_printer.options import Options
printer = Printer("p", profile(576), sensor_open_level="high", job_idle_timeout_ms=60000)
line, slips = MemoryLine(), []
def spoken(out):
    for write in out.writes:
        line.from_printer(write.data)
    slips.extend(out.receipts)
line.deliver = lambda data: spoken(printer.receive(1, data, line.now))
spoken(printer.open_connection(1, 0.0))
options = Options(**json.loads(sys.argv[1]))
driver = EscPosPrinter("printer", options, line)
driver.clock, driver.memory = lambda: line.now, Memory()
driver._template = template(options)
tell(["open", driver.open().code, driver.identity, driver.how])
printed = driver.print_slip(TICKET, 1)
tell(["printed", printed.confirmed, printed.how, len(slips)])
for name in ("paper-near-end", "paper-out", "cover-open", "offline"):
    fault = PrinterFault(name)
    spoken(printer.set_fault(fault, True, line.now))
    by_itself = [s.code for s in driver.feed(line.read_available())]
    before = line.now
    asked = [s.code for s in driver.poll()]
    code = driver.state().code
    try:
        out = driver.print_slip(TICKET, 2).how
    except DeviceFault as error:
        out = error.code
    spoken(printer.set_fault(fault, False, line.now))
    driver.poll()
    tell([name, by_itself, asked, code, out, driver.state().code])
tell(["end", driver.print_slip(TICKET, 3).confirmed, driver.counters.bad_frames])
"""
)


def printed(file: str, dots: int, piece: int) -> dict[str, Any]:
    """Return what emupos reads out of bytes (a file of hex), given in pieces of that size."""
    (said,) = ask(_PRINTED, str(dots), file, str(piece))
    found: dict[str, Any] = json.loads(said)
    return found


def conversation(**options: object) -> list[list[Any]]:
    """Open our driver on emupos' printer, print, and let each of its faults come and go."""
    return [json.loads(said) for said in ask(_TALK, json.dumps(options))]
