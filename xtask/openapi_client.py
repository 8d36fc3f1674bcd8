"""Lists plans, orders a server and reads it until it is active, with a client that is generated from
docs/openapi/macloud.json. `cargo xtask test openapi --client` generates it, starts the sandbox and runs this:

    openapi_client.py BASE_URL TOKEN

Every answer has to come out of the generated types as it went in. Ends with 1 where anything differs.
"""

import json
import sys
import time

from macloud_client import AuthenticatedClient
from macloud_client.api.reference import list_group_templates, list_server_groups, list_server_plans, list_datacenters
from macloud_client.api.servers import create_server, get_server, list_servers
from macloud_client.models import CreateServerBody, Fault

# Seconds; the sandbox builds a server in a few.
DEADLINE = 60
NAME = "ordered-by-a-generated-client"

differences = []


def expect(what, seen, wanted):
    """Notes a difference."""
    if seen != wanted:
        differences.append(what)
        print(f"DIFFERENT {what}: {seen!r}, not {wanted!r}")


def answer(what, response, status=200):
    """What a call gave, as the generated types have it: nothing lost of it, nothing made up."""
    expect(f"{what}: status", int(response.status_code), status)
    expect(f"{what}: is a fault", isinstance(response.parsed, Fault), status >= 400)
    expect(f"{what}: written again", response.parsed.to_dict(), json.loads(response.content))
    if differences:
        # Nothing that follows would mean anything.
        sys.exit(1)
    return response.parsed


def usable(what, items):
    """The first that can be ordered."""
    found = next((item for item in items if item.active), None)
    if found is None:
        sys.exit(f"DIFFERENT {what}: none is active")
    return found


def choose(client):
    """A plan, a data centre and a template."""
    group = usable("groups", answer("list_server_groups", list_server_groups.sync_detailed(client=client)).data)
    plans = answer("list_server_plans", list_server_plans.sync_detailed(group.id, client=client)).data
    for plan in plans:
        print(f"plan {plan.id}: {plan.name}, {plan.cost} a {plan.period}")
    plan = usable("plans", plans)
    datacenter = usable("data centres", answer("list_datacenters", list_datacenters.sync_detailed(client=client)).data)
    templates = answer("list_group_templates", list_group_templates.sync_detailed(group.id, client=client)).data
    template = usable("templates", templates)
    return plan, datacenter, template


def wait(client, number):
    """Reads the server until it is active and has an address."""
    deadline = time.monotonic() + DEADLINE
    seen = []
    while time.monotonic() < deadline:
        server = answer("get_server", get_server.sync_detailed(number, client=client)).data
        if not seen or seen[-1] != server.status:
            seen.append(server.status)
            print(f"server {number}: {server.status}, {len(server.ip or [])} addresses")
        if server.status == "active" and server.ip:
            return server, seen
        time.sleep(0.5)
    sys.exit(f"DIFFERENT get_server: after {DEADLINE} s it went through {seen}, and is not active with an address")


def main(base_url, token):
    def connect(token):
        # The header is the token alone. No proxy of the environment: the sandbox is on loopback.
        arguments = {"trust_env": False}
        return AuthenticatedClient(base_url=base_url, token=token, prefix="", httpx_args=arguments)

    client = connect(token)
    before = answer("list_servers", list_servers.sync_detailed(client=client)).data
    print(f"servers before: {[server.id for server in before]}")
    plan, datacenter, template = choose(client)

    order = CreateServerBody(datacenter=datacenter.id, server_plan=plan.id, template=template.id, name=NAME)
    number = answer("create_server", create_server.sync_detailed(client=client, body=order), 202).data.id
    print(f"ordered: server {number}, plan {plan.id}, data centre {datacenter.id}, template {template.id}")

    after = answer("list_servers", list_servers.sync_detailed(client=client)).data
    added = [server for server in after if server.id not in [known.id for known in before]]
    print(f"servers after: {[server.id for server in after]}")
    expect("servers that the order added", [(server.id, server.name) for server in added], [(number, NAME)])

    server, states = wait(client, number)
    expect("states end", states[-1], "active")
    expect("states begin before that", len(states) > 1, True)
    expect("name", server.name, NAME)
    expect("plan", server.server_plan.id, plan.id)
    expect("data centre", server.datacenter.id, datacenter.id)
    expect("template", server.template.id, template.id)
    print(f"active: {server.ip[0].ip}, {server.host}, until {server.end}")

    absent = answer("get_server of none", get_server.sync_detailed(number + 1000, client=client), 404)
    print(f"no such server: {absent.status_code} {absent.description}")
    wrong = list_servers.sync_detailed(client=connect("0" * len(token)))
    expect("a wrong token gives a fault", isinstance(wrong.parsed, Fault), True)
    print(f"wrong token: {int(wrong.status_code)} {wrong.parsed.description}")
    print(f"{len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
