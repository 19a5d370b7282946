"""A mail server for development: takes every message and keeps it as a file.

    python -m stagematch.runtime.smtp_sink --port 1025 --dir .local/mailbox

Each message becomes `<UTC time>-<random>.eml`, so names sort by arrival. It is written under a
hidden name first and renamed when complete; a reader of `*.eml` never sees half a message. The
envelope, which the headers need not show, is kept as `X-Envelope-From` and `X-Envelope-To`.
"""

import argparse
import asyncio
import datetime
import secrets
import signal
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

MAX_BYTES = 30_000_000


def store(folder: Path, sender: str, recipients: list[str], content: bytes) -> Path:
    """Write one message into the folder, in one step, and return its file."""
    arrived = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S.%f")
    final = folder / f"{arrived}-{secrets.token_hex(4)}.eml"
    envelope = f"X-Envelope-From: {sender}\r\n" + "".join(f"X-Envelope-To: {to}\r\n" for to in recipients)
    hidden = folder / f".{final.name}.part"
    hidden.touch(mode=0o600)
    hidden.write_bytes(envelope.encode("utf-8", "replace") + content)
    return hidden.rename(final)


class Sink:
    """The handler that aiosmtpd calls for every message."""

    def __init__(self, folder: Path) -> None:
        """Keep messages in `folder`."""
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the message, or answer that there is no room: the sender then tries again later."""
        content = envelope.original_content or b""
        try:
            await asyncio.to_thread(store, self.folder, envelope.mail_from or "", list(envelope.rcpt_tos), content)
        except OSError as error:
            return f"452 Could not be stored: {error.strerror}"
        return "250 Message stored"


async def serve(host: str, port: int, folder: Path) -> None:
    """Take mail until SIGTERM or SIGINT."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for how in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(how, stop.set)
    handler = Sink(folder)
    server = await loop.create_server(
        lambda: SMTP(
            handler, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, hostname="stagematch.invalid", loop=loop
        ),
        host,
        port,
    )
    async with server:
        print(f"taking mail on {host}:{port}, keeping it in {folder}", flush=True)  # noqa: T201
        await stop.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="A mail server for development that keeps every message as a file.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(serve(options.host, options.port, options.dir))


if __name__ == "__main__":
    main()
