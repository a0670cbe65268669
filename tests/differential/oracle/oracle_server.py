"""Real sqlmesh loaded once and forked for every command, each with its own moment, environment and folder: what makes long
stories quick. One JSON document a line: {at, arguments, env, folder, output, seconds}; the answer is {"code": exit code}."""

import datetime
import gc
import importlib
import json
import os
import subprocess
import sys
import time
import traceback
import warnings


def prepare():
    """What every command would import and look up again, once before they fork."""
    for name in ("pandas", "duckdb", "psycopg2", "IPython", "sqlglot.serde", "sqlmesh.magics", "sqlmesh.core.audit", "sqlmesh.core.config.connection", "sqlmesh.core.engine_adapter"):
        importlib.import_module(name)
    from sqlmesh.core.context_diff import metadata

    installed = metadata.packages_distributions()
    metadata.packages_distributions = lambda: installed
    gc.collect()
    gc.freeze()


def serve():
    warnings.filterwarnings("ignore")
    import time_machine
    from sqlmesh.cli.main import cli
    from sqlmesh.utils.concurrency import NodeExecutionFailedError

    # The command line names the node alone; what happened to it is what tells one failure from another.
    NodeExecutionFailedError.__str__ = lambda self: f"{self.args[0]}: {self.__cause__}" if self.__cause__ else self.args[0]

    prepare()

    def child(ask):
        os.setsid()
        os.environ.clear()
        os.environ.update(ask["env"])
        os.chdir(ask["folder"])
        output = os.open(ask["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        answers = os.memfd_create("answers")
        os.write(answers, b"y\n" * 20)
        os.lseek(answers, 0, os.SEEK_SET)
        os.dup2(answers, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.argv = ["sqlmesh", *ask["arguments"]]
        with time_machine.travel(datetime.datetime.fromisoformat(ask["at"]).replace(tzinfo=datetime.timezone.utc), tick=True):
            cli()

    for line in sys.stdin:
        ask = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                child(ask)
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
            except BaseException:
                traceback.print_exc()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        deadline = time.monotonic() + ask["seconds"]
        ended, status = os.waitpid(pid, os.WNOHANG)
        while not ended:
            if time.monotonic() > deadline:
                os.killpg(pid, 9)
            time.sleep(0.02)
            ended, status = os.waitpid(pid, os.WNOHANG)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status)}), flush=True)


class OracleServer:
    """The process and one question after the other."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)

    def ask(self, at, arguments, env, folder, seconds=240):
        """Begins a command; `answer` must follow before the next one."""
        self.output = str(folder) + ".output"
        ask = {"at": at, "arguments": list(map(str, arguments)), "env": env, "folder": str(folder), "output": self.output, "seconds": seconds}
        self.process.stdin.write(json.dumps(ask) + "\n")
        self.process.stdin.flush()

    def answer(self):
        """Exit code and all that was written."""
        code = json.loads(self.process.stdout.readline())["code"]
        with open(self.output, errors="replace") as f:
            return code, f.read()

    def run(self, at, arguments, env, folder, seconds=240):
        self.ask(at, arguments, env, folder, seconds)
        return self.answer()


if __name__ == "__main__":
    serve()
