"""Commands of the documents, as they are printed."""

import os
import pathlib
import pty
import re
import subprocess
import threading

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def blocks(document, heading=None):
    """Fenced blocks of a document, or of one of its sections: texts in order."""
    text = (SOURCE / document).read_text()
    if heading is not None:
        parts = re.split(r"^(#+ .*)$", text, flags=re.M)
        text = parts[parts.index(next(p for p in parts if re.fullmatch(rf"#+ {re.escape(heading)}", p))) + 1]
    found = re.findall(r"^```[a-z]*\n(.*?)^```$", text, flags=re.M | re.S)
    assert found, f"{document} has no block under {heading}"
    return found


def statements(block):
    """The commands of a block: lines with their continuations, here-documents and loops."""
    out, here, depth = [], None, 0
    open_line = False
    for line in block.splitlines():
        if here or depth or open_line:
            out[-1] += "\n" + line
        elif line.strip() and not line.lstrip().startswith("#"):
            out.append(line)
        else:
            continue
        if here:
            here = None if line == here else here
            continue
        open_line = line.endswith("\\")
        depth += len(re.findall(r"^\s*(?:for|while|until|if) ", line)) - len(re.findall(r"^\s*(?:done|fi)\b", line))
        marker = re.search(r"<<(\w+)\s*$", line)
        here = marker.group(1) if marker else None
    return out


def filled(text, *values):
    """The text with its ellipses replaced, one value after the other."""
    assert text.count("…") == len(values), text
    for value in values:
        text = text.replace("…", value, 1)
    return text


def copied(master, path):
    """What a terminal shows, into a file, until its last program ends."""
    with open(path, "wb", buffering=0) as out:
        while True:
            try:
                text = os.read(master, 65536)
            except OSError:
                break
            if not text:
                break
            out.write(text)
    os.close(master)


class Shell:
    """A user's terminal: bash in a folder, with an empty home, where nothing but loopback can be reached."""

    def __init__(self, folder, path, **environment):
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(exist_ok=True)
        self.environment = {"PATH": f"{path}:{os.environ['PATH']}", "HOME": str(self.home), "NO_COLOR": "1", "LANG": "C.UTF-8", **environment}
        self.holder = subprocess.Popen(["unshare", "-n", "sh", "-c", "ip link set lo up && echo up && exec sleep 100000"], stdout=subprocess.PIPE, text=True)
        assert self.holder.stdout.readline() == "up\n"
        self.exports = ""
        self.count = 0

    def start(self, script, cwd=None, typed=""):
        """A script that goes on by itself; the file that it prints into."""
        self.count += 1
        printed = self.folder / f"printed-{self.count}"
        command = ["nsenter", "-t", str(self.holder.pid), "-n", "bash", "-euo", "pipefail", "-c", self.exports + script]
        if not typed:
            with open(printed, "wb") as out:
                return subprocess.Popen(command, cwd=cwd or self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT), printed
        master, terminal = pty.openpty()  # Questions are asked only where somebody can answer.
        process = subprocess.Popen(command, cwd=cwd or self.folder, env=self.environment, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True)
        os.close(terminal)
        os.write(master, typed.encode())
        threading.Thread(target=copied, args=(master, printed), daemon=True).start()
        return process, printed

    def run(self, script, cwd=None, typed="", seconds=180):
        process, printed = self.start(script, cwd, typed)
        printed.touch()
        code = process.wait(seconds)
        text = printed.read_text()
        assert code == 0, f"{script}\nexit {code}\n{text}"
        return text

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            for path in sorted(self.folder.glob("printed-*")):
                print(f"--- {path.name}\n{path.read_text()[-3000:]}")
        inside = os.readlink(f"/proc/{self.holder.pid}/ns/net")
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and int(entry.name) != self.holder.pid and os.readlink(entry / "ns/net") == inside:
                    os.kill(int(entry.name), 9)
            except OSError:
                continue  # It ended meanwhile.
        self.holder.kill()
        self.holder.wait()
