"""Runs inside a client's virtual environment: many commands of a btcli, or many lines of an SDK, in one go.

    python command_server.py btcli MODULE   # MODULE.main is what the installed ``btcli`` script calls
    python command_server.py sdk PREAMBLE   # Python that makes the names which the lines use

One JSON request per line on stdin, one JSON answer per line on stdout. Half of a btcli's two seconds of
CPU are its imports, so they happen once: every command is a fork with arguments, an exit code and
output of its own. An SDK is a library, so its lines share one process, as they would in a program.
"""

import contextlib
import faulthandler
import gc
import importlib
import io
import json
import os
import signal
import sys
import tempfile
import traceback

SECONDS = 40


def code_of(error):
    """The exit code that Python would give for SystemExit."""
    if error.code is None:
        return 0
    return error.code if isinstance(error.code, int) else 1


def child(main, request, out, err):
    """The forked half: become the command."""
    with tempfile.TemporaryFile() as typed:
        typed.write(request.get("typed", "").encode())
        typed.seek(0)
        for number, stream in enumerate((typed, out, err)):
            os.dup2(stream.fileno(), number)
    faulthandler.dump_traceback_later(SECONDS - 5)
    signal.alarm(SECONDS)
    sys.argv = ["btcli", *request["words"]]
    code = 0
    try:
        main()
    except SystemExit as error:
        code = code_of(error)
    except BaseException:  # noqa: BLE001 - whatever a command dies of is its outcome
        traceback.print_exc()
        code = 1
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def command(main, request):
    """Fork, wait, and tell what the command said."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        number = os.fork()
        if number == 0:
            child(main, request, out, err)
        _, status = os.waitpid(number, 0)
        said = []
        for stream in (out, err):
            stream.seek(0)
            said.append(stream.read().decode(errors="replace"))
    return {"code": os.waitstatus_to_exitcode(status), "out": said[0], "err": said[1]}


def line(names, request):
    """Evaluate one expression; its value as JSON, strings for what JSON has no word for."""
    out = io.StringIO()
    signal.alarm(SECONDS)
    try:
        with contextlib.redirect_stdout(out):
            value = eval(request["words"][0], names)
        text, code = json.dumps(value, default=str), 0
    except Exception:  # noqa: BLE001 - whatever a line raises is its outcome
        text, code = "", 1
        traceback.print_exc(file=out)
    signal.alarm(0)
    return {"code": code, "out": text, "err": out.getvalue()}


def main():
    kind, what = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    requests = os.fdopen(os.dup(0))
    os.dup2(2, 1)  # whatever a library prints by itself is no answer
    if kind == "btcli":
        program = importlib.import_module(what).main
        gc.freeze()
        answer = lambda request: command(program, request)  # noqa: E731
    else:
        names = {}
        exec(what, names)
        answer = lambda request: line(names, request)  # noqa: E731
    print("{}", file=answers, flush=True)
    for text in requests:
        print(json.dumps(answer(json.loads(text))), file=answers, flush=True)


if __name__ == "__main__":
    main()
