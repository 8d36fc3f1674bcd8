"""Calls the sandbox with public clients that were not written for it. `cargo xtask test strangers` installs them, starts
the sandbox and runs this with its variables. Ends with 1 where a client that must work does not.
"""

import os
import sys
from urllib.parse import urlsplit

import libcloudclodoru
import vdsinadriver
from libcloud.common.types import InvalidCredsError

failed = []


def attempt(client, call, function, wanted=None):
    """Makes a call; `wanted` is the error that it must end in, if any."""
    try:
        result, error = function(), None
    except Exception as caught:  # Whatever a client raises is what is reported.
        result, error = None, caught
    is_right = error is None if wanted is None else isinstance(error, wanted)
    shown = f"{result if error is None else error!r}"[:60]
    print(f"{'worked' if error is None else 'refused':<8} {client:<24} {call:<24} {shown}")
    if not is_right:
        failed.append(f"{client} {call}")
    return result


def clodo():
    """The driver for Apache Libcloud: its addresses are arguments."""
    url = os.environ["CLODO_URL"]
    place = urlsplit(url)

    class Connection(libcloudclodoru.ClodoConnection):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **{**options, "url": f"{url}/"})

    class Driver(libcloudclodoru.ClodoDriver):
        connectionCls = Connection

    def sign_in(key):
        return Driver(os.environ["CLODO_LOGIN"], key, secure=False, host=place.hostname, port=place.port)

    name = "libcloudclodoru 0.0.2"
    attempt(name, "sign in, wrong key", lambda: sign_in("wrong"), InvalidCredsError)
    driver = attempt(name, "sign in", lambda: sign_in(os.environ["CLODO_KEY"]))
    if driver:
        attempt(name, "list_images", lambda: [image.name for image in driver.list_images()])


def vdsina():
    """The driver for Apache Libcloud. Its `list_key_pairs` needs a `key` that no recording has, and its other calls are
    of an interface that is gone: what is tried are its requests."""
    place = urlsplit(os.environ["VDSINA_URL"])
    name = "vdsinadriver 0.0.1"

    def driver(token):
        made = vdsinadriver.VdsinaDriver(token, secure=False, host=place.hostname, port=place.port)
        made.connection.request_path = place.path
        return made

    good = driver(os.environ["VDSINA_TOKEN"])
    for path in ["v1/ssh-key", "v1/account.balance", "v1/server"]:
        attempt(name, path, lambda path=path: good.connection.request(path).object["data"])
    attempt(name, "list_key_pairs", good.list_key_pairs, KeyError)
    attempt(name, "api/os", lambda: good.connection.request("api/os"), Exception)
    attempt(name, "wrong token", lambda: driver("wrong").connection.request("v1/server"), Exception)


clodo()
vdsina()
for call in failed:
    print(f"NOT AS EXPECTED: {call}")
sys.exit(1 if failed else 0)
