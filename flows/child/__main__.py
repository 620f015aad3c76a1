"""Started by `flows.sandbox` as a script of its own: `python -I __main__.py MEMORY_BYTES CPU_SECONDS`.

Says READY once. Then, over stdin: 8 bytes of length, then the file. Over stdout: 8 bytes of length, then JSON, either
`{"error": code}` or the workbook as `flows.child.workbooks.read` gives it, one reply a file."""

import json
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import python_calamine

from flows.child.refused import Refused
from flows.child.workbooks import read

READY = b"ready..\n"


def limit(memory: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def serve(stdin: BinaryIO, stdout: BinaryIO, cpu_seconds: int) -> None:
    """Answer one file after another until stdin ends."""
    stdout.write(READY)
    stdout.flush()
    while len(head := stdin.read(8)) == 8:
        data = stdin.read(int.from_bytes(head, "big"))
        used = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(
            resource.RLIMIT_CPU,
            (int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]),
        )
        reply = json.dumps(answer(data), ensure_ascii=False, separators=(",", ":"))
        body = reply.encode("utf-8", "surrogatepass")
        stdout.write(len(body).to_bytes(8, "big"))
        stdout.write(body)
        stdout.flush()


def answer(data: bytes) -> dict[str, Any]:
    try:
        return read(data)
    except Refused as error:
        return {"error": error.args[0]}
    except python_calamine.PasswordError:
        return {"error": "encrypted"}
    except MemoryError:
        return {"error": "too_large"}
    except Exception:
        return {"error": "damaged"}


if __name__ == "__main__":
    limit(int(sys.argv[1]), int(sys.argv[2]))
    serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[2]))
