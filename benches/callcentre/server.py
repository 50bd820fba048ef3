"""`lookup` as one would write it for panoramisk: the contacts in a dictionary, the same variables set."""

import asyncio
import csv
import sys

from panoramisk import fast_agi

with open(sys.argv[1], encoding="utf-8") as lines:
    CONTACTS = {row["phone"]: row for row in csv.DictReader(lines)}


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


async def lookup(request):
    contact = CONTACTS.get(request.headers["agi_callerid"])
    variables = [
        ("STASISD_CONTACT_ID", contact["id"]),
        ("STASISD_CONTACT_NAME", contact["name"]),
        ("STASISD_CONTACT_SOURCE", "file"),
        ("STASISD_CONTACT_ITEMS", "0"),
        ("STASISD_CONTACT_ALERT", ""),
        ("STASISD_CONTACT", "found"),
        ("STASISD_FACT_CITY", contact["city"]),
        ("CALLERID(name)", contact["name"]),
        ("STASISD_ERROR", ""),
    ]
    for name, value in variables:
        await request.send_command(f"SET VARIABLE {name} {quoted(value)}")


async def main():
    app = fast_agi.Application(loop=asyncio.get_running_loop())
    app.add_route("lookup", lookup)
    server = await asyncio.start_server(app.handler, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
