"""A program that does what cannot be left out between a button and IFTTT, one at a time: take, write, sync, post."""

import argparse
import asyncio
import os

import aiohttp
import aiomqtt  # noqa: TID251 -- the floor is the library as it comes
import msgspec

BLOCK = bytes(4096)
TOPICS = "home/+/action"


async def main(options: argparse.Namespace) -> None:
    """Run until killed."""
    descriptor = os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    async with aiohttp.ClientSession() as session, aiomqtt.Client("127.0.0.1", options.broker) as client:
        await client.subscribe(TOPICS, qos=1)
        print("ready", flush=True)
        async for message in client.messages:
            os.write(descriptor, BLOCK)
            os.fdatasync(descriptor)
            body = msgspec.json.encode({"data": [{"trigger_identity": message.topic.value.split("/")[1]}]})
            async with session.post(options.url, data=body, headers={"Content-Type": "application/json"}):
                pass


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broker", type=int, required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--file", required=True)
    asyncio.run(main(parser.parse_args()))
